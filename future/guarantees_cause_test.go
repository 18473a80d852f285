package future_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
)

// oddContext is a user's own kind of ctx: its Err and its cause are what it says.
type oddContext struct {
	context.Context
	done chan struct{}
	err  error
}

func (c *oddContext) Done() <-chan struct{} { return c.done }
func (c *oddContext) Err() error {
	select {
	case <-c.done:
		return c.err
	default:
		return nil
	}
}
func (c *oddContext) Value(key any) any { return nil }

// timeoutError is a cause that looks like a deadline without being one.
type timeoutError struct{}

func (timeoutError) Error() string   { return "i/o timeout" }
func (timeoutError) Timeout() bool   { return true }
func (timeoutError) Is(e error) bool { return e == context.DeadlineExceeded }

// endings makes contexts that end in every way the standard library knows.
// end makes that happen, in a bubble.
var endings = map[string]func(parent context.Context) (ctx context.Context, end func()){
	"WithCancel": func(parent context.Context) (context.Context, func()) {
		ctx, cancel := context.WithCancel(parent)
		return ctx, cancel
	},
	"WithCancelCause": func(parent context.Context) (context.Context, func()) {
		ctx, cancel := context.WithCancelCause(parent)
		return ctx, func() { cancel(errBoom) }
	},
	"WithCancelCause(nil)": func(parent context.Context) (context.Context, func()) {
		ctx, cancel := context.WithCancelCause(parent)
		return ctx, func() { cancel(nil) }
	},
	"WithCancelCause(DeadlineExceeded)": func(parent context.Context) (context.Context, func()) {
		ctx, cancel := context.WithCancelCause(parent)
		return ctx, func() { cancel(context.DeadlineExceeded) }
	},
	"WithCancelCause(CanceledError)": func(parent context.Context) (context.Context, func()) {
		ctx, cancel := context.WithCancelCause(parent)
		return ctx, func() { cancel(&future.CanceledError{Cause: errBoom}) }
	},
	"WithCancelCause(wrapped Canceled)": func(parent context.Context) (context.Context, func()) {
		ctx, cancel := context.WithCancelCause(parent)
		return ctx, func() { cancel(fmt.Errorf("why: %w", context.Canceled)) }
	},
	"WithCancelCause(PanicError)": func(parent context.Context) (context.Context, func()) {
		ctx, cancel := context.WithCancelCause(parent)
		return ctx, func() { cancel(&future.PanicError{Value: errBoom}) }
	},
	"WithTimeout": func(parent context.Context) (context.Context, func()) {
		ctx, cancel := context.WithTimeout(parent, time.Second)
		_ = cancel
		return ctx, func() { time.Sleep(2 * time.Second) }
	},
	"WithTimeoutCause": func(parent context.Context) (context.Context, func()) {
		ctx, cancel := context.WithTimeoutCause(parent, time.Second, errBoom)
		_ = cancel
		return ctx, func() { time.Sleep(2 * time.Second) }
	},
	"WithTimeoutCause(Canceled)": func(parent context.Context) (context.Context, func()) {
		ctx, cancel := context.WithTimeoutCause(parent, time.Second, context.Canceled)
		_ = cancel
		return ctx, func() { time.Sleep(2 * time.Second) }
	},
	"WithTimeoutCause(CanceledError)": func(parent context.Context) (context.Context, func()) {
		ctx, cancel := context.WithTimeoutCause(parent, time.Second, &future.CanceledError{Cause: errBoom})
		_ = cancel
		return ctx, func() { time.Sleep(2 * time.Second) }
	},
	"WithDeadlineCause(timeout)": func(parent context.Context) (context.Context, func()) {
		ctx, cancel := context.WithDeadlineCause(parent, time.Now().Add(time.Second), timeoutError{})
		_ = cancel
		return ctx, func() { time.Sleep(2 * time.Second) }
	},
	"WithTimeoutCause(panicking Is)": func(parent context.Context) (context.Context, func()) {
		ctx, cancel := context.WithTimeoutCause(parent, time.Second, &panickyError{})
		_ = cancel
		return ctx, func() { time.Sleep(2 * time.Second) }
	},
	"WithCancelCause(panicking Is)": func(parent context.Context) (context.Context, func()) {
		ctx, cancel := context.WithCancelCause(parent)
		return ctx, func() { cancel(&panickyError{}) }
	},
	"WithCancelCause(cannot be compared)": func(parent context.Context) (context.Context, func()) {
		ctx, cancel := context.WithCancelCause(parent)
		return ctx, func() { cancel(mute{}) }
	},
	"WithCancelCause(nil pointer)": func(parent context.Context) (context.Context, func()) {
		ctx, cancel := context.WithCancelCause(parent)
		return ctx, func() { cancel((*future.CanceledError)(nil)) }
	},
	"an own kind of ctx": func(parent context.Context) (context.Context, func()) {
		ctx := &oddContext{Context: parent, done: make(chan struct{}), err: context.Canceled}
		return ctx, func() { close(ctx.done) }
	},
	"an own kind of ctx with an own Err": func(parent context.Context) (context.Context, func()) {
		ctx := &oddContext{Context: parent, done: make(chan struct{}), err: errors.New("gone")}
		return ctx, func() { close(ctx.done) }
	},
	"a cancelled future's": func(parent context.Context) (context.Context, func()) {
		p := future.NewPromise[int](parent)
		return p.Context(), func() { p.Future().Cancel(errBoom) }
	},
	"a future's that was late": func(parent context.Context) (context.Context, func()) {
		p := future.NewPromise[int](parent)
		return p.Context(), func() { p.Future().Cancel(timeoutError{}) }
	},
	"a complete future's": func(parent context.Context) (context.Context, func()) {
		p := future.NewPromise[int](parent)
		return p.Context(), func() { p.Complete(1, nil) }
	},
	"a closed scope's": func(parent context.Context) (context.Context, func()) {
		ctx, scope := future.WithScope(parent)
		return ctx, func() { scope.Close() }
	},
}

