package flow_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// What a node waits for without taking its data is told apart: only the first nodes behind
// an After or a branch have it, and what is needed from elsewhere too does not wait.
func TestObserver_isToldOfTheOrder(t *testing.T) {
	step := func(name string) task.Task[int, int] {
		return task.New(name, func(_ context.Context, n int) (int, error) { return n, nil })
	}
	f := flow.New("ordered", func(in flow.Node[int]) flow.Node[int] {
		even := func(n int) bool { return n%2 == 0 }
		rules := flow.Require(flow.Map(flow.Step(step("rules"), in), even), errSoldOut)
		free := flow.Step(step("free"), in) // needed by what is not behind the After, too
		first := flow.Step(step("first"), flow.Map(in, func(n int) int { return n }))
		second := flow.Step(step("second"), flow.Map2(first, free, sum2))
		page := flow.After(second, rules)
		yes, no := flow.Step(step("yes"), in), flow.Step(step("no"), page)
		return flow.Map3(flow.Either(flow.Map(flow.Step(step("which"), in), even), yes, no), page, free, sum3)
	})
	w := &witness{diary: newDiary()}
	_, err := f.Do(observe.With(t.Context(), w), 2)
	require.NoError(t, err)
	after := map[string][]string{}
	for _, c := range w.calls.All() {
		if len(c.After) > 0 {
			after[c.Node] = c.After
		}
	}
	require.Equal(t, map[string][]string{"first": {"rules"}, "yes": {"which"}, "no": {"which"}}, after)
	require.Equal(t, []string{"first", "free"}, w.call(t, observe.KindNode, "second").Inputs)
}

// What runs for an effect is a call of the same run, although its ctx is not that of the run.
func TestObserver_effectsArePartOfTheRun(t *testing.T) {
	audited := make(chan struct{})
	audit := task.New("audit", func(ctx context.Context, n int) (int, error) {
		defer close(audited)
		return task.New("inside", func(context.Context, int) (int, error) { return n, nil }).Do(ctx, n)
	})
	f := flow.New("audited", func(in flow.Node[int]) flow.Node[int] {
		return flow.Also(in, flow.Step(audit, in))
	})
	w := &witness{diary: newDiary()}
	_, err := future.Run(observe.With(t.Context(), w), func(ctx context.Context) (int, error) {
		n, err := f.Do(ctx, 1)
		<-audited // or else the scope ends it, perhaps before it begins
		return n, err
	})
	require.NoError(t, err)
	calls := w.calls.All()
	require.Len(t, calls, 3)
	for _, c := range calls {
		require.Equal(t, calls[0].Run, c.Run, c.Task)
		require.Equal(t, "audited", c.Flow, c.Task)
	}
	require.Equal(t, "audit", w.call(t, observe.KindNode, "audit").Node)
}

// A run whose ctx has ended before it began is told of as well, as one that was skipped.
func TestObserver_isToldOfRefusedRuns(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		w := &witness{diary: newDiary()}
		gone, leave := context.WithCancel(observe.With(ctx, w))
		leave()
		f := of(func(in number) number { return flow.Step(d.works("item", ms), in) })
		_, err := f.Do(gone, 1)
		require.True(t, future.IsCanceled(err))
		_, err = f.Go(gone, 1).Await(ctx)
		require.True(t, future.IsCanceled(err))
		synctest.Wait()
		require.Equal(t, []string{"0s shop begins", "0s shop begins", "0s shop: skipped", "0s shop: skipped"}, w.ByTime())
	})
}

