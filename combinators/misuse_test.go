package combinators_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
)

// A programmer's mistake panics in the caller's goroutine, in one line that
// says which function and why, whatever state the futures are in.
func TestMisuse_panicsInTheCaller(t *testing.T) {
	var noCtx context.Context
	for state, f := range map[string]fint{"complete": future.Of(1, nil), "failed": future.Of(1, errBoom), "pending": future.NewPromise[int](bg()).Future(), "zero": {}} {
		for want, misuse := range map[string]func(){
			"combinators.Then: nil context":        func() { combinators.Then(noCtx, f, again) },
			"combinators.Then: nil function":       func() { combinators.Then[int, int](bg(), f, nil) },
			"combinators.Map: nil function":        func() { combinators.Map[int, int](f, nil) },
			"combinators.Tap: nil function":        func() { combinators.Tap(f, nil) },
			"combinators.FlatMap: nil context":     func() { combinators.FlatMap(noCtx, f, toFuture) },
			"combinators.FlatMap: nil function":    func() { combinators.FlatMap[int, int](bg(), f, nil) },
			"combinators.Finally: nil context":     func() { combinators.Finally(noCtx, f, cleanUp) },
			"combinators.Finally: nil function":    func() { combinators.Finally(bg(), f, nil) },
			"combinators.AsCompleted: nil context": func() { combinators.AsCompleted(noCtx, f) },
			"combinators.Await2: nil context":      func() { combinators.Await2(noCtx, f, f) },
			"combinators.Await5: nil context":      func() { combinators.Await5(noCtx, f, f, f, f, f) },
			"combinators.Await9: nil context":      func() { combinators.Await9(noCtx, f, f, f, f, f, f, f, f, f) },
			"combinators.Then2: nil context":       func() { combinators.Then2(noCtx, f, f, add2) },
			"combinators.Then2: nil function":      func() { combinators.Then2[int, int, int](bg(), f, f, nil) },
			"combinators.Then9: nil context": func() {
				combinators.Then9(noCtx, f, f, f, f, f, f, f, f, f, func(_ context.Context, _, _, _, _, _, _, _, _, _ int) (int, error) { return 0, nil })
			},
			"combinators.Then9: nil function": func() {
				combinators.Then9[int, int, int, int, int, int, int, int, int, int](bg(), f, f, f, f, f, f, f, f, f, nil)
			},
			"combinators.Each: nil context":        func() { combinators.Each(noCtx, 1, []int{1}, again) },
			"combinators.Each: nil function":       func() { combinators.Each[int, int](bg(), 1, nil, nil) },
			"combinators.SettleEach: nil context":  func() { combinators.SettleEach(noCtx, 1, []int{1}, again) },
			"combinators.SettleEach: nil function": func() { combinators.SettleEach[int, int](bg(), 1, nil, nil) },
		} {
			t.Run(want+"/"+state, func(t *testing.T) {
				defer func() { require.Equal(t, want, recover()) }()
				misuse()
				t.Error("no panic")
			})
		}
	}
}

func TestMisuse_numbers(t *testing.T) {
	for _, n := range []int{0, -1, math.MinInt} {
		for name, misuse := range map[string]func(){
			"combinators.Quorum: ":     func() { combinators.Quorum(n, future.Of(1, nil)) },
			"combinators.Each: ":       func() { combinators.Each(bg(), n, []int{1}, again) },
			"combinators.SettleEach: ": func() { combinators.SettleEach(bg(), n, []int{1}, again) },
		} {
			t.Run(name, func(t *testing.T) {
				defer func() {
					text, ok := recover().(string)
					require.True(t, ok)
					require.Contains(t, text, name)
					require.NotContains(t, text, "\n")
				}()
				misuse()
				t.Error("no panic")
			})
		}
	}
	require.Panics(t, func() { combinators.Quorum[int](0) }, "also of none")
	require.Panics(t, func() { combinators.Each(bg(), 0, nil, again) }, "also of none")

	require.Error(t, futuretest.Await(t, combinators.Quorum(math.MaxInt, future.Of(1, nil))).Err)
	require.Equal(t, []int{1, 2}, futuretest.Await(t, combinators.Each(bg(), math.MaxInt, []int{1, 2}, again)).Value)
}

