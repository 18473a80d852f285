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
	// Now is the time of the run: when it was started for the first time, and from the first Next on when the last event was recorded. A replay
	// has the same times. Limits and sleeps are worked out from it.
	Now() time.Time
	// Start begins a call and does not wait for it. If the result of the call is recorded already, the call is not begun again. n is the node that the call
	// belongs to, with names and types; it is zero if the call belongs to the flow itself.
	Start(id int, c Call, n flow.GraphNode)
	// Cancel says that nothing needs a call any more, and that Next need not return it. If Next does, nothing follows from it.
	Cancel(id int)
	// Next waits for the next event: the id of a call and its outcome, or [Left] with a failure that says why somebody cancels the run. An error of Next ends
	// Execute, which returns it as a [*StoppedError]: the engine has to stop, and the run goes on another time.
	Next() (id int, o Outcome, err error)
}

// Stopper is a [Driver] that can ask a call to stop whose outcome is needed all the same: the success of a task with an Undo, which nothing needs any more,
// is undone. Next returns the outcome. A call that is not begun in this process has to be begun: perhaps an earlier process did, and its success is not known.
// With a driver that is no Stopper such calls run to their end.
type Stopper interface {
	Stop(id int)
}

// Answerer is a [Driver] that can give the answer of a run while calls still run for effects and for undoing. Answered is called once, before the last Next.
type Answerer interface {
	Answered(value json.RawMessage, failure error)
}

// Left is what [Driver.Next] returns in place of the id of a call if somebody has cancelled the run: the failure of the outcome says why.
const Left = -1

// StoppedError says that an engine has stopped a run before its end. The run is not over: it goes on when the engine runs it again.
type StoppedError struct{ Err error }

func (e *StoppedError) Error() string { return "durable: the run is stopped: " + e.Err.Error() }
func (e *StoppedError) Unwrap() error { return e.Err }

// Call is one call of a run, as data: an engine stores it, and [Perform] makes it, perhaps in another process. Engines make sleeps and wait for signals
// themselves.
type Call struct {
	Run     string          `json:"run"`               // id of the run
	Path    []string        `json:"path,omitempty"`    // nodes of the flows around the node, outermost first
	Node    string          `json:"node,omitempty"`    // empty: the flow itself, as for a tell or a catch
	Element *int            `json:"element,omitempty"` // of an Each or a SettleEach
	Verb    flow.Verb       `json:"verb"`              // run, sleep, signal, undo, tell or catch
	Inputs  []Input         `json:"inputs,omitempty"`  // in the order of the edges of the node
	Key     string          `json:"key"`               // idempotency key: see task.Key
	Signal  string          `json:"signal,omitempty"`  // name of the signal
	Until   time.Time       `json:"until,omitzero"`    // of a sleep: when it ends
	Begun   time.Time       `json:"begun,omitzero"`    // when the run of the node's flow began
	Limit   time.Time       `json:"limit,omitzero"`    // when the call is late
	End     time.Time       `json:"end,omitzero"`      // until when what stands in for it may run
	Late    *Failure        `json:"late,omitempty"`    // it is late already: only what stands in for it runs
	Failure *Failure        `json:"failure,omitempty"` // of a tell or a catch: what the run has failed with
	Value   json.RawMessage `json:"value,omitempty"`   // of an undo: what the call returned
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