// takers are the places where the cause of a ctx becomes an error: late gives
// the future that has it, once ctx has ended.
var takers = map[string]func(ctx context.Context) (late func() future.Future[int]){
	"Await": func(ctx context.Context) func() future.Future[int] {
		f := future.Go(bg(), func(context.Context) (int, error) { return future.NewPromise[int](bg()).Future().Await(ctx) })
		return func() future.Future[int] { return f }
	},
	"Await of a done ctx": func(ctx context.Context) func() future.Future[int] {
		return func() future.Future[int] { return future.Of(future.NewPromise[int](bg()).Future().Await(ctx)) }
	},
	"Go on a done ctx": func(ctx context.Context) func() future.Future[int] {
		return func() future.Future[int] {
			return future.Go(ctx, func(context.Context) (int, error) { return 0, errors.New("called") })
		}
	},
	"promise": func(ctx context.Context) func() future.Future[int] {
		return future.NewPromise[int](ctx).Future
	},
	"promise on a done ctx": func(ctx context.Context) func() future.Future[int] {
		return func() future.Future[int] { return future.NewPromise[int](ctx).Future() }
	},
	"pending body": func(ctx context.Context) func() future.Future[int] {
		f := follow(ctx, future.NewPromise[int](bg()).Future(), func(context.Context, future.Result[int]) (int, error) { return 0, errors.New("called") })
		return func() future.Future[int] { return f }
	},
	"body on a done ctx": func(ctx context.Context) func() future.Future[int] {
		return func() future.Future[int] {
			return follow(ctx, future.Of(1, nil), func(context.Context, future.Result[int]) (int, error) { return 0, errors.New("called") })
		}
	},
	"body whose inner future is pending": func(ctx context.Context) func() future.Future[int] {
		f := future.Follow(ctx, future.Of(1, nil), 0, hop[int, int](func(context.Context, future.Result[int]) future.Future[int] {
			return future.NewPromise[int](bg()).Future()
		}))
		return func() future.Future[int] { return f }
	},
	"body whose inner future is pending, behind a promise": func(ctx context.Context) func() future.Future[int] {
		p := future.NewPromise[int](bg())
		f := future.Follow(ctx, p.Future(), 0, hop[int, int](func(context.Context, future.Result[int]) future.Future[int] {
			return future.NewPromise[int](bg()).Future()
		}))
		p.Complete(1, nil)
		return func() future.Future[int] { return f }
	},
	"running function that asks": func(ctx context.Context) func() future.Future[int] {
		f := future.Go(ctx, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, future.Cause(ctx) })
		return func() future.Future[int] { return f }
	},
	"promise in a nested scope": func(ctx context.Context) func() future.Future[int] {
		inner, scope := future.WithScope(ctx)
		f := future.NewPromise[int](inner).Future()
		return func() future.Future[int] { <-f.Done(); scope.Close(); return f }
	},
	"promise of a running function": func(ctx context.Context) func() future.Future[int] {
		var f future.Future[int]
		future.Go(ctx, func(ctx context.Context) (int, error) {
			f = future.NewPromise[int](future.Named(ctx, "n")).Future()
			<-f.Done()
			return 0, nil
		})
		return func() future.Future[int] { return f }
	},
	"promise of a function two calls down": func(ctx context.Context) func() future.Future[int] {
		var f future.Future[int]
		future.Go(ctx, func(ctx context.Context) (int, error) {
			return future.Go(ctx, func(ctx context.Context) (int, error) {
				f = future.NewPromise[int](ctx).Future()
				<-f.Done()
				return 0, nil
			}).Await(bg())
		})
		return func() future.Future[int] { return f }
	},
}

