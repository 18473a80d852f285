package jadetemporal_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/durable"
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

// done is what an activity returns whose call has the value v.
func done(v string) jadetemporal.Done {
	return jadetemporal.Done{Outcome: durable.Outcome{Value: []byte(v)}}
}

// takes lets the call of a node take a time, by the clock of the test environment.
func (w *world[In, Out]) takes(activity string, d time.Duration, v string) {
	w.OnActivity(activity, mock.Anything, mock.Anything).After(d).Return(done(v), nil)
}

// took is how long the run has taken by that clock, as soon as the function that it returns is called.
func (w *world[In, Out]) took() func() time.Duration {
	at := time.Now()
	w.SetStartTime(at)
	return func() time.Duration { return w.Now().Sub(at).Round(time.Second) }
}

func TestRun_degradesAtItsLimit(t *testing.T) {
	f := flow.New("page", func(in number) number {
		return flow.Map2(flow.Step(plus("quick", 1), in), flow.Fallback(flow.Step(plus("slow", 0), in), 100), func(a, b int) int { return a + b })
	})
	w := newWorld(t, f.Timeout(time.Hour))
	took := w.took()
	w.takes("page/slow", 3*time.Hour, "5")
	v, err := w.run(1)
	require.NoError(t, err)
	require.Equal(t, 102, v)
	require.Equal(t, time.Hour, took())

	w = newWorld(t, f.Timeout(4*time.Hour))
	took = w.took()
	w.takes("page/slow", 3*time.Hour, "5")
	v, err = w.run(1)
	require.NoError(t, err)
	require.Equal(t, 7, v)
	require.Equal(t, 3*time.Hour, took())
}

func TestRun_failsAtItsLimit(t *testing.T) {
	w := newWorld(t, flow.New("page", func(in number) number { return flow.Step(plus("slow", 0), in) }).Timeout(time.Hour))
	w.takes("page/slow", 3*time.Hour, "5")
	_, err := w.run(1)
	late, ok := errors.AsType[*deadline.Error](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, time.Hour, late.Limit)
	require.Equal(t, recovery.ClassTimeout, recovery.Classify(err))
}

func TestRun_sleepsAndWaitsForASignal(t *testing.T) {
	w := newWorld(t, flow.New("wait", func(in number) number {
		return flow.Map2(flow.Sleep(in, 24*time.Hour), flow.Signal[int]("approve"), func(a, b int) int { return a + b })
	}))
	took := w.took()
	w.RegisterDelayedCallback(func() {
		w.SignalWorkflow("approve", []byte("\x00")) // no JSON
		w.SignalWorkflow("approve", 10)
		w.SignalWorkflow("approve", 20) // nobody waits for it
	}, time.Hour)
	v, err := w.run(1)
	require.NoError(t, err)
	require.Equal(t, 11, v)
	require.Equal(t, 24*time.Hour, took())
}

func TestRun_keepsASignalThatComesEarly(t *testing.T) {
	w := newWorld(t, flow.New("wait", func(in number) number { return flow.Signal[int]("approve", flow.Sleep(in, time.Hour)) }))
	w.RegisterDelayedCallback(func() { w.SignalWorkflow("approve", 10) }, time.Minute)
	v, err := w.run(1)
	require.NoError(t, err)
	require.Equal(t, 10, v)
}

func TestRun_cancelled(t *testing.T) {
	var mu sync.Mutex
	var told []string
	f := flow.New("left", func(in number) number { return flow.Step(plus("slow", 0), in) }).
		OnError(func(_ context.Context, _ int, err error) {
			mu.Lock()
			defer mu.Unlock()
			told = append(told, err.Error())
		}).
		Catch(func(context.Context, int, error) (int, error) { return 7, nil })
	for want, cancel := range map[string]func(w *world[int, int]){
		"canceled": func(w *world[int, int]) { w.CancelWorkflow() },
		"canceled: sold out": func(w *world[int, int]) {
			w.SignalWorkflow("jade:cancel", durable.EncodeError(&future.CanceledError{Cause: kinds.ErrSoldOut}))
			w.CancelWorkflow() // too late
		},
	} {
		told = nil
		w := newWorld(t, f)
		took := w.took()
		w.takes("left/slow", 3*time.Hour, "5")
		w.RegisterDelayedCallback(func() { cancel(w) }, time.Hour)
		_, err := w.run(1)
		require.EqualError(t, err, want)
		require.True(t, future.IsCanceled(err))
		require.Equal(t, strings.HasSuffix(want, "sold out"), errors.Is(err, kinds.ErrSoldOut))
		require.Equal(t, []string{want}, told)
		require.Equal(t, time.Hour, took())
	}
}

