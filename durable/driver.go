package durable

import (
	"encoding/json"
	"time"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
)

// Driver is how an engine carries out one run. [Execute] calls it from one goroutine.
//
// An engine records what Next returns, in that order, and returns the same again when it replays the run after a crash. Execute then makes the
// same calls of Start and Cancel as before, with the same ids.
type Driver interface {
	// Begun is when the run was started for the first time. The limit of the flow counts from then.
	Begun() time.Time
	// Start begins a call and does not wait for it. n is the node that the call belongs to: it has the names and the types. If the result of the
	// call is recorded already, the call is not begun again.
	Start(id int, c Call, n flow.GraphNode)
	// Cancel says that nothing needs a call any more. What it comes to may still be returned by Next, and is ignored then.
	Cancel(id int)
	// Next waits for the next event: the id of a call and its outcome, or [Limit] when until has passed, or [Left] with a failure that says why
	// when somebody cancels the run. Until is zero if the run has no limit. An error of Next ends Execute, which returns it: the engine has to stop, and the
	// run goes on another time.
	Next(until time.Time) (id int, o Outcome, err error)
}

// What [Driver.Next] returns in place of the id of a call.
const (
	Limit = -1 // the time has passed that Next was given
	Left  = -2 // somebody has cancelled the run; the failure of the outcome says why
)

// Verb is what a call does.
type Verb string

const (
	VerbRun     Verb = "run"     // calls the task of the node, with all of its policies, or the function of a Recover
	VerbSleep   Verb = "sleep"   // waits until Call.Until: a timer of the engine
	VerbSignal  Verb = "signal"  // waits for the value of the signal that the node names
	VerbUndo    Verb = "undo"    // calls the Undo of the task with what it was given and what it returned
	VerbResolve Verb = "resolve" // the run has failed: calls the functions of OnError, and then of Catch
	VerbTell    Verb = "tell"    // an effect has failed: calls the functions of OnError
)

// Call is one call of a run, as data: an engine stores it, and [Perform] makes it, perhaps in another process. Engines make sleeps and wait for signals
// themselves.
type Call struct {
	Run     string          `json:"run"`               // id of the run
	Path    []string        `json:"path,omitempty"`    // nodes of the flows around the node, outermost first
	Node    string          `json:"node,omitempty"`    // empty: the flow itself, as for VerbResolve
	Element *int            `json:"element,omitempty"` // of an Each or a SettleEach
	Verb    Verb            `json:"verb"`
	Inputs  []Input         `json:"inputs,omitempty"` // in the order of the edges of the node
	Key     string          `json:"key"`              // idempotency key: see task.Key
	Signal  string          `json:"signal,omitempty"` // name of the signal
	Until   time.Time       `json:"until,omitzero"`   // of a sleep: when it ends
	Limit   time.Time       `json:"limit,omitzero"`   // when the call is late
	End     time.Time       `json:"end,omitzero"`     // until when what stands in for it may run
	Late    *Failure        `json:"late,omitempty"`   // it is late already: only what stands in for it runs
	Value   json.RawMessage `json:"value,omitempty"`  // of an undo: what the call returned
}

// Input is a value that a call gets, or the failure in its place.
type Input struct {
	Value   json.RawMessage `json:"value,omitempty"`
	Failure *Failure        `json:"failure,omitempty"`
}

// Outcome is how a call has ended.
type Outcome struct {
	Value    json.RawMessage `json:"value,omitempty"`
	Failure  *Failure        `json:"failure,omitempty"`
	Degraded *Failure        `json:"degraded,omitempty"` // what the value stands in for
	Losses   []Loss          `json:"losses,omitempty"`   // what the value does without, of a flow that answers so
}

// Loss is an [observe.Loss] as data.
type Loss struct {
	Node    string         `json:"node"`
	Task    string         `json:"task,omitempty"`
	Class   recovery.Class `json:"class"`
	Failure *Failure       `json:"failure,omitempty"`
	Place   observe.Place  `json:"place"`
	Count   int            `json:"count,omitempty"`
}
