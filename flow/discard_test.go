package flow_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/notes"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// bin is where results go that nobody takes.
type bin struct{ notes.List[int] }

// read returns what is there, in order.
func (b *bin) read() []int { return slices.Sorted(slices.Values(b.All())) }

// slow is a task that returns n after n ms, whatever its ctx says.
func (b *bin) slow(n int) task.Task[int, int] {
	return named(fmt.Sprint("slow ", n), func(context.Context, int) (int, error) { time.Sleep(time.Duration(n) * ms); return n, nil }).Discard(b.Add)
}

// after is a task that returns its argument after so many ms.
func (b *bin) after() task.Task[int, int] {
	return named("after", func(_ context.Context, n int) (int, error) { time.Sleep(time.Duration(n) * ms); return n, nil }).Discard(b.Add)
}

func each(of ...int) func(int) []int { return func(int) []int { return of } }

func total(ns []int) (sum int) {
	for _, n := range ns {
		sum += n
	}
	return sum
}

// A run that ends at 50 ms, in one of three ways.
func TestDiscard_getsWhatComesWhenTheRunHasEnded(t *testing.T) {
	first := func(a, _ int) int { return a }
	for name, tc := range map[string]struct {
		build func(b *bin, in number) number
		want  []int
	}{
		"the output": {func(b *bin, in number) number { return flow.Step(b.slow(90), in) }, []int{90}},
		"before the output": {func(b *bin, in number) number {
			return flow.Map(flow.Step(b.slow(90), in), func(n int) int { return n })
		}, []int{90}},
		"with policies": {func(b *bin, in number) number {
			return flow.Step(b.slow(90).Retry(task.Retry{Attempts: 2}).Timeout(80*ms), in)
		}, []int{90}},
		"an attempt given up": {func(b *bin, in number) number {
			return flow.Step(b.slow(90).Timeout(20*ms).Retry(task.Retry{Attempts: 9}), in)
		}, []int{90, 90, 90}},
		"several": {func(b *bin, in number) number {
			return flow.Map2(flow.Step(b.slow(90), in), flow.Step(b.slow(80), in), sum2)
		}, []int{80, 90}},
		"one was in time": {func(b *bin, in number) number {
			return flow.Map2(flow.Step(b.slow(90), in), flow.Step(b.slow(10), in), sum2)
		}, []int{90}},
		"Each": {func(b *bin, in number) number {
			return flow.Map(flow.Each(b.after(), flow.Map(in, each(60, 90)), 2), total)
		}, []int{60, 90}},
		"Each, one was in time": {func(b *bin, in number) number {
			return flow.Map(flow.Each(b.after(), flow.Map(in, each(10, 90)), 2), total)
		}, []int{10, 90}},
		"Each, not all have begun": {func(b *bin, in number) number {
			return flow.Map(flow.Each(b.after(), flow.Map(in, each(60, 90, 1)), 2), total)
		}, []int{60, 90}},
		"After": {func(b *bin, in number) number { return flow.Map2(flow.After(in, flow.Step(b.slow(90), in)), in, first) }, []int{90}},
		"Try": {func(b *bin, in number) number {
			return flow.Map(flow.Try(flow.Step(b.slow(90), in)), func(r future.Result[int]) int { return r.Value })
		}, []int{90}},
		"nested": {func(b *bin, in number) number {
			return flow.Step(flow.New("inner", func(in number) number { return flow.Step(b.slow(90), in) }).Task(), in)
		}, []int{90}},
	} {
		for how, run := range map[string]func(ctx context.Context, f *flow.Flow[int, int]) error{
			"limit": func(ctx context.Context, f *flow.Flow[int, int]) error {
				_, err := f.Timeout(50*ms).Do(ctx, 1)
				return err
			},
			"ctx": func(ctx context.Context, f *flow.Flow[int, int]) error {
				ctx, cancel := context.WithTimeout(ctx, 50*ms)
				defer cancel()
				_, err := f.Do(ctx, 1)
				return err
			},
			"Cancel": func(ctx context.Context, f *flow.Flow[int, int]) error {
				answer := f.Go(ctx, 1)
				time.Sleep(50 * ms)
				answer.Cancel(errSoldOut)
				_, err := answer.Await(plainCtx())
				return err
			},
		} {
			for _, seen := range []bool{false, true} {
				t.Run(name+"/"+how, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						ctx, scope := future.WithScope(plainCtx())
						if seen {
							ctx = observe.With(ctx, watching(func(string) {}))
						}
						b := new(bin)
						begun := time.Now()
						err := run(ctx, of(func(in number) number { return tc.build(b, in) }))
						require.Equal(t, name == "Try" && how != "Cancel", err == nil, "%v", err)
						if how == "ctx" { // its calls are given up a moment before
							require.Equal(t, 49500*time.Microsecond, time.Since(begun))
						} else {
							require.Equal(t, 50*ms, time.Since(begun))
						}
						require.NoError(t, scope.Close())
						require.Equal(t, tc.want, b.read())
					})
				})
			}
		}
	}
}

