package jadeotel

import (
	"fmt"
	"slices"
	"time"

	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
)

// keptPanics is of how many panics a call knows that some span has an event of them. It may run for ever.
const keptPanics = 32

// isNew reports whether no span inside the call has an event of the panic yet. From now on one has.
func (c *call) isNew(p *future.PanicError) bool {
	in := c.allParts()
	in.mu.Lock()
	defer in.mu.Unlock()
	if slices.Contains(in.thrown, p) {
		return false
	}
	if len(in.thrown) == keptPanics {
		in.thrown = slices.Delete(in.thrown, 0, 1)
	}
	in.thrown = append(in.thrown, p)
	return true
}

// addException has a span know of a panic, with the stack of the goroutine that has panicked.
func addException(to trace.Span, p *future.PanicError, at time.Time) {
	value, stack := recovery.PanicText(p)
	addEvent(to, semconv.ExceptionEventName, at, attributes{
		semconv.ExceptionType(typeOf(p.Value)),
		semconv.ExceptionMessage(value),
		semconv.ExceptionStacktrace(stack),
	})
}

// typeOf is the type of what was passed to panic; of an error that was marked with a class, that of the error itself.
func typeOf(v any) string {
	for {
		of := fmt.Sprintf("%T", v)
		wrapper, ok := v.(interface{ Unwrap() error })
		if !ok || of != "*recovery.marked" {
			return of
		}
		v = wrapper.Unwrap()
	}
}
