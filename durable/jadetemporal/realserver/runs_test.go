package realserver

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"

	"github.com/jade-go/jade/durable/jadetemporal"
	"github.com/jade-go/jade/durable/jadetemporal/internal/kinds"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

type number = flow.Node[int]

func plus(name string, by int) task.Task[int, int] {
	return task.New(name, func(_ context.Context, n int) (int, error) { return n + by, nil })
}

// patient is a task that waits until its ctx ends, and says why it did.
func patient(name string, why chan<- error) task.Task[int, int] {
	return task.New(name, func(ctx context.Context, n int) (int, error) {
		select {
		case <-ctx.Done():
			why <- context.Cause(ctx)
			return 0, context.Cause(ctx)
		case <-time.After(time.Minute):
			return n, nil
		}
	})
}

func next[T any](t *testing.T, ch <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-ch:
	case <-time.After(20 * time.Second):
		require.Fail(t, "nothing came")
	}
	return v
}

func TestRun_cancelsDroppedCalls(t *testing.T) {
	why := make(chan error, 1)
	r := running(t, flow.New("dropping", func(in number) number {
		loser := flow.Step(patient("loser", why), in)
		return flow.Step(kinds.Works("last", 3*time.Second, func(n int) (int, error) { return n, nil }), flow.Any(loser, flow.Step(plus("winner", 1), in)))
	}))
	v, err := r.Run(within(t, 20*time.Second), t.Name(), 1)
	require.NoError(t, err)
	require.Equal(t, 2, v)
	cause := next(t, why)
	require.ErrorIs(t, cause, flow.ErrUnneeded)
	require.True(t, future.IsCanceled(cause))
	h := historyOf(t, t.Name())
	require.Equal(t, 1, count(h, enums.EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED))
	require.Zero(t, count(h, enums.EVENT_TYPE_WORKFLOW_TASK_FAILED))
}

func TestFlow_Cancel(t *testing.T) {
	for _, native := range []bool{false, true} {
		t.Run(fmt.Sprint(native), func(t *testing.T) {
			why, told := make(chan error, 1), make(chan error, 1)
			r := running(t, kinds.Left(patient("patient", why), func(err error) { told <- err }))
			ctx, id := within(t, 20*time.Second), t.Name()
			require.NoError(t, r.Start(ctx, id, 1))
			time.Sleep(time.Second)
			want := "canceled: sold out"
			if native {
				want = "canceled"
				require.NoError(t, dial().CancelWorkflow(ctx, id, ""))
			} else {
				require.NoError(t, r.Cancel(ctx, id, kinds.ErrSoldOut))
			}
			_, err := r.Result(ctx, id)
			require.EqualError(t, err, want)
			require.True(t, future.IsCanceled(err))
			require.Equal(t, recovery.ClassCanceled, recovery.Classify(err))
			if !native {
				require.ErrorIs(t, err, kinds.ErrSoldOut)
			}
			require.EqualError(t, next(t, told), want)
			require.Error(t, next(t, why))
			require.NoError(t, r.Cancel(ctx, id, nil), "it has ended")
			d, err := dial().DescribeWorkflowExecution(ctx, id, "")
			require.NoError(t, err)
			require.Equal(t, enums.WORKFLOW_EXECUTION_STATUS_CANCELED, d.GetWorkflowExecutionInfo().GetStatus())
			if !native {
				save(t, id, "left")
			}
		})
	}
}

func TestFlow_Signal(t *testing.T) {
	r := running(t, kinds.Order())
	ctx, id := within(t, 20*time.Second), t.Name()
	require.NoError(t, r.Start(ctx, id, 3))
	require.ErrorContains(t, r.Signal(ctx, id, "approve", "yes"), "want a int")
	require.ErrorContains(t, r.Signal(ctx, id, "disapprove", 1), "there is no signal")
	require.NoError(t, dial().SignalWorkflow(ctx, id, "", "nobody", 1))
	require.NoError(t, r.Signal(ctx, id, "approve", 10))
	v, err := r.Result(ctx, id)
	require.NoError(t, err)
	require.Equal(t, 17, v)
	save(t, id, "order")

	v, err = r.Run(ctx, id+"5", 5) // is caught
	require.NoError(t, err)
	require.Equal(t, -5, v)
	save(t, id+"5", "order caught")
	err = r.Signal(ctx, id, "approve", 1)
	_, gone := errors.AsType[*serviceerror.NotFound](err)
	require.True(t, gone, "%v", err)
}

func TestRun_goesOnWithoutItsCaller(t *testing.T) {
	r := running(t, flow.New("going on", func(in number) number {
		return flow.Step(kinds.Works("slow", 2*time.Second, func(n int) (int, error) { return n + 1, nil }), in)
	}))
	ctx, cancel := context.WithCancelCause(context.Background())
	time.AfterFunc(time.Second, func() { cancel(kinds.ErrSoldOut) })
	_, err := r.Run(ctx, t.Name(), 1)
	require.ErrorIs(t, err, kinds.ErrSoldOut)
	require.True(t, future.IsCanceled(err))
	v, err := r.Result(within(t, 20*time.Second), t.Name())
	require.NoError(t, err)
	require.Equal(t, 2, v)
}