// A run that is answered well discards what lost, and nothing that it has used.
func TestDiscard_inARunThatSucceeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(bin)
		var used atomic.Int32
		f := of(func(in number) number {
			won := flow.Any(flow.Step(b.slow(20), in), flow.Step(b.slow(90), in))
			written := flow.Step(b.slow(60), in)
			log := flow.Step(named("log", func(_ context.Context, n int) (int, error) { used.Store(int32(n)); return n, nil }).Discard(b.Add), written)
			return flow.Also(won, log)
		})
		ctx, scope := future.WithScope(plainCtx())
		v, err := f.Do(ctx, 1)
		require.NoError(t, err)
		require.Equal(t, 20, v)
		time.Sleep(time.Second)
		require.EqualValues(t, 60, used.Load(), "an effect gets its values after the answer too")
		require.Equal(t, []int{90}, b.read())

		_, err = f.Do(ctx, 1)
		require.NoError(t, err)
		require.NoError(t, scope.Close())
		require.Equal(t, []int{60, 90, 90}, b.read(), "but not when the scope is closed")
	})
}

// What was there when another node failed was handed on; but an Each that fails has handed nothing on.
func TestDiscard_whenAnotherNodeFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(bin)
		bad := named("bad", func(context.Context, int) (int, error) { time.Sleep(50 * ms); return 0, errSoldOut })
		sometimes := named("sometimes", func(ctx context.Context, n int) (int, error) {
			if n == 50 {
				return bad.Do(ctx, n)
			}
			return b.after().Do(plainCtx(), n)
		}).Discard(b.Add)
		for want, f := range map[int]*flow.Flow[int, int]{
			90: of(func(in number) number {
				return flow.Map3(flow.Step(b.slow(10), in), flow.Step(b.slow(90), in), flow.Step(bad, in), func(a, b, c int) int { return a + b + c })
			}),
			10 + 91: of(func(in number) number {
				return flow.Map(flow.Each(sometimes, flow.Map(in, each(10, 50, 91)), 3), total)
			}),
		} {
			ctx, scope := future.WithScope(plainCtx())
			_, err := f.Do(ctx, 1)
			require.ErrorIs(t, err, errSoldOut)
			require.NoError(t, scope.Close())
			require.Equal(t, want, total(b.read()))
			b.Clear()
		}
	})
}

// Each result is the answer of its run, or discarded, if it comes at the instant at which the run ends.
func TestDiscard_everyResultHasOneOwner(t *testing.T) {
	const runs = 1000
	for name, build := range map[string]func(tk task.Task[int, int], in number) number{
		"counted":  func(tk task.Task[int, int], in number) number { return flow.Step(tk, in) },
		"demanded": func(tk task.Task[int, int], in number) number { return flow.Step(tk, flow.After(in, flow.Const(1))) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, delivered := new(bin), new(bin)
				tk := named("item", func(_ context.Context, n int) (int, error) {
					time.Sleep(time.Duration(9+n%3) * ms)
					return n, nil
				}).Discard(b.Add)
				f := of(func(in number) number { return build(tk, in) }).Timeout(10 * ms)
				ctx, scope := future.WithScope(plainCtx())
				var all sync.WaitGroup
				for n := range runs {
					all.Go(func() {
						if v, err := f.Do(ctx, n); err == nil {
							delivered.Add(v)
						}
					})
				}
				all.Wait()
				require.NoError(t, scope.Close())
				owned := slices.Sorted(slices.Values(append(delivered.read(), b.read()...)))
				require.Len(t, owned, runs)
				require.Len(t, slices.Compact(owned), runs)
				require.NotEmpty(t, delivered.read())
				require.NotEmpty(t, b.read())
			})
		})
	}
}
