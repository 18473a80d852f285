package recovery_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
	recovery "github.com/jade-go/jade/recover"
)

var errBoom = errors.New("boom")

func bg() context.Context { return context.Background() }

type fint = future.Future[int]

// rescues are all ways to replace a failure by 99 that are told to act on any failure.
var rescues = map[string]func(ctx context.Context, f fint) fint{
	"Recover": func(ctx context.Context, f fint) fint {
		return recovery.Recover(ctx, f, func(context.Context, error) (int, error) { return 99, nil })
	},
	"RecoverAs any error": func(ctx context.Context, f fint) fint {
		return recovery.RecoverAs(ctx, f, func(context.Context, error) (int, error) { return 99, nil })
	},
	"Fallback": func(_ context.Context, f fint) fint { return recovery.Fallback(f, 99) },
}

func TestG17_onlyAnExplicitRequestRecoversACancellation(t *testing.T) {
	cancellations := map[string]error{
		"Canceled": context.Canceled, "CanceledError": &future.CanceledError{Cause: errBoom}, "wrapped": fmt.Errorf("call: %w", context.Canceled),
		"because of a panic": &future.CanceledError{Cause: &future.PanicError{Value: 1}}, "because of a deadline": &future.CanceledError{Cause: context.DeadlineExceeded},
		"joined of cancellations": errors.Join(context.Canceled, &future.CanceledError{}),
	}
	failures := map[string]error{
		"failure": errBoom, "timeout": context.DeadlineExceeded, "deadline": &deadline.Error{}, "panic": &future.PanicError{Value: 1},
		"panic with a cancellation": &future.PanicError{Value: context.Canceled}, "joined with a cancellation": errors.Join(context.Canceled, errBoom),
		"Goexit": future.ErrGoexit, "zero": future.ErrZero,
	}
	for how, rescue := range rescues {
		for name, err := range cancellations {
			t.Run(how+"/"+name, func(t *testing.T) {
				for _, f := range []fint{future.Of(1, err), future.Go(bg(), func(context.Context) (int, error) { return 1, err })} {
					r := futuretest.Await(t, rescue(bg(), f))
					require.True(t, r.Err == err, "passed on as it is: %v", r.Err)
				}
			})
		}
		for name, err := range failures {
			t.Run(how+"/"+name, func(t *testing.T) {
				for _, f := range []fint{future.Of(1, err), future.Go(bg(), func(context.Context) (int, error) { return 1, err })} {
					require.Equal(t, future.Result[int]{Value: 99}, futuretest.Await(t, rescue(bg(), f)))
				}
			})
		}
		t.Run(how+"/success", func(t *testing.T) {
			require.Equal(t, future.Result[int]{Value: 1}, futuretest.Await(t, rescue(bg(), future.Of(1, nil))))
		})
	}
	t.Run("RecoverIs", func(t *testing.T) {
		handle := func(_ context.Context, err error) (int, error) { return 99, nil }
		require.Equal(t, 99, futuretest.Await(t, recovery.RecoverIs(bg(), future.Of(1, error(&future.CanceledError{})), context.Canceled, handle)).Value)
		require.Equal(t, 99, futuretest.Await(t, recovery.RecoverIs(bg(), future.Of(1, fs.ErrExist), fs.ErrExist, handle)).Value)
		require.Equal(t, 99, futuretest.Await(t, recovery.RecoverIs(bg(), future.Of(1, fmt.Errorf("x: %w", fs.ErrExist)), fs.ErrExist, handle)).Value)
		require.Same(t, errBoom, futuretest.Await(t, recovery.RecoverIs(bg(), future.Of(1, errBoom), fs.ErrExist, handle)).Err)
		cancelled := &future.CanceledError{Cause: errBoom}
		require.True(t, futuretest.Await(t, recovery.RecoverIs(bg(), future.Of(1, error(cancelled)), fs.ErrExist, handle)).Err == error(cancelled))
	})
	t.Run("RecoverAs", func(t *testing.T) {
		path := &fs.PathError{Op: "open", Err: fs.ErrExist}
		got := futuretest.Await(t, recovery.RecoverAs(bg(), future.Of(1, fmt.Errorf("x: %w", path)), func(_ context.Context, e *fs.PathError) (int, error) {
			require.Same(t, path, e)
			return 99, nil
		}))
		require.Equal(t, future.Result[int]{Value: 99}, got)
		require.Same(t, errBoom, futuretest.Await(t, recovery.RecoverAs(bg(), future.Of(1, errBoom), func(context.Context, *fs.PathError) (int, error) { return 99, nil })).Err)
		got = futuretest.Await(t, recovery.RecoverAs(bg(), future.Of(1, error(&future.CanceledError{Cause: path})), func(context.Context, *fs.PathError) (int, error) { return 99, nil }))
		require.Error(t, got.Err, "a cancellation because of it is a cancellation")
		got = futuretest.Await(t, recovery.RecoverAs(bg(), future.Of(1, error(&future.CanceledError{Cause: path})), func(context.Context, *future.CanceledError) (int, error) { return 99, nil }))
		require.Equal(t, 99, got.Value, "asked for")
	})
	t.Run("what the handler returns is the result", func(t *testing.T) {
		r := futuretest.Await(t, recovery.Recover(bg(), future.Of(1, errBoom), func(_ context.Context, err error) (int, error) {
			require.Same(t, errBoom, err)
			return 5, fs.ErrExist
		}))
		require.Equal(t, future.Result[int]{Value: 5, Err: fs.ErrExist}, r)
	})
}

