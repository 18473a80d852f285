package combinators_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing/synctest"
	"time"

	"github.com/jade-go/jade/future"
)

// scopedRun is a graph with scopes that really runs, in a bubble.
type scopedRun struct {
	g        *scopedGraph
	log      *scopedLog
	ctxs     []context.Context
	scopes   []*future.Scope
	cancels  []func(error)
	promises []*future.Promise[string]
	building []atomic.Bool // a vertex is just being made: its function may run on the builder's goroutine

	mu      sync.Mutex // guards what follows
	futures []text
	settled []future.Future[[]future.Result[string]]
	inners  []text
	built   []bool
	closing []underWay // by scope
}

// underWay counts the calls of Close that have not returned; the first of them began at since.
type underWay struct {
	calls int
	since int64
}

func newScopedRun(g *scopedGraph) *scopedRun {
	n := len(g.vertices)
	r := &scopedRun{
		g: g, log: newScopedLog(n), promises: make([]*future.Promise[string], n), building: make([]atomic.Bool, n),
		futures: make([]text, n), settled: make([]future.Future[[]future.Result[string]], n), built: make([]bool, n), closing: make([]underWay, len(g.ctxs)),
	}
	for i := range g.ctxs {
		ctx, scope, cancel := r.newCtx(i)
		r.ctxs, r.scopes, r.cancels = append(r.ctxs, ctx), append(r.scopes, scope), append(r.cancels, cancel)
	}
	return r
}

type scopedKey int

func (r *scopedRun) newCtx(i int) (context.Context, *future.Scope, func(error)) {
	c := r.g.ctxs[i]
	parent := r.ctx(c.parent)
	switch c.kind {
	case ctxScope:
		ctx, scope := future.WithScope(parent)
		return ctx, scope, nil
	case ctxHooked:
		ctx, scope := future.WithScope(parent, future.Unobserved(func(err error) { r.told(i, err, span{}) }))
		return ctx, scope, nil
	case ctxCancel:
		ctx, cancel := context.WithCancel(parent)
		return ctx, nil, func(error) { cancel() }
	case ctxCause:
		ctx, cancel := context.WithCancelCause(parent)
		return ctx, nil, cancel
	case ctxTimeout:
		ctx, cancel := context.WithTimeout(parent, c.limit)
		return ctx, nil, func(error) { cancel() }
	}
	return context.WithValue(parent, scopedKey(i), i), nil, nil
}

// ctx is the graph's ctx i.
func (r *scopedRun) ctx(i int) context.Context {
	if i < 0 {
		return context.Background()
	}
	return r.ctxs[i]
}

// play performs the ops at their moments, then ends what is open, closes all
// scopes, lets everything come to rest, and closes all of them once more: for
// failures that came after a Close.
func (r *scopedRun) play() {
	for _, o := range r.g.ops {
		r.sleepUntil(o.at)
		if !o.alone {
			r.perform(o)
			continue
		}
		go func() {
			for range o.pause {
				runtime.Gosched()
			}
			r.perform(o)
		}()
	}
	r.sleepUntil(horizon)
	for i, p := range r.promises {
		if p != nil {
			p.Complete(r.g.name(i), nil)
		}
	}
	r.closeAll(true)
	for _, cancel := range r.cancels {
		if cancel != nil {
			cancel(nil)
		}
	}
	r.sleepUntil(10 * horizon)
	synctest.Wait()
	r.closeAll(false)
	synctest.Wait()
	r.finish()
}

func (r *scopedRun) sleepUntil(at time.Duration) {
	if wait := at - time.Since(r.log.start); wait > 0 {
		time.Sleep(wait)
	}
}

// closeAll closes all scopes, or those that nobody has closed yet, all at once.
func (r *scopedRun) closeAll(fresh bool) {
	var wg sync.WaitGroup
	for k, scope := range r.scopes {
		if scope != nil && !(fresh && r.closedBefore(k)) {
			wg.Go(func() { r.close(k) })
		}
	}
	wg.Wait()
}

func (r *scopedRun) closedBefore(k int) (is bool) {
	r.log.note(func(moment) {
		for _, c := range r.log.closes {
			is = is || c.scope == k
		}
	})
	return is
}

