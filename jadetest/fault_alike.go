package jadetest

import (
	"cmp"
	"fmt"
	"reflect"
	"strings"
	"unsafe"

	"github.com/jade-go/jade/internal/excerpt"
)

// different says where two answers differ, or nothing. It differs from [reflect.DeepEqual] in what no two runs have in common: two funcs
// are alike, and so are two channels, and a NaN is like another.
func different(a, b any) string {
	d := comparison{seen: map[met]bool{}}
	return d.values("", reflect.ValueOf(a), reflect.ValueOf(b))
}

// comparison compares two values, one path through them after the other.
type comparison struct {
	seen map[met]bool // what is compared already, or is being
}

// met is a pair of pointers, maps, or slices of n elements.
type met struct {
	a, b unsafe.Pointer
	of   reflect.Type
	n    int
}

func (d comparison) values(path string, a, b reflect.Value) string {
	if a.IsValid() != b.IsValid() || a.IsValid() && a.Type() != b.Type() {
		return told(path, a, b)
	}
	switch a.Kind() {
	case reflect.Invalid:
		return ""
	case reflect.Func, reflect.Chan:
		return unlike(a.IsNil() != b.IsNil(), path, a, b)
	case reflect.Float32, reflect.Float64:
		x, y := a.Float(), b.Float()
		return unlike(x != y && (x == x || y == y), path, a, b)
	case reflect.Pointer:
		if a.IsNil() || b.IsNil() || d.met(a, b, 1) {
			return unlike(a.IsNil() != b.IsNil(), path, a, b)
		}
		return d.values(path, a.Elem(), b.Elem())
	case reflect.Interface:
		return d.values(path, a.Elem(), b.Elem())
	case reflect.Struct:
		for i := range a.NumField() {
			if said := d.values(path+"."+a.Type().Field(i).Name, a.Field(i), b.Field(i)); said != "" {
				return said
			}
		}
		return ""
	case reflect.Slice:
		if a.IsNil() != b.IsNil() || a.Len() != b.Len() {
			return told(path, a, b)
		}
		if d.met(a, b, a.Len()) {
			return ""
		}
		return d.elements(path, a, b)
	case reflect.Array:
		return d.elements(path, a, b)
	case reflect.Map:
		return d.maps(path, a, b)
	}
	return unlike(!a.Equal(b), path, a, b)
}

func (d comparison) elements(path string, a, b reflect.Value) string {
	for i := range a.Len() {
		if said := d.values(fmt.Sprintf("%s[%d]", path, i), a.Index(i), b.Index(i)); said != "" {
			return said
		}
	}
	return ""
}

func (d comparison) maps(path string, a, b reflect.Value) string {
	if a.IsNil() != b.IsNil() || a.Len() != b.Len() {
		return told(path, a, b)
	}
	if d.met(a, b, a.Len()) {
		return ""
	}
	for _, key := range a.MapKeys() {
		there := b.MapIndex(key)
		if !there.IsValid() {
			return told(path, a, b)
		}
		if said := d.values(fmt.Sprintf("%s[%v]", path, key), a.MapIndex(key), there); said != "" {
			return said
		}
	}
	return ""
}

// met notes a pair, and reports whether it is known.
func (d comparison) met(a, b reflect.Value, n int) bool {
	pair := met{a.UnsafePointer(), b.UnsafePointer(), a.Type(), n}
	if pair.a == pair.b || d.seen[pair] {
		return true
	}
	d.seen[pair] = true
	return false
}

func unlike(differ bool, path string, a, b reflect.Value) string {
	if !differ {
		return ""
	}
	return told(path, a, b)
}

// told is a difference in one line.
func told(path string, a, b reflect.Value) string {
	return cmp.Or(strings.TrimPrefix(path, "."), "the answer") + ": " + printed(a) + ", and then " + printed(b)
}

func printed(v reflect.Value) string {
	if !v.IsValid() {
		return "nil"
	}
	return excerpt.Of(fmt.Sprintf("%+v", v), 200)
}
