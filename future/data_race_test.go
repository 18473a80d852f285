package future_test

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
)

// foreignKinds make contexts that only the standard library, or a user, can end.
var foreignKinds = map[string]func(parent context.Context) (context.Context, func()){
	"WithCancel": func(parent context.Context) (context.Context, func()) {
		ctx, cancel := context.WithCancel(parent)
		return ctx, cancel
	},
	"WithCancelCause": func(parent context.Context) (context.Context, func()) {
		ctx, cancel := context.WithCancelCause(parent)
		return ctx, func() { cancel(errBoom) }
	},
	"WithTimeout of nothing": func(parent context.Context) (context.Context, func()) {
		ctx, cancel := context.WithTimeout(parent, time.Microsecond)
		return ctx, cancel
	},
	"WithValue of WithCancel": func(parent context.Context) (context.Context, func()) {
		ctx, cancel := context.WithCancel(parent)
		return context.WithValue(ctx, new(int), 1), cancel
	},
	"a struct around WithCancel": func(parent context.Context) (context.Context, func()) {
		ctx, cancel := context.WithCancel(parent)
		return &embedding{ctx, "u"}, cancel
	},
	"Named of WithCancel": func(parent context.Context) (context.Context, func()) {
		ctx, cancel := context.WithCancel(parent)
		return future.Named(ctx, "n"), cancel
	},
	"an own kind": func(parent context.Context) (context.Context, func()) {
		ctx := &oddContext{Context: parent, done: make(chan struct{}), err: context.Canceled}
		return ctx, sync.OnceFunc(func() { close(ctx.done) })
	},
	"a promise's": func(parent context.Context) (context.Context, func()) {
		p := future.NewPromise[int](parent)
		return p.Context(), func() { p.Future().Cancel(errBoom) }
	},
	"WithValue of a promise's": func(parent context.Context) (context.Context, func()) {
		p := future.NewPromise[int](parent)
		return context.WithValue(p.Context(), new(int), 1), func() { p.Complete(1, nil) }
	},
	"a scope's": func(parent context.Context) (context.Context, func()) {
		ctx, scope := future.WithScope(parent)
		return ctx, func() { scope.Close() }
	},
}

// beginnings start something with a ctx that may end meanwhile.
var beginnings = map[string]func(ctx context.Context, in future.Future[int]) future.Future[int]{
	"a body": func(ctx context.Context, in future.Future[int]) future.Future[int] {
		return follow(ctx, in, func(ctx context.Context, r future.Result[int]) (int, error) { return 1, ctx.Err() })
	},
	"a body behind a complete one": func(ctx context.Context, _ future.Future[int]) future.Future[int] {
		return follow(ctx, future.Of(1, nil), func(ctx context.Context, r future.Result[int]) (int, error) { return 1, ctx.Err() })
	},
	"a cleanup": func(ctx context.Context, in future.Future[int]) future.Future[int] {
		return future.Follow(ctx, in, future.ModeCleanup, step[int, int](func(context.Context, future.Result[int]) (int, error) { return 1, nil }))
	},
	"a forward": func(ctx context.Context, in future.Future[int]) future.Future[int] {
		return future.Follow(ctx, future.Of(1, nil), 0, hop[int, int](func(ctx context.Context, _ future.Result[int]) future.Future[int] { return in }))
	},
	"a forward to work of its own": func(ctx context.Context, in future.Future[int]) future.Future[int] {
		return future.Follow(ctx, in, 0, hop[int, int](func(ctx context.Context, _ future.Result[int]) future.Future[int] {
			return future.Go(ctx, func(ctx context.Context) (int, error) { return 1, ctx.Err() })
		}))
	},
	"Go": func(ctx context.Context, _ future.Future[int]) future.Future[int] {
		return future.Go(ctx, func(ctx context.Context) (int, error) { return 1, ctx.Err() })
	},
	"Go in Go": func(ctx context.Context, _ future.Future[int]) future.Future[int] {
		return future.Go(ctx, func(ctx context.Context) (int, error) {
			future.NewPromise[int](context.WithValue(ctx, new(int), 1))
			return future.Go(ctx, func(ctx context.Context) (int, error) { return 1, nil }).Await(ctx)
		})
	},
	"a promise": func(ctx context.Context, _ future.Future[int]) future.Future[int] {
		p := future.NewPromise[int](ctx)
		go p.Complete(1, nil)
		p.Context().Err()
		return p.Future()
	},
	"a scope": func(ctx context.Context, in future.Future[int]) future.Future[int] {
		inside, scope := future.WithScope(ctx)
		f := follow(inside, in, func(ctx context.Context, r future.Result[int]) (int, error) { return 1, ctx.Err() })
		go scope.Close()
		return f
	},
	"a wait": func(ctx context.Context, in future.Future[int]) future.Future[int] {
		in.Await(ctx)
		return in
	},
	"a ctx asked": func(ctx context.Context, in future.Future[int]) future.Future[int] {
		return future.Go(ctx, func(ctx context.Context) (int, error) {
			derived, cancel := context.WithCancel(ctx)
			defer cancel()
			<-derived.Done()
			if ctx.Err() == nil || context.Cause(ctx) == nil {
				return 0, errBoom
			}
			return 1, nil
		})
	},
}

// A ctx ends while things start with it, and while what they wait for completes, in any order.
func TestRace_theCtxEndsWhileThingsStartWithIt(t *testing.T) {
	for kind, derive := range foreignKinds {
		for what, begin := range beginnings {
			for _, scoped := range []bool{false, true} {
				name := kind + "/" + what
				if scoped {
					name += "/in a scope"
				}
				t.Run(name, func(t *testing.T) {
					for i := range 40 {
						parent, closeScope := bg(), func() {}
						if scoped {
							ctx, scope := future.WithScope(bg(), future.Unobserved(func(error) {}))
							parent, closeScope = ctx, func() { scope.Close() }
						}
						ctx, end := derive(parent)
						in := future.NewPromise[int](bg())
						var all sync.WaitGroup
						fs := [4]future.Future[int]{}
						all.Go(func() {
							for range i % 5 {
								runtime.Gosched()
							}
							end()
						})
						all.Go(func() { in.Complete(1, nil) })
						all.Go(func() { fs[0] = begin(ctx, in.Future()); fs[0].Cancel(errBoom) })
						for j := 1; j < len(fs); j++ {
							all.Go(func() { fs[j] = begin(ctx, in.Future()) })
						}
						all.Wait()
						for _, f := range fs {
							r := futuretest.Await(t, f)
							require.True(t, r.Value == 1 || r.Err != nil, "%+v", r)
						}
						closeScope()
					}
				})
			}
		}
	}
}