func TestFlow_Start_ofAnIDThatIsThere(t *testing.T) {
	var calls atomic.Int32
	f := flow.New("once", func(in number) number {
		return flow.Step(task.New("count", func(_ context.Context, n int) (int, error) { return n + int(calls.Add(1)), nil }), in)
	})
	r := running(t, f)
	ctx, id := within(t, 20*time.Second), t.Name()
	for range 3 {
		require.NoError(t, r.Start(ctx, id, 1))
	}
	for range 2 {
		v, err := r.Run(ctx, id, 1)
		require.NoError(t, err)
		require.Equal(t, 2, v)
		require.ErrorContains(t, r.Start(ctx, id, 5), "there is a run with that id and another input")
	}
	other, err := jadetemporal.Register(jadetemporal.New(dial(), t.Name()), nil, flow.New("twice", func(in number) number { return in }))
	require.NoError(t, err)
	require.ErrorContains(t, other.Start(ctx, id, 1), `there is a workflow of type "once" with that id`)
	_, err = r.Result(ctx, "nobody")
	_, gone := errors.AsType[*serviceerror.NotFound](err)
	require.True(t, gone, "%v", err)
	require.Error(t, r.Cancel(ctx, "nobody", nil))
}

func TestRun_terminated(t *testing.T) {
	r := running(t, kinds.Order())
	ctx, id := within(t, 20*time.Second), t.Name()
	require.NoError(t, r.Start(ctx, id, 3))
	require.NoError(t, dial().TerminateWorkflow(ctx, id, "", "enough"))
	_, err := r.Result(ctx, id)
	_, ok := errors.AsType[*temporal.TerminatedError](err)
	require.True(t, ok, "%v", err)
}

// A run that is reset goes on from there: calls after that point are made again, with the same keys.
func TestRun_reset(t *testing.T) {
	var keys []string
	note := func(ctx context.Context, n int) (int, error) {
		key, _ := task.Key(ctx)
		keys = append(keys, key)
		return n + len(keys), nil
	}
	r := running(t, flow.New("reset", func(in number) number {
		return flow.Step(task.New("second", note), flow.Step(task.New("first", note), in))
	}))
	ctx, id := within(t, 20*time.Second), t.Name()
	v, err := r.Run(ctx, id, 0)
	require.NoError(t, err)
	require.Equal(t, 3, v)
	at := int64(0)
	for _, e := range historyOf(t, id).Events {
		if e.GetEventType() == enums.EVENT_TYPE_WORKFLOW_TASK_COMPLETED && at < 10 {
			at = e.GetEventId()
		}
	}
	_, err = dial().ResetWorkflowExecution(ctx, &workflowservice.ResetWorkflowExecutionRequest{
		Namespace: server().GetDefaultNamespace(), WorkflowExecution: &common.WorkflowExecution{WorkflowId: id},
		Reason: "try again", WorkflowTaskFinishEventId: at, RequestId: "1",
	})
	require.NoError(t, err)
	v, err = r.Result(ctx, id)
	require.NoError(t, err)
	require.Equal(t, 4, v)
	require.Equal(t, []string{id + "/reset/first", id + "/reset/second", id + "/reset/second"}, keys)
}

func TestRun_tooLargeFails(t *testing.T) {
	var calls atomic.Int32
	big := task.New("big", func(_ context.Context, n int) (string, error) {
		calls.Add(1)
		return strings.Repeat("x", n), nil
	})
	r := running(t, flow.New("too large", func(in number) flow.Node[int] {
		size := func(s string) int { return len(s) }
		return flow.Map(flow.Step(big, in), size)
	}))
	ctx := within(t, 30*time.Second)
	_, err := r.Run(ctx, t.Name(), 3_000_000)
	require.ErrorContains(t, err, "too large: the result of node big has 3000002 bytes, the limit is 2000000")
	large, ok := errors.AsType[*jadetemporal.TooLargeError](err)
	require.True(t, ok)
	require.Equal(t, 3_000_002, large.Size)
	require.EqualValues(t, 1, calls.Load())
	v, err := r.Run(ctx, t.Name()+"fits", 1_999_000)
	require.NoError(t, err)
	require.Equal(t, 1_999_000, v)
	require.Zero(t, count(historyOf(t, t.Name()+"fits"), enums.EVENT_TYPE_WORKFLOW_TASK_FAILED))
}

