package durable

import (
	"fmt"
	"net/url"
	"reflect"
	"runtime"
	"strings"

	"github.com/jade-go/jade/future"
)

// problem is a part of a type that JSON changes.
type problem struct {
	problemKey
	path   string
	remedy string
}

// String is the path, what happens there, and what to do.
func (p problem) String() string { return p.path + ": " + p.what + ": " + p.remedy }

// inspect looks for what JSON changes in values of type t.
func inspect(t reflect.Type) []problem {
	var i inspector
	i.seen = map[place]bool{}
	i.visit(t, nameOf(t), true)
	return i.found
}

type inspector struct {
	seen  map[place]bool
	found []problem
	owner reflect.Type // the struct that is being looked at, or none
	field string       // of that
}

// place is a type where encoding/json can take the address of its values, or not.
type place struct {
	of          reflect.Type
	addressable bool
}

func (i *inspector) report(t reflect.Type, path, what, remedy string) {
	key := problemKey{i.owner, i.field, what}
	if i.owner == nil {
		key.owner = t
	}
	i.found = append(i.found, problem{key, path, remedy})
}

func (i *inspector) visit(t reflect.Type, path string, addressable bool) {
	at := place{t, addressable}
	if i.seen[at] || t == reflect.TypeFor[url.URL]() { // encode looks at the user of a URL
		return
	}
	i.seen[at] = true
	switch t.Kind() {
	case reflect.Pointer:
		i.pointer(t, path)
		return
	case reflect.Interface:
		if t == reflect.TypeFor[error]() {
			i.report(t, path, "an error is lost in JSON", "return it as the error of the call, or use a future.Result")
			return
		}
		i.report(t, path, fmt.Sprintf("the type of what is in an interface (%s) is lost in JSON", nameOf(t)), "use a type that is no interface")
		return
	}
	if isResult(t) {
		i.visit(t.Field(0).Type, path+"."+t.Field(0).Name, true)
		return
	}
	if i.methods(t, path, addressable) {
		return
	}
	switch t.Kind() {
	case reflect.Func, reflect.Chan:
		i.report(t, path, fmt.Sprintf("JSON has no %v", t.Kind()), "pass what it is made from")
	case reflect.Complex64, reflect.Complex128:
		i.report(t, path, "JSON has no complex numbers", "use two floats")
	case reflect.Uintptr, reflect.UnsafePointer:
		i.report(t, path, "an address means nothing in another process", "pass the value")
	case reflect.Slice:
		i.visit(t.Elem(), path+"[]", true)
	case reflect.Array:
		i.visit(t.Elem(), path+"[]", addressable)
	case reflect.Map:
		i.key(t.Key(), path)
		i.visit(t.Elem(), path+"[]", false)
	case reflect.Struct:
		i.fields(t, path, addressable)
	}
}

// isResult reports whether t is a future.Result. That has methods, but trusts those of its value.
func isResult(t reflect.Type) bool {
	r := reflect.TypeFor[future.Result[int]]()
	return t.PkgPath() == r.PkgPath() && strings.HasPrefix(t.Name(), "Result[")
}

func (i *inspector) pointer(t reflect.Type, path string) {
	switch e := t.Elem(); e.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		if !reflect.PointerTo(e).Implements(readsJSON) {
			i.report(t, path, fmt.Sprintf("JSON cannot tell a nil %s from a pointer to a nil %v", nameOf(t), e.Kind()), "use "+nameOf(e))
		}
	}
	i.visit(t.Elem(), path, true)
}

