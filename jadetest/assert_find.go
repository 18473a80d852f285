package jadetest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/trace"
)

// calls are the spans of a trace that go by one name: several if the flow around them ran several times.
type calls []trace.Span

// find returns the calls that a name means, or a line that says why it cannot be told.
func find(tr *trace.Trace, name string) (calls, string) {
	paths := make([]string, len(tr.Spans)) // of those that have a name
	for i, s := range tr.Spans {
		if s.Kind == observe.KindNode {
			paths[i] = nodePath(tr, s)
		}
	}
	for _, means := range []func(i int) bool{
		func(i int) bool { return paths[i] == name },
		func(i int) bool { return strings.HasSuffix(paths[i], "/"+name) },
		func(i int) bool {
			return paths[i] != "" && strings.HasSuffix("/"+pathOf(tr, tr.Spans[i], tr.Spans[i].Task), "/"+name)
		},
		func(i int) bool { return i == 0 && tr.Name == name },
	} {
		var found calls
		var candidates []string
		for i, s := range tr.Spans {
			if means(i) {
				found = append(found, s)
				candidates = append(candidates, paths[i])
			}
		}
		if candidates = distinct(candidates); len(candidates) > 1 {
			return nil, fmt.Sprintf("%q may be any of %s", name, strings.Join(candidates, ", "))
		}
		if found != nil {
			return found, ""
		}
	}
	known := slices.DeleteFunc(distinct(paths), func(path string) bool { return path == "" })
	return nil, fmt.Sprintf("the trace of %q has no %q; it has %s", tr.Name, name, strings.Join(known, ", "))
}

// nodePath is the name of a node with those of the nodes around it.
func nodePath(tr *trace.Trace, s trace.Span) string { return pathOf(tr, s, ownName(tr, s)) }

// pathOf is a name after those of the nodes around the span.
func pathOf(tr *trace.Trace, s trace.Span, name string) string {
	names := []string{name}
	for i := s.Parent; i >= 0; i = tr.Spans[i].Parent {
		if around := tr.Spans[i]; around.Kind == observe.KindNode {
			names = append(names, ownName(tr, around))
		}
	}
	slices.Reverse(names)
	return strings.Join(names, "/")
}

// ownName is the name of a node, or of a task. What the function of a node has told of with observe.Begin may have only
// the latter, and the name of that node besides.
func ownName(tr *trace.Trace, s trace.Span) string {
	i := s.Parent
	for i >= 0 && (tr.Spans[i].Kind == observe.KindAttempt || tr.Spans[i].Kind == observe.KindElement) {
		i = tr.Spans[i].Parent
	}
	if i >= 0 && tr.Spans[i].Kind == observe.KindNode {
		return cmp.Or(s.Task, s.Node)
	}
	return cmp.Or(s.Node, s.Task)
}

func distinct(names []string) []string {
	names = slices.Clone(names)
	slices.Sort(names)
	return slices.Compact(names)
}

func (c calls) has(s trace.Span) bool {
	return slices.ContainsFunc(c, func(one trace.Span) bool { return one.ID == s.ID })
}

// ran are those that were not skipped.
func (c calls) ran() calls {
	return slices.DeleteFunc(slices.Clone(c), func(s trace.Span) bool { return s.Status == observe.StatusSkipped })
}

// first is the one of them that began first.
func (c calls) first() trace.Span {
	return slices.MinFunc(c, func(a, b trace.Span) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.ID, b.ID)) })
}

// last is the one of them that ended last.
func (c calls) last() trace.Span {
	return slices.MaxFunc(c, func(a, b trace.Span) int { return cmp.Or(cmp.Compare(endOf(a), endOf(b)), cmp.Compare(a.ID, b.ID)) })
}

// endOf is when a call returned. One that was given up and did not return in time has no end.
func endOf(s trace.Span) time.Duration {
	switch {
	case s.Status != observe.StatusStraggler:
		return s.End
	case s.Returned > 0:
		return s.Returned
	}
	return trace.Unlimited
}
