package future_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/notes"
)

func failing(ctx context.Context, err error) future.Future[int] {
	return future.Go(ctx, func(context.Context) (int, error) { return 0, err })
}

// settled waits without looking at the result.
func settled[T any](f future.Future[T]) { <-f.Done() }

func TestG25_unobservedFailuresAreReported(t *testing.T) {
	// looks says for each way to look at a failing future whether that observes it.
	looks := map[string]struct {
		look     func(ctx context.Context, f future.Future[int])
		observes bool
	}{
		"nobody looks":   {func(context.Context, future.Future[int]) {}, false},
		"Done":           {func(_ context.Context, f future.Future[int]) { <-f.Done() }, false},
		"Name":           {func(_ context.Context, f future.Future[int]) { f.Name() }, false},
		"Cancel":         {func(_ context.Context, f future.Future[int]) { settled(f); f.Cancel(nil) }, false},
		"Await":          {func(_ context.Context, f future.Future[int]) { f.Await(bg()) }, true},
		"Await that got": {func(ctx context.Context, f future.Future[int]) { f.Await(ctx) }, true},
		"Peek":           {func(_ context.Context, f future.Future[int]) { settled(f); f.Peek() }, true},
		"Peek too early": {func(ctx context.Context, _ future.Future[int]) {
			p := future.NewPromise[int](ctx)
			p.Future().Peek()
			p.Complete(0, errors.New("early"))
			p.Future().Await(bg())
		}, false},
		"OnDone": {func(_ context.Context, f future.Future[int]) {
			c := make(chan struct{})
			f.OnDone(func(future.Result[int]) { close(c) })
			<-c
		}, true},
		"OnDone that was stopped": {func(ctx context.Context, f future.Future[int]) {
			future.NewPromise[int](ctx).Future().OnDone(func(future.Result[int]) {})()
		}, false},
		"a continuation that handles it": {func(ctx context.Context, f future.Future[int]) {
			settled(follow(ctx, f, func(context.Context, future.Result[int]) (int, error) { return 1, nil }))
		}, true},
		"a quick one that handles it": {func(_ context.Context, f future.Future[int]) {
			settled(quickly(f, func(future.Result[int]) (int, error) { return 1, nil }))
		}, true},
		"a chain whose end is awaited": {func(ctx context.Context, f future.Future[int]) {
			pass := func(_ context.Context, r future.Result[int]) (int, error) { return r.Get() }
			future.Shield(follow(ctx, future.Shield(f), pass)).Await(bg())
		}, true},
		"a chain whose end nobody looks at": {func(ctx context.Context, f future.Future[int]) {
			settled(follow(ctx, future.Shield(f), func(_ context.Context, r future.Result[int]) (int, error) { return r.Get() }))
		}, false},
		"two chains, one awaited": {func(ctx context.Context, f future.Future[int]) {
			settled(future.Shield(f))
			future.Shield(f).Await(bg())
		}, true},
	}
	for name, c := range looks {
		for _, hooked := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, hook %v", name, hooked), func(t *testing.T) {
				var told []error
				var opts []future.ScopeOption
				if hooked {
					opts = append(opts, future.Unobserved(func(err error) { told = append(told, err) }))
				}
				ctx, scope := future.WithScope(bg(), opts...)
				f := failing(future.Named(ctx, "the culprit"), errBoom)
				c.look(ctx, f)
				settled(f)
				scope.Wait()
				err := scope.Close()
				if hooked {
					require.NoError(t, err, "the hook is told instead")
					err = errors.Join(told...)
				}
				if c.observes {
					require.NoError(t, err)
					return
				}
				require.ErrorIs(t, err, errBoom)
				reports := told
				if !hooked {
					reports = nil
					for _, u := range unobserved(err) {
						reports = append(reports, u)
					}
				}
				require.Len(t, reports, 1, "reported once")
				u, ok := reports[0].(*future.UnobservedError)
				require.True(t, ok)
				require.Equal(t, "the culprit", u.Name, "by the name of the work that failed")
				require.Same(t, errBoom, u.Err)
				require.NoError(t, scope.Close(), "once")
				require.Len(t, told, map[bool]int{true: 1}[hooked])
			})
		}
	}
	t.Run("all of them, joined", func(t *testing.T) {
		ctx, scope := future.WithScope(bg())
		var errs []error
		for i := range 10 {
			errs = append(errs, fmt.Errorf("failure %d", i))
			settled(failing(ctx, errs[i]))
		}
		err := scope.Close()
		for _, want := range errs {
			require.ErrorIs(t, err, want)
		}
		require.Len(t, unobserved(err), 10)
	})
	t.Run("panics, Goexit and promises too", func(t *testing.T) {
		ctx, scope := future.WithScope(bg())
		future.Go(future.Named(ctx, "a"), func(context.Context) (int, error) { panic(errBoom) })
		future.Go(future.Named(ctx, "b"), func(context.Context) (int, error) { runtime.Goexit(); return 0, nil })
		future.NewPromise[int](future.Named(ctx, "c")).Complete(0, errors.New("of a promise"))
		scope.Wait()
		err := scope.Close()
		require.ErrorIs(t, err, errBoom)
		require.ErrorIs(t, err, future.ErrGoexit)
		require.ErrorContains(t, err, "unobserved failure of c: of a promise")
		require.Len(t, unobserved(err), 3)
	})
	t.Run("cancellations are never reported", func(t *testing.T) {
		ctx, scope := future.WithScope(bg(), future.Unobserved(func(err error) { t.Errorf("told of %v", err) }))
		for _, err := range []error{
			context.Canceled, &future.CanceledError{Cause: errBoom}, fmt.Errorf("call: %w", context.Canceled),
			errors.Join(context.Canceled, &future.CanceledError{}),
		} {
			settled(failing(ctx, err))
		}
		future.NewPromise[int](ctx).Future().Cancel(errBoom)
		future.NewPromise[int](ctx)
		future.Go(ctx, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, ctx.Err() })
		require.NoError(t, scope.Close())
	})
	t.Run("what is no cancellation is", func(t *testing.T) {
		for _, want := range []error{
			context.DeadlineExceeded, &future.PanicError{Value: context.Canceled}, errors.Join(context.Canceled, errBoom),
		} {
			ctx, scope := future.WithScope(bg())
			settled(failing(ctx, want))
			require.ErrorIs(t, scope.Close(), want)
		}
	})
	t.Run("Run joins them to its own error", func(t *testing.T) {
		_, err := future.Run(bg(), func(ctx context.Context) (int, error) {
			settled(failing(ctx, errBoom))
			return 0, errors.ErrUnsupported
		})
		require.ErrorIs(t, err, errBoom)
		require.ErrorIs(t, err, errors.ErrUnsupported)
		v, err := future.Run(bg(), func(ctx context.Context) (int, error) {
			settled(failing(ctx, errBoom))
			return 5, nil
		})
		require.ErrorIs(t, err, errBoom)
		require.Equal(t, 5, v)
	})
	t.Run("names without Named are file and line of the user's function", func(t *testing.T) {
		ctx, scope := future.WithScope(bg())
		settled(future.Go(ctx, func(context.Context) (int, error) { return 0, errBoom }))
		settled(follow(ctx, future.Of(1, nil), func(context.Context, future.Result[int]) (int, error) { return 0, errBoom }))
		p := future.NewPromise[int](ctx)
		q := future.Follow(nil, p.Future(), future.ModeQuick, step[int, int](func(context.Context, future.Result[int]) (int, error) { return 0, errBoom }))
		p.Complete(1, nil)
		settled(q)
		settled(future.Call(ctx, func(context.Context, int) (int, error) { return 0, errBoom }, 1))
		us := unobserved(scope.Close())
		require.Len(t, us, 4)
		for _, u := range us {
			require.Contains(t, u.Name, "guarantees_unobserved_test.go:")
		}
	})
	t.Run("a failure that crosses into another scope is reported once, there", func(t *testing.T) {
		a, scopeA := future.WithScope(bg())
		b, scopeB := future.WithScope(bg())
		f := failing(future.Named(a, "origin"), errBoom)
		settled(follow(b, f, func(_ context.Context, r future.Result[int]) (int, error) { return r.Get() }))
		errA, errB := scopeA.Close(), scopeB.Close()
		require.NoError(t, errA)
		require.Len(t, unobserved(errB), 1)
		require.Equal(t, "origin", unobserved(errB)[0].Name)
	})
}

