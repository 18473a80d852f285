package faas

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"
)

// shape is what package encoding/json makes of a type: the walker goes through the input beside it.
type shape struct {
	of      reflect.Type
	pointer bool              // null makes it nil
	inside  *shape            // of a pointer: that of what is not one
	own     bool              // its methods read it
	fields  map[string]*shape // of a struct, by folded name; nil where there are several candidates
	exact   bool              // a map, anything, what reads itself, or a struct with fields whose names differ in case only: keys that differ in case are two
	elem    *shape            // of a slice, an array or a map
}

// shapeOf returns the shape of t.
func shapeOf(t reflect.Type) *shape {
	all := shapes{}
	s := all.of(t)
	for _, p := range all {
		if p.pointer { // it was copied from a shape that may not have been complete
			p.exact, p.elem = p.inside.exact, p.inside.elem
		}
	}
	return s
}

type shapes map[reflect.Type]*shape

func (all shapes) of(t reflect.Type) *shape {
	if known, ok := all[t]; ok {
		return known
	}
	s := &shape{of: t}
	all[t] = s
	if t.Kind() == reflect.Pointer {
		inside := all.of(t.Elem())
		if *s = *inside; !s.pointer {
			s.inside = inside
		}
		s.of, s.pointer = t, true
		return s
	}
	s.own = reads(t)
	s.exact = s.own || t.Kind() == reflect.Map || t.Kind() == reflect.Interface
	switch {
	case t.Kind() == reflect.Interface:
		s.elem = s
	case s.own:
	case t.Kind() == reflect.Map, t.Kind() == reflect.Slice, t.Kind() == reflect.Array:
		s.elem = all.of(t.Elem())
	case t.Kind() == reflect.Struct:
		s.fields = map[string]*shape{}
		all.addFields(s, t)
	}
	return s
}

// reads reports whether a method of t's reads JSON or text.
func reads(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return t.Kind() != reflect.Interface && (p.Implements(reflect.TypeFor[json.Unmarshaler]()) || p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]()))
}

// addFields adds the fields of t to s: its own, and then, level by level, those of what it embeds, which count less.
func (all shapes) addFields(s *shape, t reflect.Type) {
	names, levels := map[string]string{}, map[string]int{} // of the fields, by folded name
	seen := map[reflect.Type]bool{}
	for level, around := 0, []reflect.Type{t}; len(around) > 0; level++ {
		var embedded []reflect.Type
		for _, t := range around {
			if seen[t] {
				continue
			}
			seen[t] = true
			for i := range t.NumField() {
				f := t.Field(i)
				name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
				inner := f.Type
				if inner.Kind() == reflect.Pointer {
					inner = inner.Elem()
				}
				switch {
				case f.Tag.Get("json") == "-":
				case f.Anonymous && name == "" && inner.Kind() == reflect.Struct:
					embedded = append(embedded, inner)
				case f.IsExported():
					if name == "" {
						name = f.Name
					}
					key := string(folded(nil, []byte(name)))
					switch other, known := names[key]; {
					case !known:
						names[key], levels[key] = name, level
						s.fields[key] = all.of(f.Type)
					case other != name:
						s.fields[key], s.exact = nil, true
					case levels[key] == level:
						s.fields[key] = nil
					}
				}
			}
		}
		around = embedded
	}
}

// folded appends name to out as package encoding/json compares it where case does not count.
func folded(out, name []byte) []byte {
	for len(name) > 0 {
		c, n := utf8.DecodeRune(name)
		for next := unicode.SimpleFold(c); ; c, next = next, unicode.SimpleFold(next) {
			if next <= c { // where the circle of its forms begins again, with the smallest
				c = next
				break
			}
		}
		out = utf8.AppendRune(out, c)
		name = name[n:]
	}
	return out
}