// A call that is dropped in the very turn in which it ends is forgotten.
func TestRun_forgetsWhatIsDropped(t *testing.T) {
	w := newWorld(t, flow.New("drop", func(in number) number {
		return flow.Step(plus("last", 0), flow.Any(flow.Step(plus("one", 1), in), flow.Step(plus("two", 2), in), flow.Sleep(in, time.Hour)))
	}))
	w.takes("drop/one", time.Hour, "2")
	w.takes("drop/two", time.Hour, "3")
	v, err := w.run(1)
	require.NoError(t, err)
	require.Contains(t, []int{1, 2, 3}, v)
}

func TestResult_doesNotWaitForEffects(t *testing.T) {
	w := newWorld(t, flow.New("order", func(in number) number {
		return flow.Also(flow.Step(plus("pay", 1), in), flow.Step(plus("mail", 0), in))
	}))
	w.takes("order/pay", time.Minute, "2")
	w.takes("order/mail", time.Hour, "0")
	took := w.took()
	var at time.Duration
	var answer map[string]any
	w.RegisterDelayedCallback(func() {
		w.UpdateWorkflow("jade:answer", "jade:answer", &callbacks{func(v any, err error) {
			at = took()
			answer = jsonOf(t, v)
		}})
	}, time.Second)
	v, err := w.run(1)
	require.NoError(t, err)
	require.Equal(t, 2, v)
	require.Equal(t, map[string]any{"value": 2.0}, answer)
	require.Equal(t, time.Minute, at)
	require.Equal(t, time.Hour, took())
}

type callbacks struct{ complete func(any, error) }

func (*callbacks) Accept()                     {}
func (*callbacks) Reject(err error)            { panic(err) }
func (c *callbacks) Complete(v any, err error) { c.complete(v, err) }

func jsonOf(t *testing.T, v any) (m map[string]any) {
	t.Helper()
	p, err := converter.GetDefaultDataConverter().ToPayload(v)
	require.NoError(t, err)
	require.NoError(t, converter.GetDefaultDataConverter().FromPayload(p, &m))
	return m
}

func TestRun_valuesThatDoNotEncode(t *testing.T) {
	nan := task.New("nan", func(_ context.Context, n int) (float64, error) { return math.NaN(), nil })
	positive := func(f float64) int { return int(f) }
	_, err := newWorld(t, flow.New("f", func(in number) number { return flow.Map(flow.Step(nan, in), positive) })).run(1)
	require.ErrorContains(t, err, "NaN")
	asInput := flow.New("g", func(in number) number {
		return flow.Step(task.New("takes", func(_ context.Context, f float64) (int, error) { return 0, nil }), flow.Map(in, func(int) float64 { return math.Inf(1) }))
	})
	_, err = newWorld(t, asInput).run(1)
	require.ErrorContains(t, err, "+Inf")
	_, err = newWorld(t, flow.New("h", func(in number) flow.Node[float64] { return flow.Map(in, func(int) float64 { return math.NaN() }) })).run(1)
	require.ErrorContains(t, err, "NaN")
}

