package recovery_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/strange"
	recovery "github.com/jade-go/jade/recover"
)

// asking has a method Class that asks for the class of the error itself, as a user writes it who wants "the usual one, if not".
type asking struct{ err error }

func (a asking) Error() string         { return "asking" }
func (a asking) Unwrap() error         { return a.err }
func (a asking) Class() recovery.Class { return recovery.Classify(a) }

// endless wraps itself.
type endless struct{}

func (e *endless) Error() string { return "endless" }
func (e *endless) Unwrap() error { return e }

func TestG06_classThatAsksForItself(t *testing.T) {
	require.Equal(t, recovery.ClassDependency, recovery.Classify(asking{statusError(503)}))
	require.Equal(t, recovery.ClassUnknown, recovery.Classify(fmt.Errorf("x: %w", asking{errBoom})))
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if c := recovery.Classify(asking{statusError(503)}); c != recovery.ClassDependency {
				t.Error(c)
			}
		})
	}
	all.Wait()
}

func TestG06_classifierThatDoesNotReturn(t *testing.T) {
	for name, end := range map[string]func(){"panic": func() { panic("in a classifier") }, "goexit": runtime.Goexit} {
		ctx := recovery.WithClassifier(bg(), func(err error) (recovery.Class, bool) { return recovery.ClassBusiness, err == errBoom })
		ctx = recovery.WithClassifier(ctx, func(error) (recovery.Class, bool) { end(); return recovery.ClassSystem, true })
		require.NotPanics(t, func() { recovery.ClassifyIn(ctx, statusError(503)) }, name)
		require.Equal(t, recovery.ClassDependency, recovery.ClassifyIn(ctx, statusError(503)), name)
		if name == "panic" {
			require.Equal(t, recovery.ClassBusiness, recovery.ClassifyIn(ctx, errBoom), "the one around is asked")
		}
	}
	t.Run("that asks again", func(t *testing.T) {
		var ctx context.Context
		ctx = recovery.WithClassifier(bg(), func(err error) (recovery.Class, bool) { return recovery.ClassifyIn(ctx, err), true })
		require.Equal(t, recovery.ClassDependency, recovery.ClassifyIn(ctx, statusError(503)))
	})
}

func TestClassify_hostileErrors(t *testing.T) {
	require.Equal(t, recovery.ClassUnknown, recovery.Classify(&endless{}))
	require.Equal(t, recovery.ClassUnknown, recovery.Classify(errors.Join(&endless{}, errBoom)))
	require.True(t, recovery.Repeatable(bg(), recovery.Mark(recovery.ClassUnknown, &endless{})))
	require.False(t, future.IsCanceled(&endless{}))
	for name, err := range strange.Errors {
		require.NotPanics(t, func() { recovery.ClassifyIn(bg(), err) }, name)
		require.Equal(t, recovery.ClassBusiness, recovery.Classify(recovery.Mark(recovery.ClassBusiness, err)), name)
	}
	require.Equal(t, recovery.ClassTimeout, recovery.Classify(strange.Errors["struct around a deadline"]))
	wide := make([]error, 50_000)
	for i := range wide {
		wide[i] = fmt.Errorf("%d: %w", i, errBoom)
	}
	wide[len(wide)-1] = statusError(503)
	require.Equal(t, recovery.ClassDependency, recovery.Classify(errors.Join(wide...)))
}

func TestClassifier_order(t *testing.T) {
	says := func(class recovery.Class, target error) recovery.Classifier {
		return func(err error) (recovery.Class, bool) { return class, err == target }
	}
	ctx := recovery.WithClassifier(recovery.WithClassifier(bg(), says(recovery.ClassSystem, errBoom)), says(recovery.ClassBusiness, errBoom))
	require.Equal(t, recovery.ClassBusiness, recovery.ClassifyIn(ctx, fmt.Errorf("x: %w", errBoom)), "the innermost first")
	require.Equal(t, recovery.ClassDependency, recovery.ClassifyIn(ctx, recovery.Mark(recovery.ClassDependency, errBoom)), "an error decides for itself")
	require.Equal(t, recovery.ClassCanceled, recovery.ClassifyIn(ctx, &future.CanceledError{Cause: errBoom}), "from the outside in")
	require.Equal(t, recovery.ClassCode, recovery.ClassifyIn(ctx, errors.Join(errBoom, &future.PanicError{Value: 1})), "a bug is a bug")
	require.Equal(t, recovery.ClassNone, recovery.ClassifyIn(ctx, nil))
	require.PanicsWithValue(t, "recovery.WithClassifier: nil Classifier", func() { recovery.WithClassifier(bg(), nil) })
	none := context.Context(nil)
	require.PanicsWithValue(t, "recovery.WithClassifier: nil context", func() { recovery.WithClassifier(none, says(0, nil)) })
	require.PanicsWithValue(t, "recovery.ClassifyIn: nil context", func() { recovery.ClassifyIn(none, errBoom) })
	require.PanicsWithValue(t, "recovery.Repeatable: nil context", func() { recovery.Repeatable(none, errBoom) })
}

// The rule of the living ctx: a cancellation counts as ours only if it is, or if our ctx has ended.
func TestClassifyIn_cancellations(t *testing.T) {
	ended, cancel := context.WithCancel(bg())
	cancel()
	for name, c := range map[string]struct {
		err           error
		alive, isOver recovery.Class
	}{
		"bare":             {context.Canceled, recovery.ClassDependency, recovery.ClassCanceled},
		"wrapped":          {fmt.Errorf("x: %w", context.Canceled), recovery.ClassDependency, recovery.ClassCanceled},
		"ours":             {&future.CanceledError{}, recovery.ClassCanceled, recovery.ClassCanceled},
		"both":             {errors.Join(context.Canceled, &future.CanceledError{}), recovery.ClassDependency, recovery.ClassCanceled},
		"ours, twice":      {errors.Join(&future.CanceledError{}, &future.CanceledError{}), recovery.ClassCanceled, recovery.ClassCanceled},
		"by a method Is":   {strange.Errors["cancellation"], recovery.ClassDependency, recovery.ClassCanceled},
		"a panic":          {&future.PanicError{Value: context.Canceled}, recovery.ClassCode, recovery.ClassCode},
		"an ended ctx's":   {future.Cause(ended), recovery.ClassCanceled, recovery.ClassCanceled},
		"with another one": {errors.Join(&future.CanceledError{}, statusError(503)), recovery.ClassDependency, recovery.ClassDependency},
	} {
		require.Equal(t, c.alive, recovery.ClassifyIn(bg(), c.err), name)
		require.Equal(t, c.isOver, recovery.ClassifyIn(ended, c.err), name)
	}
}
