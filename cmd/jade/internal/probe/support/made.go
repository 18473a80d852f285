package support

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"
	"unsafe"
)

// jadeArgument begins the names of flows and tasks that are made-up arguments.
const jadeArgument = "argument "

// jadeMakers make values of types that reflection cannot make: interfaces, flows and tasks.
var jadeMakers = map[reflect.Type]func(name string) any{}

// jadeFirst and jadeNext are the first made-up duration, and the distance between two. They are long, so that documents can tell them from a real one.
const (
	jadeFirst = 10_000 * time.Hour
	jadeNext  = 10_000 * time.Hour
)

// jadeDurations are the names of made-up durations, in order.
var jadeDurations []string

// jadeMake makes a value for a parameter.
func jadeMake[T any](name string) (v T) {
	jadeFill(reflect.ValueOf(&v).Elem(), name, nil)
	return v
}

// jadeFill sets v to a made-up value. It leaves v zero where a type is inside of itself.
func jadeFill(v reflect.Value, name string, around []reflect.Type) {
	t := v.Type()
	for _, a := range around {
		if a == t {
			return
		}
	}
	if len(around) > jadeDeepest {
		return
	}
	around = append(around[:len(around):len(around)], t)
	if make, ok := jadeMakers[t]; ok {
		v.Set(reflect.ValueOf(make(name)))
		return
	}
	if t == reflect.TypeFor[time.Duration]() {
		v.SetInt(int64(jadeFirst + time.Duration(len(jadeDurations))*jadeNext))
		jadeDurations = append(jadeDurations, name)
		return
	}
	switch t.Kind() {
	case reflect.Bool:
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(2)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.SetUint(2)
	case reflect.Float32, reflect.Float64:
		v.SetFloat(0.5)
	case reflect.String:
		v.SetString(name)
	case reflect.Pointer:
		p := reflect.New(t.Elem())
		jadeFill(p.Elem(), name, around)
		v.Set(p)
	case reflect.Func:
		v.Set(reflect.MakeFunc(t, func([]reflect.Value) []reflect.Value {
			panic("the made-up argument " + name + " is not to be called while a flow is built: write a //jade:flow comment")
		}))
	case reflect.Map:
		v.Set(reflect.MakeMap(t))
	case reflect.Chan:
		if t.ChanDir() == reflect.BothDir {
			v.Set(reflect.MakeChan(t, 1))
		}
	case reflect.Array:
		for i := range min(v.Len(), 16) {
			jadeFill(v.Index(i), name, around)
		}
	case reflect.Struct:
		jadeFillFields(v, name, around)
	}
}

// jadeFillFields fills the fields of structs, but for those of the standard library, whose zero values are ready to use.
func jadeFillFields(v reflect.Value, name string, around []reflect.Type) {
	t := v.Type()
	if jadeStandard(t.PkgPath()) {
		return
	}
	for i := range t.NumField() {
		f := t.Field(i)
		switch {
		case f.IsExported():
			jadeFill(v.Field(i), name+"."+f.Name, around)
		case t.PkgPath() == jadePackage() || t.Name() == "":
			jadeFill(reflect.NewAt(f.Type, unsafe.Pointer(v.Field(i).UnsafeAddr())).Elem(), name+"."+f.Name, around)
		}
	}
}

// jadePackage is the path of the package that this file is in.
var jadePackage = sync.OnceValue(func() string { return reflect.TypeFor[jadeReport]().PkgPath() })

// jadeModules are the paths of the modules that are documented. A probe sets them.
var jadeModules []string

// jadeStandard reports whether a package is one of the standard library. A module may have a path without a dot too.
func jadeStandard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	for _, m := range jadeModules {
		if path == m || strings.HasPrefix(path, m+"/") {
			return false
		}
	}
	return path != "" && !strings.Contains(first, ".")
}

// jadeType_ is reflect.TypeFor under a name that is free.
func jadeType_[T any]() reflect.Type { return reflect.TypeFor[T]() }

// jadeAll are the results of a call.
func jadeAll(results ...any) []any { return results }

// jadeError is a made-up error.
func jadeError(name string) error { return fmt.Errorf("argument %s", name) }
