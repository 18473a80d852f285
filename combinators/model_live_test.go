package combinators_test

import (
	"context"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/samber/lo"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
)

// live is a graph that really runs, in a bubble.
type live struct {
	g        *graph
	start    time.Time
	ctxs     []context.Context
	scopes   []*future.Scope // nil where the ctx is no scope
	cancels  []context.CancelCauseFunc
	futures  []text
	promises []*future.Promise[string]
	wins     []int          // of Complete, by vertex
	active   []atomic.Int32 // running functions, by scope
	ran      []atomic.Int32 // how often a vertex's function was called
	seen     []*sighting
	mu       sync.Mutex // guards closings
	closings []*closing

	// race replaces combinators.Race, to plant a wrong one.
	race func(...text) text
}

// sighting is what one observer saw.
type sighting struct {
	op      op
	at      time.Duration
	res     future.Result[string]
	has     bool
	gaveUp  bool // its own ctx ended
	looked  bool // at the result, so that a failure counts as observed
	calls   int  // of an OnDone
	stopped bool
}

// closing is one call of Close.
type closing struct {
	scope        int
	called, done time.Duration
	returned     bool
	err          error
	active       int32 // functions of the scope that ran when it returned
}

func newLive(g *graph) *live {
	r := &live{
		g: g, start: time.Now(), race: combinators.Race[string],
		futures: make([]text, len(g.vertices)), promises: make([]*future.Promise[string], len(g.vertices)), wins: make([]int, len(g.vertices)),
		active: make([]atomic.Int32, len(g.surrounds)+1), ran: make([]atomic.Int32, len(g.vertices)),
	}
	for _, s := range g.surrounds {
		parent := context.Background()
		if s.parent >= 0 {
			parent = r.ctxs[s.parent]
		}
		ctx, scope, cancel := parent, (*future.Scope)(nil), context.CancelCauseFunc(nil)
		switch {
		case s.scope:
			ctx, scope = future.WithScope(parent)
		case s.limit > 0:
			var release context.CancelFunc
			ctx, release = context.WithTimeout(parent, s.limit)
			cancel = func(error) { release() }
		default:
			ctx, cancel = context.WithCancelCause(parent)
		}
		r.ctxs, r.scopes, r.cancels = append(r.ctxs, ctx), append(r.scopes, scope), append(r.cancels, cancel)
	}
	return r
}

func (r *live) since() time.Duration { return time.Since(r.start) }

// play performs the ops at their moments and then closes what is open.
func (r *live) play() {
	for _, o := range r.g.ops {
		if wait := o.at - r.since(); wait > 0 {
			time.Sleep(wait)
		}
		r.perform(o)
	}
	time.Sleep(horizon - r.since())
	for k, cancel := range r.cancels {
		if cancel != nil && r.g.surrounds[k].limit > 0 {
			cancel(nil)
		}
	}
	for k := len(r.scopes) - 1; k >= 0; k-- {
		if r.scopes[k] != nil {
			r.close(k)
		}
	}
	for _, cancel := range r.cancels {
		if cancel != nil {
			cancel(nil)
		}
	}
}

func (r *live) perform(o op) {
	switch o.deed {
	case doBuild:
		r.futures[o.on] = r.build(o.on)
	case doComplete:
		won := false
		if o.how == 0 {
			won = r.promises[o.on].Complete(render(r.g.name(o.on)), nil)
		} else {
			won = r.promises[o.on].Complete("", fault(r.g.name(o.on)))
		}
		if won {
			r.wins[o.on]++
		}
	case doCancel:
		r.futures[o.on].Cancel(o.err)
	case doEnd:
		if r.scopes[o.on] != nil {
			go r.close(o.on)
		} else {
			r.cancels[o.on](o.err)
		}
	case doWatch:
		r.watch(o)
	}
}

func (r *live) close(k int) {
	c := &closing{scope: k, called: r.since()}
	r.mu.Lock()
	r.closings = append(r.closings, c)
	r.mu.Unlock()
	err := r.scopes[k].Close()
	for i := range r.g.surrounds {
		if r.g.within(i, k) {
			c.active += r.active[i].Load()
		}
	}
	c.err, c.done, c.returned = err, r.since(), true
}

// within reports whether ctx i is ctx k or derived from it.
func (g *graph) within(i, k int) bool {
	for ; i >= 0; i = g.surrounds[i].parent {
		if i == k {
			return true
		}
	}
	return false
}

// perform does what c says.
func (r *live) call(ctx context.Context, i int, name string, c call) error {
	active := &r.active[len(r.active)-1]
	if r.g.vertices[i].ctx >= 0 {
		active = &r.active[r.g.vertices[i].ctx]
	}
	active.Add(1)
	defer active.Add(-1)
	r.ran[i].Add(1)
	if c.heeds {
		late := time.NewTimer(c.takes)
		defer late.Stop()
		select {
		case <-late.C:
		case <-ctx.Done():
			return future.Cause(ctx)
		}
	} else {
		time.Sleep(c.takes)
	}
	return c.finish(name)
}

// finish ends a function as c says.
func (c call) finish(name string) error {
	switch c.ends {
	case fails:
		return fault(name)
	case panics:
		panic(fault(name))
	case exits:
		runtime.Goexit()
	}
	return nil
}