// A run that is answered while the observer is being told of one of its nodes is not over
// before that is. The answer itself does not wait.
func TestObserver_theRunIsNotOverBeforeItsNodesHaveCome(t *testing.T) {
	for name, late := range map[string]func(observe.Call) bool{
		"a node":  func(c observe.Call) bool { return c.Node == "coins" },
		"the run": func(c observe.Call) bool { return c.Kind == observe.KindRun },
	} {
		t.Run(name, func(t *testing.T) {
			var mu sync.Mutex
			var told []string
			note := func(format string, args ...any) {
				mu.Lock()
				defer mu.Unlock()
				told = append(told, fmt.Sprintf(format, args...))
			}
			arrived, released := make(chan struct{}), make(chan struct{})
			o := beginning(func(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
				if late(c) {
					close(arrived)
					<-released
				}
				note("%s begins", c.Kind.String()+c.Node)
				return ctx, func(o observe.Outcome) { note("%s: %s", c.Kind.String()+c.Node, o.Status) }
			})
			f := of(func(in number) number {
				item := flow.Step(named("item", func(context.Context, int) (int, error) { <-arrived; return 0, errSoldOut }), in)
				coins := flow.Step(named("coins", func(_ context.Context, n int) (int, error) { return n, nil }), in)
				return flow.Step(named("freight", func(_ context.Context, n int) (int, error) { return n, nil }), flow.Map2(item, coins, sum2))
			})
			_, err := future.Run(observe.With(t.Context(), o), func(ctx context.Context) (int, error) {
				ctx, cancel := context.WithCancelCause(ctx)
				go func() { <-arrived; cancel(errSoldOut) }()
				_, err := f.Do(ctx, 1)
				close(released)
				return 0, err
			})
			require.ErrorIs(t, err, errSoldOut)
			over := slices.IndexFunc(told, func(s string) bool { return strings.HasPrefix(s, "run: ") })
			for _, node := range []string{"item", "coins", "freight"} {
				begun := slices.Index(told, "node"+node+" begins")
				require.True(t, 0 <= begun && begun < over, "%s: %q", node, told)
			}
		})
	}
}

// What the observer is being told of when the run is answered is part of it.
func TestObserver_theRunIsNotOverBeforeWhatItIsToldLate(t *testing.T) {
	sold := named("item", func(context.Context, int) (int, error) { time.Sleep(ms); return 0, errSoldOut })
	for name, f := range map[string]*flow.Flow[int, int]{
		"a node": of(func(in number) number { return flow.Map2(flow.Step(sold, in), flow.Step(plus("late", 1), in), sum2) }),
		"an effect": of(func(in number) number {
			return flow.Also(flow.Step(plus("item", 1), in), flow.Step(plus("late", 1), in))
		}),
	} {
		inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
			o := beginning(func(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
				if c.Node == "late" {
					time.Sleep(time.Second)
				}
				d.Note("%s begins", c.Kind.String()+c.Node)
				return ctx, func(o observe.Outcome) { d.Note("%s: %s", c.Kind.String()+c.Node, o.Status) }
			})
			_, _ = f.Do(observe.With(ctx, o), 1)
			time.Sleep(time.Minute)
			told := d.ByTime()
			over := slices.IndexFunc(told, func(s string) bool { return strings.HasPrefix(s, "1s run: ") })
			require.Less(t, slices.Index(told, "1s nodelate begins"), over, "%s: %q", name, told)
			require.Equal(t, name == "a node", slices.Contains(told, "1s nodelate: straggler"), "%s: %q", name, told)
		})
	}
}

// The function of a Recover that still runs when the run is answered is given up as a task is.
func TestObserver_aRecoverCanBeAStraggler(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		w := &witness{diary: newDiary()}
		mend := func(context.Context, error) (int, error) { time.Sleep(time.Second); return 1, nil }
		f := of(func(in number) number {
			return flow.Map2(flow.Step(d.ends("item", ms, errSoldOut), in), flow.Recover(flow.Step(failing("bad", errNoRoute), in), mend), sum2)
		})
		_, err := f.Do(observe.With(ctx, w), 1)
		require.ErrorIs(t, err, errSoldOut)
		time.Sleep(time.Minute)
		told := w.ByTime()
		require.Equal(t, []string{"1ms shop item: failed", "1ms shop recover: straggler", "1ms shop: failed", "1s shop recover: degraded"}, told[len(told)-4:])
	})
}
