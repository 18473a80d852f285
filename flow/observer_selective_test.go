package flow_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
)

// selective asks to be told only of the failures of all but runs.
type selective struct{ observe.Observer }

func (selective) OnlyFailures(observe.Kind) bool { return true }

func TestSelective_isToldOfRunsAndOfWhatFails(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		w := &witness{diary: newDiary()}
		f := of(func(in number) number {
			well := flow.Step(d.works("well", ms), in)
			degraded := flow.Step(failing("degraded", errNoRoute).Fallback(1), well)
			list := flow.Each(d.works("list", ms), flow.Map(well, func(n int) []int { return []int{n, n} }), 2)
			bad := flow.Step(d.ends("bad", 10*ms, errSoldOut), flow.Map2(degraded, list, func(n int, _ []int) int { return n }))
			stubborn := flow.Step(d.stubborn("stubborn", 50*ms), well)
			return flow.Step(d.works("next", ms), flow.Map2(bad, stubborn, sum2))
		})
		_, err := f.Do(observe.With(ctx, selective{w}), 1)
		require.ErrorIs(t, err, errSoldOut)
		time.Sleep(time.Second)
		all := w.ByTime()
		require.Equal(t, []string{
			"0s shop begins", "1ms shop degraded begins", "1ms shop degraded: degraded",
			"12ms shop bad begins", "12ms shop bad: failed", "12ms shop next begins", "12ms shop next: skipped",
			"12ms shop stubborn begins", "12ms shop stubborn: straggler", "12ms shop: failed", "51ms shop stubborn: ok",
		}, all)
		stubborn, run := w.call(t, observe.KindNode, "stubborn"), w.call(t, observe.KindRun, "")
		require.Equal(t, run.Run, stubborn.Run)
		require.Equal(t, run.Start.Add(ms), stubborn.Start)
		require.Equal(t, []string{"well"}, stubborn.Inputs)
	})
}

// What begins inside a node or an element of which the observer was not told knows where it is.
func TestSelective_knowsWhereACallIs(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, _ *diary) {
		w := &witness{diary: newDiary()}
		inner := flow.New("inner", func(in number) number {
			return flow.Map(flow.Each(named("list", func(ctx context.Context, n int) (int, error) {
				return named("deep", func(context.Context, int) (int, error) { return 0, errSoldOut }).Fallback(n).Do(ctx, n)
			}), flow.Map(in, func(n int) []int { return []int{n} }), 1), func(l []int) int { return l[0] })
		})
		f := of(func(in number) number { return flow.Step(inner.Task(), in) })
		_, err := f.Do(observe.With(ctx, selective{w}), 1)
		require.NoError(t, err)
		require.ElementsMatch(t, []string{
			"0s shop begins", "0s shop inner begins", "0s inner/inner begins", "0s inner/inner list begins",
			"0s inner/inner list, element 0 begins", "0s inner/inner deep begins", "0s inner/inner deep: degraded",
			"0s inner/inner list, element 0: ok", "0s inner/inner list: ok", "0s inner/inner: ok", "0s shop inner: ok", "0s shop: ok",
		}, w.ByTime())
		kinds := []observe.Kind{}
		for _, c := range w.calls.All() {
			kinds = append(kinds, c.Kind)
		}
		require.Equal(t, []observe.Kind{observe.KindRun, observe.KindNode, observe.KindRun, observe.KindNode, observe.KindElement, observe.KindNode}, kinds)
	})
}

// Whatever is told of is told to be over, once.
func TestSelective_everyCallEnds(t *testing.T) {
	f := everyKind("shop")
	for range 200 {
		var mu sync.Mutex
		begun, over := 0, 0
		o := beginning(func(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
			mu.Lock()
			defer mu.Unlock()
			begun++
			return ctx, func(o observe.Outcome) {
				if o.Status != observe.StatusStraggler {
					mu.Lock()
					defer mu.Unlock()
					over++
				}
			}
		})
		ctx, scope := future.WithScope(observe.With(plainCtx(), selective{o}))
		_, err := f.Do(ctx, 5)
		require.Error(t, err)
		require.NoError(t, scope.Close())
		require.NotZero(t, begun)
		require.Equal(t, begun, over)
	}
}
