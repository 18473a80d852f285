package task

import "context"

// Answer is how a call of a task has ended.
type Answer[Out any] struct {
	Value    Out
	Err      error
	Degraded error // the failure that Value stands in for, if it does
}

// Host is an engine's side of one call: where it ends.
type Host[Out any] interface {
	// Finish is called once, by whichever goroutine has carried the call to its end.
	Finish(Answer[Out])
}

// Crew counts the goroutines that work for an engine. Both methods may be
// called from any number of goroutines, also long after the call is finished.
type Crew interface {
	// Join counts one more in. It reports false if all have left, for good.
	Join() bool
	Leave()
}

// Direct returns the function of t if an engine may call it without [Start]:
// if nothing that is around it acts before it has failed, and else nil. It reports whether a failure
// is for [Mend] then. A panic or a Goexit of the function is a failure that is the engine's to notice.
func Direct[In, Out any](t Task[In, Out]) (fn Func[In, Out], mends bool) {
	if t.d == nil || t.d.limits || t.d.tries {
		return nil, false
	}
	return t.d.fn, len(t.d.policies) > 0
}

// Mend carries a failure of the function that [Direct] has returned through the
// policies of t, as Start would have done.
func Mend[In, Out any](ctx context.Context, t Task[In, Out], in In, failed Answer[Out], crew Crew, host Host[Out]) (Answer[Out], bool) {
	mustCtx("task.Mend", ctx)
	const first = 0
	return newRunner(ctx, t.must("Mend"), in, crew, host).carry(first, 0, failed.Value, failed.Err)
}

// Start runs t on the calling goroutine, on behalf of an engine. If the call is
// over when Start returns, Start returns its answer and true. Else another
// goroutine carries it on, which joins crew for that, and host is told. Start
// itself may then go on for as long as a function that was given up runs.
//
// Goexit: if a function of t calls runtime.Goexit, the calling goroutine ends
// after another has taken over the call.
// Cancellation: the ctx given to t's function is done when ctx is; host is told when the function returns.
func Start[In, Out any](ctx context.Context, t Task[In, Out], in In, crew Crew, host Host[Out]) (Answer[Out], bool) {
	mustCtx("task.Start", ctx)
	if t.d == nil {
		panic("task.Start: zero Task")
	}
	return newRunner(ctx, t.d, in, crew, host).start()
}