// methods looks at the methods of t for JSON, and reports whether it has any.
func (i *inspector) methods(t reflect.Type, path string, addressable bool) bool {
	p := reflect.PointerTo(t)
	for _, m := range []struct {
		write, read         reflect.Type
		writeName, readName string
	}{{writesJSON, readsJSON, "MarshalJSON", "UnmarshalJSON"}, {writesText, readsText, "MarshalText", "UnmarshalText"}} {
		writes, reads := p.Implements(m.write), p.Implements(m.read)
		switch name := nameOf(t); {
		case !writes && !reads:
			continue
		case !reads:
			i.report(t, path, fmt.Sprintf("%s has %s and no %s", name, m.writeName, m.readName), "add "+m.readName)
		case !writes:
			i.report(t, path, fmt.Sprintf("%s has %s and no %s", name, m.readName, m.writeName), "add "+m.writeName)
		case !addressable && !t.Implements(m.write):
			i.report(t, path, fmt.Sprintf("JSON does not call %s of %s, which has a pointer receiver, for the values of a map", m.writeName, name), "use *"+name)
		default:
			i.promoted(t, path, m.writeName)
		}
		return true
	}
	return false
}

// promoted looks for a method that a struct has of a field that is embedded: JSON leaves out the other fields.
func (i *inspector) promoted(t reflect.Type, path, method string) {
	if t.Kind() != reflect.Struct || t.NumField() == 1 || !isPromoted(t, method) {
		return
	}
	for f := range t.Fields() {
		m, ok := reflect.PointerTo(f.Type).MethodByName(method)
		if f.Type.Kind() == reflect.Pointer || f.Type.Kind() == reflect.Interface {
			m, ok = f.Type.MethodByName(method)
		}
		if f.Anonymous && ok && m.Name == method {
			i.report(t, path, fmt.Sprintf("%s of the embedded %s leaves out the other fields of %s", method, nameOf(f.Type), nameOf(t)),
				fmt.Sprintf("name the field, or give %s its own methods", nameOf(t)))
			return
		}
	}
}

// isPromoted reports whether the compiler has written the method of t, which only passes on the call to an embedded field.
func isPromoted(t reflect.Type, method string) bool {
	m, ok := t.MethodByName(method)
	if !ok {
		m, _ = reflect.PointerTo(t).MethodByName(method)
	}
	f := runtime.FuncForPC(m.Func.Pointer())
	if f == nil {
		return false
	}
	file, _ := f.FileLine(f.Entry())
	return file == "<autogenerated>"
}

// key looks at the type of the keys of a map.
func (i *inspector) key(t reflect.Type, path string) {
	writes, reads := t.Implements(writesText), reflect.PointerTo(t).Implements(readsText)
	plain := false
	switch t.Kind() {
	case reflect.String:
		plain = true
		writes = writes && reads // JSON does not call MarshalText of a string
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		plain = true
	case reflect.Pointer, reflect.Interface:
		writes, reads = false, false
	}
	switch {
	case writes && reads, plain && !writes && !reads:
	case writes:
		i.report(t, path, fmt.Sprintf("%s, the type of its keys, has MarshalText and no UnmarshalText", nameOf(t)), "add UnmarshalText")
	case reads:
		i.report(t, path, fmt.Sprintf("JSON finds UnmarshalText of %s, the type of its keys, and no MarshalText", nameOf(t)), "add MarshalText with a receiver that is no pointer")
	default:
		i.report(t, path, fmt.Sprintf("JSON has no keys of type %s", nameOf(t)), "use strings, integers, or a type with MarshalText and UnmarshalText")
	}
}

// nameOf is the name of a type without its package.
func nameOf(t reflect.Type) string {
	switch {
	case t.Name() != "" && !strings.Contains(t.Name(), "["):
		return t.Name()
	case t.Kind() == reflect.Pointer:
		return "*" + nameOf(t.Elem())
	case t.Kind() == reflect.Slice && t.Name() == "":
		return "[]" + nameOf(t.Elem())
	case t.Kind() == reflect.Map && t.Name() == "":
		return "map[" + nameOf(t.Key()) + "]" + nameOf(t.Elem())
	case t.Name() == "" && t.Kind() == reflect.Struct:
		return "struct"
	}
	return t.String()
}
