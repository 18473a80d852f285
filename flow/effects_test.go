package flow_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
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

// effects is an observer that lists which effects are lost.
type effects struct{ lost notes.List[string] }

func (e *effects) Begin(_ context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
	return nil, func(o observe.Outcome) {
		if o.Lost {
			e.lost.Add(c.Node + " " + o.Status.String())
		}
	}
}

// withEffects is a flow that answers at once and has these effects.
func withEffects(fns map[string]func(context.Context) error) *flow.Flow[int, int] {
	return flow.New("page", func(in flow.Node[int]) flow.Node[int] {
		var all []flow.Dependency
		for name, fn := range fns {
			all = append(all, flow.Step(task.New(name, func(ctx context.Context, in int) (int, error) { return in, fn(ctx) }), in))
		}
		return flow.Also(in, all...)
	})
}

func untilDone(ctx context.Context) error { <-ctx.Done(); return context.Cause(ctx) }

// OnError is told of each effect that is cut off or fails, also if it ends its goroutine each time.
func TestAlso_tellsOnErrorOfEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var told []string
		onError := func(_ context.Context, _ int, err error) {
			mu.Lock()
			e, _ := errors.AsType[*flow.Error](err)
			told = append(told, e.Node)
			mu.Unlock()
			runtime.Goexit()
		}
		// Both fail of one failure: so they are told of by one goroutine.
		broken := task.New("broken", func(context.Context, int) (int, error) { return 0, errors.New("broken") })
		after := task.New("after", func(_ context.Context, in int) (int, error) { return in, nil })
		f := flow.New("page", func(in flow.Node[int]) flow.Node[int] {
			b := flow.Step(broken, in)
			return flow.Also(in, b, flow.Step(after, b), flow.Step(task.New("slow", func(ctx context.Context, in int) (int, error) { return in, untilDone(ctx) }), in))
		}).OnError(onError)
		ctx, scope := future.WithScope(t.Context(), future.Unobserved(func(error) {}))
		_, err := f.Do(ctx, 1)
		require.NoError(t, err)
		synctest.Wait()
		require.NoError(t, scope.Close())
		require.ElementsMatch(t, []string{"broken", "broken", "slow"}, told, "the second one names what it has failed of")
	})
}

// An effect is lost if it is cut off, however, and not if it fails by itself or does its work all the same.
func TestAlso_whatIsCutOffIsLost(t *testing.T) {
	fails := func(context.Context) error { return errors.New("broken") }
	ignores := func(context.Context) error { time.Sleep(50 * time.Millisecond); return nil }
	calls := func(ctx context.Context) error { // a flow, which gives up a moment before its ctx ends
		_, err := flow.New("rules", func(in flow.Node[int]) flow.Node[int] {
			return flow.Step(task.New("mute", func(ctx context.Context, in int) (int, error) { return in, untilDone(ctx) }), in)
		}).Do(ctx, 1)
		return err
	}
	hurries := func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Millisecond)
		defer cancel()
		return untilDone(ctx)
	}
	for what, c := range map[string]struct {
		limit time.Duration
		leave time.Duration
		fn    func(context.Context) error
		want  []string
	}{
		"by the limit of the run":         {10 * time.Millisecond, time.Second, untilDone, []string{"audit failed"}},
		"what it calls, by that limit":    {10 * time.Millisecond, time.Second, calls, []string{"audit failed"}},
		"not one with a limit of its own": {10 * time.Millisecond, time.Second, hurries, nil},
		"by the end of the scope":         {0, 10 * time.Millisecond, untilDone, []string{"audit canceled"}},
		"not one that fails":              {10 * time.Millisecond, time.Second, fails, nil},
		"not one that ignores its ctx":    {10 * time.Millisecond, time.Second, ignores, nil},
		"not one that is over in time":    {0, time.Second, ignores, nil},
		"not one that returns at closing": {0, 10 * time.Millisecond, ignores, nil},
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := withEffects(map[string]func(context.Context) error{"audit": c.fn})
				if c.limit > 0 {
					f = f.Timeout(c.limit)
				}
				var seen effects
				ctx, scope := future.WithScope(observe.With(t.Context(), &seen), future.Unobserved(func(error) {}))
				_, err := f.Do(ctx, 1)
				require.NoError(t, err)
				time.Sleep(c.leave)
				require.NoError(t, scope.Close())
				require.Equal(t, c.want, seen.lost.All())
			})
		})
	}
}

// A flow has the limit of the run around it: when that passes, it has failed before the ctx of the effect has ended.
func TestAlso_aFlowThatIsCutOffIsLost(t *testing.T) {
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			rules := flow.New("rules", func(in flow.Node[int]) flow.Node[int] {
				return flow.Step(task.New("mute", func(ctx context.Context, in int) (int, error) { return in, untilDone(ctx) }), in)
			})
			f := flow.New("page", func(in flow.Node[int]) flow.Node[int] { return flow.Also(in, flow.Step(rules.Task(), in)) })
			var seen effects
			ctx, scope := future.WithScope(observe.With(t.Context(), &seen), future.Unobserved(func(error) {}))
			_, err := f.Timeout(10*time.Millisecond).Do(ctx, 1)
			require.NoError(t, err)
			time.Sleep(time.Second)
			require.NoError(t, scope.Close())
			require.Equal(t, []string{"rules failed"}, seen.lost.All())
		})
	}
}