func TestRecover_actsOnlyWhileItsContextIsAlive(t *testing.T) {
	handle := func(context.Context, error) (int, error) { return 99, nil }
	for name, end := range map[string]func(ctx context.Context) (context.Context, func()){
		"deadline": func(ctx context.Context) (context.Context, func()) {
			ctx, cancel := context.WithTimeout(ctx, time.Second)
			return ctx, cancel
		},
		"cancel": func(ctx context.Context) (context.Context, func()) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(time.Second, cancel)
			return ctx, cancel
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				outer, release := end(bg())
				defer release()
				ctx, scope := future.WithScope(outer)
				// The failure comes after the end of ctx.
				f := future.Go(ctx, func(context.Context) (int, error) { time.Sleep(time.Minute); return 0, errBoom })
				all := map[string]fint{
					"Recover":   recovery.Recover(ctx, f, handle),
					"RecoverIs": recovery.RecoverIs(ctx, f, errBoom, handle),
					"RecoverAs": recovery.RecoverAs(ctx, f, handle),
					"Fallback":  recovery.Fallback(f, 99),
				}
				time.Sleep(time.Hour)
				for how, g := range all {
					r := futuretest.Await(t, g)
					require.Error(t, r.Err, how)
					if how != "Fallback" {
						require.ErrorIs(t, r.Err, ctx.Err(), "%s: the answer is fixed: ctx's cause", how)
					}
				}
				scope.Close()
			})
		})
	}
	t.Run("a limit inside is recovered while the ctx around lives", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, scope := future.WithScope(bg())
			hang := future.Go(ctx, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, ctx.Err() })
			require.Equal(t, 99, futuretest.Await(t, recovery.Fallback(deadline.Within(hang, time.Second), 99)).Value)
			require.NoError(t, scope.Close())
		})
	})
}

func TestG13_aRecoveredFailureFailsNothing(t *testing.T) {
	for how, rescue := range rescues {
		t.Run(how, func(t *testing.T) {
			ctx, scope := future.WithScope(bg())
			f := future.Go(ctx, func(context.Context) (int, error) { panic("in the part") })
			require.Equal(t, future.Result[int]{Value: 99}, futuretest.Await(t, rescue(ctx, f)))
			require.NoError(t, ctx.Err())
			require.NoError(t, scope.Close(), "taken as an input is observed")
		})
	}
}

func TestOnError_isToldAndChangesNothing(t *testing.T) {
	for _, err := range []error{nil, errBoom, context.Canceled, context.DeadlineExceeded, &future.PanicError{Value: 1}} {
		for _, f := range []fint{future.Of(7, err), future.Go(bg(), func(context.Context) (int, error) { return 7, err })} {
			var told []error
			r := futuretest.Await(t, recovery.OnError(f, func(err error) { told = append(told, err) }))
			require.Equal(t, 7, r.Value)
			require.True(t, r.Err == err)
			if err == nil {
				require.Empty(t, told)
			} else {
				require.Equal(t, []error{err}, told)
			}
		}
	}
}

func TestG11_onErrorRunsInlineInOrder(t *testing.T) {
	p := future.NewPromise[int](bg())
	var order []int // unsynchronised: the race detector sees two at once
	var last []fint
	for i := range 20 {
		last = append(last, recovery.OnError(p.Future(), func(error) { order = append(order, i) }))
	}
	p.Complete(0, errBoom)
	for _, f := range last {
		futuretest.Await(t, f)
	}
	for i, got := range order {
		require.Equal(t, i, got)
	}
	require.Len(t, order, 20)
}

