package durable

import (
	"encoding"
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"reflect"
	"unicode/utf8"
)

// loss is a part of a value that JSON cannot hold.
type loss struct{ path, why string }

// findLoss looks for the first.
func findLoss(v reflect.Value) *loss { return lossAt(v, "", 0) }

func lossAt(v reflect.Value, path string, depth int) *loss {
	const most = 1000 // encoding/json has seen to values without end
	if depth == most || !v.IsValid() {
		return nil
	}
	if user, ok := interfaceOf(v).(*url.Userinfo); ok && user != nil {
		return &loss{path, "JSON has no user and password of a URL: pass them in another way, or the URL as a string"}
	}
	if isResult(v.Type()) {
		return lossAt(v.Field(0), path+"."+v.Type().Field(0).Name, depth+1)
	}
	if v.Kind() != reflect.Pointer && v.Kind() != reflect.Interface && hasMethods(v.Type()) {
		return nil
	}
	switch v.Kind() {
	case reflect.Float32, reflect.Float64:
		if f := v.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
			return &loss{path, fmt.Sprintf("JSON has no number %v: use a pointer that is nil, or an error", f)}
		}
	case reflect.String:
		if !utf8.ValidString(v.String()) {
			return &loss{path, fmt.Sprintf("%.40q is not UTF-8: use a []byte", v.String())}
		}
	case reflect.Pointer, reflect.Interface:
		return lossAt(v.Elem(), path, depth+1)
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return nil
		}
		for i := range v.Len() {
			if l := lossAt(v.Index(i), fmt.Sprintf("%s[%d]", path, i), depth+1); l != nil {
				return l
			}
		}
	case reflect.Map:
		for key, at := range v.Seq2() {
			inside := fmt.Sprintf("%s[%.40q]", path, fmt.Sprint(key))
			if l := lossAt(key, inside, depth+1); l != nil {
				return l
			}
			if l := lossAt(at, inside, depth+1); l != nil {
				return l
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() || f.Anonymous {
				if l := lossAt(v.Field(i), path+"."+f.Name, depth+1); l != nil {
					return l
				}
			}
		}
	}
	return nil
}

func interfaceOf(v reflect.Value) any {
	if v.CanInterface() {
		return v.Interface()
	}
	return nil
}

var (
	writesJSON = reflect.TypeFor[json.Marshaler]()
	readsJSON  = reflect.TypeFor[json.Unmarshaler]()
	writesText = reflect.TypeFor[encoding.TextMarshaler]()
	readsText  = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// hasMethods reports whether a type writes its JSON itself.
func hasMethods(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(writesJSON) || p.Implements(writesText)
}
