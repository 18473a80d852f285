package flow_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/notes"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
)

// classOf is the class that the failure of a run of f has.
func classOf(t *testing.T, ctx context.Context, f *flow.Flow[int, int]) recovery.Class {
	t.Helper()
	_, err := f.Do(ctx, 1)
	failure, ok := errors.AsType[*flow.Error](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, failure.Class(), recovery.Classify(err), "without a ctx, too")
	return failure.Class()
}

// rated has a class of its own.
type rated struct{ class func() recovery.Class }

func (*rated) Error() string           { return "rated" }
func (r *rated) Class() recovery.Class { return r.class() }

func TestRequire_isBusinessUnlessItHasAClass(t *testing.T) {
	requires := func(otherwise error) *flow.Flow[int, int] {
		return of(func(in number) number { return flow.After(in, flow.Require(flow.Const(false), otherwise)) })
	}
	for name, c := range map[string]struct {
		otherwise error
		want      recovery.Class
	}{
		"plain":               {errSoldOut, recovery.ClassBusiness},
		"one that looks like": {fmt.Errorf("x: %w", context.DeadlineExceeded), recovery.ClassBusiness},
		"marked":              {fmt.Errorf("x: %w", recovery.Mark(recovery.ClassSystem, errSoldOut)), recovery.ClassSystem},
		"with a method":       {&rated{func() recovery.Class { return recovery.ClassDependency }}, recovery.ClassDependency},
		"that panics":         {&rated{func() recovery.Class { panic("oh") }}, recovery.ClassUnknown},
		"that exits":          {&rated{func() recovery.Class { runtime.Goexit(); return 0 }}, recovery.ClassUnknown},
	} {
		f := requires(c.otherwise)
		require.Equal(t, c.want, classOf(t, plainCtx(), f), name)
		_, err := f.Do(plainCtx(), 1)
		require.ErrorIs(t, err, c.otherwise, name)
	}
	_, err := requires(errSoldOut).Do(plainCtx(), 1)
	require.ErrorIs(t, err, errSoldOut)
	v, err := of(func(in number) number {
		return flow.Recover(flow.After(in, flow.Require(flow.Const(false), errSoldOut)), func(_ context.Context, err error) (int, error) {
			require.Equal(t, recovery.ClassBusiness, recovery.Classify(err))
			return 7, nil
		})
	}).Do(plainCtx(), 1)
	require.NoError(t, err)
	require.Equal(t, 7, v)
}

func TestClassifier_isSeenByFlows(t *testing.T) {
	notes.Log(t)
	ctx := recovery.WithClassifier(plainCtx(), func(err error) (recovery.Class, bool) { return recovery.ClassDependency, err == errSoldOut })
	bad := failing("bad", fmt.Errorf("x: %w", errSoldOut))
	counted := of(func(in number) number { return flow.Step(bad, in) })
	for name, f := range map[string]*flow.Flow[int, int]{
		"counted":   counted,
		"on demand": of(func(in number) number { return flow.Either(flow.Const(true), flow.Step(bad, in), in) }),
		"nested":    of(func(in number) number { return flow.Step(counted.Task(), in) }),
		"twice": of(func(in number) number {
			return flow.Step(of(func(in number) number { return flow.Step(counted.Task(), in) }).Task(), in)
		}),
		"any": of(func(in number) number {
			return flow.Any(flow.Step(failing("other", errNoRoute), in), flow.Step(bad, in))
		}),
		"each": of(func(in number) number {
			return flow.Map(flow.Each(bad, flow.Const([]int{1, 2}), 1), func(all []int) int { return len(all) })
		}),
	} {
		require.Equal(t, recovery.ClassDependency, classOf(t, ctx, f), name)
		require.Equal(t, recovery.ClassDependency, classOf(t, observe.With(ctx, quiet{}), f), name)
		require.Equal(t, recovery.ClassUnknown, classOf(t, plainCtx(), f), name)
	}
}

type quiet struct{}

func (quiet) Begin(ctx context.Context, _ observe.Call) (context.Context, func(observe.Outcome)) {
	return ctx, nil
}

// What comes back cancelled while nobody has cancelled it here is a failure of the other side: it is made up for.
func TestRecover_ofACancellationOfTheOtherSide(t *testing.T) {
	gone := failing("gone", fmt.Errorf("call: %w", context.Canceled))
	f := of(func(in number) number { return flow.Step(gone, in) })
	require.Equal(t, recovery.ClassDependency, classOf(t, plainCtx(), f))
	seven := func(context.Context, error) (int, error) { return 7, nil }
	for name, f := range map[string]*flow.Flow[int, int]{
		"Recover":          of(func(in number) number { return flow.Recover(flow.Step(gone, in), seven) }),
		"Recover, nested":  of(func(in number) number { return flow.Recover(flow.Step(f.Task(), in), seven) }),
		"Fallback":         of(func(in number) number { return flow.Step(gone.Fallback(7), in) }),
		"Fallback, nested": of(func(in number) number { return flow.Step(f.Task().Fallback(7), in) }),
		"Catch":            f.Catch(func(context.Context, int, error) (int, error) { return 7, nil }),
	} {
		v, err := f.Do(plainCtx(), 1)
		require.NoError(t, err, name)
		require.Equal(t, 7, v, name)
	}
	ours := of(func(in number) number {
		return flow.Recover(flow.Step(failing("gone", &future.CanceledError{}), in), seven)
	})
	require.Equal(t, recovery.ClassCanceled, classOf(t, plainCtx(), ours))
}

func TestG06_errorsWhoseMethodsDoNotReturn(t *testing.T) {
	notes.Log(t)
	for name, end := range map[string]func(){"panic": func() { panic("oh") }, "goexit": runtime.Goexit} {
		bad := failing("bad", &rated{func() recovery.Class { end(); return 0 }})
		for how, f := range map[string]*flow.Flow[int, int]{
			"counted":   of(func(in number) number { return flow.Step(bad, in) }),
			"on demand": of(func(in number) number { return flow.Either(flow.Const(true), flow.Step(bad, in), in) }),
			"any":       of(func(in number) number { return flow.Any(flow.Step(bad, in), flow.Step(bad, in)) }),
		} {
			require.Equal(t, recovery.ClassUnknown, classOf(t, plainCtx(), f), "%s, %s", name, how)
			require.Equal(t, recovery.ClassUnknown, classOf(t, observe.With(plainCtx(), quiet{}), f), "%s, %s", name, how)
		}
	}
}
