package durable

import (
	"encoding/json"
	"time"

	"github.com/jade-go/jade/internal/engine"
)

// Failure is an error as data. It keeps what Jade and its users ask of an error: its text, its class, what it is under errors.Is and errors.As if that was
// registered, and the stack of a panic.
type Failure struct {
	Kind       string          `json:"kind"`                  // what it was
	Name       string          `json:"name,omitempty"`        // of what was registered
	Text       string          `json:"text"`                  // of its method Error
	Class      string          `json:"class,omitempty"`       // see recovery.Class
	Public     string          `json:"public,omitempty"`      // text for the outside, of a method Public
	Status     int             `json:"status,omitempty"`      // HTTP status that we answer with, of a method HTTPStatus
	StatusCode int             `json:"status_code,omitempty"` // HTTP status that a backend answered with, of a method StatusCode or HTTPStatusCode
	RetryAfter time.Duration   `json:"retry_after,omitempty"` // of a method RetryAfter, in nanoseconds
	Stack      string          `json:"stack,omitempty"`       // of a panic, or of a method Stack
	Is         []string        `json:"is,omitempty"`          // registered errors that its method Is reports true for
	Data       json.RawMessage `json:"data,omitempty"`        // of a registered type, or of a type of Jade's
	Causes     []*Failure      `json:"causes,omitempty"`      // what it wraps, in order
}

// Kinds of a [Failure].
const (
	kindOpaque   = "opaque"   // any other error
	kindRuntime  = "runtime"  // a runtime.Error
	kindSentinel = "sentinel" // see RegisterSentinel
	kindType     = "type"     // see RegisterError
	kindPanic    = "panic"    // *future.PanicError
	kindCanceled = "canceled" // *future.CanceledError
	kindDeadline = "deadline" // *deadline.Error
	kindFlow     = "flow"     // *flow.Error
	kindElement  = "element"  // *combinators.ElementError
	kindRejected = "rejected" // *task.RejectedError
	kindMark     = "mark"     // see recovery.Mark
)

// A Failure is bounded, whatever the error is.
const (
	maxDepth  = 100       // errors inside of each other
	maxErrors = 1000      // errors
	maxText   = 16 << 10  // bytes of one text
	maxStack  = 64 << 10  // bytes of one stack
	maxData   = 64 << 10  // bytes of the data of one error
	maxTotal  = 512 << 10 // bytes of all texts, stacks and data
)

func init() {
	engine.EncodeError = func(err error) ([]byte, error) { return json.Marshal(EncodeError(err)) }
	engine.DecodeError = func(data []byte) (error, error) {
		var f *Failure
		if err := json.Unmarshal(data, &f); err != nil {
			return nil, err
		}
		return f.Err(), nil
	}
}