func TestCauses_matchErrAndCauseEverywhere(t *testing.T) {
	for ending, start := range endings {
		for taker, take := range takers {
			for _, scoped := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%s/%v", ending, taker, scoped), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						parent, close := bg(), func() error { return nil }
						if scoped {
							ctx, scope := future.WithScope(bg())
							parent, close = ctx, scope.Close
						}
						ctx, end := start(parent)
						late := take(ctx)
						synctest.Wait()
						require.NoError(t, ctx.Err())
						end()
						synctest.Wait()
						err := futuretest.Await(t, late()).Err
						defer close()

						require.Error(t, err)
						require.True(t, errorIs(err, ctx.Err()), "%v does not match ctx.Err(): %v", err, ctx.Err())
						cause := context.Cause(ctx)
						if _, uncomparable := cause.(mute); !uncomparable {
							require.True(t, errorIs(err, cause), "%v does not match the cause", err)
						}
						text(t, err)
						if errors.Is(ctx.Err(), context.DeadlineExceeded) {
							_, wrapped := err.(*future.CanceledError)
							require.False(t, wrapped, "a deadline is not wrapped in a cancellation")
							require.False(t, future.IsCanceled(err))
						} else {
							require.IsType(t, (*future.CanceledError)(nil), err)
							require.True(t, future.IsCanceled(err))
							require.True(t, errorIs(err, context.Canceled))
						}
					})
				})
			}
		}
	}
}

// errorIs is errors.Is; a panic on the way is the foreign error's own, and no match.
func errorIs(err, target error) (is bool) {
	defer func() { _ = recover() }()
	return errors.Is(err, target)
}

// text checks that the message can be had.
func text(t *testing.T, err error) {
	t.Helper()
	defer func() {
		if r := recover(); r != nil && r != "in Error" {
			t.Errorf("Error() panics: %v", r)
		}
	}()
	require.NotContains(t, err.Error(), "\n")
}

