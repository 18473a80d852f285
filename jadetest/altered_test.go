package jadetest_test

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/jadetest"
	"github.com/jade-go/jade/task"
)

// swallows lets no failure of what it wraps out.
func swallows(next task.Func[int, int]) task.Func[int, int] {
	return func(ctx context.Context, n int) (int, error) {
		v, err := next(ctx, n)
		if err != nil {
			return -1, nil
		}
		return v, nil
	}
}

// A failure that nobody hears of is a problem, though the task may fail; a nil is none, and what MayAlter names.
func TestFaults_whatVanishes(t *testing.T) {
	f := flow.New("shop", func(in number) number {
		item := flow.Step(takes("item", 10*ms).Wrap(swallows).Timeout(50*ms), in)
		return flow.Map2(item, flow.Step(takes("coupons", ms), in), sum)
	}).Timeout(limit)
	may := jadetest.MayFail("item", "coupons")
	m := jadetest.Explore(t, f, 1, may)
	require.Equal(t, jadetest.VerdictAltered, m.At("item", jadetest.FaultDependency).Verdict)
	require.Equal(t, "the answer: 4, and then 1", m.At("item", jadetest.FaultDependency).Detail)
	require.Equal(t, []string{"shop: item: business, system, dependency, timed out, canceled: altered, and nothing says that it failed: " +
		"let the error reach a Fallback, a Recover or the flow, rather than a Wrap, or say MayAlter (the answer: 4, and then 1)"}, m.Problems())
	require.Empty(t, jadetest.Faults(t, f, 1, may, jadetest.MayAlter("item"), jadetest.Pairs()).Problems())
	require.Empty(t, jadetest.Faults(t, f, 1, may, jadetest.Only(jadetest.FaultNil), jadetest.Pairs()).Problems())
	require.Len(t, jadetest.Explore(t, f, 1, jadetest.Pairs()).Problems(), 1, "pairs are no more of the same")
}

// Two that stand in for each other: only that both fail is not noticed.
func TestFaults_whatVanishesOfAPair(t *testing.T) {
	other := takes("mirror", ms)
	f := one(takes("db", ms).Wrap(func(next task.Func[int, int]) task.Func[int, int] {
		return func(ctx context.Context, n int) (int, error) {
			v, err := next(ctx, n)
			if err != nil {
				v = n + 1
			}
			return v, nil
		}
	}))
	f = flow.New("either", func(in number) number {
		return flow.Map2(flow.Step(f.Task(), in), flow.Step(other.Wrap(swallows), in), func(a, b int) int { return max(a, b) })
	})
	m := jadetest.Explore(t, f, 1, jadetest.Only(jadetest.FaultBusiness, jadetest.FaultNil), jadetest.Pairs())
	require.Equal(t, jadetest.VerdictOK, m.At("one/db", jadetest.FaultBusiness).Verdict)
	require.Equal(t, jadetest.VerdictOK, m.At("mirror", jadetest.FaultBusiness).Verdict)
	require.Len(t, m.Problems(), 1)
	require.Contains(t, m.Problems()[0], "either: one/db and mirror: nil with business: altered")
}

// A call that another one has made superfluous has not failed.
func TestFaults_whatIsSlowHasNotVanished(t *testing.T) {
	f := flow.New("hedged", func(in number) number {
		return flow.Any(flow.Step(takes("db", 10*ms), in), flow.Step(takes("mirror", 20*ms), flow.Step(quick("route"), in)))
	}).Timeout(limit)
	m := jadetest.Faults(t, f, 1, jadetest.Only(jadetest.FaultTooSlow))
	require.Equal(t, jadetest.VerdictAltered, m.At("db", jadetest.FaultTooSlow).Verdict)
}

// listing is an answer of which no two are the same by reflect.DeepEqual.
type listing struct {
	Names  []string
	Prices map[string]float64
	Next   func() *listing
	more   chan int
	self   *listing
	Err    error
	any    any
}

func listed(change func(*listing)) *listing {
	l := &listing{
		Names: []string{"a", "b"}, Prices: map[string]float64{"a": math.NaN()}, more: make(chan int), Err: errors.New("none"), any: [2]int{1, 2},
		Next: func() *listing { return nil },
	}
	l.self = l
	if change != nil {
		change(l)
	}
	return l
}

// What no two runs can have in common makes no difference; all else does.
func TestExplore_alike(t *testing.T) {
	for want, change := range map[string]func(*listing){
		"":                                        nil,
		"Names[1]: b, and then c":                 func(l *listing) { l.Names[1] = "c" },
		"Names: [a b], and then []":               func(l *listing) { l.Names = nil },
		"Prices[a]: NaN, and then 1":              func(l *listing) { l.Prices["a"] = 1 },
		"any: [1 2], and then nil":                func(l *listing) { l.any = nil },
		"any[1]: 2, and then 3":                   func(l *listing) { l.any = [2]int{1, 3} },
		"Err.s: none, and then some":              func(l *listing) { l.Err = errors.New("some") },
		"self.Names[0]: a, and then other":        func(l *listing) { l.self = listed(nil); l.self.Names[0] = "other" },
		"Prices: map[a:NaN], and then map[]":      func(l *listing) { l.Prices = map[string]float64{} },
		"Prices: map[a:NaN], and then map[b:NaN]": func(l *listing) { l.Prices = map[string]float64{"b": math.NaN()} },
	} {
		lines := second(t, change)
		if want == "" {
			require.Empty(t, lines)
			continue
		}
		require.Len(t, lines, 1, want)
		require.Contains(t, lines[0], "runs are not alike: make what the fakes share anew for each run ("+want+")")
	}
	require.Contains(t, second(t, func(l *listing) { l.Next = nil })[0], "(Next: 0x", "a func and none are not alike")
}

// second is what is wrong with a flow of which the second answer is changed.
func second(t *testing.T, change func(*listing)) []string {
	runs := 0
	list := task.New("list", func(context.Context, int) (*listing, error) {
		if runs++; runs > 1 {
			return listed(change), nil
		}
		return listed(nil), nil
	})
	f := flow.New("page", func(in number) flow.Node[*listing] { return flow.Step(list, in) })
	return jadetest.Explore(t, f, 1, jadetest.Only()).Problems()
}
