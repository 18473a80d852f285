package flow

import (
	"context"
	"sync/atomic"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/seam"
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
	plan    *plan
	cells   []cell
	errs    []error
	left    []int32      // of a counted plan: see counters.go; atomic while the run has the state
	link    []int32      // of a node in a list: the next one
	head    atomic.Int32 // of the list of ready nodes
	waking  atomic.Bool
	ended   atomic.Bool   // of a counted plan: the function of the output has returned
	demand  *demand       // of a plan that is not counted
	guarded *guardedCalls // of a counted plan that has some
	run     *run          // nil while nobody has the state
	work    func()        // worker, bound once: to start it allocates nothing
	begin   func()        // opener, so
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
		if len(p.guarded) > 0 {
			st.guarded = &guardedCalls{calls: make([]seam.Carried, n)}
		}
	} else {
		st.demand = newDemand(n)
	}
	st.work, st.begin = st.worker, st.opener
	st.prepare()
	return st
}

// prepare makes the state ready for a run.
func (st *state) prepare() {
	st.head.Store(none)
	st.waking.Store(false)
	st.ended.Store(false)
	clear(st.errs)
	if st.guarded != nil {
		clear(st.guarded.calls)
	}
	for n, in := range st.plan.failed {
		st.errs[n] = in.err
	}
	if st.demand != nil {
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

// serve makes nodes until none is ready, and leaves the run. (What follows from the end of a node is done here, not where its
// function has been called: so it has enough of the stack that a goroutine begins with.)
func (st *state) serve(w worker) {
	r := st.run
	finished := false
	defer func() {
		if !finished {
			st.rescue(w, engine.Thrown(recover()))
		}
		r.Leave()
	}()
	t := change{st: st}
	v, n, err := st.resume(&w)
	for n != none {
		if v == proceed {
			v, err = st.step(&w, n)
		}
		switch v {
		case over:
			n = t.conclude(n, err, nil)
			t.do()
			if n == none {
				n = st.pop()
			}
		case skip:
			n = st.pop()
		case stop:
			n = none
		}
		v = proceed
	}
	finished = true
}

// resume does what a worker begins with, and returns a node to go on with, if there is one.
func (st *state) resume(w *worker) (v verdict, n int32, err error) {
	duty, n := w.duty, w.at
	w.duty, w.at = serving, none
	switch duty {
	case opening:
		st.announce()
	case making:
		ctx, _ := st.ctxOf(n)
		v, err = st.make(w, n, ctx)
		return v, n, err
	case settling:
		ctx, _ := st.ctxOf(n)
		v, err = st.mended(n, ctx, w.err)
		return v, n, err
	}
	return proceed, st.pop(), nil
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

// verdict says how it goes on with a node.
type verdict int8

const (
	proceed verdict = iota // it is to be made
	over                   // its function has returned
	skip                   // not this one: it ends elsewhere, or not at all
	stop                   // none any more
)

// step makes node n.
func (st *state) step(w *worker, n int32) (verdict, error) {
	ctx, v := st.enter(n)
	if v != proceed {
		return v, nil
	}
	if st.plan.specs[n].quick {
		w.at = n
		_, err := st.cells[n].exec(ctx, nodeRef{st, n})
		w.at = none
		return over, err
	}
	if st.head.Load() != none {
		st.wake() // others may be made while this one is
	}
	if st.run.observer != nil {
		w.duty, w.at = telling, n
		ctx = st.run.observer.begin(st.run, n, ctx)
		w.duty, w.at = serving, none
		if is, err := st.givenUp(n); is { // while the observer was being told
			if err != nil {
				st.run.observer.end(n, err, nil)
			}
			return skip, nil
		}
	}
	return st.make(w, n, ctx)
}

// make calls the function of node n.
func (st *state) make(w *worker, n int32, ctx context.Context) (verdict, error) {
	if !st.plan.specs[n].guards {
		w.at = n
	}
	pending, err := st.cells[n].exec(st.keyed(n, ctx), nodeRef{st, n})
	w.at = none
	switch {
	case pending:
		return skip, nil
	case err != nil:
		return st.mended(n, ctx, err)
	}
	return over, nil
}

// mended is told that the function of node n has failed, and sees to that.
func (st *state) mended(n int32, ctx context.Context, err error) (verdict, error) {
	if !st.plan.specs[n].mends {
		return over, err
	}
	if c, ok := st.cells[n].(unwinder); ok {
		err = c.unwind(err)
	}
	if !st.claim(n) {
		st.strays(n, noStray)
		return skip, nil
	}
	pending, err := st.cells[n].(mender).mend(st.keyed(n, ctx), nodeRef{st, n}, err)
	if pending {
		return skip, nil
	}
	return over, err
}

// conclude is told how a node has ended, and returns one that has become ready and is on no list.
func (t *change) conclude(n int32, err, degraded error) (next int32) {
	switch st := t.st; {
	case st.run.observer != nil && !st.plan.specs[n].quick:
		return t.concludeObserved(n, err, degraded)
	case st.demand != nil: // not by settle: see settleDemand
		return t.settleDemand(n, err, false)
	}
	return t.settle(n, err)
}

func (t *change) concludeObserved(n int32, err, degraded error) (next int32) {
	st, w := t.st, t.st.run.observer
	counted := st.demand == nil
	if counted {
		st.errs[n] = err // see backInTime
	} else if st.demand.hold(n, err) { // the limit has passed: nobody waits for the observer
		if err != nil {
			w.givenUp(n, err)
		}
		w.endBeside(st.run, n, err, degraded)
		return t.settle(n, err)
	}
	told := false
	defer func() {
		if !told && (!counted || w.take(n)) { // the observer has ended the goroutine
			st.end(n, err)
		}
	}()
	w.end(n, err, degraded)
	told = true
	if counted && !w.take(n) {
		return none
	}
	return t.settle(n, err)
}

// end settles node n, and does what follows.
func (st *state) end(n int32, err error) {
	t := change{st: st}
	st.offer(t.settle(n, err))
	t.do()
}

// endGiven is end for expire.
func (st *state) endGiven(n int32, err error) {
	t := change{st: st}
	st.offer(t.settleDemand(n, err, true))
	t.do()
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
