package flow_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// untelling is a ctx that does not tell of its deadline.
type untelling struct{ context.Context }

func (untelling) Deadline() (time.Time, bool) { return time.Time{}, false }

// What functions have returned before the limit counts, however long the observer takes for their ends. It does so in each way to run a
// flow: with counters, with demand, and with a task that has policies. A value that counts is not given to Discard: it was.
func TestG27_anObserverThatIsSlowAtTheEndOfACallDecidesNothing(t *testing.T) {
	type limited func(f *flow.Flow[int, int], ctx context.Context) (*flow.Flow[int, int], context.Context, context.CancelFunc)
	for name, limit := range map[string]limited{
		"Timeout": func(f *flow.Flow[int, int], ctx context.Context) (*flow.Flow[int, int], context.Context, context.CancelFunc) {
			return f.Timeout(100 * ms), ctx, func() {}
		},
		"Timeout and Reserve": func(f *flow.Flow[int, int], ctx context.Context) (*flow.Flow[int, int], context.Context, context.CancelFunc) {
			return f.Timeout(150 * ms).Reserve(50 * ms), ctx, func() {}
		},
		"a deadline that ctx does not tell of": func(f *flow.Flow[int, int], ctx context.Context) (*flow.Flow[int, int], context.Context, context.CancelFunc) {
			ctx, cancel := context.WithTimeout(ctx, 100*ms)
			return f, untelling{ctx}, cancel
		},
	} {
		for how, step := range map[string]func(task.Task[int, int], number) number{
			"counters": func(tk task.Task[int, int], in number) number { return flow.Step(tk, in) },
			"demand": func(tk task.Task[int, int], in number) number {
				return flow.MapErr(flow.Try(flow.Step(tk, in)), func(r future.Result[int]) (int, error) { return r.Value, r.Err })
			},
			"policies": func(tk task.Task[int, int], in number) number {
				return flow.Step(tk.Retry(task.Retry{Attempts: 1}), in)
			},
		} {
			t.Run(name+", "+how, func(t *testing.T) {
				run := func(build func(in number) number) (v int, err error) {
					inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
						f, ctx, cancel := limit(of(build), ctx)
						defer cancel()
						var elapsed time.Duration
						v, elapsed, err = took(observe.With(ctx, sleeper{}), f, 1)
						require.Equal(t, 100*ms, elapsed)
						time.Sleep(time.Minute)
					})
					return v, err
				}
				discarded := 0
				one := plus("one", 1).Discard(func(int) { discarded++ })
				v, err := run(func(in number) number { return flow.Map(step(one, in), func(n int) int { return n * 10 }) })
				require.NoError(t, err)
				require.Equal(t, 20, v)
				v, err = run(func(in number) number { return step(one, in) })
				require.NoError(t, err)
				require.Equal(t, 2, v)
				require.Zero(t, discarded)

				_, err = run(func(in number) number {
					return flow.Map2(step(one, in), step(failing("bad", errNoRoute), in), sum2)
				})
				require.ErrorIs(t, err, errNoRoute)

				hang := named("hang", func(ctx context.Context, n int) (int, error) { return n, untilDone(ctx) })
				_, err = run(func(in number) number { return flow.Map2(step(plus("two", 2), in), step(hang, in), sum2) })
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.ErrorContains(t, err, "hang")
			})
		}
	}
}

// A call whose begin the observer is still being told of at the limit has failed: its function is not called.
func TestG27_anObserverThatIsSlowAtTheBeginOfACall(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		o := beginning(func(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
			if c.Node == "slow" {
				time.Sleep(time.Second)
			}
			return ctx, func(o observe.Outcome) { d.Note("%s%s: %s, %s", c.Kind, c.Node, o.Status, o.Class) }
		})
		f := of(func(in number) number {
			return flow.Step(named("slow", func(_ context.Context, n int) (int, error) { d.Note("called"); return n, nil }), in)
		}).Timeout(100 * ms)
		_, elapsed, err := took(observe.With(ctx, o), f, 1)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, 100*ms, elapsed)
		time.Sleep(time.Minute)
		require.Equal(t, []string{"1s nodeslow: straggler, timeout", "1s nodeslow: failed, timeout", "1s run: failed, timeout"}, d.Read())
	})
}
