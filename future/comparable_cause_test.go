package future_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
	"github.com/jade-go/jade/internal/strange"
)

// oddEnds are the ways in which a ctx ends with a cause of the user's.
var oddEnds = map[string]func(parent context.Context, cause error) (ctx context.Context, end func()){
	"WithCancelCause": func(parent context.Context, cause error) (context.Context, func()) {
		ctx, cancel := context.WithCancelCause(parent)
		return ctx, func() { cancel(cause) }
	},
	"WithCancelCause of CanceledError": func(parent context.Context, cause error) (context.Context, func()) {
		ctx, cancel := context.WithCancelCause(parent)
		return ctx, func() { cancel(&future.CanceledError{Cause: cause}) }
	},
	"WithTimeoutCause": func(parent context.Context, cause error) (context.Context, func()) {
		ctx, cancel := context.WithTimeoutCause(parent, time.Second, cause)
		_ = cancel
		return ctx, func() { time.Sleep(2 * time.Second) } // virtual
	},
	"an own kind of ctx whose Err it is": func(parent context.Context, cause error) (context.Context, func()) {
		ctx := &oddContext{Context: parent, done: make(chan struct{}), err: cause}
		return ctx, func() { close(ctx.done) }
	},
	"Cancel of a promise": func(parent context.Context, cause error) (context.Context, func()) {
		p := future.NewPromise[int](parent)
		return p.Context(), func() { p.Future().Cancel(cause) }
	},
	"Cancel of a running function": func(parent context.Context, cause error) (context.Context, func()) {
		started := make(chan context.Context)
		f := future.Go(parent, func(ctx context.Context) (int, error) { started <- ctx; <-ctx.Done(); return 0, nil })
		return <-started, func() { f.Cancel(cause) }
	},
}

// crowded starts several of everything that can hang on a ctx, so that one end has many to tell.
func crowded(ctx context.Context, outside future.Future[int]) (all []future.Future[int]) {
	waits := func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, future.Cause(ctx) }
	body := func(context.Context, future.Result[int]) (int, error) { return 1, nil }
	for range 3 {
		inner, scope := future.WithScope(ctx)
		named := future.Named(ctx, "named")
		valued := context.WithValue(ctx, new(int), 1)
		all = append(all,
			future.Go(ctx, waits),
			future.Go(named, waits),
			future.Go(valued, waits),
			future.Go(inner, waits),
			future.NewPromise[int](ctx).Future(),
			future.NewPromise[int](valued).Future(),
			follow(ctx, outside, body),
			follow(inner, outside, body),
			follow(valued, outside, body),
			future.Follow(ctx, future.Of(1, nil), 0, hop[int, int](func(context.Context, future.Result[int]) future.Future[int] { return outside })),
			future.Go(ctx, func(ctx context.Context) (int, error) { // asks by a blocked wait
				return future.NewPromise[int](bg()).Future().Await(ctx)
			}),
			future.Go(ctx, func(ctx context.Context) (int, error) {
				f := future.Go(ctx, waits)
				<-ctx.Done()
				return f.Await(bg())
			}),
			future.Go(ctx, func(ctx context.Context) (int, error) { scope.Wait(); return 0, future.Cause(ctx) }),
		)
	}
	return all
}

func TestCause_thatCannotBeComparedEndsAllThatHangsOnACtx(t *testing.T) {
	for name, cause := range strange.Errors {
		for way, start := range oddEnds {
			for _, scoped := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%s/%v", name, way, scoped), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						parent, outside := bg(), future.NewPromise[int](bg())
						var outer *future.Scope
						if scoped {
							parent, outer = future.WithScope(bg())
						}
						ctx, end := start(parent, cause)
						inside, scope := future.WithScope(ctx)
						all := append(crowded(ctx, outside.Future()), crowded(inside, outside.Future())...)
						synctest.Wait()
						end()
						synctest.Wait()
						for i, f := range all {
							err := futuretest.Await(t, f).Err
							require.Error(t, err, "future %d", i)
							require.True(t, matchesErr(err, ctx.Err()), "future %d: %v", i, err)
							require.True(t, has(err, cause), "future %d: the cause is in %#v", i, err)
							require.NotContains(t, err.Error(), "\n")
						}
						scope.Close()
						scope.Close()
						if outer != nil {
							outer.Close()
						}
						outside.Complete(1, nil)
					})
				})
			}
		}
	}
}

// matchesErr is errors.Is for a ctx's Err; one that cannot be compared has to be found in err.
func matchesErr(err, target error) bool {
	if target == context.Canceled || target == context.DeadlineExceeded {
		return errors.Is(err, target)
	}
	return has(err, target)
}