// Every cause that Jade itself puts into a ctx.
func TestCauses_ofContextsThatJadeEnds(t *testing.T) {
	for name, cause := range map[string]error{
		"nil": nil, "an error": errBoom, "Canceled": context.Canceled, "DeadlineExceeded": context.DeadlineExceeded,
		"a timeout": timeoutError{}, "CanceledError": &future.CanceledError{Cause: errBoom}, "PanicError": &future.PanicError{Value: 1},
		"nil CanceledError": (*future.CanceledError)(nil), "panicking Is": &panickyError{}, "joined": errors.Join(errBoom, context.Canceled),
		"cannot be compared": mute{},
	} {
		t.Run(name, func(t *testing.T) {
			cancels := map[string]func() (context.Context, error){
				"running function": func() (context.Context, error) {
					started := make(chan context.Context)
					f := future.Go(bg(), func(ctx context.Context) (int, error) {
						started <- ctx
						<-ctx.Done()
						return 0, future.Cause(ctx)
					})
					ctx := <-started
					f.Cancel(cause)
					return ctx, futuretest.Await(t, f).Err
				},
				"promise": func() (context.Context, error) {
					p := future.NewPromise[int](bg())
					ctx := p.Context()
					p.Future().Cancel(cause)
					return ctx, futuretest.Await(t, p.Future()).Err
				},
				"promise without a ctx": func() (context.Context, error) {
					p := future.NewPromise[int](bg())
					p.Future().Cancel(cause)
					return nil, futuretest.Await(t, p.Future()).Err
				},
				"pending body": func() (context.Context, error) {
					f := follow(bg(), future.NewPromise[int](bg()).Future(), func(context.Context, future.Result[int]) (int, error) { return 0, nil })
					f.Cancel(cause)
					return nil, futuretest.Await(t, f).Err
				},
			}
			for where, cancel := range cancels {
				ctx, err := cancel()
				require.Error(t, err, where)
				deadline := cause != nil && name != "panicking Is" && errorIs(cause, context.DeadlineExceeded)
				require.Equal(t, !deadline, future.IsCanceled(err), where)
				if !deadline {
					require.IsType(t, (*future.CanceledError)(nil), err, where)
				} else {
					require.Equal(t, cause, err, "a deadline is not wrapped")
				}
				if cause != nil && name != "cannot be compared" {
					require.True(t, errorIs(err, cause), where)
				}
				if ctx != nil {
					require.True(t, errorIs(err, ctx.Err()), where)
					require.True(t, errorIs(context.Cause(ctx), ctx.Err()), where)
					if deadline {
						require.Equal(t, context.DeadlineExceeded, ctx.Err())
					} else {
						require.Equal(t, context.Canceled, ctx.Err())
					}
				}
				text(t, err)
			}
		})
	}
	t.Run("a cancelled function's own result is untouched", func(t *testing.T) {
		own := &panickyError{}
		f := future.Go(bg(), func(ctx context.Context) (int, error) { <-ctx.Done(); return 9, own })
		f.Cancel(errBoom)
		r := futuretest.Await(t, f)
		require.Equal(t, 9, r.Value)
		require.True(t, r.Err == error(own))
	})
}

func TestG17_timeoutCancellationAndFailureAreDistinct(t *testing.T) {
	for _, c := range []struct {
		err      error
		canceled bool
	}{
		{nil, false}, {errBoom, false}, {context.Canceled, true}, {context.DeadlineExceeded, false}, {&future.CanceledError{}, true},
		{&future.CanceledError{Cause: context.DeadlineExceeded}, true}, {&future.CanceledError{Cause: &future.PanicError{}}, true},
		{&future.PanicError{Value: context.Canceled}, false}, {fmt.Errorf("x: %w", context.Canceled), true},
		{fmt.Errorf("x: %w", &future.PanicError{Value: context.Canceled}), false}, {timeoutError{}, false},
		{errors.Join(context.Canceled, context.Canceled), true}, {errors.Join(context.Canceled, errBoom), false},
		{errors.Join(context.Canceled, context.DeadlineExceeded), false}, {fmt.Errorf("%w, %w", context.Canceled, &future.CanceledError{}), true},
		{&future.UnobservedError{Err: context.Canceled}, true}, {future.ErrScopeClosed, false}, {future.ErrGoexit, false}, {future.ErrZero, false},
		{(*future.CanceledError)(nil), true}, {mute{}, false},
	} {
		require.Equal(t, c.canceled, future.IsCanceled(c.err), "%#v", c.err)
	}
}
