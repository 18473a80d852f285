package combinators_test

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/samber/lo"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/future"
)

// look watches a vertex in one of the ways.
func (r *scopedRun) look(o scopedOp) {
	i := o.wait.on[0]
	switch o.wait.how {
	case byPeek:
		r.peek(i)
	case byOnDone, byStopped:
		r.onDone(o, i)
	case byReading:
		r.reading(i)
	default:
		go r.wait(context.Background(), *o.wait)
	}
}

func (r *scopedRun) peek(i int) {
	began := r.log.now()
	if r.g.vertices[i].kind == kSettle {
		if res, ok := r.settle(i).Peek(); ok {
			r.sawAll(began, i, byPeek, res)
		}
	} else if res, ok := r.future(i).Peek(); ok {
		r.log.saw(began, i, byPeek, outcomeOf(res.Get()))
	}
}

// sawAll notes that a user has looked at the result of a Settle: at every failure in it.
func (r *scopedRun) sawAll(began moment, i, how int, all future.Result[[]future.Result[string]]) {
	name := r.g.name(i)
	if all.Err == nil && len(all.Value) != len(r.g.vertices[i].in) {
		name = "nothing"
	}
	r.log.saw(began, i, how, outcomeOf(name, all.Err))
	for _, res := range all.Value {
		if res.Err != nil {
			r.log.saw(began, -1, how, outcomeOf(res.Get()))
		}
	}
}

// onDone registers a hook.
func (r *scopedRun) onDone(o scopedOp, i int) {
	c := &callLog{vertex: i, what: "hook"}
	r.log.note(func(m moment) { c.made.began = m })
	name := fmt.Sprintf("hook %d", c.made.began.seq)
	called := func(note func()) {
		done := r.log.call(c)
		defer done()
		note()
		if o.crash {
			r.log.note(func(moment) { r.log.crowed = append(r.log.crowed, crash{i, "panic(fault " + name + ")"}) })
			panic(newFault(name, 0))
		}
	}
	var stop func() bool
	if r.g.vertices[i].kind == kSettle {
		stop = r.settle(i).OnDone(func(all future.Result[[]future.Result[string]]) {
			called(func() { r.sawAll(c.made.began, i, byOnDone, all) })
		})
	} else {
		stop = r.future(i).OnDone(func(res future.Result[string]) {
			called(func() { r.log.sawFirmly(c.made.began, i, byOnDone, outcomeOf(res.Get()), true) })
		})
	}
	r.log.note(func(m moment) { c.made.ended = m })
	if o.wait.how == byStopped {
		time.AfterFunc(patience, func() { stop() })
	}
}

// reading puts a Map behind a Settle, whose function sees all results.
func (r *scopedRun) reading(i int) {
	c := &callLog{vertex: i, what: "reading", made: span{began: r.log.now()}}
	combinators.Map(r.settle(i), func(rs []future.Result[string]) int {
		defer r.log.call(c)()
		r.sawAll(c.made.began, i, byReading, future.Result[[]future.Result[string]]{Value: rs})
		return len(rs)
	})
	r.log.note(func(m moment) { c.made.ended = m })
}

// wait waits as w says and notes what it was given.
func (r *scopedRun) wait(own context.Context, w wait) {
	entry := r.log.begin(w)
	ctx := own
	switch w.ctx {
	case withBackground:
		ctx = context.Background()
	case withPatience:
		short, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		ctx = short
	case withStrange:
		strange := &strangeCtx{Context: context.Background(), done: make(chan struct{})}
		defer time.AfterFunc(patience, strange.end).Stop()
		ctx = strange
	case withOwn:
	default:
		ctx = r.ctx(w.ctx)
	}
	switch {
	case w.how == byCollect:
		r.collect(ctx, w, entry)
	case w.how == byAwait2:
		values, err := awaitN(ctx, lo.Map(w.on, func(i, _ int) text { return r.future(i) }))
		switch {
		case err == nil:
			for k, i := range w.on {
				r.log.saw(entry.began, i, w.how, outcomeOf(values[k], nil))
			}
		case !r.gaveUp(ctx, entry, err):
			r.log.saw(entry.began, -1, w.how, outcomeOf("", err))
			entry.failure = recordOf(err)
		}
	case r.g.vertices[w.on[0]].kind == kSettle:
		all, err := r.settle(w.on[0]).Await(ctx)
		if err == nil || !r.gaveUp(ctx, entry, err) {
			r.sawAll(entry.began, w.on[0], w.how, future.Result[[]future.Result[string]]{Value: all, Err: err})
		}
	default:
		v, err := r.future(w.on[0]).Await(ctx)
		firm := ctx.Err() == nil
		if err == nil || !r.gaveUp(ctx, entry, err) {
			r.log.sawFirmly(entry.began, w.on[0], w.how, outcomeOf(v, err), firm)
		}
	}
	r.log.note(func(m moment) { entry.ended, entry.returned = m, true })
}

// gaveUp notes that err is ctx's own cause, if that is so.
func (r *scopedRun) gaveUp(ctx context.Context, entry *waitLog, err error) bool {
	for ended(ctx) && ctx.Err() == nil { // see strangeCtx
		runtime.Gosched()
	}
	cause := future.Cause(ctx)
	_, strange := ctx.(*strangeCtx)
	if cause == nil || recordOf(cause) != recordOf(err) && !(strange && future.IsCanceled(err)) {
		return false
	}
	r.log.note(func(moment) { entry.gaveUp = recordOf(err) })
	return true
}

// collect ranges over AsCompleted, perhaps not to its end.
func (r *scopedRun) collect(ctx context.Context, w wait, entry *waitLog) {
	yielded := make([]int, len(w.on))
	count := 0
	for k, res := range combinators.AsCompleted(ctx, lo.Map(w.on, func(i, _ int) text { return r.future(i) })...) {
		yielded[k]++
		if !r.gaveUp(ctx, entry, res.Err) {
			r.log.saw(entry.began, w.on[k], w.how, outcomeOf(res.Get()))
		}
		if count++; count == w.leave {
			return
		}
	}
	for k, times := range yielded {
		if times != 1 {
			r.log.note(func(moment) { entry.wrong = fmt.Sprintf("AsCompleted yielded v%d %d times", w.on[k], times) })
		}
	}
}