func TestG06_classifiersThatPanic(t *testing.T) {
	// Whatever a foreign error's methods do, the failure is neither lost nor fatal.
	for name, err := range map[string]error{
		"Is": &panicky{is: true}, "Class": &panicky{class: true}, "StatusCode": &panicky{status: true}, "Timeout": &panicky{timeout: true},
		"Unwrap": &panicky{unwrap: true}, "Error": &panicky{text: true}, "wrapped": fmt.Errorf("x: %w", &panicky{is: true, class: true, unwrap: true}),
		"joined": errors.Join(&panicky{is: true, class: true}, context.Canceled), "nil pointer": (*panicky)(nil), "GRPCStatus": grpcPanics{},
	} {
		t.Run(name, func(t *testing.T) {
			require.NotPanics(t, func() { _ = recovery.Classify(err) })
			require.NotEqual(t, recovery.ClassNone, recovery.Classify(err))
			for how, rescue := range rescues {
				r := futuretest.Await(t, rescue(bg(), future.Of(1, err)))
				if r.Err == nil {
					require.Equal(t, 99, r.Value, how)
				}
			}
			r := futuretest.Await(t, recovery.RecoverIs(bg(), future.Of(1, err), errBoom, func(context.Context, error) (int, error) { return 99, nil }))
			require.Error(t, r.Err, "it does not match")
			require.True(t, futuretest.Await(t, recovery.OnError(future.Of(1, err), func(error) {})).Err == err)
		})
	}
	t.Run("Class() that exits or answers nonsense", func(t *testing.T) {
		require.Equal(t, recovery.Class(77), recovery.Classify(oddClass(77)), "an error decides for itself")
		require.Equal(t, "Class(77)", recovery.Class(77).String())
		require.Equal(t, "Class(-1)", recovery.Class(-1).String())
		require.Equal(t, recovery.ClassUnknown, recovery.Classify(exiting{}), "no answer")
	})
}

type panicky struct{ is, class, status, timeout, unwrap, text bool }

func when(b bool) {
	if b {
		panic("in a method of the error")
	}
}

func (e *panicky) Error() string         { when(e.text); return "panicky" }
func (e *panicky) Is(error) bool         { when(e.is); return false }
func (e *panicky) Class() recovery.Class { when(e.class); return recovery.ClassBusiness }
func (e *panicky) StatusCode() int       { when(e.status); return 404 }
func (e *panicky) Timeout() bool         { when(e.timeout); return false }
func (e *panicky) Unwrap() error         { when(e.unwrap); return nil }

type grpcPanics struct{}

func (grpcPanics) Error() string   { return "grpc" }
func (grpcPanics) GRPCStatus() int { panic("in GRPCStatus") }

type oddClass int

func (oddClass) Error() string           { return "odd" }
func (c oddClass) Class() recovery.Class { return recovery.Class(c) }

type exiting struct{}

func (exiting) Error() string         { return "exiting" }
func (exiting) Class() recovery.Class { runtime.Goexit(); return recovery.ClassCode }

func TestClassify_walksFromTheOutsideIn(t *testing.T) {
	wrap := func(err error) error { return fmt.Errorf("call: %w", err) }
	canceledByPanic := &future.CanceledError{Cause: &future.PanicError{Value: 1}}
	for _, c := range []struct {
		err  error
		want recovery.Class
	}{
		{nil, recovery.ClassNone},
		{errBoom, recovery.ClassUnknown},
		{&future.PanicError{Value: "x"}, recovery.ClassCode},
		{wrap(&future.PanicError{Value: context.Canceled}), recovery.ClassCode},
		{&future.PanicError{Value: context.DeadlineExceeded}, recovery.ClassCode},
		{canceledByPanic, recovery.ClassCanceled},
		{wrap(canceledByPanic), recovery.ClassCanceled},
		{&future.CanceledError{Cause: context.DeadlineExceeded}, recovery.ClassCanceled},
		{context.Canceled, recovery.ClassCanceled},
		{wrap(context.Canceled), recovery.ClassCanceled},
		{context.DeadlineExceeded, recovery.ClassTimeout},
		{wrap(&deadline.Error{}), recovery.ClassTimeout},
		{errors.Join(context.Canceled, context.Canceled), recovery.ClassCanceled},
		{errors.Join(context.Canceled, errBoom), recovery.ClassUnknown},
		{errors.Join(context.Canceled, context.DeadlineExceeded), recovery.ClassTimeout},
		{errors.Join(errBoom, &future.PanicError{Value: 1}), recovery.ClassCode},
		{oddClass(recovery.ClassSystem), recovery.ClassSystem},
		{&future.CanceledError{Cause: oddClass(recovery.ClassSystem)}, recovery.ClassCanceled},
		{wrap(oddClass(recovery.ClassDependency)), recovery.ClassDependency},
		{&future.PanicError{Value: oddClass(recovery.ClassBusiness)}, recovery.ClassCode},
		{future.ErrZero, recovery.ClassCode},
		{wrap(future.ErrGoexit), recovery.ClassCode},
		{statusError(503), recovery.ClassDependency},
		{statusError(404), recovery.ClassUnknown},
		{recovery.Mark(recovery.ClassBusiness, statusError(503)), recovery.ClassBusiness},
	} {
		require.Equal(t, c.want, recovery.Classify(c.err), "%v", c.err)
		if c.err != nil {
			require.Equal(t, c.want == recovery.ClassCanceled, future.IsCanceled(c.err) && c.want == recovery.ClassCanceled)
		}
	}
}
