package flow

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/seam"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// elementsOf is what the cells of an Each and of a SettleEach have in common.
type elementsOf[A, R any] struct {
	t       task.Task[A, R]
	direct  task.Func[A, R]
	late    func(context.Context, R) // nil if there is no Discard
	as      *[]A
	limit   int
	settles bool // a failed element does not fail the node
}

// collector is the cell that takes the results of elements.
type collector[R any] interface {
	// collect is given a value and a failure for each element; failures are nil but for a SettleEach.
	collect(values []R, failures []error)
}

// spread returns the elements.
func (c *elementsOf[A, R]) spread() []any {
	all := make([]any, len(*c.as))
	for i, v := range *c.as {
		all[i] = v
	}
	return all
}

// take is what collect of to does, with values of any type; a nil is the zero value.
func (c *elementsOf[A, R]) take(to collector[R], values []any, failures []error) {
	typed := make([]R, len(values))
	for i, v := range values {
		typed[i], _ = v.(R)
	}
	to.collect(typed, failures)
}

func (c *elementsOf[A, R]) isSettling() bool { return c.settles }

// standby is the value of the task's Fallback, if there is one.
func (c *elementsOf[A, R]) standby() (any, bool) { return task.ForEngines(seal, c.t).Standby() }

// start starts the elements; there are some.
func (c *elementsOf[A, R]) start(ctx context.Context, at nodeRef, to collector[R]) (pending bool, err error) {
	if !at.claim() { // something stands in for it already
		return true, nil
	}
	life, err := at.st.run.begin(ctx, time.Time{})
	if err != nil {
		if _, ok := task.ForEngines(seal, c.t).Standby(); (ok || c.settles) && at.left(ctx) == nil {
			c.standIn(at, to, at.st.lateness(err))
			return false, nil
		}
		return false, err
	}
	at.wait()
	as := *c.as
	g := &elements[A, R]{
		elementsOf: *c, to: to, at: at, run: at.st.run, node: at.n, undoing: at.st.run.undoing, crew: at.crew(), life: life, elements: as,
		values: make([]R, len(as)), done: make([]bool, len(as)), free: min(c.limit, len(as)),
	}
	if c.settles {
		g.failures = make([]error, len(as))
	}
	g.ctx = life.Context()
	if at.st.run.observer != nil {
		g.ctx = engine.WithValues(g.ctx, ctx)
	}
	g.free--
	at.st.carry(at.n, g)
	g.serve(g.idle())
	return true, nil
}

// standIn makes the value of a node none of whose elements has begun when the limit passes.
func (c *elementsOf[A, R]) standIn(at nodeRef, to collector[R], late error) {
	n := len(*c.as)
	v, ok := task.ForEngines(seal, c.t).Standby()
	if n == 0 {
		to.collect([]R{}, nil)
		return
	}
	values, failures := slices.Repeat([]R{v}, n), make([]error, n)
	failure := late
	if !ok {
		for i := range failures {
			failures[i] = c.failed(i, late)
		}
		failure = failures[0]
	}
	to.collect(values, failures)
	at.degradedBy(failure, nil, n)
}

// failed is the failure of element i.
func (c *elementsOf[A, R]) failed(i int, err error) *combinators.ElementError {
	return &combinators.ElementError{Name: c.t.Name(), Index: i, Err: err}
}

// elements is one run of an Each or a SettleEach. Servers take the elements in order; a server
// that leaves some sees to it that there is another, up to the limit, so
// quick calls are made by few goroutines. It is made anew for each run, as an
// element that was given up may come late.
type elements[A, R any] struct {
	elementsOf[A, R]
	to       collector[R] // and at: only until it is finished
	at       nodeRef
	run      *run
	node     int32
	undoing  *undoing
	crew     seam.Crew
	life     engine.Life
	ctx      context.Context
	elements []A

	mu       sync.Mutex
	values   []R
	failures []error // of a SettleEach
	done     []bool
	calls    []seam.Carried         // of the elements that run, if they can be given up
	seen     map[int]seam.OwnCall   // of the elements that run, if somebody observes them
	back     map[int]seam.Answer[R] // of elements whose end the observer is being told of
	kept     []R                    // the successes, if there is a Discard for them
	next     int                    // the element to take
	made     int
	free     int // servers that may be started yet
	over     bool
	given    error // the failure of elements, as the limit has passed; nil before that
	spent    bool  // so has what is reserved
	losing
}

// take returns the next element, if there is one, and whether to start another server.
func (g *elements[A, R]) take() (i int, more, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.over || g.given != nil || g.next == len(g.elements) {
		return 0, false, false
	}
	i = g.next
	g.next++
	if g.next < len(g.elements) && g.free > 0 {
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
			h.end(seam.Answer[R]{Err: err})
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
		if g.run.observer != nil {
			telling = true
			h.seen = observe.ForEngines(seal).Call(g.about(i))
			ctx = h.seen.Open(g.ctx, g.run.observer.to)
			g.sees(i, h.seen)
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
