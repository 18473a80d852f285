package jadetest

import (
	"cmp"

	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/trace"
)

// recorded is the failure of a span: a trace has its text and its class.
type recorded struct{ span trace.Span }

func (e *recorded) Error() string { return cmp.Or(e.span.Err, "failed") }

// Class makes it one of the class that it was.
func (e *recorded) Class() recovery.Class { return e.span.Class }
