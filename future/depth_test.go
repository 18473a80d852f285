package future_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
)

type depthKey struct{ n int }

// embedding is a user's ctx: a struct around another.
type embedding struct {
	context.Context
	user string
}

// derivations are the ways to make a ctx from another, as a tracer, a client or a user does.
var derivations = map[string]func(ctx context.Context, level int) (context.Context, func()){
	"WithValue": func(ctx context.Context, n int) (context.Context, func()) {
		return context.WithValue(ctx, depthKey{n}, n), func() {}
	},
	"WithCancel": func(ctx context.Context, n int) (context.Context, func()) {
		ctx, cancel := context.WithCancel(ctx)
		return ctx, cancel
	},
	"WithTimeout": func(ctx context.Context, n int) (context.Context, func()) {
		ctx, cancel := context.WithTimeout(ctx, time.Hour)
		return ctx, cancel
	},
	"a struct that embeds": func(ctx context.Context, n int) (context.Context, func()) {
		return &embedding{ctx, "u"}, func() {}
	},
	"a struct around WithCancel around WithValue": func(ctx context.Context, n int) (context.Context, func()) {
		ctx, cancel := context.WithCancel(context.WithValue(ctx, depthKey{n}, n))
		return embedding{ctx, "u"}, cancel
	},
	"Named": func(ctx context.Context, n int) (context.Context, func()) {
		return future.Named(ctx, "level"), func() {}
	},
	"Named around WithValue": func(ctx context.Context, n int) (context.Context, func()) {
		return future.Named(context.WithValue(ctx, depthKey{n}, n), "level"), func() {}
	},
	"WithValue around Named": func(ctx context.Context, n int) (context.Context, func()) {
		return context.WithValue(future.Named(ctx, "level"), depthKey{n}, n), func() {}
	},
	"nothing": func(ctx context.Context, n int) (context.Context, func()) { return ctx, func() {} },
	"all of them in turn": func(ctx context.Context, n int) (context.Context, func()) {
		switch n % 5 {
		case 0:
			return context.WithValue(ctx, depthKey{n}, n), func() {}
		case 1:
			ctx, cancel := context.WithCancel(ctx)
			return ctx, cancel
		case 2:
			return &embedding{ctx, "u"}, func() {}
		case 3:
			ctx, cancel := context.WithTimeout(ctx, time.Hour)
			return ctx, cancel
		}
		return future.Named(ctx, "level"), func() {}
	},
}

// nestings start work with a ctx and return the ctx that it gets.
var nestings = map[string]func(ctx context.Context) (inside context.Context, end func()){
	"Go": func(ctx context.Context) (context.Context, func()) {
		started, release := make(chan context.Context), make(chan struct{})
		f := future.Go(ctx, func(ctx context.Context) (int, error) { started <- ctx; <-release; return 0, nil })
		return <-started, func() { close(release); <-f.Done() }
	},
	"a body": func(ctx context.Context) (context.Context, func()) {
		started, release := make(chan context.Context), make(chan struct{})
		f := follow(ctx, future.Of(1, nil), func(ctx context.Context, _ future.Result[int]) (int, error) {
			started <- ctx
			<-release
			return 0, nil
		})
		return <-started, func() { close(release); <-f.Done() }
	},
	"a promise": func(ctx context.Context) (context.Context, func()) {
		p := future.NewPromise[int](ctx)
		return p.Context(), func() { p.Complete(0, nil) }
	},
	"a scope": func(ctx context.Context) (context.Context, func()) {
		ctx, scope := future.WithScope(ctx)
		return ctx, func() { scope.Close() }
	},
}

// uses are what is done with a ctx that has others around it. Each has a price that
// does not depend on the depth, and one for each level.
var uses = map[string]struct {
	use        func(ctx context.Context)
	once, each time.Duration
}{
	"Err":      {func(ctx context.Context) { _ = ctx.Err() }, 20 * time.Microsecond, 3 * time.Microsecond},
	"Cause":    {func(ctx context.Context) { _ = context.Cause(ctx) }, 50 * time.Microsecond, 4 * time.Microsecond},
	"Done":     {func(ctx context.Context) { _ = ctx.Done() }, 50 * time.Microsecond, 4 * time.Microsecond},
	"Deadline": {func(ctx context.Context) { ctx.Deadline() }, 20 * time.Microsecond, 3 * time.Microsecond},
	"Value":    {func(ctx context.Context) { ctx.Value(depthKey{-1}) }, 20 * time.Microsecond, 3 * time.Microsecond},
	"Go": {func(ctx context.Context) {
		future.Go(ctx, func(ctx context.Context) (int, error) { return 0, ctx.Err() }).Await(bg())
	}, time.Millisecond, 10 * time.Microsecond},
	"a promise": {func(ctx context.Context) { future.NewPromise[int](ctx).Complete(1, nil) }, time.Millisecond, 10 * time.Microsecond},
	"a body": {func(ctx context.Context) {
		p := future.NewPromise[int](bg())
		f := follow(ctx, p.Future(), func(context.Context, future.Result[int]) (int, error) { return 1, nil })
		p.Complete(1, nil)
		f.Await(ctx)
	}, time.Millisecond, 10 * time.Microsecond},
	"a scope": {func(ctx context.Context) { _, scope := future.WithScope(ctx); scope.Close() }, time.Millisecond, 10 * time.Microsecond},
}

