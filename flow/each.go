package flow

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/task"
)

// Each is a call of t for each element of as, at most limit at a time; its
// value has the results in the order of as. The first failure is its own, at
// once: the calls that run are cancelled, and no more are started.
//
// Failure: an [*combinators.ElementError] that says which element. The results that are there are given to the Discard of t, if it has one.
// Limit: when the limit of the flow passes, the Fallback of t stands in for each element that is missing; if it has none, the Each fails.
// Empty: succeeds with an empty slice. A limit below 1 panics.
func Each[A, R any](t task.Task[A, R], as Node[[]A], limit int) Node[[]R] {
	mustTask("flow.Each", t.Name())
	if limit < 1 {
		panic(fmt.Sprintf("flow.Each: a limit of %d", limit))
	}
	n := node{kind: Elements, limit: limit, task: describe(t), in: reflect.TypeFor[[]A](), inputs: data(as.n)}
	n.maker = calling(t, func(t task.Task[A, R]) maker {
		direct, mends := task.Direct(t)
		if mends {
			direct = nil // a failure is seen to by Start
		}
		late := task.Discarder(t)
		return maker{guards: true, claims: true, make: func(w wiring) cell {
			return &each[A, R]{t: t, direct: direct, late: late, as: from(w, as), limit: limit}
		}}
	})
	return add[[]R]("flow.Each", 2, n, n.make)
}

type each[A, R any] struct {
	slot[[]R]
	t      task.Task[A, R]
	direct task.Func[A, R]
	late   func(context.Context, R) // nil if there is no Discard
	as     *[]A
	limit  int
}

func (c *each[A, R]) discard(ctx context.Context) {
	if c.late != nil {
		for _, v := range c.v {
			c.late(ctx, v)
		}
	}
}

func (c *each[A, R]) exec(ctx context.Context, at seat) (pending bool, err error) {
	as := *c.as
	if len(as) == 0 {
		c.v = []R{}
		return false, nil
	}
	if !at.claim() { // something stands in for it already
		return true, nil
	}
	life, err := at.st.run.begin(ctx, time.Time{})
	if err != nil {
		return false, err
	}
	at.wait()
	g := &elements[A, R]{c: c, t: c.t, direct: c.direct, drop: c.late, at: at, run: at.st.run, life: life, as: as, values: make([]R, len(as)), done: make([]bool, len(as)), free: min(c.limit, len(as))}
	g.ctx = life.Context()
	if at.st.run.watch != nil {
		g.ctx = engine.WithValues(g.ctx, ctx)
	}
	g.free--
	at.st.carry(at.n, g)
	g.serve(g.idle())
	return true, nil
}

// resign implements [resigner]. Without its input nobody knows how many elements there are.
func (c *each[A, R]) resign(at seat, late lateCall, failure error) (pending bool, err error) {
	v, ok := task.Standby(c.t)
	if !ok || !late.complete {
		return false, failure
	}
	c.v = slices.Repeat([]R{v}, len(*c.as))
	if len(c.v) > 0 {
		at.degradedBy(failure, nil, len(c.v))
	}
	return false, nil
}

func (c *each[A, R]) alone(ctx context.Context) (err error) {
	c.v, err = combinators.Each(ctx, c.limit, *c.as, c.t.Do).Await(ctx)
	if e, ok := err.(*combinators.ElementError); ok {
		return &combinators.ElementError{Name: c.t.Name(), Index: e.Index, Err: e.Err}
	}
	return err
}

// elements is one run of an Each. Servers take the elements in order; a server
// that leaves some sees to it that there is another, up to the limit, so
// quick calls are made by few goroutines. It is made anew for each run, as an
// element that was given up may come late.
type elements[A, R any] struct {
	c      *each[A, R] // and at: only until it is finished
	at     seat
	t      task.Task[A, R]
	direct task.Func[A, R]
	drop   func(context.Context, R) // nil if there is no Discard
	run    *run
	life   engine.Life
	ctx    context.Context
	as     []A

	mu       sync.Mutex
	values   []R
	done     []bool
	calls    []task.Carried         // of the elements that run, if they can be given up
	back     map[int]task.Answer[R] // of elements whose end the observer is being told of
	kept     []R                    // the successes, if there is a Discard for them
	next     int                    // the element to take
	made     int
	free     int // servers that may be started yet
	over     bool
	late     error // the failure of elements, as the limit has passed; nil before that
	degraded error // the first failure that something has taken
	lost     []Loss
	replaced int // elements that something stands in for
}