func TestRun_tooLarge(t *testing.T) {
	calls := 0
	long := task.New("long", func(_ context.Context, n int) (string, error) {
		calls++
		return strings.Repeat("x", n), nil
	})
	length := task.New("length", func(_ context.Context, s string) (int, error) { return len(s), nil })
	text := func(n int) string { return strings.Repeat("x", n) }
	for name, c := range map[string]struct {
		build func(in number) number
		want  string
	}{
		"result": {func(in number) number { return flow.Step(length, flow.Step(long, in)) }, "f: the result of node long has 3002 bytes, the limit is 2000: pass a reference to it"},
		"input":  {func(in number) number { return flow.Step(length, flow.Map(in, text)) }, "f: the input of node length has "},
		"element": {func(in number) number {
			return flow.Map(flow.Each(long, flow.Map(in, func(n int) []int { return []int{1, n} }), 1), func(l []string) int { return len(l) })
		}, "f: the result of node long[1] has 3002 bytes"},
		"failure": {func(in number) number {
			return flow.Step(task.New("fails", func(_ context.Context, n int) (int, error) { return 0, errors.New(text(n)) }), in)
		}, "f: the result of node fails has "},
	} {
		calls = 0
		_, err := newWorld(t, flow.New("f", c.build), jadetemporal.MaxPayload(2000)).run(3000)
		require.ErrorContains(t, err, c.want, name)
		large, ok := errors.AsType[*jadetemporal.TooLargeError](err)
		require.True(t, ok, name)
		require.Equal(t, 2000, large.Limit)
		require.LessOrEqual(t, calls, 2, name)
	}
	_, err := newWorld(t, flow.New("f", func(in number) flow.Node[string] { return flow.Map(in, text) }), jadetemporal.MaxPayload(2000)).run(3000)
	require.EqualError(t, err, "jadetemporal: f: the answer has 3002 bytes, the limit is 2000: pass a reference to it")
	w := newWorld(t, flow.New("f", func(in flow.Node[string]) flow.Node[string] { return in }), jadetemporal.MaxPayload(2000))
	_, err = w.flow.Input(text(3000))
	require.EqualError(t, err, "jadetemporal: f: the input has 3002 bytes, the limit is 2000: pass a reference to it")
}

func TestRun_versions(t *testing.T) {
	build := func(name string) *flow.Flow[int, int] {
		return flow.New("f", func(in number) number { return flow.Step(plus(name, 1), in) })
	}
	older, newer := build("older"), build("newer")
	w := newWorld(t, newer)
	was, err := jadetemporal.Register(jadetemporal.New(nil, "q"), nil, older)
	require.NoError(t, err)
	input, err := was.Input(1)
	require.NoError(t, err)
	w.ExecuteWorkflow("f", input)
	require.ErrorContains(t, w.GetWorkflowError(), fmt.Sprintf(
		"jadetemporal: f: the run was started with version %s of the flow, this worker has %s: it waits for a worker with that version", was.Version(), w.flow.Version()))
}

func TestRegister_severalVersions(t *testing.T) {
	one := flow.New("f", func(in number) number { return flow.Step(plus("one", 1), in) })
	two := flow.New("f", func(in number) number { return flow.Step(plus("two", 2), in) })
	text := flow.New("f", func(in flow.Node[string]) flow.Node[string] { return in })
	e := jadetemporal.New(nil, "q")
	for i, want := range []int{2, 3} {
		w := newWorld(t, flow.New("unused", func(in number) number { return in }))
		a, err := jadetemporal.Register(e, w.TestWorkflowEnvironment, one, two)
		require.NoError(t, err)
		_, err = jadetemporal.Register(e, w.TestWorkflowEnvironment, text)
		require.NoError(t, err, "one with other types")
		b, err := jadetemporal.Register(e, nil, two)
		require.NoError(t, err)
		require.NotEqual(t, a.Version(), b.Version())
		_, err = jadetemporal.Register(e, w.TestWorkflowEnvironment, one)
		require.EqualError(t, err, "jadetemporal.Register: f: the worker has its version "+a.Version()+" already")
		w.flow = []*jadetemporal.Flow[int, int]{a, b}[i]
		v, err := w.run(1)
		require.NoError(t, err)
		require.Equal(t, want, v)
	}
	_, err := jadetemporal.Register(e, nil, one, flow.New("g", func(in number) number { return in }))
	require.EqualError(t, err, "jadetemporal.Register: f: g is no version of it: give it the same name")
}

// What a replay has to make again is part of the version.
func TestVersion_tellsWhatIsACall(t *testing.T) {
	inside := flow.New("inside", func(in number) number { return flow.Step(plus("one", 1), in) })
	known := map[string]int{}
	for i, f := range []*flow.Flow[int, int]{
		flow.New("f", func(in number) number { return flow.Step(inside.Task(), in) }),
		flow.New("f", func(in number) number { return flow.Step(inside.Task().Fallback(1), in) }),
		flow.New("f", func(in number) number { return flow.Map(flow.Each(plus("one", 1), flow.Map(in, list), 1), first) }),
		flow.New("f", func(in number) number { return flow.Step(inside.Task().Retry(task.Retry{Attempts: 2}), in) }),
		flow.New("f", func(in number) number { return flow.Step(inside.Task(), in) }).OnError(func(context.Context, int, error) {}),
		flow.New("f", func(in number) number { return flow.Step(inside.Task(), in) }).Catch(func(context.Context, int, error) (int, error) { return 0, nil }),
	} {
		r, err := jadetemporal.Register(jadetemporal.New(nil, "q"), nil, f)
		require.NoError(t, err)
		require.NotContains(t, known, r.Version(), i)
		known[r.Version()] = i
	}
}

