package faas

import (
	"encoding"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	recovery "github.com/jade-go/jade/recover"
)

// binding lists the fields of an input that come from a request's path and query: those with a tag path or query. A nil binding has no such field.
type binding struct {
	fields []boundField
	body   bool // there are other fields, which the body has
}

type boundField struct {
	index  []int // see [reflect.Value.FieldByIndex]
	source string
	name   string // in the source
	of     reflect.Type
}

// The sources of fields, and the keys of their tags.
const (
	fromPath  = "path"
	fromQuery = "query"
)

// bindingOf returns the binding of an input's type. It panics if a tag cannot be used.
func bindingOf(t reflect.Type) *binding {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	b := &binding{}
	b.add(t, nil)
	if len(b.fields) == 0 {
		return nil
	}
	return b
}

// add adds the fields of t. t is the input or a struct that is embedded in it.
func (b *binding) add(t reflect.Type, index []int) {
	for i := range t.NumField() {
		f := t.Field(i)
		at := append(slices.Clone(index), i)
		path, inPath := f.Tag.Lookup(fromPath)
		query, inQuery := f.Tag.Lookup(fromQuery)
		switch {
		case inPath && inQuery:
			refuseTag(t, f, "it has a tag path and a tag query")
		case inPath:
			b.bind(t, boundField{at, fromPath, path, f.Type}, f)
		case inQuery:
			b.bind(t, boundField{at, fromQuery, query, f.Type}, f)
		case f.Anonymous && f.Type.Kind() == reflect.Struct:
			b.add(f.Type, at)
		case f.Anonymous && hasTagged(f.Type):
			refuseTag(t, f, "it is a pointer to a struct, whose tags path and query cannot be used: embed the struct")
		case f.IsExported() && f.Tag.Get("json") != "-":
			b.body = true
		}
	}
}

// hasTagged reports whether t points to a struct that has fields with tags.
func hasTagged(t reflect.Type) bool {
	return t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct &&
		slices.ContainsFunc(reflect.VisibleFields(t.Elem()), func(f reflect.StructField) bool {
			_, inPath := f.Tag.Lookup(fromPath)
			_, inQuery := f.Tag.Lookup(fromQuery)
			return inPath || inQuery
		})
}

func (b *binding) bind(t reflect.Type, f boundField, field reflect.StructField) {
	of := f.of
	if of.Kind() == reflect.Slice && !readsText(of) {
		if f.source == fromPath {
			refuseTag(t, field, "a "+of.String()+" cannot come from a path")
		}
		of = of.Elem()
	}
	switch {
	case !field.IsExported():
		refuseTag(t, field, "it is not exported")
	case f.name == "" || strings.Contains(f.name, ",") || f.source == fromPath && strings.ContainsAny(f.name, "{}.$"):
		refuseTag(t, field, "its tag "+f.source+" has to be a name")
	case !fromText(of) || of.Kind() == reflect.Uint8 && f.of.Kind() == reflect.Slice:
		refuseTag(t, field, "a "+f.of.String()+" cannot come from a "+f.source)
	}
	b.fields = append(b.fields, f)
}

func refuseTag(t reflect.Type, f reflect.StructField, why string) {
	panic(fmt.Sprintf("faas.HTTP: field %s of %s: %s", f.Name, t, why))
}

func readsText(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// fromText reports whether a value of type t can be made from a text.
func fromText(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Float32, reflect.Float64,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return true
	}
	return readsText(t)
}

// texts returns the texts that a request has for each field.
func (b *binding) texts(r *http.Request) ([][]string, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, refusal{http.StatusBadRequest, "the query is malformed"}
	}
	all := make([][]string, len(b.fields))
	for i, f := range b.fields {
		if f.source == fromQuery {
			all[i] = query[f.name]
			continue
		}
		value := r.PathValue(f.name)
		if value == "" && !strings.Contains(r.Pattern, "{"+f.name+"}") && !strings.Contains(r.Pattern, "{"+f.name+"...}") {
			why := fmt.Errorf("faas.HTTP: the pattern %q of the http.ServeMux has no {%s}, which the input is to have from the path", r.Pattern, f.name)
			return nil, &unread{&InputError{notAccepted, recovery.Mark(recovery.ClassCode, why)}}
		}
		all[i] = []string{value}
	}
	return all, nil
}

// read sets the fields of an input to the texts. A field without a text becomes zero, whatever the body says.
func (b *binding) read(in reflect.Value, texts [][]string) error {
	if in.Kind() == reflect.Pointer {
		if in.IsNil() {
			in.Set(reflect.New(in.Type().Elem()))
		}
		in = in.Elem()
	}
	for i, f := range b.fields {
		v := in.FieldByIndex(f.index)
		v.SetZero()
		if err := f.set(v, texts[i]); err != nil {
			return err
		}
	}
	return nil
}

func (f boundField) set(v reflect.Value, texts []string) error {
	if f.of.Kind() == reflect.Slice && !readsText(f.of) {
		if len(texts) == 0 {
			return nil
		}
		v.Set(reflect.MakeSlice(f.of, len(texts), len(texts)))
		for i, text := range texts {
			if err := f.parse(v.Index(i), text); err != nil {
				return err
			}
		}
		return nil
	}
	switch {
	case len(texts) == 0:
		return nil
	case len(texts) > 1:
		return f.refused("given twice", nil)
	case texts[0] == "" && f.source == fromPath: // a wildcard for the rest of the path, which is empty
		return nil
	}
	return f.parse(v, texts[0])
}

func (f boundField) refused(why string, err error) error {
	return &InputError{fmt.Sprintf("%s %q: %s", f.source, f.name, why), err}
}

// parse sets v to what text says.
func (f boundField) parse(v reflect.Value, text string) error {
	if !utf8.ValidString(text) {
		return f.refused("not UTF-8", nil)
	}
	if v.Kind() == reflect.Pointer && !readsText(v.Type()) {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	if reader, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		if err := reader.UnmarshalText([]byte(text)); err != nil {
			return f.refused(notAccepted, tamed(err))
		}
		return nil
	}
	if v.Type() == reflect.TypeFor[time.Duration]() {
		d, err := time.ParseDuration(text)
		if v.SetInt(int64(d)); err != nil {
			return f.refused(`want a duration such as "1m30s"`, nil)
		}
		return nil
	}
	if parseKind(v, text) != nil {
		return f.refused("want "+wanted(v.Type()), nil)
	}
	return nil
}

var errInfinite = errors.New("not a finite number")

// parseKind sets v to what text says. The kind of v is one of those that fromText accepts.
func parseKind(v reflect.Value, text string) (err error) {
	switch t := v.Type(); {
	case t.Kind() == reflect.String:
		v.SetString(text)
	case t.Kind() == reflect.Bool:
		var b bool
		b, err = strconv.ParseBool(text)
		v.SetBool(b)
	case v.CanInt():
		var n int64
		n, err = strconv.ParseInt(text, 10, t.Bits())
		v.SetInt(n)
	case v.CanUint():
		var n uint64
		n, err = strconv.ParseUint(text, 10, t.Bits())
		v.SetUint(n)
	case v.CanFloat():
		var n float64
		n, err = strconv.ParseFloat(text, t.Bits())
		if v.SetFloat(n); err == nil && (math.IsInf(n, 0) || math.IsNaN(n)) {
			err = errInfinite
		}
	}
	return err
}
