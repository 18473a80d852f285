// Package support is the part of a probe that runs inside of the package whose flows are wanted: it calls what builds flows, with made-up arguments, and
// writes down the flows. Package probe copies this file into a test of that package, so it imports only the standard library and what every package with a
// flow has. All its names begin with jade, because they stand beside those of a user.
package support

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"sync"
	"time"
	"unsafe"

	"github.com/jade-go/jade/flow"
)

// jadeTarget is something that may build flows: a call of a function, or variables.
type jadeTarget struct {
	name string
	run  func() []any // returns what the function has returned
}

// jadeReport is what became of a target.
type jadeReport struct {
	Name  string
	Why   string // it has built no flow; empty: it has
	Flows []jadeFlow
	Times []string // the names of the made-up durations so far
}

// jadeFlow is a flow that was built.
type jadeFlow struct {
	Graph    flow.Graph
	In, Out  string              // ids of types
	Args     map[string][]string // of each node that calls a task: the types of what it takes
	Types    map[string]jadeType
	Returned bool // the target has returned it
}

// jadeType describes a type.
type jadeType struct {
	Pkg, Name, Text, Kind string
	Elem                  string `json:",omitempty"` // id of the type of elements, or of what a pointer points to
	Fields                []jadeField
}

// jadeField is an exported field of a struct.
type jadeField struct {
	Name, Type, ID, Tag string
	Embedded            bool
}

// jadeDescribed is a flow of any types.
type jadeDescribed = interface{ Graph() flow.Graph }

// jadeWatch collects the flows that are built.
type jadeWatch struct {
	mu         sync.Mutex
	made       []jadeDescribed
	superseded map[jadeDescribed]bool
	stop       func()
}

func jadeWatching() *jadeWatch {
	w := &jadeWatch{superseded: map[jadeDescribed]bool{}}
	w.stop = flow.Built(func(made, from interface{ Graph() flow.Graph }) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.made = append(w.made, made)
		if from != nil {
			w.superseded[from] = true
		}
	})
	return w
}

// final are the flows that no other one was derived from.
func (w *jadeWatch) final() (flows []jadeDescribed) {
	w.stop()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, f := range w.made {
		if !w.superseded[f] {
			flows = append(flows, f)
		}
	}
	return flows
}

// jadePatience is how long a target may take.
const jadePatience = 10 * time.Second

// jadeRunAll runs the targets, one after the other, and writes a report of each to the standard output. What was built before the first of them are the
// flows of variables.
func jadeRunAll(before *jadeWatch, targets []jadeTarget) {
	if before != nil {
		jadeWrite(jadeFlows("", before.final(), nil, ""))
	}
	for _, t := range targets {
		_, _ = os.Stdout.WriteString("\n#jade-begin " + t.name + "\n")
		jadeWrite(jadeRun(t))
	}
}

func jadeRun(t jadeTarget) jadeReport {
	w := jadeWatching()
	var returned []any
	why := "it ended its goroutine"
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if v := recover(); v != nil {
				why = jadeLine("it panics: " + fmt.Sprint(v))
			}
		}()
		returned = t.run()
		why = ""
	}()
	select {
	case <-done:
	case <-time.After(jadePatience):
		w.stop()
		return jadeReport{Name: t.name, Why: "it does not return within " + jadePatience.String()}
	}
	for _, v := range returned {
		if err, ok := v.(error); ok && err != nil {
			why = jadeLine("it returns an error: " + err.Error())
		}
	}
	return jadeFlows(t.name, w.final(), returned, why)
}

// jadeFlows reports flows, and those that were returned although they were built before.
func jadeFlows(name string, built []jadeDescribed, returned []any, why string) jadeReport {
	r := jadeReport{Name: name, Why: why}
	mine := map[jadeDescribed]bool{}
	for _, v := range returned {
		for _, f := range jadeInside(reflect.ValueOf(v), 0) {
			if !mine[f] {
				mine[f] = true
				r.Flows = append(r.Flows, jadeDescribe(f, true))
			}
		}
	}
	for _, f := range built {
		if !mine[f] && !strings.HasPrefix(f.Graph().Name, jadeArgument) {
			r.Flows = append(r.Flows, jadeDescribe(f, false))
		}
	}
	switch {
	case len(r.Flows) > 0:
		r.Why = ""
	case r.Why == "":
		r.Why = "it builds no flow with made-up arguments"
	}
	return r
}

