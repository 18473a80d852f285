package flow

import (
	"context"
	"time"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/must"
	"github.com/jade-go/jade/internal/source"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// Flow is a typed graph of tasks, compiled once. It is immutable; its methods
// may be called from any number of goroutines.
type Flow[In, Out any] struct {
	plan     *plan
	limit    time.Duration // zero: none
	reserve  time.Duration
	catches  []func(context.Context, In, error) (Out, error)
	told     []func(context.Context, In, error)
	degraded []func(Out, []Loss) Out
	task     task.Task[In, Out]
	terms    *Terms // of a plan of one node: see GraphNode.Perform
}

// New builds a flow: build is called once, with the node of the input, and
// returns that of the result. What depends on what is said by the arguments; wrong types do not compile.
//
// What only a mistake can cause panics, with one line: a name that is empty, not
// printable or has one of #, [, ] and / in it, a nil function, a node of another flow, a node that nothing
// consumes, two different tasks of one name, a result that is a constant while nothing consumes the input. (A node
// that is made of constants alone belongs to no flow until something consumes it: nothing notices it.)
func New[In, Out any](name string, build func(in Node[In]) Node[Out]) *Flow[In, Out] {
	must.HaveFunc("flow.New", build == nil)
	must.HaveName("flow.New", name)
	file, line := source.Caller(1)
	place := observe.Place{File: file, Line: line}
	b := &builder{}
	defer func() { b.sealed = true }()
	out := build(input0[In](b, place))
	switch {
	case out.n == nil:
		panic("flow.New: " + name + ": the build function returned the zero Node")
	case out.n.b == nil:
		b.admit(out.n)
	case out.n.b != b:
		panic("flow.New: " + name + ": the build function returned a node of another flow")
	}
	return finished(Flow[In, Out]{plan: compile(name, place, b, out.n)}, nil)
}

// finished returns a flow that does not change any more. It was derived from another one, unless from is nil.
func finished[In, Out any](f Flow[In, Out], from *Flow[In, Out]) *Flow[In, Out] {
	f.task = task.ForEngines(seal, task.Task[In, Out]{}).From(f.plan.name, f.plan.place, nested[In, Out]{&f})
	tellBuilt(&f, from)
	return &f
}

// input0 is the node of the input, which is always the first.
func input0[T any](b *builder, place observe.Place) Node[T] {
	n := add[T]("flow.New", 2, node{b: b, kind: KindIn, place: place}, func(wiring) cell { return &given[T]{} })
	n.n.place = place
	return n
}

// Timeout limits a run to d, even if a task ignores its ctx. Of several limits, and the deadline of the caller's ctx, the
// earliest holds. A d of zero or less panics.
//
// When the limit passes, every call that runs or has not begun fails with a [*deadline.Error], and its ctx ends. Then its
// replacement acts: [Fallback], [Try], [Any], [Either], the Fallback of a task, and quick functions. If they make the result, that
// is the answer, on time. Functions that need time ([Recover], [Flow.Catch], the Recover of a task) have what [Flow.Reserve] left. At the
// end of that they fail too, and then their replacement acts.
// Otherwise the run fails with the first required call that was late. The scope joins what still runs.
//
// A deadline of ctx is a limit too. Without a Reserve, its calls end a little earlier: by 1 % of the time that is left when the
// run begins, at most 5 ms. So the answer comes before callers that wait with the same ctx give up. After a Timeout,
// or the end of what is reserved of it, quick functions have 5 ms.
func (f *Flow[In, Out]) Timeout(d time.Duration) *Flow[In, Out] {
	g := *f.must("Timeout")
	if d <= 0 {
		panic("flow.Flow.Timeout: the limit is " + d.String() + ", and must be positive")
	}
	if g.limit == 0 || d < g.limit {
		g.limit = d
	}
	return finished(g, f)
}

// Reserve leaves d of the time of a run, its Timeout or the deadline of ctx, to what needs time when calls were late: Recover,
// Catch, Degraded, quick functions, and the reply. The calls end d earlier. Without a limit there is
// nothing to reserve. A Reserve takes at most half of the time that is left when a run begins. Of several, the longest
// holds. A negative d panics.
func (f *Flow[In, Out]) Reserve(d time.Duration) *Flow[In, Out] {
	g := *f.must("Reserve")
	if d < 0 {
		panic("flow.Flow.Reserve: the duration is " + d.String() + ", and must not be negative")
	}
	g.reserve = max(g.reserve, d)
	return finished(g, f)
}

// Catch makes fn answer when a run has failed. fn gets the caller's ctx and the failure, which is an [*Error]. What fn
// returns is the answer, or the failure: a fn that only gives up because its ctx has ended should return the failure that it was given.
// fn is not called when the caller has left. If there are several, each catches what the ones before it return.
//
// Limit: fn has until the end of the run: the time that [Flow.Reserve] keeps of a Timeout or of the deadline of ctx. After a Timeout without
// a Reserve it has the caller's ctx, and the answer waits for it. At the deadline of ctx without a Reserve its ctx has ended.
// Panics: a panic of fn is joined to the failure.
// Concurrency: fn runs on a goroutine of the run.
func (f *Flow[In, Out]) Catch(fn func(ctx context.Context, in In, err error) (Out, error)) *Flow[In, Out] {
	g := *f.must("Catch")
	must.HaveFunc("flow.Flow.Catch", fn == nil)
	g.catches = append(g.catches[:len(g.catches):len(g.catches)], fn)
	return finished(g, f)
}

// OnError makes the flow call fn with each failure of a run, before Catch: also with cancellations,
// and with failures of the effects of [Also]. It changes nothing. At the limit of the run, and when the caller has left, the
// answer does not wait for fn, but the scope does. fn is not called for a run that could not start.
//
// Panics: a panic of fn is joined to the failure; when nobody waits for fn, and for an effect, it counts as an unobserved failure of the scope.
// Concurrency: fn runs on a goroutine of the run.
func (f *Flow[In, Out]) OnError(fn func(ctx context.Context, in In, err error)) *Flow[In, Out] {
	g := *f.must("OnError")
	must.HaveFunc("flow.Flow.OnError", fn == nil)
	g.told = append(g.told[:len(g.told):len(g.told)], fn)
	return finished(g, f)
}

// Name returns the flow's name.
func (f *Flow[In, Out]) Name() string { return f.must("Name").plan.name }

func (f *Flow[In, Out]) must(method string) *Flow[In, Out] {
	if f == nil || f.plan == nil {
		panic("flow.Flow." + method + ": the flow was not made by New")
	}
	return f
}

// Do runs the flow and returns its result, as soon as that is decided. It only
// waits: all functions run on other goroutines. What still runs then is
// cancelled and belongs to the scope of ctx, which joins it; without a scope it may outlive Do.
//
// Failure: the first failure that nothing in the flow recovers, as an [*Error], unless Catch answers.
// Cancellation: if ctx is cancelled first, Do returns at once, with [future.Cause](ctx). A deadline of ctx is a limit of the run: see [Flow.Timeout].
// Cost: two allocations, and one if it has to block against a ctx that is not Jade's own; a few more with a Timeout.
func (f *Flow[In, Out]) Do(ctx context.Context, in In) (Out, error) {
	f.must("Do")
	must.HaveCtx("flow.Flow.Do", ctx)
	c, told := f.begin(ctx, in, true)
	answer := c.promise.Future()
	until := ctx
	if told {
		until = context.Background() // the run itself ends with ctx
	}
	v, err := answer.Await(until)
	if err == nil {
		return v, nil
	}
	if _, done := answer.Peek(); !done { // it was ctx that ended the wait
		if isDeadline(ctx.Err()) {
			go c.ring(c.expire)
		} else {
			answer.Cancel(err)
		}
	}
	return answer.Await(context.Background())
}

// Go starts a run and returns a future for its result. It belongs to the scope
// of ctx, as that of [future.Go] does.
//
// Cancellation: if ctx ends or the future is cancelled, the future fails at
// once with the cause, and the run ends.
func (f *Flow[In, Out]) Go(ctx context.Context, in In) future.Future[Out] {
	f.must("Go")
	must.HaveCtx("flow.Flow.Go", ctx)
	c, _ := f.begin(ctx, in, false)
	return c.promise.Future()
}

// Task returns the flow as a task, of the same name: flows are built of flows.
func (f *Flow[In, Out]) Task() task.Task[In, Out] {
	return f.must("Task").task
}
