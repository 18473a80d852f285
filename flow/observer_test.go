package flow_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/notes"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// witness is an observer that writes into a diary what it is told, and keeps the calls.
type witness struct {
	*diary
	calls notes.List[observe.Call]
}

func (w *witness) Begin(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
	w.calls.Add(c)
	name := strings.Join(append(append([]string(nil), c.Path...), c.Flow), "/")
	switch c.Kind {
	case observe.KindNode:
		name += " " + c.Node
	case observe.KindAttempt:
		name += fmt.Sprintf(" %s, attempt %d", c.Node, c.Attempt)
	case observe.KindElement:
		name += fmt.Sprintf(" %s, element %d", c.Node, c.Element)
	}
	w.Note("%s begins", name)
	return ctx, func(o observe.Outcome) { w.Note("%s: %s", name, o.Status) }
}

func (w *witness) call(t *testing.T, kind observe.Kind, node string) observe.Call {
	t.Helper()
	for _, c := range w.calls.All() {
		if c.Kind == kind && c.Node == node {
			return c
		}
	}
	require.Fail(t, "no such call", node)
	return observe.Call{}
}

func TestObserver_isToldOfRunsAndNodes(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		w := &witness{diary: newDiary()}
		ctx, cancel := context.WithTimeout(observe.With(ctx, w), time.Hour)
		defer cancel()
		item, price := d.works("item", 10*ms), d.works("price", 5*ms)
		f := of(func(in number) number {
			a := flow.Map(flow.Step(item, flow.Map(in, func(n int) int { return n })), func(n int) int { return n })
			b := flow.Step(price, flow.Map2(a, in, sum2))
			return flow.Map2(flow.Step(d.works("sum", ms), flow.Map2(a, b, sum2)), b, sum2)
		})
		begun := time.Now()
		_, err := f.Do(ctx, 1)
		require.NoError(t, err)
		require.Equal(t, []string{
			"0s shop begins", "0s shop item begins",
			"10ms shop item: ok", "10ms shop price begins",
			"15ms shop price: ok", "15ms shop sum begins",
			"16ms shop sum: ok", "16ms shop: ok",
		}, w.ByTime())

		end := begun.Add(time.Hour - 5*ms) // a moment before that of ctx
		run := w.call(t, observe.KindRun, "")
		require.NotZero(t, run.Run)
		require.Equal(t, observe.Call{
			Kind: observe.KindRun, Run: run.Run, Flow: "shop", Inputs: []string{"sum", "price"}, Place: f.Graph().Place, Start: begun, Deadline: begun.Add(time.Hour),
		}, run)
		require.Equal(t, observe.Call{
			Kind: observe.KindNode, Run: run.Run, Flow: "shop", Node: "price", Task: "price", Inputs: []string{"item"},
			Place: price.Place(), Start: begun.Add(10 * ms), Deadline: end,
		}, w.call(t, observe.KindNode, "price"))
		require.Empty(t, w.call(t, observe.KindNode, "item").Inputs)
		require.Equal(t, []string{"item", "price"}, w.call(t, observe.KindNode, "sum").Inputs)
	})
}

func TestObserver_outcomes(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		w := &witness{diary: newDiary()}
		f := of(func(in number) number {
			degraded := flow.Step(failing("degraded", errNoRoute).Fallback(1), in)
			bad := flow.Step(d.ends("bad", 10*ms, errSoldOut), in)
			polite := flow.Step(d.works("polite", time.Second), in)
			stubborn := flow.Step(d.stubborn("stubborn", 50*ms), in)
			return flow.Step(d.works("next", ms), flow.Map4(degraded, bad, polite, stubborn, func(a, b, c, d int) int { return 0 }))
		})
		_, err := f.Do(observe.With(ctx, w), 1)
		require.ErrorIs(t, err, errSoldOut)
		time.Sleep(time.Second)
		all := w.ByTime()
		require.Equal(t, []string{
			"0s shop bad begins", "0s shop begins", "0s shop degraded begins", "0s shop degraded: degraded", "0s shop polite begins", "0s shop stubborn begins",
			"10ms shop bad: failed", "10ms shop next begins", "10ms shop next: skipped",
		}, all[:9])
		require.Contains(t, all, "10ms shop: failed")
		require.Contains(t, all, "10ms shop polite: canceled")
		require.Contains(t, all, "10ms shop stubborn: straggler")
		require.Contains(t, all, "50ms shop stubborn: ok", "it is told when it really ends")
	})
}

