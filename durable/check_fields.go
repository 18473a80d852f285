package durable

import (
	"fmt"
	"reflect"
	"strings"
	"unicode"
)

// fields looks at the fields of a struct as encoding/json does.
func (i *inspector) fields(t reflect.Type, path string, addressable bool) {
	owner, field := i.owner, i.field
	defer func() { i.owner, i.field = owner, field }()
	s := structure{i, map[string]string{}, map[reflect.Type]bool{}}
	s.visit(t, path, addressable)
}

// structure is a struct together with those that are embedded in it, whose fields are its own in JSON.
type structure struct {
	*inspector
	names  map[string]string // the path of the field with that name in JSON
	around map[reflect.Type]bool
}

func (s structure) visit(t reflect.Type, path string, addressable bool) {
	if s.around[t] {
		return // it is embedded in itself: JSON looks no deeper
	}
	s.around[t] = true
	defer delete(s.around, t)
	for f := range t.Fields() {
		s.owner, s.field = t, f.Name
		s.fieldOf(t, f, path+"."+f.Name, addressable)
	}
}

func (s structure) fieldOf(t reflect.Type, f reflect.StructField, path string, addressable bool) {
	tag := f.Tag.Get("json")
	name, options, _ := strings.Cut(tag, ",")
	if !isName(name) {
		name = ""
	}
	embedded := f.Type
	if f.Anonymous && f.Type.Kind() == reflect.Pointer {
		embedded = f.Type.Elem()
	}
	isStruct := f.Anonymous && embedded.Kind() == reflect.Struct
	switch {
	case f.Name == "_", !f.IsExported() && f.Type.Size() == 0: // nothing to lose
	case tag == "-":
		s.report(t, path, `a field with the tag json:"-" is lost in JSON`, fmt.Sprintf("give it a name there, or give %s MarshalJSON and UnmarshalJSON", nameOf(t)))
	case !f.IsExported() && isStruct && embedded != f.Type:
		s.report(t, path, "JSON cannot read an embedded pointer to an unexported struct", "embed "+nameOf(embedded)+" itself, or export it")
	case !f.IsExported() && !isStruct:
		s.report(t, path, "an unexported field is lost in JSON", fmt.Sprintf("export it, or give %s MarshalJSON and UnmarshalJSON", nameOf(t)))
	case isStruct && name == "":
		s.visit(embedded, path, addressable || embedded != f.Type)
	default:
		if name == "" {
			name = f.Name
		}
		if other, taken := s.names[name]; taken {
			s.report(t, path, fmt.Sprintf("it has the same name in JSON as %s, %q", other, name), "give one of them another name")
			return
		}
		s.names[name] = path
		if quoted(options) && writesItself(f.Type) {
			s.report(t, path, "the option string and methods of its type for JSON exclude each other", "leave the option out")
			return
		}
		s.inspector.visit(f.Type, path, addressable)
	}
}

// isName reports whether encoding/json takes name for the name of a field.
func isName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", r) && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
}

func quoted(options string) bool {
	for option := range strings.SplitSeq(options, ",") {
		if option == "string" {
			return true
		}
	}
	return false
}

// writesItself reports whether a type that the option string is for has methods for JSON.
func writesItself(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return (t.Kind() == reflect.String || t.Kind() <= reflect.Float64) && hasMethods(t)
}
