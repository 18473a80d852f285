package combinators_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"time"

	"github.com/samber/lo"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
)

func (g *scopedGraph) name(i int) string { return fmt.Sprintf("v%d", i) }

// make builds vertex i.
func (r *scopedRun) make(i int) {
	r.building[i].Store(true)
	r.log.note(func(m moment) { r.log.builds[i].began = m })
	v := r.g.vertices[i]
	var f text
	var s future.Future[[]future.Result[string]]
	if v.kind == kSettle {
		s = combinators.Settle(r.inputs(v)...)
	} else {
		f = r.build(i, v)
	}
	r.mu.Lock()
	r.futures[i], r.settled[i], r.built[i] = f, s, true
	r.mu.Unlock()
	r.log.note(func(m moment) { r.log.builds[i].ended = m })
	r.building[i].Store(false)
}

func (r *scopedRun) inputs(v scopedVertex) []text {
	return lo.Map(v.in, func(i, _ int) text { return r.future(i) })
}

func (r *scopedRun) build(i int, v scopedVertex) text {
	name, in := r.g.name(i), r.inputs(v)
	ctx := r.ctx(v.ctx)
	if v.named {
		ctx = future.Named(ctx, name)
	}
	body := func(ctx context.Context, given error) (string, error) { return r.body(ctx, i, name, v.work, given) }
	then := func(ctx context.Context, _ ...string) (string, error) { return body(ctx, nil) }
	switch v.kind {
	case kOf:
		if v.work.ends == succeeds {
			return future.Of(name, nil)
		}
		return future.Of("", newFault(name, v.work.flavor))
	case kPromise:
		p := future.NewPromise[string](ctx)
		r.promises[i] = p
		return p.Future()
	case kGo:
		return future.Go(ctx, func(ctx context.Context) (string, error) { return body(ctx, nil) })
	case kThen:
		return combinators.Then(ctx, in[0], func(ctx context.Context, _ string) (string, error) { return body(ctx, nil) })
	case kThenN:
		return thenN(ctx, in, then)
	case kMap:
		return combinators.Map(in[0], func(string) string { r.quick(i, name, v.work); return name })
	case kTap:
		return combinators.Tap(in[0], func(string) { r.quick(i, name, v.work) })
	case kOnError:
		return recovery.OnError(in[0], func(error) { r.quick(i, name, v.work) })
	case kFlatMap:
		return combinators.FlatMap(ctx, in[0], func(own context.Context, _ string) text { return r.flat(ctx, own, i, name, v) })
	case kFinally:
		return combinators.Finally(ctx, in[0], func(ctx context.Context, _ future.Result[string]) { _, _ = body(ctx, nil) })
	case kRecover:
		return recovery.Recover(ctx, in[0], body)
	case kRecoverIs:
		return recovery.RecoverIs(ctx, in[0], [...]error{context.Canceled, context.DeadlineExceeded, errors.ErrUnsupported}[v.target], body)
	case kRecoverAs:
		if v.target == 0 {
			return recovery.RecoverAs(ctx, in[0], func(ctx context.Context, err *future.CanceledError) (string, error) { return body(ctx, err) })
		}
		return recovery.RecoverAs(ctx, in[0], func(ctx context.Context, err *plainFault) (string, error) { return body(ctx, err) })
	case kFallback:
		return recovery.Fallback(in[0], name)
	case kWithin:
		return deadline.Within(in[0], v.limit)
	case kShield:
		return future.Shield(in[0])
	case kAll:
		return renderAs(combinators.All(in...), func([]string) string { return name })
	case kZip:
		return zipN(name, in)
	case kRace:
		return combinators.Race(in...)
	case kAny:
		return combinators.Any(in...)
	case kQuorum:
		return renderAs(combinators.Quorum(v.n, in...), func([]string) string { return name })
	case kPartial:
		return renderAs(deadline.Partial(v.limit, "missing", in...), func([]string) string { return name })
	case kEach:
		return renderAs(combinators.Each(ctx, v.n, lo.Range(len(v.works)), func(ctx context.Context, k int) (string, error) {
			return r.body(ctx, i, fmt.Sprintf("%s.%d", name, k), v.works[k], nil)
		}), func([]string) string { return name })
	}
	panic("kind")
}

// body is a function that has a ctx; given is the failure it is called with.
func (r *scopedRun) body(ctx context.Context, i int, name string, w work, given error) (string, error) {
	defer r.log.call(&callLog{vertex: i, what: "body"})()
	if w.wait != nil {
		r.wait(ctx, *w.wait)
	}
	if err := w.sleep(ctx); err != nil {
		return "", err
	}
	for range w.pause {
		runtime.Gosched()
	}
	if w.ends == passes && given != nil && reflect.TypeOf(given).Comparable() { // else nobody could tell that it is the same
		return "", given
	}
	return name, w.finish(name)
}

// sleep takes as long as the work takes, unless that heeds its ctx and it ends.
func (w work) sleep(ctx context.Context) error {
	if w.heeds == heedsNothing {
		time.Sleep(w.takes)
		return nil
	}
	late := time.NewTimer(w.takes)
	defer late.Stop()
	select {
	case <-late.C:
		return nil
	case <-ctx.Done():
	}
	switch w.heeds {
	case returnsRaw:
		return context.Cause(ctx)
	case returnsWrapped:
		return fmt.Errorf("wrapped: %w", ctx.Err())
	}
	return future.Cause(ctx)
}

func (w work) finish(name string) error {
	switch w.ends {
	case fails:
		return newFault(name, w.flavor)
	case panics:
		panic(newFault(name, w.flavor))
	case exits:
		runtime.Goexit()
	case cancels:
		return fmt.Errorf("wrapped: %w", context.Canceled)
	}
	return nil
}

// quick is a function that runs inline. It takes time, as it should not; but
// not on the goroutine that builds the graph.
func (r *scopedRun) quick(i int, name string, w work) {
	defer r.log.call(&callLog{vertex: i, what: "quick"})()
	if !r.building[i].Load() {
		time.Sleep(w.takes)
	}
	_ = w.finish(name)
}

// flat is the function of a FlatMap.
func (r *scopedRun) flat(around, own context.Context, i int, name string, v scopedVertex) text {
	if _, err := r.body(own, i, name, v.work, nil); err != nil {
		return future.Of("", err)
	}
	if v.target >= 0 {
		return r.future(v.target)
	}
	ctx := own
	if v.target == innerScope {
		ctx = around
	}
	f := future.Go(ctx, func(ctx context.Context) (string, error) { return r.body(ctx, i, name+".inner", v.works[0], nil) })
	r.mu.Lock()
	defer r.mu.Unlock()
	r.inners = append(r.inners, f)
	r.log.note(func(moment) { r.log.inners = append(r.log.inners, innerLog{owner: i}) })
	return f
}

// repeats reports whether err is what scope k itself has ended with, as far
// as that can be told: causes of some types cannot be compared.
func (r *scopedRun) repeats(k int, err error) bool {
	ends := []string{recordOf(context.Cause(r.ctxs[k]))}
	if e := r.ctxs[k].Err(); e != nil {
		ends = append(ends, recordOf(e))
	}
	for ; err != nil; err = errors.Unwrap(err) {
		if is := recordOf(err); is[:min(3, len(is))] != "odd" && slices.Contains(ends, is) && is != "ok" {
			return true
		}
	}
	return false
}