func TestObserver_whatNothingNeeds(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		w := &witness{diary: newDiary()}
		f := of(func(in number) number {
			either := flow.Either(flow.Map(in, even), flow.Step(d.works("yes", ms), in), flow.Step(d.works("no", ms), in))
			first := flow.Any(flow.Step(d.works("slow", time.Second), either), flow.Step(d.works("quick", ms), either))
			return flow.Step(d.works("last", 5*ms), first)
		})
		_, err := f.Do(observe.With(ctx, w), 1)
		require.NoError(t, err)
		require.Equal(t, []string{
			"0s shop begins", "0s shop no begins", "1ms shop no: ok", "1ms shop quick begins", "1ms shop slow begins",
			"2ms shop last begins", "2ms shop quick: ok", "2ms shop slow: canceled",
			"7ms shop last: ok", "7ms shop yes begins", "7ms shop yes: skipped", "7ms shop: ok",
		}, w.ByTime())
	})
}

// The run ends after all of its nodes have been told of.
func TestObserver_theRunEndsLast(t *testing.T) {
	for range 200 {
		var mu sync.Mutex
		var order []string
		o := telling(func(c observe.Call, o observe.Outcome) {
			mu.Lock()
			defer mu.Unlock()
			order = append(order, c.Kind.String())
		})
		_, err := everyKind("shop").Do(observe.With(plainCtx(), o), 5)
		require.Error(t, err)
		mu.Lock()
		told := append([]string(nil), order...)
		mu.Unlock()
		require.Contains(t, told, "run")
		require.Equal(t, 1, strings.Count(strings.Join(told, " "), "run"))
	}
}

// telling is an observer that is a function of what it is told in the end.
type telling func(observe.Call, observe.Outcome)

func (fn telling) Begin(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
	return ctx, func(o observe.Outcome) { fn(c, o) }
}

func TestObserver_nestedFlowsAttemptsAndElements(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		w := &witness{diary: newDiary()}
		inner := flow.New("inner", func(in number) number { return flow.Step(d.works("deep", 5*ms), in) })
		middle := flow.New("middle", func(in number) number { return flow.Step(inner.Task().Named("part"), in) })
		f := of(func(in number) number {
			a := flow.Step(middle.Task(), in)
			late := task.Retry{Attempts: 2}
			b := flow.Step(d.works("late", time.Second).Timeout(10*ms).Retry(late).Fallback(1), a)
			list := flow.Each(d.works("list", 5*ms), flow.Map(b, func(n int) []int { return []int{n, n} }), 2)
			return flow.Map(list, func(l []int) int { return len(l) })
		})
		_, err := f.Do(observe.With(ctx, w), 1)
		require.NoError(t, err)
		synctest.Wait()
		require.Equal(t, []string{
			"0s middle/middle begins", "0s middle/middle part begins", "0s middle/part/inner begins", "0s middle/part/inner deep begins",
			"0s shop begins", "0s shop middle begins",
			"5ms middle/middle part: ok", "5ms middle/middle: ok", "5ms middle/part/inner deep: ok", "5ms middle/part/inner: ok",
			"5ms shop late begins", "5ms shop late, attempt 1 begins", "5ms shop middle: ok",
			"15ms shop late, attempt 1: canceled", "15ms shop late, attempt 2 begins",
			"25ms shop late, attempt 2: canceled", "25ms shop late: degraded",
			"25ms shop list begins", "25ms shop list, element 0 begins", "25ms shop list, element 1 begins",
			"30ms shop list, element 0: ok", "30ms shop list, element 1: ok", "30ms shop list: ok", "30ms shop: degraded",
		}, slices.DeleteFunc(strings.Split(strings.ReplaceAll(strings.Join(w.ByTime(), "\n"), ": failed", ": canceled"), "\n"), func(line string) bool {
			// At its limit an attempt is told of as a straggler, unless it has stopped just before that.
			return strings.HasPrefix(line, "15ms shop late, attempt 1: straggler") || strings.HasPrefix(line, "25ms shop late, attempt 2: straggler")
		}))
		ids := map[uint64]bool{}
		for _, c := range w.calls.All() {
			ids[c.Run] = true
		}
		require.Len(t, ids, 1, "all of one run have its id")
		_, err = f.Do(observe.With(ctx, w), 1)
		require.NoError(t, err)
		for _, c := range w.calls.All() {
			ids[c.Run] = true
		}
		require.Len(t, ids, 2, "another run has another")
	})
}

