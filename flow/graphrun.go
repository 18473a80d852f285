package flow

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/jade-go/jade/internal/must"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
)

// Run makes the node's value of those of its inputs, in the order of its edges. Where types are lost
// here, they are checked: an input of the wrong type is an error.
//
// The input of the flow has one input, its value. An input that has failed is a
// [Failed]. Any, Recover and Try make something of it; other nodes fail with it. The branch of an
// Either that was not chosen, and an effect, may be nil.
//
// Idempotency: the key of the call is that of a run with ctx: see [task.Key].
// Panics: a panic is a failure, a [*future.PanicError].
// Concurrency: the functions of the node run on other goroutines; policies of its task apply.
//
// Run makes a whole run of one node. An engine that runs flows elsewhere uses a [Machine] and [GraphNode.Perform].
func (n GraphNode) Run(ctx context.Context, inputs []any) (any, error) {
	must.HaveCtx("flow.GraphNode.Run", ctx)
	c := n.Perform(ctx, inputs, Terms{})
	return c.Value, c.Err
}

// Terms are what a call has from the run that it belongs to, if it is made elsewhere. The zero Terms: a key made of that of ctx, and no limit but that of ctx.
type Terms struct {
	Key        string    // idempotency key of the call
	Begun      time.Time // when the run has begun
	Limit, End time.Time // when the call is late, and until when what stands in for it may run
	Late       error     // the call is late already: only what stands in for it runs

	last *lastWord // of a call whose success can be undone
}

// Completion is how a call of a run has ended.
type Completion struct {
	Value    any
	Err      error
	Class    recovery.Class // of Err, as only the ctx of the call can tell; ClassNone: Err alone tells
	Degraded error          // what Value stands in for
	Losses   []Loss         // what Value does without, of a flow that has answered so

	count int // of an Each or a SettleEach: how many elements something stands in for
}

// Perform makes the node's value, as [GraphNode.Run] does, and returns all that a run needs to know of it.
func (n GraphNode) Perform(ctx context.Context, inputs []any, t Terms) Completion {
	must.HaveCtx("flow.GraphNode.Perform", ctx)
	if n.of == nil {
		return failedAs(fmt.Errorf("flow.GraphNode.Run: %s was not made by Flow.Graph", n.Name))
	}
	switch n.Kind {
	case KindIn:
		v, err := n.input(inputs)
		return Completion{Value: v, Err: err}
	case KindConst:
		return Completion{Value: n.of.make(wiring{}).boxed()}
	}
	p, err := n.alone(ctx, inputs)
	if err != nil {
		return failedAs(err)
	}
	watched := !p.specs[p.out].quick && observe.From(ctx) != nil
	if !watched {
		return n.of.runAlone(ctx, p, t)
	}
	p.described()
	seen := observe.ForEngines(seal).Call(p.calls[p.out])
	beside(func() { ctx = seen.Open(ctx, observe.From(ctx)) })
	c := n.of.runAlone(ctx, p, t)
	beside(func() { seen.End(c.Err, c.Degraded, c.Losses...) })
	return c
}

func failedAs(err error) Completion { return Completion{Err: err} }

// beside calls fn on a goroutine of its own and waits for it, as fn may end that.
func beside(fn func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		fn()
	}()
	<-done
}

// input is Run for the input of the flow.
func (n GraphNode) input(inputs []any) (any, error) {
	if len(inputs) != 1 {
		return nil, n.misuse("is the input of the flow and takes one value, not %d", len(inputs))
	}
	c, ok := n.of.box(inputs[0])
	if !ok {
		return nil, n.misuse("is a %s, not a %T", n.Out, inputs[0])
	}
	return c.boxed(), nil
}

// Element returns the call of an Each or a SettleEach for its i-th element, as a step that takes the element. The name is that of the node and the index, as "stock[3]".
func (n GraphNode) Element(i int) GraphNode {
	if n.of == nil || n.of.element == nil {
		panic("flow.GraphNode.Element: " + n.Name + " has no elements")
	}
	e := n.of.element()
	e.name = n.Name + "[" + strconv.Itoa(i) + "]"
	return describeNode(n.flow, 1, e)
}

