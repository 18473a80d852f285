// Package seam is where a task meets the engine that calls it: what package task gives to
// engines such as package flow, and to test kits, and what it asks of them. Users see none of it.
package seam

import (
	"context"

	"github.com/jade-go/jade/observe"
)

// Answer is how a call of a task has ended.
type Answer[Out any] struct {
	Value    Out
	Err      error
	Degraded error          // the failure that Value stands in for, if it does
	Losses   []observe.Loss // what Value does without, of a flow that answers so
	Late     bool           // it was given at a limit, or after it: it waits for no observer any more
}

// Host is an engine's side of one call: where it ends.
//
// A host that has a method Carry(Carried) can give the call up. Carry is called before a function of the task is.
type Host[Out any] interface {
	// Finish is called once, by whichever goroutine has carried the call to its end.
	Finish(Answer[Out])
}

// Carrier is a [Host] that can give the call up.
type Carrier interface{ Carry(Carried) }

// Surrounded is a [Host] of a call that may stand for a run: Around is what of the engine is around that, whose limit it has; nil if nothing is.
type Surrounded interface{ Around() any }

// Outlived is a [Host] of work that may go on after its answer. Gone is called once, as the last method, when no goroutine works for it any more.
type Outlived interface{ Gone() }

// Undoer is a [Host] that undoes results of a task that come too late for the call that they belong to.
type Undoer[In, Out any] interface{ Undo(in In, v Out) }

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

// Gated is a [Carried] call inside of gates. Cut tells the gates that nobody waits for the call any more, because of
// cause, although its function may still run. They are told once.
type Gated interface{ Cut(cause error) }

// Passage makes calls of a task through its gates, one after another.
type Passage[In, Out any] interface {
	// Call enters the gates, calls the function, and reports the result to the gates. If the function or a method of a gate does not return, Unwind does the
	// rest.
	Call(ctx context.Context, in In) (Out, error)
	// Unwind reports to the gates that the call has failed with err. It returns the failure that the engine goes on with.
	// It is called on a goroutine that is not about to end.
	Unwind(err error) error
	// Cut is that of [Gated], for a call that has begun. The gates are told by members of the crew.
	Cut(cause error, crew Crew)
	// Renew makes it ready for another call. No goroutine works for the last call any more.
	Renew()
}

// Crew counts the goroutines that work for an engine. Both methods may be
// called from any number of goroutines, also long after the call is finished.
type Crew interface {
	// Join counts one more in. It reports false if all have left, for good.
	Join() bool
	Leave()
}

// Reserve is a [Crew] that may have time left for functions of Recover when its limit has passed: they get the ctx that
// Reserved returns, unless it is nil.
type Reserve interface{ Reserved() context.Context }

// Limited is a [Crew] that has a limit. It is asked whether that has passed when the ctx of a call has ended although it
// told of no such deadline: if it has, what stands in for the call acts, and else the caller has left.
type Limited interface{ Late() bool }

// Starter is work that an engine runs: it has no function that could be called.
type Starter[In, Out any] interface {
	// Start begins the work with ctx. host is told how it ended, by any
	// goroutine, perhaps before Start returns. Start must not panic; it may
	// end its goroutine by runtime.Goexit once others carry on the work. A host that is [Outlived] is told when all of them have left.
	Start(ctx context.Context, in In, host Host[Out])
}

// Body is what a task does inside of all of its policies. It has one of the two.
type Body[In, Out any] struct {
	Func    func(context.Context, In) (Out, error)
	Starter Starter[In, Out]
}

// Origin says which tasks are the same one, under whatever name and with
// whatever policies: they have the same *Origin.
type Origin struct {
	Place  observe.Place // where the task was made
	Engine any           // the [Starter] of the task, such as a flow; nil for a function
}
