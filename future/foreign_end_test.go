package future_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
	"github.com/jade-go/jade/internal/strange"
)

// waitsForIt are all that waits for a future, or stands for one, with a ctx.
var waitsForIt = map[string]func(ctx context.Context, f future.Future[int]) (int, error){
	"Await": func(ctx context.Context, f future.Future[int]) (int, error) { return f.Await(ctx) },
	"Await of a Shield": func(ctx context.Context, f future.Future[int]) (int, error) {
		return future.Shield(f).Await(ctx)
	},
	"Await with a name": func(ctx context.Context, f future.Future[int]) (int, error) {
		return f.Await(future.Named(ctx, "n"))
	},
	"Await with a value": func(ctx context.Context, f future.Future[int]) (int, error) {
		return f.Await(context.WithValue(ctx, new(int), 1))
	},
	"Await with a struct around it": func(ctx context.Context, f future.Future[int]) (int, error) {
		return f.Await(&embedding{ctx, "u"})
	},
	"Await with a value in a struct": func(ctx context.Context, f future.Future[int]) (int, error) {
		return f.Await(embedding{context.WithValue(ctx, new(int), 1), "u"})
	},
	"Await without cancellation in between": func(ctx context.Context, f future.Future[int]) (int, error) {
		return f.Await(future.Named(context.WithValue(future.Named(ctx, "n"), new(int), 1), "n"))
	},
}

// startsWithIt are all that starts with a ctx, and so has to be told of its end.
var startsWithIt = map[string]func(ctx context.Context, f future.Future[int]) (int, error){
	"Await in work": func(ctx context.Context, f future.Future[int]) (int, error) {
		return future.Go(ctx, func(ctx context.Context) (int, error) { return f.Await(ctx) }).Await(bg())
	},
	"Await in a scope": func(ctx context.Context, f future.Future[int]) (int, error) {
		return future.Run(ctx, func(ctx context.Context) (int, error) { return f.Await(ctx) })
	},
	"a body": func(ctx context.Context, f future.Future[int]) (int, error) {
		return follow(ctx, f, func(_ context.Context, r future.Result[int]) (int, error) { return r.Get() }).Await(bg())
	},
	"a promise": func(ctx context.Context, _ future.Future[int]) (int, error) {
		return future.NewPromise[int](ctx).Future().Await(bg())
	},
	"a forward": func(ctx context.Context, f future.Future[int]) (int, error) {
		return future.Follow(ctx, future.Of(1, nil), 0, hop[int, int](func(context.Context, future.Result[int]) future.Future[int] { return f })).Await(bg())
	},
	"a promise in a scope": func(ctx context.Context, _ future.Future[int]) (int, error) {
		ctx, scope := future.WithScope(ctx)
		defer scope.Close()
		return future.NewPromise[int](ctx).Future().Await(bg())
	},
	"a body in a scope": func(ctx context.Context, f future.Future[int]) (int, error) {
		return future.Run(ctx, func(ctx context.Context) (int, error) {
			return follow(ctx, f, func(_ context.Context, r future.Result[int]) (int, error) { return r.Get() }).Await(bg())
		})
	},
	"work that returns what it was ended with": func(ctx context.Context, _ future.Future[int]) (int, error) {
		return future.Go(ctx, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, future.Cause(ctx) }).Await(bg())
	},
	"work that returns its ctx's Err": func(ctx context.Context, _ future.Future[int]) (int, error) {
		return future.Go(ctx, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, ctx.Err() }).Await(bg())
	},
	"work that returns its ctx's cause": func(ctx context.Context, _ future.Future[int]) (int, error) {
		return future.Go(ctx, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, context.Cause(ctx) }).Await(bg())
	},
}

// What is not complete never gives (0, nil): not when a ctx is done that does not say why yet, either.
func TestUnfinished_awaitNeverReturnsWithoutAnError(t *testing.T) {
	neverWithoutAnError(t, waitsForIt)
}

// The same for what starts with such a ctx. To derive one of the standard
// library's from it, as it is, would end the process: that asks for Err at once.
func TestUnfinished_whatIsStartedNeverEndsWithoutAnError(t *testing.T) {
	neverWithoutAnError(t, startsWithIt)
}

func neverWithoutAnError(t *testing.T, waits map[string]func(context.Context, future.Future[int]) (int, error)) {
	for how, wait := range waits {
		t.Run(how, func(t *testing.T) {
			futuretest.Unfinished(t, func(ctx context.Context, f future.Future[int]) error { _, err := wait(ctx, f); return err })
		})
	}
}

// A ctx that never says why it is done is cancelled as far as anybody can tell.
func TestUnfinished_aCtxThatNeverSaysWhyIsACancellation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := strange.NewHasty(bg())
		f := future.NewPromise[int](bg()).Future()
		var err error
		returned := false
		go func() { _, err = f.Await(ctx); returned = true }()
		synctest.Wait()
		ctx.End()
		synctest.Wait()
		time.Sleep(time.Minute) // virtual
		if !returned {
			t.Error("still waits")
			ctx.Set(errors.New("at last"))
		} else {
			require.Error(t, err)
		}
		synctest.Wait()
		if !returned {
			f.Cancel(nil)
		}
	})
}

// What starts with a ctx that is done and says nothing ends at the latest when it does.
func TestUnfinished_whatStartsWithSuchACtxEndsWithIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := strange.NewHasty(bg())
		ctx.End()
		inside, scope := future.WithScope(ctx)
		fs := []future.Future[int]{
			future.Go(ctx, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, errBoom }),
			future.Go(inside, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, errBoom }),
			future.NewPromise[int](ctx).Future(),
			future.NewPromise[int](inside).Future(),
		}
		synctest.Wait()
		ctx.Set(context.Canceled)
		time.Sleep(time.Minute) // virtual
		synctest.Wait()
		for i, f := range fs {
			r, done := f.Peek()
			if !done {
				t.Errorf("future %d is pending", i)
				f.Cancel(nil)
			} else if r.Err == nil {
				t.Errorf("future %d has succeeded", i)
			}
		}
		scope.Close()
	})
}