// Calls that are large together are sent one after another.
func TestRun_sendsABurstInParts(t *testing.T) {
	length := task.New("length", func(_ context.Context, s string) (int, error) { return len(s), nil })
	r := running(t, flow.New("burst", func(in flow.Node[string]) flow.Node[int] {
		all := flow.Each(length, flow.Map(in, func(s string) []string { return []string{s, s, s, s, s} }), 5)
		return flow.Map(all, func(l []int) int { return l[0] + l[1] + l[2] + l[3] + l[4] })
	}))
	v, err := r.Run(within(t, 60*time.Second), t.Name(), strings.Repeat("x", 1_500_000))
	require.NoError(t, err)
	require.Equal(t, 7_500_000, v)
	require.Zero(t, count(historyOf(t, t.Name()), enums.EVENT_TYPE_WORKFLOW_TASK_FAILED))
}

// A server allows 2000 calls at a time: more wait.
func TestRun_manyElements(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	upTo := func(n int) []int { return make([]int, n) }
	count1 := func(l []int) (n int) {
		for _, v := range l {
			n += v
		}
		return n
	}
	r := running(t, flow.New("many", func(in number) number { return flow.Map(flow.Each(plus("one", 1), flow.Map(in, upTo), 5000), count1) }))
	began := time.Now()
	v, err := r.Run(within(t, 3*time.Minute), t.Name(), 2500)
	require.NoError(t, err)
	require.Equal(t, 2500, v)
	h := historyOf(t, t.Name())
	t.Logf("%v, %d events", time.Since(began), len(h.Events))
	require.Zero(t, count(h, enums.EVENT_TYPE_WORKFLOW_TASK_FAILED))
}

// A flow that has changed: its new worker does not fail the runs of the old one. They wait for it.
func TestVersions(t *testing.T) {
	build := func(name string) *flow.Flow[int, int] {
		return flow.New("changing", func(in number) number {
			return flow.Step(plus(name, 1), flow.Step(kinds.Works("slow", time.Second, func(n int) (int, error) { return n, nil }), in))
		})
	}
	older, newer := build("older"), build("newer")
	queue, ctx := t.Name(), within(t, 60*time.Second)
	with := func(flows ...*flow.Flow[int, int]) (w worker.Worker, first *jadetemporal.Flow[int, int]) {
		e := jadetemporal.New(dial(), queue, jadetemporal.Heartbeat(time.Second))
		w = worker.New(dial(), queue, workerOptions())
		for _, f := range flows {
			r, err := jadetemporal.Register(e, w, f)
			require.NoError(t, err)
			if first == nil {
				first = r
			}
		}
		require.NoError(t, w.Start())
		return w, first
	}
	w, was := with(older)
	require.NoError(t, was.Start(ctx, queue, 1))
	time.Sleep(300 * time.Millisecond)
	w.Stop() // while its call runs
	w, is := with(newer)
	time.Sleep(2 * time.Second)
	require.NoError(t, dial().SignalWorkflow(ctx, queue, "", "wake up", 1))
	time.Sleep(2 * time.Second)
	d, err := dial().DescribeWorkflowExecution(ctx, queue, "")
	require.NoError(t, err)
	require.Contains(t, d.GetPendingActivities()[0].GetLastFailure().GetMessage(), "changing: the run was started with version "+was.Version())
	v, err := is.Run(ctx, queue+"2", 1) // it works for its own
	require.NoError(t, err)
	require.Equal(t, 2, v)
	wait, cancel := context.WithTimeout(ctx, time.Second)
	_, err = was.Result(wait, queue)
	cancel()
	require.ErrorIs(t, err, context.DeadlineExceeded, "it waits")
	w.Stop()
	w, _ = with(newer, older)
	defer w.Stop()
	v, err = was.Result(ctx, queue)
	require.NoError(t, err)
	require.Equal(t, 2, v)
	failed := ""
	for _, e := range historyOf(t, queue).Events {
		if a := e.GetWorkflowTaskFailedEventAttributes(); a != nil {
			failed = a.GetFailure().GetMessage()
		}
	}
	require.Contains(t, failed, "changing: the run was started with version "+was.Version()+" of the flow, this worker has "+is.Version())
	_, err = jadetemporal.Register(jadetemporal.New(dial(), queue), w, older)
	require.Error(t, err, "the name is taken")
}

// Workers of two versions share a queue while one replaces the other: the runs of both end well.
func TestVersions_sideBySide(t *testing.T) {
	queue, ctx := t.Name(), within(t, 90*time.Second)
	var flows []*jadetemporal.Flow[int, int]
	for _, name := range []string{"older", "newer"} {
		f := flow.New("rolling", func(in number) number { return flow.Step(plus(name, 1), flow.Step(plus("both", 1), in)) })
		w := worker.New(dial(), queue, workerOptions())
		r, err := jadetemporal.Register(jadetemporal.New(dial(), queue), w, f)
		require.NoError(t, err)
		require.NoError(t, w.Start())
		defer w.Stop()
		flows = append(flows, r)
	}
	for i := range 6 {
		require.NoError(t, flows[i%2].Start(ctx, fmt.Sprint(queue, i), i))
	}
	for i := range 6 {
		v, err := flows[i%2].Result(ctx, fmt.Sprint(queue, i))
		require.NoError(t, err)
		require.Equal(t, i+2, v)
	}
}
