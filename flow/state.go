package flow

import (
	"context"
	"sync/atomic"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/engine"
)

// state is the memory of one run. It is pooled: when the last goroutine that
// works for the run has left, its values are dropped and another run gets it.
// Nothing in it can be retained by a user, and there is no channel, timer or ctx
// in it: those are in run, which is made anew.
//
// Ready nodes stand in a list that any worker takes from. A user's function may
// block, so there must always be somebody to take the next one; but most return
// soon, and then a goroutine for each would be a waste. So whoever adds to the list, and
// every new worker that leaves something there, sees to it that one new worker
// is on its way. While the list is not empty, one is: it has waking set until it
// looks. Functions that return at once are thus run by few goroutines, and
// functions that block have one each.
type state struct {
	plan   *plan
	cells  []cell
	errs   []error
	left   []int32      // of a counted plan: see counters.go; atomic while the run has the state
	link   []int32      // of a node in a list: the next one
	head   atomic.Int32 // of the list of ready nodes
	waking atomic.Bool
	ended  atomic.Bool // of a counted plan: the function of the output has returned
	demand *demand     // of a plan that is not counted
	run    *run        // nil while nobody has the state
	work   func()      // worker, bound once: to start it allocates nothing
}

func newState(p *plan, counted bool) *state {
	n := len(p.specs)
	st := &state{plan: p, cells: make([]cell, n), errs: make([]error, n), link: make([]int32, n)}
	w := wiring{st.cells, st.errs}
	for i := range p.specs {
		st.cells[i] = p.specs[i].make(w)
	}
	if counted {
		st.left = make([]int32, n)
	} else {
		st.demand = newDemand(n)
	}
	st.work = st.worker
	st.prepare()
	return st
}

// prepare makes the state ready for a run.
func (st *state) prepare() {
	st.head.Store(none)
	st.waking.Store(false)
	st.ended.Store(false)
	if st.demand != nil {
		clear(st.errs) // a failure is not noted where counters are enough
		st.demand.prepare(st.plan)
		return
	}
	copy(st.left, st.plan.left)
}

// recycle gives the state back. Nobody works for the run any more.
func (st *state) recycle() {
	st.run = nil
	for _, c := range st.cells {
		c.reset()
	}
	st.prepare()
	kind := 0
	if st.demand != nil {
		kind = 1
	}
	st.plan.pools[kind].Put(st)
}

// launch starts a worker. The caller works for the run, or starts it.
func (st *state) launch() {
	st.run.members.Add(1)
	go st.work()
}

// worker is the goroutine of a run: it makes nodes until none is ready.
func (st *state) worker() {
	st.waking.Store(false)
	st.serve(worker{at: none})
}

// worker is what a worker is doing.
type worker struct {
	duty duty
	at   int32 // the node whose function it has called, or is to go on with
	err  error // that the function of that node did not return
}

// duty is what a worker begins with, and what is left to do if it does not come back from it.
type duty int8

const (
	serving  duty = iota // taking what is ready
	opening              // telling the observer of the run, which nothing is ready of yet
	telling              // telling the observer of the node
	making               // making the node without the observer
	settling             // the node has failed
)

// serve makes nodes until none is ready, and leaves the run.
func (st *state) serve(w worker) {
	r := st.run
	finished := false
	defer func() {
		if !finished {
			st.rescue(w, engine.Thrown(recover()))
		}
		r.Leave()
	}()
	for n := st.resume(&w); n != none; {
		n = st.step(&w, n)
	}
	finished = true
}

// resume does what a worker begins with.
func (st *state) resume(w *worker) (next int32) {
	duty, n := w.duty, w.at
	w.duty, w.at = serving, none
	switch duty {
	case opening:
		st.announce()
	case making:
		ctx, _ := st.ctxOf(n)
		return st.make(w, n, ctx)
	case settling:
		ctx, _ := st.ctxOf(n)
		return st.mended(n, ctx, w.err)
	}
	return st.pop()
}