// One that has not begun when there is no more time for it is lost too, and told of.
func TestAlso_whatNeverBeginsIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := task.New("slow", func(_ context.Context, in int) (int, error) { time.Sleep(50 * time.Millisecond); return in, nil })
		send := task.New("send", func(_ context.Context, in int) (int, error) { return in, nil })
		var mu sync.Mutex
		var told []string
		f := flow.New("page", func(in flow.Node[int]) flow.Node[int] {
			return flow.Also(in, flow.Step(send, flow.Step(slow, in)))
		}).Timeout(10 * time.Millisecond).OnError(func(_ context.Context, _ int, err error) {
			mu.Lock()
			defer mu.Unlock()
			e, _ := errors.AsType[*flow.Error](err)
			told = append(told, e.Node)
		})
		var seen effects
		ctx, scope := future.WithScope(observe.With(t.Context(), &seen))
		_, err := f.Do(ctx, 1)
		require.NoError(t, err)
		time.Sleep(time.Second)
		require.NoError(t, scope.Close())
		require.Equal(t, []string{"send"}, slices.Compact(told))
		require.Equal(t, []string{"send skipped"}, seen.lost.All())
	})
}

// One that waits for what is cut off is lost with that, and told of by its own name. One that waits for what fails by itself is not.
func TestAlso_whatWaitsForWhatIsCutOffIsLost(t *testing.T) {
	for what, c := range map[string]struct {
		limit time.Duration
		fn    func(context.Context) error
		want  []string
	}{
		"by the limit of the run":         {10 * time.Millisecond, untilDone, []string{"mail skipped", "print skipped", "slow failed"}},
		"by the end of the scope":         {0, untilDone, []string{"mail skipped", "print skipped", "slow canceled"}},
		"not if what they wait for fails": {10 * time.Millisecond, func(context.Context) error { return errors.New("broken") }, nil},
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				same := func(_ context.Context, in int) (int, error) { return in, nil }
				slow := task.New("slow", func(ctx context.Context, in int) (int, error) { return in, c.fn(ctx) })
				f := flow.New("page", func(in flow.Node[int]) flow.Node[int] {
					printed := flow.Step(task.New("print", same), flow.Step(slow, in))
					return flow.Also(in, flow.Step(task.New("mail", same), flow.Map(printed, func(n int) int { return n })))
				})
				if c.limit > 0 {
					f = f.Timeout(c.limit)
				}
				var told []string
				var mu sync.Mutex
				f = f.OnError(func(_ context.Context, _ int, err error) {
					mu.Lock()
					defer mu.Unlock()
					told = append(told, err.Error())
				})
				var seen effects
				ctx, scope := future.WithScope(observe.With(t.Context(), &seen), future.Unobserved(func(error) {}))
				_, err := f.Do(ctx, 1)
				require.NoError(t, err)
				time.Sleep(20 * time.Millisecond)
				require.NoError(t, scope.Close())
				require.Equal(t, c.want, slices.Sorted(slices.Values(seen.lost.All())))
				require.Len(t, told, 1, "once, by what they have failed of")
				require.Contains(t, told[0], "page: slow")
			})
		})
	}
}

// So is one that waits for a part of the answer that was given up, although there would be time for it.
func TestAlso_whatWaitsForWhatIsGivenUpIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := task.New("slow", func(ctx context.Context, in int) (int, error) { return in, untilDone(ctx) })
		mail := task.New("mail", func(_ context.Context, in int) (int, error) { return in, nil })
		f := flow.New("page", func(in flow.Node[int]) flow.Node[int] {
			item := flow.Step(slow, in)
			return flow.Also(flow.Fallback(item, 7), flow.Step(mail, item))
		}).Timeout(50 * time.Millisecond).Reserve(20 * time.Millisecond).OnError(func(context.Context, int, error) {})
		var seen effects
		ctx, scope := future.WithScope(observe.With(t.Context(), &seen))
		v, err := f.Do(ctx, 1)
		require.NoError(t, err)
		require.Equal(t, 7, v)
		require.NoError(t, scope.Close())
		require.Equal(t, []string{"mail skipped"}, seen.lost.All())
	})
}

// A failure is told once: an effect that needs what the run has failed of does not tell it again.
func TestAlso_anEffectOfWhatTheRunHasFailedOf(t *testing.T) {
	for how, do := range map[string]func(context.Context, *flow.Flow[int, int], int) (int, error){
		"Do":      func(ctx context.Context, f *flow.Flow[int, int], in int) (int, error) { return f.Do(ctx, in) },
		"machine": drive,
	} {
		t.Run(how, func(t *testing.T) {
			inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
				f := of(func(in number) number {
					shipped := flow.Map(flow.Step(failing("ship", errSoldOut), in), func(n int) int { return n })
					return flow.Also(shipped, flow.Step(plus("mail", 1), shipped))
				}).OnError(func(_ context.Context, _ int, err error) { d.Note("told %v", err) })
				_, err := do(ctx, f, 1)
				require.ErrorIs(t, err, errSoldOut)
				time.Sleep(time.Second)
				require.Len(t, d.ByTime(), 1)
			})
		})
	}
}
