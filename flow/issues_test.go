package flow_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// What is known from the start may fail the run while Do opens it.
func TestIssue_catchRanOnTheCallerOfDo(t *testing.T) {
	var on string
	f := flow.New("f", func(in flow.Node[bool]) flow.Node[int] {
		return flow.After(flow.Const(1), flow.Require(in, errSoldOut))
	}).Catch(func(context.Context, bool, error) (int, error) { on = stack(); return 7, nil })
	v, err := f.Do(plainCtx(), false)
	require.NoError(t, err)
	require.Equal(t, 7, v)
	require.False(t, strings.Contains(on, "TestIssue_catchRanOnTheCallerOfDo("), on)
}

func TestIssue_losersBehindAMapWereNotToldThatTheyLost(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		f := of(func(in number) number {
			slow := flow.Map(flow.Step(d.works("slow", time.Second), in), func(n int) int { return n })
			return flow.Step(d.works("next", 5*ms), flow.Any(slow, flow.Step(d.works("quick", 5*ms), in)))
		})
		_, err := f.Do(ctx, 1)
		require.NoError(t, err)
		synctest.Wait()
		require.Contains(t, d.ByTime(), "5ms slow is cancelled: "+(&future.CanceledError{Cause: combinators.ErrLost}).Error())
	})
}

func TestIssue_effectsOfANestedFlowEndedWithTheAnswer(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		inner := flow.New("inner", func(in number) number {
			return flow.Also(flow.Map(in, func(n int) int { return n + 1 }), flow.Step(d.works("audit", 50*ms), in))
		})
		v, err := of(func(in number) number { return flow.Step(inner.Task(), in) }).Do(ctx, 1)
		require.NoError(t, err)
		require.Equal(t, 2, v)
		time.Sleep(time.Second)
		require.Equal(t, []string{"0s audit starts", "50ms audit ends"}, d.ByTime())
	})
}

func TestIssue_effectsOfAFlowAsTaskEndedWithTheAnswer(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		inner := flow.New("inner", func(in number) number {
			return flow.Also(flow.Map(in, func(n int) int { return n + 1 }), flow.Step(d.works("audit", 50*ms), in))
		})
		v, err := inner.Task().Do(ctx, 1)
		require.NoError(t, err)
		require.Equal(t, 2, v)
		time.Sleep(time.Second)
		require.Equal(t, []string{"0s audit starts", "50ms audit ends"}, d.ByTime())
	})
}

// A node that is dropped at the moment it starts is nobody's failure.
func TestIssue_aLoserThatWasJustStartingFailedTheRun(t *testing.T) {
	before := runtime.GOMAXPROCS(8)
	defer runtime.GOMAXPROCS(before)
	spins := func(name string) task.Task[int, int] {
		return named(name, func(_ context.Context, n int) (int, error) {
			x := n
			for i := range rand.IntN(12_000) {
				x ^= i
			}
			if x == -1 { // never, which the compiler does not know
				return 0, errNoRoute
			}
			return n + 1, nil
		})
	}
	f := of(func(in number) number {
		first := flow.Any(flow.Step(spins("a"), in), flow.Step(spins("b"), in), flow.Step(spins("c"), in), flow.Step(spins("d"), in))
		return flow.Step(spins("f"), flow.Step(spins("e"), first))
	})
	ctx, cancel := context.WithCancel(plainCtx())
	defer cancel()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 15_000 {
				if v, err := f.Do(ctx, 1); err != nil || v != 4 {
					t.Errorf("%d, %v", v, err)
					return
				}
			}
		})
	}
	all.Wait()
}

// With the deadline of the caller, the answer is a *deadline.Error, whoever notices it first.
func TestIssue_theCallersDeadlineWasNamedBySomeOnly(t *testing.T) {
	f := of(func(in number) number { return flow.Step(obedient("item"), in) })
	for range 2000 {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(plainCtx(), 50*ms)
			defer cancel()
			_, err := f.Do(ctx, 1)
			late, ok := errors.AsType[*deadline.Error](err)
			require.True(t, ok, "%T %v", err, err)
			require.True(t, late.Inherited)
		})
	}
}