// alone is a plan in which only the node is to be made, of its inputs.
func (n GraphNode) alone(ctx context.Context, inputs []any) (*plan, error) {
	if len(inputs) != len(n.inputs) {
		return nil, n.misuse("has %d inputs, not %d", len(n.inputs), len(inputs))
	}
	p := &plan{name: n.flow, place: n.of.place, out: n.of.index, watched: 1, specs: make([]spec, n.of.index+1), left: make([]int32, n.of.index+1)}
	for i := range p.specs {
		p.specs[i] = spec{node: unused, quick: true}
	}
	call := n.of.calls()
	p.specs[p.out] = spec{node: n.of, quick: !call && n.Kind != KindRecover, call: call, answer: true}
	p.remembers = call && n.of.task.remembers()
	p.undoes = call && n.of.task.undoes() // a result that comes too late for the answer
	for i, in := range n.inputs {
		var err error
		v := inputs[i]
		if failed, ok := v.(Failed); ok {
			v, err = nil, failed.Err
			if err == nil {
				err = errors.New("flow.Failed without an error")
			}
			if p.failed == nil {
				p.failed = map[int32]failedInput{}
			}
			p.failed[in.n.index] = failedInput{err, recovery.ClassifyIn(ctx, err) == recovery.ClassCanceled}
		}
		c, ok := in.n.box(v)
		if !ok {
			return nil, n.misuse("takes a %s as input %d, not a %T", in.n.out, i, v)
		}
		known := &p.specs[in.n.index]
		if known.node == unused {
			known.node = &node{kind: KindConst, name: in.n.name, index: in.n.index, out: in.n.out, maker: maker{make: func(wiring) cell { return c }}}
		}
		known.users = append(known.users, use{node: p.out, role: in.role})
	}
	p.findGuarded()
	p.openPools()
	return p, nil
}

// failedInput is an input of a node that is made alone.
type failedInput struct {
	err      error
	canceled bool
}

// unused is a node of which a node that is made alone needs nothing.
var unused = &node{kind: KindConst, maker: maker{make: func(wiring) cell { return &constant[struct{}]{} }}}

// runAlone is a run of a plan with one node, whose value is a T.
func runAlone[T any](ctx context.Context, p *plan, t Terms) Completion {
	var lost lossesOf
	f := &Flow[struct{}, T]{plan: p, terms: &t, degraded: []func(T, []Loss) T{func(out T, l []Loss) T { lost.put(l); return out }}}
	if p.undoes {
		t.last = &lastWord{gone: make(chan struct{})}
	}
	v, err := f.Do(ctx, struct{}{})
	if p.undoes && err != nil && ctx.Err() != nil { // the engine has cancelled it: whether there is something to undo is known when the function returns
		<-t.last.gone
	}
	if late, ok := t.last.take(); ok && err != nil {
		return Completion{Value: late}
	}
	if err == nil {
		c := Completion{Value: v}
		c.Degraded, c.Losses = lost.of(p.specs[p.out].name)
		return c
	}
	if e, ok := err.(*Error); ok && e.plan == p && e.node == p.out {
		return Completion{Err: e.Err, Class: e.class}
	}
	return Completion{Err: err}
}

// lastWord is a success of a node that is made alone, which comes when the engine has cancelled the call.
type lastWord struct {
	gone  chan struct{} // closed when nothing of the call runs any more
	mu    sync.Mutex
	v     any
	ok    bool
	taken bool // the engine has been told how the call has ended
}

// say reports whether the engine is still to be told.
func (l *lastWord) say(v any) bool {
	if l == nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.taken {
		l.v, l.ok = v, true
	}
	return !l.taken
}

func (l *lastWord) take() (v any, ok bool) {
	if l == nil {
		return nil, false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.taken = true
	return l.v, l.ok
}

func (n GraphNode) misuse(format string, args ...any) error {
	return fmt.Errorf("flow.GraphNode.Run: %s of %s "+format, append([]any{n.Name, n.flow}, args...)...)
}
