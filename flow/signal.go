package flow

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"sync"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/must"
	"github.com/jade-go/jade/internal/seam"
	"github.com/jade-go/jade/task"
)

// Signal is a value that comes from outside while the flow runs, such as an approval. It waits for that once all of after have succeeded, and something needs
// the value. In memory [Deliver] brings the value, to the run whose ctx has an inbox: see [WithInbox]. An engine of package durable has a method for it, and there
// the wait outlives the process.
//
// A flow has one signal of a name. A value that is delivered before the run waits for it is kept for it.
//
// Failure: if the ctx has no inbox, or the value is of another type.
// Limit: the limit of the flow ends the wait, and the node fails.
func Signal[T any](name string, after ...Dependency) Node[T] {
	must.HaveName("flow.Signal", name)
	s := addStep("flow.Signal", task.New(name, func(ctx context.Context, _ struct{}) (v T, err error) {
		box := inboxOf(ctx)
		if box == nil {
			return v, fmt.Errorf("flow.Signal: %s: the ctx of the run has no inbox: start the run with flow.WithInbox(ctx)", name)
		}
		got, err := box.take(ctx, name)
		if err != nil {
			return v, err
		}
		v, ok := got.(T)
		if !ok && got != nil {
			return v, fmt.Errorf("flow.Signal: %s: want a %s, got a %T", name, reflect.TypeFor[T](), got)
		}
		return v, nil
	}), func(wiring) func() struct{} {
		return func() struct{} { return struct{}{} }
	})
	s.n.kind = KindSignal
	s.n.task.origin = &seam.Origin{} // it is made where the node is
	if len(after) == 0 {
		return s
	}
	inputs := append(data(s.n), as(RoleOrder, dependencies("flow.Signal", after)...)...)
	return add[T]("flow.Signal", 2, node{kind: KindAfter, inputs: inputs}, forward(s))
}

// WithInbox returns a ctx with an inbox: what [Deliver] brings there is for the signals of a run that is started with that ctx. Each run gets an inbox of its own.
func WithInbox(ctx context.Context) context.Context {
	must.HaveCtx("flow.WithInbox", ctx)
	return context.WithValue(ctx, inboxKey{}, &inbox{kept: map[string][]any{}, waiting: map[string][]chan any{}})
}

// Deliver brings a value for the [Signal] of that name to the inbox that ctx has. It does not wait for the run.
//
// Failure: ctx has no inbox. A value that no signal asks for stays in the inbox.
func Deliver(ctx context.Context, name string, value any) error {
	must.HaveCtx("flow.Deliver", ctx)
	box := inboxOf(ctx)
	if box == nil {
		return fmt.Errorf("flow.Deliver: %s: the ctx has no inbox: use the ctx that flow.WithInbox returned", name)
	}
	box.put(name, value)
	return nil
}

type inboxKey struct{}

func inboxOf(ctx context.Context) *inbox {
	box, _ := ctx.Value(inboxKey{}).(*inbox)
	return box
}

// inbox keeps the values of signals until they are asked for.
type inbox struct {
	mu      sync.Mutex
	kept    map[string][]any
	waiting map[string][]chan any // each has room for one value; who waits made it
}

func (b *inbox) put(name string, v any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if first := b.waiting[name]; len(first) > 0 {
		b.waiting[name] = first[1:]
		first[0] <- v
		return
	}
	b.kept[name] = append(b.kept[name], v)
}

// take waits for a value.
func (b *inbox) take(ctx context.Context, name string) (any, error) {
	b.mu.Lock()
	if kept := b.kept[name]; len(kept) > 0 {
		b.kept[name] = kept[1:]
		b.mu.Unlock()
		return kept[0], nil
	}
	mine := make(chan any, 1)
	b.waiting[name] = append(b.waiting[name], mine)
	b.mu.Unlock()
	select {
	case v := <-mine:
		return v, nil
	case <-ctx.Done():
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting[name] = slices.DeleteFunc(b.waiting[name], func(c chan any) bool { return c == mine })
	select {
	case v := <-mine: // at this very moment
		return v, nil
	default:
		return nil, future.Cause(ctx)
	}
}