// The price of a use grows with the depth, not with two to its power. Each
// depth is tried before the next, so that the test ends soon where that is not so.
func TestDepth_costsGrowWithTheNumberOfLevels(t *testing.T) {
	for derived, derive := range derivations {
		for nested, nest := range nestings {
			t.Run(derived+"/"+nested, func(t *testing.T) {
				ctx := bg()
				var ends []func()
				defer func() {
					for i := len(ends) - 1; i >= 0; i-- {
						ends[i]()
					}
				}()
				root, cancel := context.WithCancel(ctx)
				ends = append(ends, cancel)
				ctx = root
				for level := 1; level <= 60; level++ {
					outside, release := derive(ctx, level)
					ends = append(ends, release)
					inside, end := nest(outside)
					ends = append(ends, end)
					ctx = inside
					if level < 10 || level > 26 && level%30 != 0 {
						continue
					}
					for name, u := range uses {
						limit := u.once + time.Duration(level)*u.each
						if took := quickest(func() { u.use(ctx) }, limit); took > limit {
							t.Fatalf("%s takes %v at depth %d, want less than %v", name, took, level, limit)
						}
					}
				}
			})
		}
	}
}

// quickest is how long fn takes when nothing else is in the way.
func quickest(fn func(), limit time.Duration) (best time.Duration) {
	for try := range 40 {
		start := time.Now()
		fn()
		if took := time.Since(start); try == 0 || took < best {
			best = took
		}
		if best <= limit {
			return best
		}
		runtime.Gosched()
		if try > 3 && best > 20*time.Millisecond {
			return best
		}
	}
	return best
}

// The end of the outermost ctx reaches every level when cancel returns, exactly, whatever derives the ctxs between.
func TestDepth_theEndReachesAllLevelsExactly(t *testing.T) {
	for derived, derive := range derivations {
		t.Run(derived, func(t *testing.T) {
			const levels = 16
			p := future.NewPromise[int](bg())
			ctx := p.Context()
			var all []context.Context
			var ends []func()
			for level := range levels {
				outside, release := derive(ctx, level)
				inside, end := nestings["a promise"](outside)
				if level%2 == 0 {
					inside, end = nestings["a scope"](outside)
				}
				all = append(all, outside, inside)
				ends = append(ends, release, end)
				ctx = inside
			}
			var fs []future.Future[int]
			for _, ctx := range all {
				fs = append(fs, future.NewPromise[int](ctx).Future())
			}
			p.Future().Cancel(errBoom)
			for i, ctx := range all {
				require.Equal(t, context.Canceled, ctx.Err(), "ctx %d", i)
				require.ErrorIs(t, context.Cause(ctx), errBoom, "ctx %d", i)
				select {
				case <-ctx.Done():
				default:
					t.Errorf("ctx %d: Err is set and Done is not closed", i)
				}
			}
			for i, f := range fs {
				require.ErrorIs(t, futuretest.Await(t, f).Err, errBoom, "future %d", i)
			}
			for i := len(ends) - 1; i >= 0; i-- {
				ends[i]()
			}
		})
	}
}

// Work that is started with a ctx which only adds values costs no goroutine more than its own.
func TestDepth_valuesCostNoGoroutine(t *testing.T) {
	ctx, scope := future.WithScope(bg())
	defer scope.Close()
	for _, name := range []string{"WithValue", "a struct that embeds", "Named around WithValue", "WithValue around Named", "all of them in turn"} {
		t.Run(name, func(t *testing.T) {
			before := runtime.NumGoroutine()
			inside := ctx
			var ends []func()
			for level := range 10 {
				outside, release := derivations[name](inside, level)
				next, end := nestings["a promise"](outside)
				inside, ends = next, append(ends, release, end)
			}
			require.LessOrEqual(t, runtime.NumGoroutine(), before+1)
			for i := len(ends) - 1; i >= 0; i-- {
				ends[i]()
			}
		})
	}
}