// take returns the next element, if there is one, and whether to start another server.
func (g *elements[A, R]) take() (i int, more, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.over || g.late != nil || g.next == len(g.as) {
		return 0, false, false
	}
	i = g.next
	g.next++
	if g.next < len(g.as) && g.free > 0 {
		g.free--
		more = true
	}
	return i, more, true
}

// serve makes elements, first the one of h, until there are no more, or one goes on elsewhere.
func (g *elements[A, R]) serve(h elementHost[A, R]) {
	telling, finished := false, false
	defer func() {
		if finished {
			return
		}
		err := engine.Thrown(recover())
		switch {
		case telling: // an observer decides nothing
			g.another(h)
			return
		case h.i != int(none): // its function did not return
			h.end(task.Answer[R]{Err: err})
		}
		g.another(g.idle())
	}()
	going := h.i == int(none) || h.make(g.ctx)
	for going {
		i, more, ok := g.take()
		if !ok {
			break
		}
		if more {
			g.another(g.idle())
		}
		h = elementHost[A, R]{g: g, i: i}
		ctx := g.ctx
		if g.run.watch != nil {
			telling = true
			h.seen = &element{about: g.about(i)}
			ctx = h.seen.Begin(g.ctx, g.run.watch.observer, &h.seen.about, time.Now())
			telling = false
		}
		going = h.make(ctx)
	}
	finished = true
}

// another starts a server that begins with the element of h.
func (g *elements[A, R]) another(h elementHost[A, R]) {
	if !g.run.Join() {
		return
	}
	go func() {
		defer g.run.Leave()
		g.serve(h)
	}()
}

// idle is the host of no element.
func (g *elements[A, R]) idle() elementHost[A, R] { return elementHost[A, R]{g: g, i: int(none)} }

// put takes the result of an element, unless it has one.
func (g *elements[A, R]) put(i int, ans task.Answer[R]) {
	g.mu.Lock()
	if g.over || g.done[i] {
		g.mu.Unlock()
		if g.drop != nil && ans.Err == nil {
			g.drop(g.ctx, ans.Value)
		}
		return
	}
	g.values[i], g.done[i] = ans.Value, true
	if g.drop != nil && ans.Err == nil {
		g.kept = append(g.kept, ans.Value)
	}
	if ans.Degraded != nil {
		g.lose(ans.Degraded, ans.Losses)
	}
	g.made++
	g.over = ans.Err != nil || g.made == len(g.as)
	over := g.over
	g.mu.Unlock()
	if !over {
		return
	}
	var err error
	if ans.Err == nil {
		g.c.v = g.values
		g.at.degradedBy(g.degraded, g.lost, g.replaced)
	} else {
		if err = ans.Err; !future.IsCanceled(err) {
			err = &combinators.ElementError{Name: g.t.Name(), Index: i, Err: err}
		}
		g.life.End(&future.CanceledError{Cause: errors.Join(combinators.ErrLost, err)})
		for _, v := range g.kept {
			g.drop(g.ctx, v)
		}
	}
	g.life.Release()
	if err == nil {
		g.at.finish(nil, g.degraded)
		return
	}
	g.at.finish(err, nil)
}

// hold notes how an element has ended, while an observer is told of that, and reports whether the limit has passed: then
// nobody waits for the observer.
func (g *elements[A, R]) hold(i int, ans task.Answer[R]) (late bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.back == nil {
		g.back = map[int]task.Answer[R]{}
	}
	g.back[i] = ans
	return g.late != nil
}