func TestIssue_resolveGaveUpWhenOnErrorPanicked(t *testing.T) {
	f := of(func(in number) number { return flow.Step(failing("item", errSoldOut), in) }).
		OnError(func(context.Context, int, error) { panic("oh") }).
		Catch(func(_ context.Context, _ int, err error) (int, error) { return 7, nil })
	v, err := f.Do(plainCtx(), 1)
	require.NoError(t, err)
	require.Equal(t, 7, v)
	boxed, err := f.Graph().Resolve(plainCtx(), 1, errSoldOut)
	require.NoError(t, err)
	require.Equal(t, 7, boxed)
}

func TestIssue_goexitInOnErrorKeptTheOthersFromTheEffect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDiary()
		ctx, scope := future.WithScope(plainCtx())
		f := of(func(in number) number {
			return flow.Also(flow.Map(in, func(n int) int { return n }), flow.Step(failing("audit", errSoldOut), in))
		}).OnError(func(context.Context, int, error) { runtime.Goexit() }).
			OnError(func(context.Context, int, error) { d.Note("told") })
		_, err := f.Do(ctx, 1)
		require.NoError(t, err)
		synctest.Wait()
		require.Equal(t, []string{"0s told"}, d.ByTime())
		require.ErrorIs(t, scope.Close(), future.ErrGoexit, "counts as a failure that nobody observed")
	})
}

func TestIssue_variantsOfOneFlowAreTheSameTask(t *testing.T) {
	inner := flow.New("inner", func(in number) number { return flow.Map(in, func(n int) int { return n + 1 }) })
	require.NotPanics(t, func() {
		of(func(in number) number {
			return flow.Step(inner.Timeout(time.Second).Task(), flow.Step(inner.Task(), in))
		})
	})
}

// An error that is a nil pointer of the library's own type is still an error.
func TestIssue_aNilErrorOfTheOwnTypeHungTheRun(t *testing.T) {
	var missing *flow.Error
	_, err := of(func(in number) number { return flow.Step(failing("stock", missing), in) }).Do(plainCtx(), 1)
	require.ErrorContains(t, err, "shop: stock (")
}

// Two flows may have the same name: each error names the node in its own flow.
func TestIssue_aNestedFlowOfTheSameNameHidTheNode(t *testing.T) {
	inner := of(func(in number) number { return flow.Step(failing("stock", errSoldOut), in) })
	_, err := of(func(in number) number { return flow.Step(inner.Task().Named("inner"), in) }).Do(plainCtx(), 1)
	failure, ok := err.(*flow.Error)
	require.True(t, ok)
	require.Equal(t, "inner", failure.Node)
}

// A flow in a flow of the same name named its own node only.
func TestIssue_aNestedFlowOfTheSameNameHidTheNodeAround(t *testing.T) {
	inner := of(func(in number) number { return flow.Step(failing("item", errSoldOut), in) })
	_, err := of(func(in number) number { return flow.Step(inner.Task().Named("inner"), in) }).Do(plainCtx(), 1)
	failure, ok := err.(*flow.Error)
	require.True(t, ok)
	require.Equal(t, "inner", failure.Node)
	require.ErrorIs(t, err, errSoldOut)
}

// An effect that failed without anybody to be told of it was forgotten.
func TestIssue_aFailureOfAnEffectWasReportedToNobody(t *testing.T) {
	ctx, scope := future.WithScope(plainCtx())
	f := of(func(in number) number {
		return flow.Also(flow.Map(in, func(n int) int { return n }), flow.Step(failing("audit", errSoldOut), in))
	})
	_, err := f.Do(ctx, 1)
	require.NoError(t, err)
	scope.Wait()
	require.ErrorIs(t, scope.Close(), errSoldOut)
}

// A run may be cancelled while its observer is being told that it begins.
func TestIssue_cancellingWhileTheObserverIsToldWasARace(t *testing.T) {
	f := of(func(in number) number { return flow.Step(obedient("item"), in) })
	for range 200 {
		begun, told := make(chan string, 10), make(chan string, 10)
		o := beginning(func(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
			begun <- c.Kind.String()
			runtime.Gosched()
			return ctx, func(o observe.Outcome) {
				if o.Status != observe.StatusStraggler {
					told <- c.Kind.String()
				}
			}
		})
		ctx, scope := future.WithScope(observe.With(plainCtx(), o))
		f.Go(ctx, 1).Cancel(errNoRoute)
		require.NoError(t, scope.Close())
		require.Equal(t, "run", <-begun, "the run begins first")
		require.Equal(t, len(begun)+1, len(told), "what has begun has ended")
		ended := map[string]int{}
		for len(told) > 0 {
			ended[<-told]++
		}
		require.Equal(t, 1, ended["run"])
	}
}