func list(n int) []int  { return []int{n} }
func first(l []int) int { return l[0] }

// A run keeps the limits that it was started with.
func TestRun_keepsItsLimits(t *testing.T) {
	f := flow.New("page", func(in number) number { return flow.Fallback(flow.Step(plus("slow", 0), in), 100) })
	w := newWorld(t, f.Timeout(time.Minute))
	was, err := jadetemporal.Register(jadetemporal.New(nil, "q"), nil, f.Timeout(time.Hour))
	require.NoError(t, err)
	require.Equal(t, was.Version(), w.flow.Version())
	w.takes("page/slow", 30*time.Minute, "5")
	w.flow = was
	v, err := w.run(1)
	require.NoError(t, err)
	require.Equal(t, 5, v)
}

func TestRun_undoesWhatTheAnswerDoesNotUse(t *testing.T) {
	var mu sync.Mutex
	var undone []string
	hold := func(name string) task.Task[int, int] {
		return plus(name, 1).Undo(func(ctx context.Context, in, out int) error {
			key, _ := task.Key(ctx)
			mu.Lock()
			defer mu.Unlock()
			undone = append(undone, fmt.Sprint(key, in, out))
			return nil
		})
	}
	w := newWorld(t, flow.New("trip", func(in number) number {
		hotel := flow.Step(hold("hotel"), flow.Step(hold("flight"), in))
		return flow.Step(task.New("pay", func(context.Context, int) (int, error) { return 0, kinds.ErrSoldOut }), hotel)
	}))
	_, err := w.run(1)
	require.ErrorIs(t, err, kinds.ErrSoldOut)
	require.Equal(t, []string{"r1/trip/hotel/undo2 3", "r1/trip/flight/undo1 2"}, undone)
}

func TestRegister_refuses(t *testing.T) {
	type hidden struct{ n int }
	e := jadetemporal.New(nil, "q")
	_, err := jadetemporal.Register(e, nil, flow.New("f", func(in flow.Node[hidden]) number { return flow.Map(in, func(h hidden) int { return h.n }) }))
	require.ErrorContains(t, err, "an unexported field is lost in JSON")
	w := newWorld(t, flow.New("unused", func(in number) number { return in }))
	w.RegisterWorkflowWithOptions(func(workflow.Context) error { return nil }, workflow.RegisterOptions{Name: "taken"})
	_, err = jadetemporal.Register(e, w.TestWorkflowEnvironment, flow.New("taken", func(in number) number { return in }))
	require.ErrorContains(t, err, `jadetemporal.Register: taken: workflow name "taken" is already registered`)
	require.PanicsWithValue(t, "jadetemporal.New: the task queue has no name", func() { jadetemporal.New(nil, "") })
	require.Panics(t, func() { jadetemporal.Heartbeat(0) })
	require.Panics(t, func() { jadetemporal.MaxPayload(0) })
	require.Panics(t, func() { jadetemporal.MaxCalls(0) })
}

// The queue of calls is as long as it has to be, and the answer the same.
func TestRun_maxCalls(t *testing.T) {
	var mu sync.Mutex
	running, most := 0, 0
	one := task.New("one", func(context.Context, int) (int, error) {
		mu.Lock()
		running++
		most = max(most, running)
		mu.Unlock()
		time.Sleep(2 * time.Millisecond)
		mu.Lock()
		running--
		mu.Unlock()
		return 1, nil
	})
	f := flow.New("many", func(in number) number {
		return flow.Map(flow.Each(one, flow.Map(in, func(n int) []int { return make([]int, n) }), 100), func(l []int) int { return len(l) })
	})
	v, err := newWorld(t, f, jadetemporal.MaxCalls(3)).run(40)
	require.NoError(t, err)
	require.Equal(t, 40, v)
	require.Equal(t, 3, most)
}
