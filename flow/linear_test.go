package flow_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
)

// linear requires that work of eight times the size takes about eight times as much of the processors: if it grew
// with the square of the size, it would be 64 times.
func linear(t *testing.T, size int, work func(size int) func()) {
	t.Helper()
	least := func(size int) time.Duration {
		best := time.Hour
		for range 3 {
			do := work(size)
			begun := processorTime(t)
			do()
			best = min(best, processorTime(t)-begun)
		}
		return best
	}
	var small, large time.Duration
	for range 3 { // the garbage collector
		small, large = least(size/8), least(size)
		if large < 25*small || large < 20*time.Millisecond {
			t.Logf("%d: %v, %d: %v", size/8, small, size, large)
			return
		}
	}
	require.Fail(t, "not linear", "%d: %v, %d: %v", size/8, small, size, large)
}

// silent is an observer that does nothing.
type silent struct{}

func (silent) Begin(ctx context.Context, _ observe.Call) (context.Context, func(observe.Outcome)) {
	return ctx, func(observe.Outcome) {}
}

// observedRun runs f once, with an observer.
func observedRun(f *flow.Flow[int, int]) {
	_, _ = future.Run(observe.With(plainCtx(), silent{}), func(ctx context.Context) (int, error) { return f.Do(ctx, 1) })
}

func TestAny_ofManyFailures(t *testing.T) {
	linear(t, 10_000, func(size int) func() {
		f := of(func(in number) number {
			ns := make([]number, size)
			bad := failing("bad", errSoldOut)
			for i := range ns {
				ns[i] = flow.Step(bad, in)
			}
			return flow.Any(ns...)
		})
		return func() {
			_, err := f.Do(plainCtx(), 1)
			require.ErrorIs(t, err, errSoldOut)
		}
	})
}

// What an observer is told of a flow is worked out when its first run is observed.
func TestObserver_theFirstRunOfALargeFlow(t *testing.T) {
	one, plus1 := func(n int) int { return n + 1 }, plus("plus", 1)
	for name, grow := range map[string]func(i int, in, at number) number{
		"quick functions":               func(_ int, _, at number) number { return flow.Map(at, one) },
		"quick functions of two values": func(_ int, in, at number) number { return flow.Map2(at, in, sum2) },
		"quick functions of one value twice": func(_ int, _, at number) number {
			return flow.Map2(flow.Map(at, one), flow.Map(at, one), sum2)
		},
		"a call for each quick function": func(i int, in, at number) number {
			return flow.After(flow.Map(at, one), flow.Step(plus("p"+strconv.Itoa(i), 1), at))
		},
		"calls":          func(_ int, _, at number) number { return flow.Step(plus1, at) },
		"calls of all":   func(_ int, in, at number) number { return flow.Map2(at, flow.Step(plus1, in), sum2) },
		"choices":        func(_ int, in, at number) number { return flow.Either(flow.Map(in, even), in, at) },
		"gated branches": func(_ int, in, at number) number { return flow.Map2(at, flow.After(flow.Map(in, one), in), sum2) },
	} {
		t.Run(name, func(t *testing.T) {
			linear(t, 8_000, func(size int) func() {
				f := of(func(in number) number {
					at := flow.Step(plus1, in)
					for i := range size {
						at = grow(i, in, at)
					}
					return at
				})
				return func() { observedRun(f) }
			})
		})
	}
}

// The text, the class and the panic of a failure are looked for where it came from, not in each flow around it anew.
// (It is not quite linear: a ctx asks those around it for a deadline, and each flow in a flow has a longer path.)
func TestObserver_failuresOfFlowsInFlows(t *testing.T) {
	f := of(func(in number) number { return flow.Step(failing("bad", errSoldOut), in) })
	for range 1200 {
		inner := f
		f = flow.New("f", func(in number) number { return flow.Step(inner.Task(), in) })
	}
	begun := time.Now()
	observedRun(f)
	require.Less(t, time.Since(begun), 8*time.Second, "it took a minute")
	_, err := f.Do(plainCtx(), 1)
	require.ErrorIs(t, err, errSoldOut)
	require.Equal(t, 1200, strings.Count(err.Error(), "f: f (")+1, "each is named, in one line")
}

// Each level uses the one below it twice: that the failure of the last is taken was noted 2^levels times.
func TestAny_ofAnyTwice(t *testing.T) {
	bad := failing("bad", errSoldOut)
	f := of(func(in number) number {
		n := flow.Step(bad, in)
		for range 60 {
			n = flow.Any(n, flow.Map(n, func(i int) int { return i + 1 }))
		}
		return flow.Fallback(n, 7)
	})
	for range 2 { // the second run has the memory of the first
		lost := 0
		v, err := f.Degraded(func(out int, losses []flow.Loss) int { lost = len(losses); return out }).Do(plainCtx(), 1)
		require.NoError(t, err)
		require.Equal(t, 7, v)
		require.Equal(t, 1, lost)
	}
}
