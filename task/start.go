package task

import "context"

// Answer is how a call of a task has ended.
type Answer[Out any] struct {
	Value    Out
	Err      error
	Degraded error  // the failure that Value stands in for, if it does
	Losses   []Loss // what Value does without, of a flow that answers so
	Late     bool   // it was given at a limit, or after it: it waits for no observer any more
}

// Host is an engine's side of one call: where it ends.
//
// A host that has a method Carry(Carried) can give the call up. Carry is called before a function of the task is.
type Host[Out any] interface {
	// Finish is called once, by whichever goroutine has carried the call to its end.
	Finish(Answer[Out])
}

// carrier is a [Host] that can give the call up.
type carrier interface{ Carry(Carried) }

// Carried is a call that an engine has started.
type Carried interface {
	// GiveUp says that the limit of the engine has passed, and err is the failure of what still runs. What the
	// policies of the task put in its place ends the call at once, by Finish: the value of a Fallback, or else the
	// failure. Functions of OnError are called beside. A call that a flow stands for goes on: the flow is told, and gives up its own calls.
	//
	// Functions of Recover are called, and waited for, if the crew has reserved time, until GiveUp is called with spent: what it
	// has reserved is over, or it has reserved none. A second call that is not the first with spent does nothing.
	GiveUp(err error, spent bool)
}

// reserve is a [Crew] that has time left for functions of Recover when its limit has passed.
type reserve interface{ Reserved() context.Context }

// limited is a [Crew] that has a limit.
type limited interface{ Late() bool }

// Crew counts the goroutines that work for an engine. Both methods may be
// called from any number of goroutines, also long after the call is finished.
//
// A crew that has a method Reserved() context.Context may have time left for functions of Recover when its limit has
// passed: they get that ctx, unless it is nil.
//
// A crew that has a method Late() bool says whether its limit has passed. It is asked when the ctx of a call has ended although it
// told of no such deadline: if it has, what stands in for the call acts, and else the caller has left.
type Crew interface {
	// Join counts one more in. It reports false if all have left, for good.
	Join() bool
	Leave()
}

// Direct returns the function of t if an engine may call it without [Start]:
// if nothing that is around it acts before it has failed, and else nil. It reports whether a failure
// is for [Mend] then. A panic or a Goexit of the function is a failure that is the engine's to notice.
func Direct[In, Out any](t Task[In, Out]) (fn Func[In, Out], mends bool) {
	if t.d == nil || t.d.limits || t.d.tries || t.d.hides {
		return nil, false
	}
	return t.d.fn, len(t.d.policies) > 0
}

// Standby returns the value of the innermost Fallback of t, if there is one: what stands in for a call that an
// engine does not even begin.
func Standby[In, Out any](t Task[In, Out]) (v Out, ok bool) {
	if t.d == nil {
		return v, false
	}
	for _, p := range t.d.policies {
		if p.kind == kindFallback {
			return p.fallback, true
		}
	}
	return v, false
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