func (r *scopedRun) perform(o scopedOp) {
	switch o.deed {
	case doBuild:
		r.make(o.on)
	case doComplete:
		if o.how == 0 {
			r.promises[o.on].Complete(r.g.name(o.on), nil)
		} else {
			r.promises[o.on].Complete("", newFault(r.g.name(o.on), o.how-1))
		}
	case doCancel:
		if r.g.vertices[o.on].kind == kSettle {
			r.settle(o.on).Cancel(newCause(fmt.Sprintf("cancel %d", o.on), o.how))
		} else {
			r.future(o.on).Cancel(newCause(fmt.Sprintf("cancel %d", o.on), o.how))
		}
	case doEnd:
		if r.scopes[o.on] != nil {
			go r.close(o.on)
		} else {
			r.cancels[o.on](newCause(fmt.Sprintf("end %d", o.on), o.how))
		}
	case doWatch:
		r.look(o)
	}
}

func (r *scopedRun) future(i int) text {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.futures[i]
}

func (r *scopedRun) settle(i int) future.Future[[]future.Result[string]] {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.settled[i]
}

// close calls Close of scope k.
func (r *scopedRun) close(k int) {
	c := &closeLog{scope: k}
	r.log.note(func(m moment) {
		c.began = m
		r.log.closes = append(r.log.closes, c)
	})
	r.setClosing(k, 1, c.began.seq)
	err := r.scopes[k].Close()
	r.log.note(func(m moment) { c.ended = m })
	r.setClosing(k, -1, 0)
	pending := r.pending()
	for _, part := range parts(err) {
		if u, ok := part.(*future.UnobservedError); ok {
			r.told(k, u, c.span)
		} else {
			r.log.note(func(moment) { c.other = recordOf(part) })
		}
	}
	r.log.note(func(moment) { c.returned, c.pending = true, pending })
}

func (r *scopedRun) setClosing(k, more int, seq int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	u := &r.closing[k]
	if u.calls == 0 {
		u.since = seq
	}
	if u.calls += more; u.calls == 0 {
		u.since = 0
	}
}

// parts are the errors that a scope has joined.
func parts(err error) (list []error) {
	switch e := err.(type) {
	case nil:
	case *future.UnobservedError:
		list = append(list, e)
	case interface{ Unwrap() []error }:
		for _, part := range e.Unwrap() {
			list = append(list, parts(part)...)
		}
	default:
		list = append(list, e)
	}
	return list
}

// told notes that scope k told of err: within when, or now if that is zero.
func (r *scopedRun) told(k int, err error, when span) {
	u, ok := err.(*future.UnobservedError)
	if !ok {
		u = &future.UnobservedError{Name: "not an UnobservedError", Err: err}
	}
	t := tale{scope: k, name: u.Name, outcome: outcomeOf("", u.Err), repeats: r.repeats(k, u.Err), when: when}
	r.mu.Lock()
	began := r.closing[k].since
	r.mu.Unlock()
	r.log.note(func(m moment) {
		if when.ended.seq == 0 {
			t.when = span{moment{began, m.at}, m}
		}
		r.log.told = append(r.log.told, t)
	})
}

// pending are the vertices that are not complete. To ask is not to look.
func (r *scopedRun) pending() (pending []int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, built := range r.built {
		done := r.futures[i].Done()
		if r.g.vertices[i].kind == kSettle {
			done = r.settled[i].Done()
		}
		select {
		case <-done:
		default:
			if built {
				pending = append(pending, i)
			}
		}
	}
	return pending
}

// finish notes how everything ended. After that nobody is told of anything.
func (r *scopedRun) finish() {
	for i, v := range r.g.vertices {
		res, ok := r.futures[i].Peek()
		if v.kind == kSettle {
			var all future.Result[[]future.Result[string]]
			all, ok = r.settled[i].Peek()
			res = future.Result[string]{Value: r.g.name(i), Err: all.Err}
		}
		r.log.finals[i], r.log.open[i] = outcomeOf(res.Get()), !ok
	}
	for k, f := range r.inners {
		if res, ok := f.Peek(); ok {
			r.log.inners[k].final = outcomeOf(res.Get())
		}
	}
}