// has reports whether what is anywhere in err, compared deeply.
func has(err, what error) bool {
	if err == nil {
		return false
	}
	if reflect.TypeOf(what).Kind() == reflect.Func {
		if reflect.TypeOf(err) == reflect.TypeOf(what) {
			return true
		}
	} else if reflect.DeepEqual(err, what) {
		return true
	}
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		return has(e.Unwrap(), what)
	case interface{ Unwrap() []error }:
		for _, part := range e.Unwrap() {
			if has(part, what) {
				return true
			}
		}
	}
	return false
}

// A failure that cannot be compared is kept, passed on and reported as any other.
func TestFailure_thatCannotBeComparedIsReportedOnceByName(t *testing.T) {
	for name, err := range strange.Errors {
		if future.IsCanceled(err) {
			continue
		}
		for _, hooked := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/%v", name, hooked), func(t *testing.T) {
				var told []error
				var opts []future.ScopeOption
				if hooked {
					opts = append(opts, future.Unobserved(func(err error) { told = append(told, err) }))
				}
				ctx, scope := future.WithScope(bg(), opts...)
				root := future.NewPromise[int](bg())
				culprit := future.Named(ctx, "culprit")
				f := follow(culprit, root.Future(), func(context.Context, future.Result[int]) (int, error) { return 0, err })
				g := future.Shield(watchAll([]future.Future[int]{future.Shield(f), root.Future()}, future.Rule{Failures: 1, Total: 2},
					func(t future.Tally) (int, error) { return 0, t.Failure() }))
				root.Complete(1, nil)
				settled(g)
				closed := scope.Close()
				if !hooked {
					for _, u := range unobserved(closed) {
						told = append(told, u)
					}
				}
				require.Len(t, told, 1)
				u, ok := told[0].(*future.UnobservedError)
				require.True(t, ok, "%T", told[0])
				require.Equal(t, "culprit", u.Name)
				require.True(t, has(u.Err, err))
			})
		}
	}
}

// The scope's ctx has ended with the error that its work fails with.
func TestClose_afterAnEndWhoseCauseCannotBeCompared(t *testing.T) {
	for name, cause := range strange.Errors {
		t.Run(name, func(t *testing.T) {
			for _, wrap := range []func(error) error{
				func(err error) error { return err },
				func(err error) error { return fmt.Errorf("call: %w", err) },
				func(err error) error { return strange.Wrapper{Err: err} },
				func(err error) error { return errors.Join(err, err) },
				func(err error) error { return errors.Join(errBoom, strange.Wrapper{Err: err}) },
			} {
				parent, cancel := context.WithCancelCause(bg())
				ctx, scope := future.WithScope(parent, future.Unobserved(func(err error) { _ = err.Error() }))
				for range 3 {
					future.Go(ctx, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, wrap(context.Cause(ctx)) })
					future.NewPromise[int](ctx)
				}
				cancel(cause)
				require.NotPanics(t, func() { scope.Close() })
			}
		})
	}
}

// Whatever takes an error from a user takes one that cannot be compared.
func TestErrors_thatCannotBeComparedAreTakenEverywhere(t *testing.T) {
	for name, err := range strange.Errors {
		t.Run(name, func(t *testing.T) {
			require.NotPanics(t, func() {
				future.IsCanceled(err)
				future.IsCanceled(errors.Join(err, err))
				errors.Is(&future.CanceledError{Cause: err}, context.Canceled)
				_ = (&future.CanceledError{Cause: err}).Error()
				_ = (&future.PanicError{Value: err}).Error()
				_ = (&future.UnobservedError{Err: err}).Error()
				future.Of(0, err).Await(bg())
				p := future.NewPromise[int](bg())
				p.Complete(0, err)
				p.Complete(0, err)
				p.Future().Cancel(err)
				p.Context().Err()
				context.Cause(p.Context())
				for _, ctx := range endedBy(err) {
					future.Cause(ctx)
					future.Go(ctx, func(context.Context) (int, error) { return 1, nil }).Await(bg())
					future.NewPromise[int](bg()).Future().Await(ctx)
					future.NewPromise[int](ctx).Future().Await(bg())
					future.WithScope(ctx)
				}
			})
			// A cancellation that comes twice, with the same error, while the work runs on.
			hold := make(chan struct{})
			f := stubborn(bg(), hold)
			f.Cancel(err)
			f.Cancel(err)
			close(hold)
			require.NoError(t, futuretest.Await(t, f).Err)
			panicked := futuretest.Await(t, future.Go(bg(), func(context.Context) (int, error) { panic(err) })).Err
			require.True(t, has(panicked, err), "%#v", panicked)
		})
	}
}

// endedBy are contexts that have ended with err.
func endedBy(err error) []context.Context {
	a, cancel := context.WithCancelCause(bg())
	cancel(err)
	p := future.NewPromise[int](bg())
	b := p.Context()
	p.Future().Cancel(err)
	done := make(chan struct{})
	close(done)
	inside, _ := future.WithScope(a)
	return []context.Context{a, b, &oddContext{Context: bg(), done: done, err: err}, inside, context.WithValue(b, new(int), 1)}
}
