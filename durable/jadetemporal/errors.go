package jadetemporal

import (
	"errors"
	"fmt"

	"go.temporal.io/sdk/temporal"

	"github.com/jade-go/jade/durable"
	"github.com/jade-go/jade/future"
)

// TooLargeError says that a value has more bytes than may be sent. It was not sent. A call whose outcome is too large has been made: it fails with this, and is not
// made again. Return a reference to a large value, such as a name in an object store.
type TooLargeError struct {
	Flow  string `json:"flow"`
	What  string `json:"what"` // such as "the result of node report"
	Size  int    `json:"size"` // in bytes of JSON
	Limit int    `json:"limit"`
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("jadetemporal: %s: %s has %d bytes, the limit is %d: pass a reference to it", e.Flow, e.What, e.Size, e.Limit)
}

func init() { durable.RegisterError[*TooLargeError]("jadetemporal.TooLargeError") }

// Names of what crosses the server beside the calls.
const (
	signalCancel = "jade:cancel"  // a durable.Failure: cancels the run
	updateAnswer = "jade:answer"  // waits for the answer of the run
	typeVersion  = "jade:version" // of an activity's failure: another worker is to take it
	typeStopped  = "jade:stopped" // of an activity's failure: the worker stops
)

// asTemporal is the failure of a run as the failure of its workflow. Its details are the durable.Failure, its type is the class.
func asTemporal(err error, left bool) error {
	f := durable.EncodeError(err)
	if left {
		return temporal.NewCanceledError(f)
	}
	return temporal.NewApplicationErrorWithOptions(f.Text, f.Class, temporal.ApplicationErrorOptions{NonRetryable: true, Details: []any{f}})
}

// ErrorOf is the failure of a run, as [flow.Flow.Do] gives it, of the error that Temporal gives of its workflow. An error that does not come from a flow, such as
// that of a workflow which was terminated, is err itself.
//
// It is for who uses Temporal's client or its test environment directly. [Flow.Result] returns such errors.
func ErrorOf(err error) error {
	var f *durable.Failure
	if e, ok := errors.AsType[*temporal.ApplicationError](err); ok && e.HasDetails() && e.Details(&f) == nil && f != nil && f.Kind != "" {
		return f.Err()
	}
	if e, ok := errors.AsType[*temporal.CanceledError](err); ok {
		if e.HasDetails() && e.Details(&f) == nil && f != nil {
			return f.Err()
		}
		return &future.CanceledError{Cause: err}
	}
	return err
}
