package faas

import "reflect"

// Lenient returns the handler, with [AllowUnknownFields] if In is, or has in it, a type of the package with that import path. It is for adapters
// of platforms: a platform adds fields to its events, and every invocation would fail on the day that it does.
func (h *Handler[In, Out]) Lenient(pkg string) *Handler[In, Out] {
	if h.rules.unknown || !has(reflect.TypeFor[In](), pkg, map[reflect.Type]bool{}) {
		return h
	}
	c := *h
	c.rules.unknown = true
	return &c
}

// has reports whether t is, or has in it, a type of the package, beside what has been seen.
func has(t reflect.Type, pkg string, seen map[reflect.Type]bool) bool {
	if t.PkgPath() == pkg {
		return true
	}
	if seen[t] {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return has(t.Elem(), pkg, seen)
	case reflect.Struct:
		for i := range t.NumField() {
			if f := t.Field(i); (f.IsExported() || f.Anonymous) && has(f.Type, pkg, seen) {
				return true
			}
		}
	}
	return false
}
