package model

import (
	"cmp"
	"slices"
	"strings"

	"github.com/jade-go/jade/cmd/jade/internal/probe"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe"
)

// calls describes the calls of a flow, and the tasks that they call.
func (b *builder) calls(f *Flow, c candidate) {
	s := newShape(c.built.Graph)
	for _, n := range c.built.Graph.Nodes {
		if n.Task == "" {
			continue
		}
		call := Call{Node: n.Name, Each: n.Limit, Need: s.need(n), Needs: s.calls(n.ID), After: s.gates(n.ID)}
		if call.Need == Optional {
			call.StandIn = s.standIn(n)
		} else if s.g.Catch > 0 && call.Need != Effect {
			call.StandIn = "Catch answers"
		}
		for _, p := range n.Policies {
			call.Policies = append(call.Policies, c.words.policy(p))
		}
		args := c.built.Args[n.Name]
		if len(args) > 0 {
			call.Returns = b.text(f.Package, c.built, args[0])
			k := 0
			for _, e := range c.built.Graph.Edges {
				if e.To == n.ID {
					if k++; k < len(args) {
						call.Takes = append(call.Takes, b.text(f.Package, c.built, args[k]))
					}
				}
			}
		}
		if n.Flow != nil {
			call.Flow = b.nested(f, n.Flow)
		}
		call.Task = b.task(f, n, call)
		call.Task.Uses = append(call.Task.Uses, Use{f, n.Name, call.Policies, call.Need, call.StandIn})
		f.Calls = append(f.Calls, call)
	}
}

// nested finds the flow that a task stands for.
func (b *builder) nested(f *Flow, g *flow.Graph) *Flow {
	site := b.site(b.sites.Flow(g.Place.File, g.Place.Line), f.Package.Path, g.Place.File)
	all := b.flows[flowKey{site.Package, g.Place.File, g.Place.Line, g.Name}]
	if len(all) == 0 {
		return nil
	}
	inner := all[0]
	for _, other := range all {
		if other.Hash == g.Hash() {
			inner = other
		}
	}
	if inner == f {
		return nil
	}
	if !slices.Contains(f.Nested, inner) {
		f.Nested = append(f.Nested, inner)
	}
	if !slices.Contains(inner.Used, f) {
		inner.Used = append(inner.Used, f)
	}
	return inner
}

// task returns the task of a node. One task has one name and one place, whatever policies a flow puts around it.
func (b *builder) task(f *Flow, n flow.GraphNode, c Call) *Task {
	var at observe.Place
	if n.TaskAt != nil {
		at = *n.TaskAt
	}
	site := b.site(b.sites.Task(at.File, at.Line), f.Package.Path, at.File)
	key := taskKey{site.Package, cmp.Or(at.File, site.File), n.Task}
	t, known := b.tasks[key]
	if !known {
		t = &Task{Package: b.packages[site.Package], Name: n.Task, Doc: site.Doc, File: site.File, In: strings.Join(c.Takes, ", "), Out: c.Returns}
		if c.Flow != nil {
			t.Doc, t.File = c.Flow.Doc, c.Flow.File
		}
		b.tasks[key] = t
		if t.Package != nil {
			t.Package.Tasks = append(t.Package.Tasks, t)
		}
	}
	return t
}

// value describes a type, and the structs of the program that it is made of.
func (b *builder) value(f *Flow, built probe.Built, id string) Value {
	v := Value{Type: b.text(f.Package, built, id)}
	seen := map[string]bool{}
	for next := []string{id}; len(next) > 0 && len(v.Structs) < 40; next = next[1:] {
		t, known := built.Types[next[0]]
		if !known || seen[next[0]] {
			continue
		}
		seen[next[0]] = true
		if t.Elem != "" {
			next = append(next, t.Elem)
		}
		doc := b.program.Comment(t.Pkg, bare(t.Name))
		if next[0] == id {
			v.Doc = doc
		}
		if t.Kind != "struct" || !b.own(t.Pkg) {
			continue
		}
		s := Struct{Type: b.text(f.Package, built, next[0]), Doc: doc}
		for _, field := range t.Fields {
			s.Fields = append(s.Fields, Field{
				Name: field.Name, Type: unqualified(field.Type, f.Package.Name), Key: key(field.Tag), Doc: b.program.Comment(t.Pkg, bare(t.Name)+"."+field.Name),
			})
			next = append(next, field.ID)
		}
		v.Structs = append(v.Structs, s)
	}
	return v
}

// own reports whether a package belongs to a module that is documented.
func (b *builder) own(path string) bool {
	return slices.ContainsFunc(b.program.Modules, func(m string) bool { return path == m || strings.HasPrefix(path, m+"/") })
}

// bare is the name of a type without its arguments.
func bare(name string) string {
	name, _, _ = strings.Cut(name, "[")
	return name
}

// text is a type as the package writes it.
func (b *builder) text(pkg *Package, built probe.Built, id string) string {
	if t, known := built.Types[id]; known {
		return unqualified(t.Text, pkg.Name)
	}
	return id[strings.LastIndex(id, "/")+1:]
}

// unqualified is a type without the name of the package that it belongs to, and with short type arguments.
func unqualified(text, pkg string) string {
	// Type arguments have the whole paths of their packages.
	for {
		i := strings.LastIndex(text, "/")
		if i < 0 {
			break
		}
		start := strings.LastIndexAny(text[:i], "[]*, (") + 1
		text = text[:start] + text[i+1:]
	}
	name := pkg + "."
	for i := 0; ; {
		k := strings.Index(text[i:], name)
		if k < 0 {
			return text
		}
		k += i
		if k == 0 || strings.ContainsRune("[]*, (", rune(text[k-1])) {
			text = text[:k] + text[k+len(name):]
			i = k
		} else {
			i = k + len(name)
		}
	}
}

// key is what a field is called in JSON, or in a path or a query.
func key(tag string) string {
	for _, kind := range []string{"path", "query", "json"} {
		value, ok := lookup(tag, kind)
		name, _, _ := strings.Cut(value, ",")
		if !ok || name == "" {
			continue
		}
		if kind == "json" {
			return name
		}
		return name + " (" + kind + ")"
	}
	return ""
}
