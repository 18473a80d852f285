package jadetest

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/jade-go/jade/observe"
)

// openCalls is an observer that knows which calls have not returned.
type openCalls struct {
	mu   sync.Mutex
	runs []string // names of the outermost calls, in the order of their beginning
	next int
	open map[int]observe.Call
}

// within marks the ctx of what is part of a call.
type within struct{ of *openCalls }

func newOpenCalls() *openCalls { return &openCalls{open: map[int]observe.Call{}} }

// Begin implements [observe.Observer].
func (o *openCalls) Begin(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	id := o.next
	o.next++
	o.open[id] = c
	if ctx.Value(within{o}) == nil {
		o.runs = append(o.runs, cmp.Or(c.Node, c.Task, c.Flow))
		ctx = context.WithValue(ctx, within{o}, true)
	}
	return ctx, func(out observe.Outcome) { o.end(id, out) }
}

// end forgets a call. What was given up still runs, and is told of again when it returns.
func (o *openCalls) end(id int, out observe.Outcome) {
	if out.Status == observe.StatusStraggler {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.open, id)
}

// outermost names the runs that have begun.
func (o *openCalls) outermost() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.runs)
}

// running names the nodes and tasks that have not returned, or of which an attempt or an element has not, with the place where their tasks were made.
func (o *openCalls) running() (names []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, c := range o.open {
		if c.Kind != observe.KindRun {
			names = append(names, nameOf(c))
		}
	}
	return distinct(names)
}

func nameOf(c observe.Call) string {
	name := strings.Join(append(slices.Clone(c.Path), cmp.Or(c.Node, c.Task)), "/")
	if place := c.Place.String(); place != "" {
		name += " (" + place + ")"
	}
	return name
}
