package flow_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
)

func TestG15_flowTimeoutAnswersOnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, scope := future.WithScope(plainCtx())
		d := newDiary()
		f := of(func(in number) number {
			polite := flow.Step(d.works("polite", time.Second), in)
			stubborn := flow.Step(d.stubborn("stubborn", time.Second), in)
			return flow.Step(d.works("next", ms), flow.Map2(polite, stubborn, sum2))
		}).Timeout(50 * ms)
		_, elapsed, err := took(ctx, f, 1)
		require.Equal(t, 50*ms, elapsed)
		failed, ok := err.(*flow.Error)
		require.True(t, ok, "%T", err)
		require.Equal(t, "polite", failed.Node)
		require.Equal(t, &deadline.Error{Name: "shop: polite, stubborn", Limit: 50 * ms, Elapsed: 50 * ms}, failed.Err)
		require.NoError(t, scope.Close())
		require.Equal(t, []string{
			"0s polite starts", "0s stubborn starts",
			"50ms polite is cancelled: " + failed.Err.Error(),
			"1s stubborn ends",
		}, d.ByTime(), "Close has joined it, and next has not started")
	})
}

func TestG16_lateNamesWhatIsRunning(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		inner := flow.New("inner", func(in number) number { return flow.Step(d.works("deep", time.Second), in) })
		for want, make := range map[string]func(in number) number{
			"shop: slow": func(in number) number {
				a := flow.Step(d.works("quick", ms), in)
				return flow.Step(d.works("later", ms), flow.Step(d.works("slow", time.Second), a))
			},
			"shop: a": func(in number) number {
				a := flow.Step(d.works("a", time.Second), in)
				return flow.After(flow.Step(d.works("b", time.Second), in), a)
			},
			"shop: inner": func(in number) number { return flow.Step(inner.Task(), in) },
			"shop: each":  func(in number) number { return flow.Map(eachAs(d, in), func(l []int) int { return len(l) }) },
			"shop: recover": func(in number) number {
				return flow.Recover(flow.Step(failing("x", errSoldOut), in), func(ctx context.Context, _ error) (int, error) {
					return 0, wait(ctx, time.Second)
				})
			},
		} {
			_, elapsed, err := took(ctx, of(make).Timeout(30*ms), 1)
			require.Equal(t, 30*ms, elapsed, want)
			failed, ok := err.(*flow.Error)
			require.True(t, ok, "%T", err)
			require.Equal(t, want, "shop: "+failed.Node)
			late, ok := errors.AsType[*deadline.Error](err)
			require.True(t, ok)
			if want == "shop: inner" { // which has the same limit, and says more
				require.Equal(t, "inner: deep", late.Name)
				require.True(t, late.Inherited)
			} else {
				require.Equal(t, &deadline.Error{Name: want, Limit: 30 * ms, Elapsed: 30 * ms}, late)
			}
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.False(t, future.IsCanceled(err))
		}
	})
}

func eachAs(d *diary, in number) flow.Node[[]int] {
	return flow.Each(d.works("each", time.Second), flow.Map(in, func(n int) []int { return []int{n, n} }), 2)
}

func TestTimeout_theShortestHolds(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		f := of(func(in number) number { return flow.Step(obedient("item"), in) })
		for _, limited := range []*flow.Flow[int, int]{f.Timeout(20 * ms).Timeout(50 * ms), f.Timeout(50 * ms).Timeout(20 * ms)} {
			_, elapsed, err := took(ctx, limited, 1)
			require.Error(t, err)
			require.Equal(t, 20*ms, elapsed)
		}
	})
}

// The ctx of the tasks tells the deadline, and ends as one does that has passed.
func TestTimeout_theContextTellsIt(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		begun := time.Now()
		var end time.Time
		var told, cause error
		f := of(func(in number) number {
			return flow.Step(named("item", func(ctx context.Context, _ int) (int, error) {
				end, _ = ctx.Deadline()
				<-ctx.Done()
				told, cause = ctx.Err(), context.Cause(ctx)
				return 0, nil
			}), in)
		}).Timeout(50 * ms)
		_, err := f.Do(ctx, 1)
		synctest.Wait()
		require.Equal(t, begun.Add(50*ms), end)
		require.Equal(t, context.DeadlineExceeded, told)
		require.Same(t, errors.Unwrap(err), cause)
	})
}

func TestG16_theCallersDeadlineIsInherited(t *testing.T) {
	f := of(func(in number) number { return flow.Step(obedient("item"), in) })
	for name, f := range map[string]*flow.Flow[int, int]{"no limit": f, "a later limit": f.Timeout(time.Second)} {
		for how, run := range map[string]func(ctx context.Context) (int, error){
			"Do": func(ctx context.Context) (int, error) { return f.Do(ctx, 1) },
			"Go": func(ctx context.Context) (int, error) { return f.Go(ctx, 1).Await(plainCtx()) },
		} {
			synctest.Test(t, func(t *testing.T) {
				scoped, scope := future.WithScope(plainCtx())
				for _, around := range []context.Context{plainCtx(), scoped} {
					begun := time.Now()
					ctx, cancel := context.WithTimeout(around, 50*ms)
					_, err := run(ctx)
					cancel()
					late, ok := errors.AsType[*deadline.Error](err)
					require.True(t, ok, "%s, %s: %T %v", name, how, err, err)
					require.True(t, late.Inherited)
					require.Equal(t, 50*ms, late.Limit)
					require.Equal(t, 49500*time.Microsecond, time.Since(begun), "before those give up who wait with ctx")
					require.Equal(t, "shop: item", late.Name)
					require.ErrorIs(t, err, context.DeadlineExceeded)
				}
				require.NoError(t, scope.Close())
			})
		}
	}
}

// G18: a run that is over has no timer: the bubble's clock does not move on.
func TestG18_noTimerOutlivesTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		f := of(func(in number) number { return flow.Step(plus("item", 1), in) }).Timeout(time.Hour)
		for range 100 {
			_, err := f.Do(plainCtx(), 1)
			require.NoError(t, err)
		}
		synctest.Wait()
		require.Zero(t, time.Since(begun))
	})
}