// lose notes that something stands in for an element, or for a part of it. Several of one name are one loss. The caller has the lock.
func (g *elements[A, R]) lose(failure error, inner []Loss) {
	if g.degraded == nil {
		g.degraded = failure
	}
	if len(inner) == 0 {
		g.replaced++
	}
	for _, l := range inner {
		if at := slices.IndexFunc(g.lost, func(known Loss) bool { return known.Node == l.Node }); at >= 0 {
			g.lost[at].Count += l.Count
		} else {
			g.lost = append(g.lost, l)
		}
	}
}

// GiveUp implements [task.Carried].
func (g *elements[A, R]) GiveUp(err error) {
	if !g.run.Join() {
		return
	}
	defer g.run.Leave()
	g.mu.Lock()
	if g.late != nil || g.over {
		g.mu.Unlock()
		return
	}
	g.late = err
	done, calls, back := slices.Clone(g.done), slices.Clone(g.calls), maps.Clone(g.back)
	g.mu.Unlock()
	v, ok := task.Standby(g.t)
	for i := range g.as {
		ans, returned := back[i]
		switch {
		case done[i]:
		case returned: // in time: only an observer was slow
			g.put(i, ans)
		case i < len(calls) && calls[i] != nil:
			calls[i].GiveUp(err)
		case ok:
			g.put(i, task.Answer[R]{Value: v, Degraded: err})
		default:
			g.put(i, task.Answer[R]{Err: err})
		}
	}
}

// elementHost is where a call for one element ends.
type elementHost[A, R any] struct {
	g    *elements[A, R]
	i    int
	seen *element // nil if nobody observes it
}

// make makes the element, and reports whether this goroutine has done so:
// else whoever does serves on.
func (h *elementHost[A, R]) make(ctx context.Context) (done bool) {
	g, i := h.g, h.i
	if g.ctx.Err() != nil {
		h.end(g.refused())
		return true
	}
	var ans task.Answer[R]
	if g.direct != nil {
		ans.Value, ans.Err = g.direct(ctx, g.as[i])
	} else {
		host := *h
		h.i = int(none) // Start sees to functions that do not return
		if ans, done = task.Start(ctx, g.t, g.as[i], g.run, host); !done {
			return false
		}
		h.i = i
	}
	h.end(ans)
	return true
}

// Around is the run that waits for a run that the task stands for.
func (h elementHost[A, R]) Around() any { return h.g.at.around() }

// Carry is told of the call: see [task.Host].
func (h elementHost[A, R]) Carry(call task.Carried) {
	g := h.g
	g.mu.Lock()
	if g.calls == nil {
		g.calls = make([]task.Carried, len(g.as))
	}
	g.calls[h.i] = call
	late := g.late
	g.mu.Unlock()
	if late != nil {
		call.GiveUp(late)
	}
}

// refused is the answer of an element whose ctx has ended before it begins. At a limit something may stand in for it.
func (g *elements[A, R]) refused() task.Answer[R] {
	cause := future.Cause(g.ctx)
	if v, ok := task.Standby(g.t); ok && g.run.expired.Load() {
		return task.Answer[R]{Value: v, Degraded: cause}
	}
	return task.Answer[R]{Err: cause}
}

// end is told how the element ended.
func (h *elementHost[A, R]) end(ans task.Answer[R]) {
	i := h.i
	h.i = int(none)
	if h.seen == nil || h.g.hold(i, ans) {
		h.g.put(i, ans)
	} else {
		defer h.g.put(i, ans) // whatever the observer does
	}
	if h.seen != nil {
		h.seen.End(ans.Err, ans.Degraded)
	}
}

// Finish implements [task.Host]. The goroutine serves on.
func (h elementHost[A, R]) Finish(ans task.Answer[R]) {
	h.end(ans)
	h.g.serve(h.g.idle())
}

// element is one as an observer sees it.
type element struct {
	task.Sight
	about task.Call
}

// about is what an observer is told of the i-th element.
func (g *elements[A, R]) about(i int) task.Call {
	node := &g.run.plan.calls[g.at.n]
	return task.Call{Kind: task.ElementCall, Flow: node.Flow, Node: node.Node, Task: g.t.Name(), Element: i, Place: node.Place}
}