// jadeInside are the flows that a returned value is or has: also in slices, maps and fields.
func jadeInside(v reflect.Value, depth int) (flows []jadeDescribed) {
	if !v.IsValid() || depth > 4 {
		return nil
	}
	if v.Kind() == reflect.Pointer && !v.IsNil() && strings.HasPrefix(v.Type().Elem().Name(), "Flow[") && v.CanInterface() {
		if f, ok := v.Interface().(jadeDescribed); ok {
			return []jadeDescribed{f}
		}
	}
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if !v.IsNil() {
			flows = jadeInside(v.Elem(), depth+1)
		}
	case reflect.Slice, reflect.Array:
		for i := range min(v.Len(), 1000) {
			flows = append(flows, jadeInside(v.Index(i), depth+1)...)
		}
	case reflect.Map:
		for i := v.MapRange(); i.Next(); {
			flows = append(flows, jadeInside(i.Value(), depth+1)...)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			flows = append(flows, jadeInside(v.Field(i), depth+1)...)
		}
	}
	return flows
}

func jadeDescribe(f jadeDescribed, returned bool) jadeFlow {
	d := jadeFlow{Graph: f.Graph(), Args: map[string][]string{}, Types: map[string]jadeType{}, Returned: returned}
	d.addTypes("", d.Graph)
	_, in := d.Graph.Node(0).Types()
	_, out := d.Graph.Node(d.Graph.Output).Types()
	d.In, d.Out = d.typeID(in, 0), d.typeID(out, 0)
	return d
}

func (d *jadeFlow) addTypes(path string, g flow.Graph) {
	for _, n := range g.Nodes {
		if n.Task == "" {
			continue
		}
		in, out := n.Types()
		args := []string{d.typeID(out, 1)}
		for _, t := range in {
			args = append(args, d.typeID(t, 1))
		}
		d.Args[path+n.Name] = args
		if n.Flow != nil {
			d.addTypes(path+n.Name+"/", *n.Flow)
		}
	}
}

// jadeDeepest is how deep types of types are described.
const jadeDeepest = 12

// typeID describes t and all that it is made of, and returns its id.
func (d *jadeFlow) typeID(t reflect.Type, depth int) string {
	id := t.String()
	if t.PkgPath() != "" {
		id = t.PkgPath() + "." + t.Name()
	}
	if _, known := d.Types[id]; known || depth > jadeDeepest {
		return id
	}
	about := jadeType{Pkg: t.PkgPath(), Name: t.Name(), Text: t.String(), Kind: t.Kind().String()}
	d.Types[id] = about // it may be inside of itself
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		about.Elem = d.typeID(t.Elem(), depth+1)
	case reflect.Struct:
		if jadeStandard(t.PkgPath()) {
			break
		}
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() {
				about.Fields = append(about.Fields, jadeField{f.Name, f.Type.String(), d.typeID(f.Type, depth+1), string(f.Tag), f.Anonymous})
			}
		}
	}
	d.Types[id] = about
	return id
}

// jadeWrite writes a report in short lines, which go test passes on as they are.
func jadeWrite(r jadeReport) {
	r.Times = jadeDurations
	data, err := json.Marshal(r)
	if err != nil {
		data, _ = json.Marshal(jadeReport{Name: r.Name, Why: "its description cannot be written: " + err.Error()})
	}
	text := base64.StdEncoding.EncodeToString(data)
	var b strings.Builder
	for len(text) > 0 {
		n := min(len(text), 1000)
		b.WriteString("\n#jade " + text[:n])
		text = text[n:]
	}
	_, _ = os.Stdout.WriteString(b.String() + "\n#jade-end\n")
}

// jadeLine is a text in one line that is not too long.
func jadeLine(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > 300 {
		text = string(r[:300]) + " …"
	}
	return text
}

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
