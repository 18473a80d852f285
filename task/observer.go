package task

import (
	"context"
	"time"

	"github.com/jade-go/jade/internal/engine"
)

// Observer sees the begin and the end of calls. Several goroutines may call it at
// once.
//
// An observer changes no result. If it panics, the panic is logged. Of the ctx
// that it returns, only the values are used. But the call waits for it: an
// observer that blocks delays the call.
type Observer interface {
	// Begin is called when a call begins. It returns the ctx for the call, with
	// the values that the observer wants to find there later, and a function that
	// gets the outcome of the call. That function is called once, or twice for a
	// [StatusStraggler]. Either result may be nil.
	Begin(ctx context.Context, call Call) (context.Context, func(Outcome))
}

// Kind says what a [Call] is a call of.
type Kind int

const (
	KindRun     Kind = iota // a whole flow
	KindNode                // a node of a flow, or a task that runs alone
	KindElement             // one element of a flow.Each or a flow.SettleEach
	KindAttempt             // one attempt of a task that has a Timeout or a Retry
)

var callKinds = [...]string{"run", "node", "element", "attempt"}

func (k Kind) String() string { return nameOf(callKinds[:], int(k), "Kind") }

// MarshalText returns the name, as String does.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads the name of a kind.
func (k *Kind) UnmarshalText(name []byte) error {
	i, err := constantOf(callKinds[:], name, "Kind")
	if err == nil {
		*k = Kind(i)
	}
	return err
}

// Call says what begins.
type Call struct {
	Kind     Kind
	Run      uint64   // id of the outermost run, unique in this process
	Flow     string   // that it is part of, or that runs; empty for a task that runs alone
	Node     string   // its name in the flow
	Task     string   // its task's name; empty for a node without one
	Path     []string // the nodes around a nested flow, outermost first
	Inputs   []string // of a node: those whose data it takes, by name, maps and the like passed over; of a run: those that its answer is made of. A flow.Recover is among them, which is a call only if its function runs
	After    []string // of a node: those that it waits for without taking their data
	Effect   bool     // of a node: it runs for an effect of a flow.Also, and the answer does not need it
	Optional bool     // of a node with Effect: a Fallback, a Try or a Recover takes what it fails of, or its task's Fallback or a flow.SettleEach what is inside
	Attempt  int      // of an attempt: 1 for the first
	Element  int      // of an element: its index
	Place    Place    // where the task, the node or the flow was made
	Start    time.Time
	Deadline time.Time // of the call's ctx; of a run, when it has to be answered: what Flow.Reserve keeps back is before that. Zero if there is none
}

// Observe returns a ctx that has o told of all calls that are started with it.
// It replaces an observer that ctx has already; see [Tee].
//
// Cost: a few nanoseconds a call where there is no observer. Where there is one, before it does anything, two readings of the
// clock and, in a flow, 88 bytes of an object of the run; of a task that runs alone, 400 bytes in two.
func Observe(ctx context.Context, o Observer) context.Context {
	mustCtx("task.Observe", ctx)
	if o == nil {
		panic("task.Observe: nil Observer")
	}
	return engine.Observe(ctx, o)
}

// ObserverOf returns the observer that ctx has, or nil.
func ObserverOf(ctx context.Context) Observer {
	mustCtx("task.ObserverOf", ctx)
	o, _ := engine.ObserverOf(ctx).(Observer)
	return o
}

// Begin tells the observer of ctx, if there is one, that a call begins, and
// returns the ctx for the call and the function to call when it ends, which is never nil.
// Engines use it; so can code that wants to be seen as a call of its own.
//
// Run, Flow, Node and Path, where they are empty, are taken from the call that ctx belongs to,
// Start and Deadline from the clock and from ctx.
// Panics: those of the observer are logged, here and in the function.
func Begin(ctx context.Context, c Call) (context.Context, func(Outcome)) {
	o := ObserverOf(ctx)
	if o == nil {
		return ctx, func(Outcome) {}
	}
	s := &single{call: c}
	return s.begin(ctx, o), s.tell
}
