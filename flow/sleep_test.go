package flow_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
)

func TestSleep_waitsAfterItsInput(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		f := of(func(in number) number {
			first := flow.Step(d.works("first", 3*ms), in)
			return flow.Map2(flow.Step(d.works("second", ms), flow.Sleep(first, time.Hour)), flow.Sleep(in, 5*ms), sum2)
		})
		v, err := f.Do(ctx, 1)
		require.NoError(t, err)
		require.Equal(t, 4, v)
		require.Equal(t, []string{"0s first starts", "3ms first ends", "1h0m0.003s second starts", "1h0m0.004s second ends"}, d.ByTime())
		require.Equal(t, []string{"in", "first", "sleep", "second", "sleep#2", "sum2"}, names(f.Graph()))
		require.Equal(t, time.Hour, f.Graph().Node(2).Sleep)
		require.Equal(t, flow.KindSleep, f.Graph().Node(2).Kind)
		require.Contains(t, f.Graph().Node(2).Place.String(), "flow/sleep_test.go")
	})
}

func names(g flow.Graph) (all []string) {
	for _, n := range g.Nodes {
		all = append(all, n.Name)
	}
	return all
}

func TestSleep_failsAtTheLimit(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, _ *diary) {
		f := of(func(in number) number { return flow.Fallback(flow.Sleep(in, time.Hour), 7) }).Timeout(time.Second)
		begun := time.Now()
		v, err := f.Do(ctx, 1)
		require.NoError(t, err)
		require.Equal(t, 7, v)
		require.Equal(t, time.Second, time.Since(begun))
	})
}

func TestSleep_endsWithItsCaller(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, _ *diary) {
		ctx, cancel := context.WithCancel(ctx)
		time.AfterFunc(time.Minute, cancel)
		_, err := of(func(in number) number { return flow.Sleep(in, time.Hour) }).Do(ctx, 1)
		require.True(t, future.IsCanceled(err))
	})
}

func TestSleep_misuse(t *testing.T) {
	require.PanicsWithValue(t, "flow.Sleep: the duration is 0s, and must be positive", func() {
		of(func(in number) number { return flow.Sleep(in, 0) })
	})
}

type verdict struct{ Approved bool }

// approval is a flow that asks for an approval.
func approval(d *diary) *flow.Flow[int, bool] {
	return flow.New("order", func(in flow.Node[int]) flow.Node[bool] {
		asked := flow.Step(d.works("ask", ms), in)
		return flow.Map(flow.Signal[verdict]("approval", asked), func(v verdict) bool { return v.Approved })
	})
}

func TestSignal_bringsAValueFromOutside(t *testing.T) {
	for name, at := range map[string]time.Duration{"before it is asked for": 0, "long after": 24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
				ctx = flow.WithInbox(ctx)
				time.AfterFunc(at, func() { flow.Deliver(ctx, "approval", verdict{true}) })
				approved, err := approval(d).Do(ctx, 1)
				require.NoError(t, err)
				require.True(t, approved)
			})
		})
	}
}

func TestSignal_failsWithoutAnInboxAndOfAnotherType(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		_, err := approval(d).Do(ctx, 1)
		require.ErrorContains(t, err, "flow.Signal: approval: the ctx of the run has no inbox: start the run with flow.WithInbox(ctx)")
		require.ErrorContains(t, flow.Deliver(ctx, "approval", verdict{}), "flow.Deliver: approval: the ctx has no inbox")

		ctx = flow.WithInbox(ctx)
		require.NoError(t, flow.Deliver(ctx, "approval", "yes"))
		_, err = approval(d).Do(ctx, 1)
		require.ErrorContains(t, err, "flow.Signal: approval: want a flow_test.verdict, got a string")
	})
}

// A value goes to a run that still waits, and none is lost.
func TestSignal_passesOverThoseWhoHaveLeft(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		ctx = flow.WithInbox(ctx)
		impatient := approval(d).Timeout(time.Second)
		_, err := impatient.Do(ctx, 1)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		answer := approval(d).Go(ctx, 1)
		time.Sleep(time.Minute)
		require.NoError(t, flow.Deliver(ctx, "approval", verdict{true}))
		approved, err := answer.Await(ctx)
		require.NoError(t, err)
		require.True(t, approved)
	})
}

func TestSignal_misuse(t *testing.T) {
	require.PanicsWithValue(t, `flow.Signal: name "a/b" has a / in it: #, [, ] and / number names and join them to paths`, func() {
		of(func(number) number { return flow.Signal[int]("a/b") })
	}, "as the name of a task")
}

// Two signals of one name would be a riddle: which of them gets the value?
func TestSignal_hasANameOfItsOwn(t *testing.T) {
	require.Panics(t, func() {
		of(func(in number) number { return flow.Map3(in, flow.Signal[int]("a"), flow.Signal[int]("a"), sum3) })
	})
	require.Panics(t, func() {
		of(func(in number) number { return flow.Map2(flow.Step(plus("a", 1), in), flow.Signal[int]("a"), sum2) })
	})
}
