// Package support is the part of a probe that runs inside of the package whose flows are wanted: it calls what builds flows, with made-up arguments, and
// writes down the flows. Package probe copies its files into a test of that package, so they import only the standard library and what every package with a
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
	Why   string // what went wrong, such as that it has built no flow
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
	case r.Why == "" && len(r.Flows) == 0:
		r.Why = "it builds no flow with made-up arguments"
	case r.Why != "" && len(r.Flows) > 0:
		r.Why += fmt.Sprintf(" (after it has built %d flows)", len(r.Flows))
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