// The values of the ctx that an observer returns are there; its end is not.
func TestObserver_itsContextGivesValuesOnly(t *testing.T) {
	o := beginning(func(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
		ended, cancel := context.WithCancel(context.WithValue(ctx, key{}, c.Node))
		cancel()
		return ended, nil
	})
	f := of(func(in number) number {
		return flow.Step(named("item", func(ctx context.Context, _ int) (int, error) {
			require.Equal(t, "item", ctx.Value(key{}))
			return 7, ctx.Err()
		}), in)
	})
	v, err := f.Do(observe.With(plainCtx(), o), 1)
	require.NoError(t, err)
	require.Equal(t, 7, v)
}

type beginning func(context.Context, observe.Call) (context.Context, func(observe.Outcome))

func (fn beginning) Begin(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
	return fn(ctx, c)
}

func TestG27_anObserverDecidesNothing(t *testing.T) {
	nothing := func(observe.Outcome) {}
	inner := everyKind("inner").Timeout(time.Minute)
	flows := map[string]*flow.Flow[int, int]{
		"every kind": everyKind("shop").Timeout(time.Minute),
		"caught":     everyKind("shop").Timeout(time.Minute).Catch(func(_ context.Context, n int, _ error) (int, error) { return -n, nil }),
		"nested": of(func(in number) number {
			return flow.Step(inner.Task().OnError(func(context.Context, int, error) {}), in)
		}),
		"retried": of(func(in number) number {
			always := task.Retry{Attempts: 2, If: func(error) bool { return true }}
			return flow.Map2(flow.Step(inner.Task().Timeout(time.Hour).Retry(always), in), flow.Step(exiting("x").Retry(always).Fallback(1), in), sum2)
		}),
	}
	observers := map[string]beginning{
		"quiet": func(ctx context.Context, _ observe.Call) (context.Context, func(observe.Outcome)) {
			return ctx, nothing
		},
		"nil":    func(context.Context, observe.Call) (context.Context, func(observe.Outcome)) { return nil, nil },
		"panics": func(context.Context, observe.Call) (context.Context, func(observe.Outcome)) { panic("oh") },
		"exits": func(context.Context, observe.Call) (context.Context, func(observe.Outcome)) {
			runtime.Goexit()
			return nil, nil
		},
		"foreign": func(context.Context, observe.Call) (context.Context, func(observe.Outcome)) {
			return canceledBy(errNoRoute), nil
		},
		"panics in the end": func(ctx context.Context, _ observe.Call) (context.Context, func(observe.Outcome)) {
			return ctx, func(observe.Outcome) { panic("oh") }
		},
		"exits in the end": func(ctx context.Context, _ observe.Call) (context.Context, func(observe.Outcome)) {
			return ctx, func(observe.Outcome) { runtime.Goexit() }
		},
		"slow": func(ctx context.Context, _ observe.Call) (context.Context, func(observe.Outcome)) {
			time.Sleep(ms)
			return ctx, func(observe.Outcome) { time.Sleep(ms) }
		},
	}
	notes.Log(t)
	for name, f := range flows {
		for kind, o := range observers {
			synctest.Test(t, func(t *testing.T) {
				for _, n := range []int{1, 2, 5, 7, 8} {
					plain, scope := future.WithScope(plainCtx())
					want, wantErr := f.Do(plain, n)
					for _, o := range []observe.Observer{o, selective{o}} {
						got, err := f.Do(observe.With(plain, o), n)
						require.Equal(t, want, got, "%s, %s, %d", name, kind, n)
						require.Equal(t, recovery.Classify(wantErr), recovery.Classify(err), "%s, %s, %d: %v, %v", name, kind, n, wantErr, err)
					}
					require.NoError(t, scope.Close())
				}
			})
		}
	}
}