// The node that has the answer is named too, when it is what still runs.
func TestIssue_theNodeThatHasTheAnswerWasNotNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, make := range []func(in number) number{
			func(in number) number { return flow.Step(newDiary().stubborn("slow", time.Second), in) },
			func(in number) number { return flow.After(flow.Step(newDiary().stubborn("slow", time.Second), in), in) },
		} {
			ctx, scope := future.WithScope(plainCtx(), future.Grace(10*ms))
			_, err := of(make).Timeout(20*ms).Do(ctx, 1)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			err = scope.Close()
			still, ok := errors.AsType[*future.StragglerError](err)
			require.True(t, ok, "%v", err)
			require.Equal(t, []string{"shop: slow"}, still.Names)
			time.Sleep(time.Second)
			require.NoError(t, scope.Close())
		}
	})
}

// What is drawn is a copy: who changes it does not change the flow.
func TestIssue_whoChangedAGraphChangedTheFlow(t *testing.T) {
	inner := flow.New("inner", func(in number) number { return flow.Step(plus("one", 1).Retry(task.Retry{Attempts: 2}), in) })
	f := of(func(in number) number { return flow.Step(inner.Task().Timeout(ms), in) })
	var change func(g flow.Graph)
	change = func(g flow.Graph) {
		for i := range g.Nodes {
			n := &g.Nodes[i]
			n.Name, n.Kind = "x", "y"
			for j := range n.Policies {
				n.Policies[j] = task.Policy{Kind: "z"}
			}
			if n.TaskAt != nil {
				n.TaskAt.Line = -1
			}
			if n.Flow != nil {
				change(*n.Flow)
			}
		}
		clear(g.Edges)
	}
	before, err := json.Marshal(f.Graph())
	require.NoError(t, err)
	change(f.Graph())
	after, err := json.Marshal(f.Graph())
	require.NoError(t, err)
	require.JSONEq(t, string(before), string(after))
}

// Of the failures of a scope that are only counted, those are left out that are never reported: the run of a flow that was
// cancelled says so by an error of its own.
func TestIssue_cancelledRunsWereCountedAsFailures(t *testing.T) {
	ctx, scope := future.WithScope(plainCtx())
	var left []future.Future[int]
	for range 150 { // as many as a scope lists, and more
		left = append(left, future.Go(ctx, func(context.Context) (int, error) { return 0, errSoldOut }))
	}
	for range 10 {
		future.Go(ctx, func(context.Context) (int, error) {
			return 0, fmt.Errorf("page: %w", &flow.Error{Flow: "shop", Node: "item", Err: &future.CanceledError{Cause: errNoRoute}})
		})
	}
	scope.Wait()
	for _, f := range left {
		_, err := f.Await(plainCtx())
		require.Equal(t, errSoldOut, err)
	}
	require.NoError(t, scope.Close())
}

// So were effects that were cut off as the caller had left.
func TestIssue_effectsThatWereCutOffWereCountedAsFailures(t *testing.T) {
	ctx, scope := future.WithScope(plainCtx())
	var seen []future.Future[int]
	for range 100 { // as many as a scope lists
		seen = append(seen, future.Go(ctx, func(context.Context) (int, error) { return 0, errSoldOut }))
	}
	scope.Wait()
	audited := of(func(in number) number {
		return flow.Also(in, flow.Step(named("audit", func(ctx context.Context, _ int) (int, error) { return 0, untilDone(ctx) }), in))
	})
	asked, leave := context.WithCancel(ctx)
	_, err := audited.Do(asked, 1)
	require.NoError(t, err)
	leave()
	scope.Wait()
	for _, f := range seen {
		_, err := f.Await(plainCtx())
		require.Equal(t, errSoldOut, err)
	}
	require.NoError(t, scope.Close())
}