// rescue goes on for a worker that a user's function did not return to. The
// goroutine may be about to die, also after a panic: a function that Goexit runs may panic.
func (st *state) rescue(w worker, err error) {
	switch {
	case w.duty == telling: // an observer decides nothing
		w.duty = making
	case w.at != none:
		w.duty, w.err = settling, err
	case err != future.ErrGoexit: // no user's function: a mistake in this package ends the run, it does not hang
		defer st.run.owner.fail(err)
	}
	st.run.members.Add(1)
	go st.serve(w)
}

// step makes node n, and returns the one to go on with.
func (st *state) step(w *worker, n int32) int32 {
	ctx, ok := st.enter(n)
	switch ok {
	case skip:
		return st.pop()
	case stop:
		return none
	}
	if st.plan.specs[n].quick {
		w.at = n
		_, err := st.cells[n].exec(ctx, seat{st, n})
		w.at = none
		return st.orNext(st.settle(n, err))
	}
	if st.head.Load() != none {
		st.wake() // others may be made while this one is
	}
	if st.run.watch != nil {
		w.duty, w.at = telling, n
		ctx = st.run.watch.begin(st.run, n, ctx)
		w.duty, w.at = serving, none
		if err := st.demand.givenUp(n); err != nil { // while the observer was being told
			st.run.watch.end(n, err, nil)
			return st.pop()
		}
	}
	return st.make(w, n, ctx)
}

// make calls the function of node n.
func (st *state) make(w *worker, n int32, ctx context.Context) int32 {
	if !st.plan.specs[n].guards {
		w.at = n
	}
	pending, err := st.cells[n].exec(ctx, seat{st, n})
	w.at = none
	if pending {
		return st.pop()
	}
	if err != nil {
		return st.mended(n, ctx, err)
	}
	return st.orNext(st.conclude(n, nil, nil))
}

// mended is told that the function of node n has failed, and sees to that.
func (st *state) mended(n int32, ctx context.Context, err error) (next int32) {
	if st.plan.specs[n].mends {
		if !st.claim(n) {
			st.strays(n, noStray)
			return st.pop()
		}
		var pending bool
		if pending, err = st.cells[n].(mender).mend(ctx, seat{st, n}, err); pending {
			return st.pop()
		}
	}
	return st.orNext(st.conclude(n, err, nil))
}

// verdict says whether a ready node is to be made.
type verdict int

const (
	proceed verdict = iota
	skip            // not this one
	stop            // none any more
)

// conclude is told how a node that may be observed has ended.
func (st *state) conclude(n int32, err, degraded error) (next int32) {
	w := st.run.watch
	if w == nil {
		return st.settle(n, err)
	}
	if st.demand.hold(n, err) { // the limit has passed: nobody waits for the observer
		if err != nil {
			w.givenUp(n, err)
		}
		st.run.beside(func() { w.end(n, err, degraded) })
		return st.settle(n, err)
	}
	told := false
	defer func() {
		if !told { // the observer has ended the goroutine
			st.offer(st.settle(n, err))
		}
	}()
	w.end(n, err, degraded)
	told = true
	return st.settle(n, err)
}

// orNext is n or, if that is none, what is on the list.
func (st *state) orNext(n int32) int32 {
	if n != none {
		return n
	}
	return st.pop()
}

// offer gives a ready node to whoever comes next.
func (st *state) offer(n int32) {
	if n != none {
		st.push(n, n)
		st.wake()
	}
}

// wake sees to it that a worker is on its way.
func (st *state) wake() {
	if !st.waking.Load() && st.waking.CompareAndSwap(false, true) {
		st.launch()
	}
}

// push puts a chain of nodes on the list.
func (st *state) push(first, last int32) {
	for {
		head := st.head.Load()
		st.link[last] = head
		if st.head.CompareAndSwap(head, first) {
			return
		}
	}
}

// pop takes a node off the list. (A node is on the list at most once in a run,
// so a compare-and-swap of the head alone is enough.)
func (st *state) pop() int32 {
	for {
		n := st.head.Load()
		if n == none || st.head.CompareAndSwap(n, st.link[n]) {
			return n
		}
	}
}