func TestUnobserved_hooksThatMisbehave(t *testing.T) {
	for name, crash := range map[string]func(){
		"panic": func() { panic("hook") }, "Goexit": runtime.Goexit,
		"both": func() { defer func() { panic("hook") }(); runtime.Goexit() },
	} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			ctx, scope := future.WithScope(bg(), future.Unobserved(func(error) { calls++; crash() }))
			for range 3 {
				settled(failing(ctx, errBoom))
			}
			err := scope.Close()
			require.Equal(t, 3, calls, "every failure is told")
			require.ErrorIs(t, err, errBoom, "no failure is lost")
			if name == "panic" {
				_, ok := errors.AsType[*future.PanicError](err)
				require.True(t, ok)
			} else if name == "Goexit" {
				require.ErrorIs(t, err, future.ErrGoexit)
			}
			require.NoError(t, scope.Close())
		})
	}
	t.Run("one that hangs is a straggler", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			hold := make(chan struct{})
			ctx, scope := future.WithScope(bg(), future.Grace(time.Second), future.Unobserved(func(error) { <-hold }))
			settled(failing(ctx, errBoom))
			_, ok := errors.AsType[*future.StragglerError](scope.Close())
			require.True(t, ok)
			close(hold)
			require.NoError(t, scope.Close())
		})
	})
	t.Run("errors whose own methods panic", func(t *testing.T) {
		ctx, scope := future.WithScope(bg())
		settled(failing(ctx, &panickyError{}))
		settled(failing(ctx, mute{}))
		settled(failing(ctx, errBoom))
		err := scope.Close()
		found := 0
		for _, u := range unobserved(err) {
			switch u.Err.(type) {
			case *panickyError, mute:
				found++
			}
			if u.Err == errBoom {
				found++
			}
		}
		require.Equal(t, 3, found)
		require.Len(t, unobserved(err), 3)
	})
	t.Run("a hook is told of errors whose own methods panic", func(t *testing.T) {
		var told []error
		ctx, scope := future.WithScope(bg(), future.Unobserved(func(err error) { told = append(told, err) }))
		settled(failing(ctx, &panickyError{}))
		settled(failing(ctx, mute{}))
		require.NoError(t, scope.Close())
		require.Len(t, told, 2)
	})
}

// A callback without a scope has nobody to report to but the log.
func TestOnDone_crashWithoutScopeIsLogged(t *testing.T) {
	log := notes.Log(t)
	synctest.Test(t, func(t *testing.T) {
		p := future.NewPromise[int](bg())
		p.Future().OnDone(func(future.Result[int]) { panic("in a callback") })
		p.Future().OnDone(func(future.Result[int]) { runtime.Goexit() })
		p.Complete(1, nil)
		synctest.Wait()
	})
	require.Equal(t, 2, strings.Count(log.String(), "level=ERROR"), log.String())
	require.Contains(t, log.String(), "in a callback")
	require.Contains(t, log.String(), "guarantees_unobserved_test.go:")
}
