// Package engine is how the packages of this project that run work of their
// own, task and flow, take part in what package future keeps to itself: the
// ctx of work, the scope that joins it, and the names that reports give it.
//
// Package future sets the functions when it is initialised. Nobody else does.
package engine

import (
	"context"
	"time"
)

// Work is what runs behind a [Life]. Its methods are called by package future,
// never with user code to run, and Name and Running under its locks: they must
// be quick, wait for nothing and call back into nothing.
type Work interface {
	// Name is how reports call the work.
	Name() string
	// Running lists the names of what runs for it just now; none means the work itself.
	Running() []string
	// Ended is told, perhaps more than once, that the ctx has ended from outside, with
	// cause. If the work's future is to fail with that now, it returns the error.
	Ended(cause error) error
}

// Life is the ctx of one piece of work, and its place in a scope.
type Life interface {
	// Context is done when the work is over, or has been cancelled.
	Context() context.Context
	// Base is the ctx that the outermost work around this one began with: that
	// of the user's call, if this work is part of a part of it.
	Base() context.Context
	// Observer is what ObserverOf would return for the ctx that the life began with.
	Observer() Observer
	// Told reports whether Ended is told of the end of the ctx that the life began with
	// although that is Watched.
	Told() bool
	// Foreign is what to ask for an end that Ended is not told of yet: a ctx that is not Jade's
	// own, or the life's own if there are several around it. It is nil where there is none.
	Foreign() context.Context
	// Report counts err as a failure of the scope that nobody has observed; without a scope it is logged.
	Report(name string, err error)
	// End ends the ctx, with cause as the reason. Ended is not told.
	End(cause error)
	// Release says that no goroutine works for it any more. It ends the ctx and
	// leaves the scope. It is called once, last.
	Release()
}

// Job is work that package future starts a goroutine for, as for a function of a user's.
type Job[T any] interface {
	Call(Seal, context.Context) (T, error)
	// Mend is given the failure of Call before the future has it, and returns what the future gets. Call may
	// have panicked or called Goexit: then the goroutine may be about to die, so Mend calls no user function on it.
	Mend(ctx context.Context, v T, err error) (T, error)
	// Name is how reports call the work; as of [Work].
	Name() string
}

// Origin is where the failure of a run of a flow came from.
type Origin struct {
	Flow string
	Node string
	Of   []string // the calls that the node's failure is made of: itself, or those whose data it took if it is no call
}

// Rejection describes a call that a gate did not let in.
type Rejection struct {
	Task string
	Gate string        // the name of the gate, or else its kind
	Wait time.Duration // after this time the gate may let the call in; zero if that is not known
}

// Observer is what package observe puts into a ctx.
type Observer interface{ Installed(Seal) }

// Promise is a *future.Promise.
type Promise interface{ Context() context.Context }

// Terms are the terms on which a life begins.
type Terms struct {
	// Promise is the *future.Promise that the work completes, if it does.
	Promise Promise
	// Member says that the scope joins the work and names it, as it does work
	// that has a promise. Other work is part of some that is a member.
	Member bool
	// Watched says that the caller watches ctx itself: where that is not Jade's own, or
	// a ctx around it is not, nothing is registered with it before something hangs on the life.
	Watched bool
	// Until is the deadline that the ctx tells of, on top of that of ctx; zero
	// for none. Whoever sets it ends the life in time.
	Until time.Time
}

var (
	// Begin returns the life of work that is started with ctx, or the cause
	// why it may not start.
	Begin func(ctx context.Context, w Work, t Terms) (Life, error)
	// Callback calls fn in a goroutine of its own, which the scope of ctx waits for even if it is
	// closing. If fn does not return, that is an unobserved failure of the scope; without one it is logged.
	Callback func(ctx context.Context, name string, fn func())
	// Thrown is the error for what recover returned in a deferred function of a
	// function that did not return. It must be called by that deferred function itself.
	Thrown func(recovered any) error
	// IsLate reports whether err is a deadline of package deadline, which sets it. It
	// calls no method of err.
	IsLate = func(err error) bool { return false }
	// Inherited returns the *deadline.Error of work that was started at start with ctx and failed with err because the
	// deadline of ctx has passed. It matches what err and the cause of ctx match under errors.Is. Package deadline sets it.
	Inherited func(ctx context.Context, name string, start time.Time, err error) error
	// IsForeignDeadline reports whether err is a deadline that Jade did not make, and that therefore does not say what
	// was late. A panic in a method of err counts as no. Package deadline sets it.
	IsForeignDeadline func(err error) bool
	// OriginOf says where the failure of a run came from, if err is or wraps one. Package flow sets it.
	OriginOf = func(err error) (o Origin, ok bool) { return o, false }
	// Root is what the failure of a run is the failure of: of a flow in a flow in a flow, what the innermost node failed with.
	// To look into that takes one step, to look into err one for each flow. Of any other error it is err itself. Package flow sets it.
	Root = func(err error) error { return err }
	// Observe returns a ctx that carries o, for ObserverOf.
	Observe func(ctx context.Context, o Observer) context.Context
	// ObserverOf returns what the innermost Observe around ctx was given. It does
	// not walk through ctx if that is Jade's own.
	ObserverOf func(ctx context.Context) Observer
	// Remember returns ctx with a memory for a run, unless it has one. Package guard sets it, and knows what needs it.
	Remember = func(ctx context.Context) context.Context { return ctx }
	// RejectedOf says which gate did not let a call in, if err is or wraps that. It calls no method of err but Unwrap. Package task sets it.
	RejectedOf = func(err error) (r Rejection, ok bool) { return r, false }
	// Panicked returns the *future.PanicError of a panic in another process, with the text that its Stack returned there.
	Panicked func(value any, stack string) error
	// Late returns the *deadline.Error err, which nobody else has yet, after it was given what the work has failed with. Package deadline sets it.
	Late func(err, cause error) error
	// Classed returns the *flow.Error err, which nobody else has yet, after it was given its class: a recovery.Class. Package flow sets it.
	Classed func(err error, class int) error
	// EncodeError and DecodeError are how a future.Result has its error in JSON. Package durable sets them; they are nil in a program without it.
	EncodeError func(err error) ([]byte, error)
	DecodeError func(data []byte) (error, error)
	// Alone reports whether only the goroutine of the caller runs in the scope of ctx.
	Alone func(ctx context.Context) bool
	// WithValues returns ctx with the values of another ctx on top.
	WithValues func(ctx, values context.Context) context.Context
)

// Kinds of policies that share calls. A run that has one of the last two needs a memory: see Remember.
const (
	KindShare = "share"
	KindCache = "cache"
	KindHot   = "hot"
	KindMemo  = "memo"
	KindBatch = "batch"
)