func (r *live) build(i int) text {
	v, name := r.g.vertices[i], r.g.name(i)
	ctx := context.Background()
	if v.ctx >= 0 {
		ctx = r.ctxs[v.ctx]
	}
	in := lo.Map(v.in, func(i, _ int) text { return r.futures[i] })
	join := func(values []string) string { return render(name, values...) }
	fn := func(ctx context.Context, arg string) (string, error) {
		err := r.call(ctx, i, name, v.call)
		return render(name, arg), err
	}
	recovering := func(ctx context.Context, err error) (string, error) { return fn(ctx, describe(err).String()) }
	switch v.kind {
	case kOf:
		if v.call.ends == succeeds {
			return future.Of(render(name), nil)
		}
		return future.Of("", error(fault(name)))
	case kZero:
		return text{}
	case kPromise:
		r.promises[i] = future.NewPromise[string](ctx)
		return r.promises[i].Future()
	case kGo:
		return future.Go(ctx, func(ctx context.Context) (string, error) { return render(name), r.call(ctx, i, name, v.call) })
	case kThen:
		return combinators.Then(ctx, in[0], fn)
	case kThenN:
		return thenN(ctx, in, func(ctx context.Context, args ...string) (string, error) { return fn(ctx, strings.Join(args, ",")) })
	case kMap:
		return combinators.Map(in[0], func(arg string) string { r.quick(i, name, v.call); return render(name, arg) })
	case kFlatMap:
		return combinators.FlatMap(ctx, in[0], func(own context.Context, _ string) text { return r.inner(ctx, own, i, name, v) })
	case kTap:
		return combinators.Tap(in[0], func(string) { r.quick(i, name, v.call) })
	case kFinally:
		return combinators.Finally(ctx, in[0], func(ctx context.Context, _ future.Result[string]) { _ = r.call(ctx, i, name, v.call) })
	case kRecover:
		return recovery.Recover(ctx, in[0], recovering)
	case kRecoverIs:
		target := [...]error{context.Canceled, context.DeadlineExceeded, fault("v0")}[v.target]
		return recovery.RecoverIs(ctx, in[0], target, recovering)
	case kRecoverAs:
		if v.target == 0 {
			return recovery.RecoverAs(ctx, in[0], func(ctx context.Context, err *future.CanceledError) (string, error) { return recovering(ctx, err) })
		}
		return recovery.RecoverAs(ctx, in[0], func(ctx context.Context, err fault) (string, error) { return recovering(ctx, err) })
	case kFallback:
		return recovery.Fallback(in[0], render(name, "fallback"))
	case kOnError:
		return recovery.OnError(in[0], func(error) { r.quick(i, name, v.call) })
	case kWithin:
		return deadline.Within(in[0], v.limit)
	case kAt:
		return deadline.At(in[0], time.Now().Add(v.limit))
	case kShield:
		return future.Shield(in[0])
	case kAll:
		return renderAs(combinators.All(in...), join)
	case kAllMap:
		named := lo.SliceToMap(lo.Range(len(in)), func(k int) (int, text) { return k, in[k] })
		return renderAs(combinators.AllMap(named), func(m map[int]string) string {
			return join(lo.Map(slices.Sorted(maps.Keys(m)), func(k, _ int) string { return m[k] }))
		})
	case kZip:
		return zipN(name, in)
	case kRace:
		return r.race(in...)
	case kAny:
		return combinators.Any(in...)
	case kQuorum:
		return quorum(renderAs(combinators.Quorum(v.n, in...), join), v.n > len(in))
	case kSettle:
		return renderAs(combinators.Settle(in...), func(rs []future.Result[string]) string {
			return join(lo.Map(rs, func(r future.Result[string], _ int) string { return tell(r).String() }))
		})
	case kPartial:
		return renderAs(deadline.Partial(v.limit, "missing", in...), join)
	case kEach:
		return renderAs(combinators.Each(ctx, v.n, lo.Range(len(v.calls)), func(ctx context.Context, k int) (string, error) {
			element := name + "." + string(rune('0'+k))
			return element, r.call(ctx, i, element, v.calls[k])
		}), join)
	case kAwait:
		return future.Go(ctx, func(ctx context.Context) (string, error) {
			values, err := awaitN(ctx, in)
			return join(values), err
		})
	case kCollect:
		return future.Go(ctx, func(ctx context.Context) (string, error) {
			var all arrivals
			for k, res := range combinators.AsCompleted(ctx, in...) {
				all = append(all, arrival{time.Since(r.start), k, tell(res).String()})
			}
			return render(name, all.String()), nil
		})
	}
	panic("kind")
}

// quorum gives the failure of a quorum that is beyond the inputs the model's word.
func quorum(f text, beyond bool) text {
	if !beyond {
		return f
	}
	if r, ok := f.Peek(); ok && r.Err != nil {
		return future.Of("", error(fault("quorum")))
	}
	return f
}

// quick is the part of a function that runs inline.
func (r *live) quick(i int, name string, c call) {
	r.ran[i].Add(1)
	_ = c.finish(name)
}

// inner is what a FlatMap's function returns.
func (r *live) inner(around, own context.Context, i int, name string, v vertex) text {
	if err := r.call(own, i, name, v.call); err != nil {
		return future.Of("", err)
	}
	fn := func(ctx context.Context) (string, error) {
		name += ".inner"
		return render(name), r.call(ctx, i, name, v.call)
	}
	switch v.target {
	case innerOwn:
		return future.Go(own, fn)
	case innerScope:
		return future.Go(around, fn)
	case innerZero:
		return text{}
	}
	return r.futures[v.target]
}

// tell puts a real result into the model's words.
func tell(r future.Result[string]) result { return result{r.Value, describe(r.Err)} }