func again(_ context.Context, v int) (int, error) { return v, nil }

// A caller who reuses the slice of a variadic call does not change the result.
func TestMisuse_theSliceIsReused(t *testing.T) {
	a, b := future.NewPromise[int](bg()), future.NewPromise[int](bg())
	fs := []fint{a.Future(), b.Future()}
	all, settle, quorum := combinators.All(fs...), combinators.Settle(fs...), combinators.Quorum(2, fs...)
	views := []fint{future.Shield(fs[0]), future.Shield(fs[1])}
	race, any := combinators.Race(views...), combinators.Any(future.Shield(fs[0]), future.Shield(fs[1]))
	views[0], views[1] = fint{}, fint{}
	seq := combinators.AsCompleted(bg(), fs...)
	fs[0], fs[1] = fint{}, fint{}
	b.Complete(2, nil)
	a.Complete(1, nil)
	require.Equal(t, []int{1, 2}, futuretest.Await(t, all).Value)
	require.Equal(t, []int{1, 2}, futuretest.Await(t, quorum).Value)
	require.Equal(t, 2, futuretest.Await(t, settle).Value[1].Value)
	require.Equal(t, 2, futuretest.Await(t, race).Value)
	require.Equal(t, 2, futuretest.Await(t, any).Value)
	n := 0
	for i, r := range seq {
		require.Equal(t, i+1, r.Value)
		n++
	}
	require.Equal(t, 2, n)

	byName := map[int]fint{1: future.Of(1, nil), 2: future.NewPromise[int](bg()).Future()}
	named := combinators.AllMap(byName)
	byName[2] = future.Of(9, nil)
	require.True(t, futuretest.IsPending(named))
	named.Cancel(nil)
}

// The same future may be given more than once.
func TestMisuse_theSameFutureTwice(t *testing.T) {
	p := future.NewPromise[int](bg())
	f := p.Future()
	all, race, any, quorum, settle := combinators.All(f, f, f), combinators.Race(f, f), combinators.Any(f, f), combinators.Quorum(2, f, f), combinators.Settle(f, f)
	zip := combinators.Zip3(f, f, f)
	then := combinators.Then2(bg(), f, f, add2)
	p.Complete(4, nil)
	require.Equal(t, []int{4, 4, 4}, futuretest.Await(t, all).Value)
	require.Equal(t, 4, futuretest.Await(t, race).Value)
	require.Equal(t, 4, futuretest.Await(t, any).Value)
	require.Equal(t, []int{4, 4}, futuretest.Await(t, quorum).Value)
	require.Len(t, futuretest.Await(t, settle).Value, 2)
	require.Equal(t, 4, futuretest.Await(t, zip).Value.C)
	require.Equal(t, 8, futuretest.Await(t, then).Value)
	n := 0
	for range combinators.AsCompleted(bg(), f, f) {
		n++
	}
	require.Equal(t, 2, n)
}

// Errors of any shape pass through, and the value beside an error is no result.
func TestMisuse_oddErrors(t *testing.T) {
	for _, err := range []error{(*future.CanceledError)(nil), (*future.PanicError)(nil), oddError{[]int{1}}, &panickyError{}, (*panickyError)(nil)} {
		for name, kind := range reaches {
			p := future.NewPromise[int](bg())
			ctx, scope := future.WithScope(bg())
			f := kind.build(ctx, p.Future(), p.Future())
			p.Complete(3, err)
			require.NotPanics(t, func() {
				got := f.err(t) // which one is each combinator's business; none hangs, none crashes
				if name == "Map" || name == "Then" || name == "All" || name == "Race" || name == "Tap" || name == "Shield" || name == "Zip2" {
					require.Equal(t, got, err, name)
				}
			})
			_ = scope.Close()
		}
	}
}

type oddError struct{ s []int } // cannot be compared

func (oddError) Error() string { return "odd" }

type panickyError struct{ text string }

func (e *panickyError) Error() string { panic("in Error of " + e.text) }
func (e *panickyError) Is(error) bool { panic("in Is of " + e.text) }
func (e *panickyError) Unwrap() error { panic("in Unwrap of " + e.text) }
