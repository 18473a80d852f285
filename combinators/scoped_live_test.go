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
