package jadeotel

import (
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
)

// describe gives the span what is known when the call begins.
func (c *call) describe() {
	a := &c.about
	with := make(attributes, 0, 12)
	with.add(KeyKind.String(a.Kind.String()))
	with.add(KeyRun.Int64(int64(a.Run)))
	with.names(a)
	with.list(KeyInputs, a.Inputs)
	with.list(KeyAfter, a.After)
	with.index(a)
	if a.Place.File != "" {
		with.add(semconv.CodeFilePath(valid(a.Place.File)))
		with.add(semconv.CodeLineNumber(a.Place.Line))
	}
	if !a.Deadline.IsZero() {
		with.add(KeyTimeLeft.Float64(a.Deadline.Sub(a.Start).Seconds()))
	}
	c.span.SetAttributes(with...)
}

// conclude gives the span what is known when the call has ended.
func (c *call) conclude(o observe.Outcome, at time.Time, as judgement) {
	with := make(attributes, 0, 4)
	with.add(KeyOutcome.String(o.Status.String()))
	with.class(o.Class)
	if o.Panic != nil && c.root().isNew(o.Panic) {
		addException(c.span, o.Panic, at)
	}
	switch {
	case as == failed:
		with.add(semconv.ErrorTypeKey.String(c.errorType(o)))
		c.span.SetStatus(codes.Error, textOf(o.Err))
	case as == taken || o.Status == observe.StatusDegraded:
		event := attributes{KeyError.String(recovery.Text(o.Err))}
		event.class(o.Class)
		addEvent(c.span, EventDegraded, at, event)
	case o.Err != nil && (o.Status != observe.StatusSkipped || c.isEntry()):
		with.add(KeyError.String(recovery.Text(o.Err)))
	}
	if r, ok := observe.RejectionOf(o.Err); ok && r.Task == c.about.Task {
		with.text(KeyGate, r.Gate)
	}
	if c.isEntry() && c.request.code != 0 {
		with.add(semconv.HTTPResponseStatusCode(c.request.code))
	}
	if o.Status == observe.StatusStraggler {
		addEvent(c.span, EventStraggler, at, nil)
	}
	lost := make([]string, len(o.Losses))
	for i, l := range o.Losses {
		lost[i] = l.Node
	}
	with.list(KeyLosses, lost)
	c.span.SetAttributes(with...)
}

// textOf is the text of a failure. An answer with status 500 may have none.
func textOf(err error) string {
	if err == nil {
		return ""
	}
	return recovery.Text(err)
}

// isFailure reports whether somebody has to act because of a call that has ended so. A business error is what the
// author meant it to be, as a response with status 404 is for the server that gives it.
func isFailure(o observe.Outcome) bool {
	return o.Status == observe.StatusFailed && o.Class != recovery.ClassBusiness && o.Class != recovery.ClassCanceled
}

// isLate reports whether the call was given up because of its own slowness: not because its
// run has just failed of the slowness of another.
func (c *call) isLate(o observe.Outcome) bool {
	return o.Status == observe.StatusStraggler && o.Class == recovery.ClassTimeout &&
		(c.about.Kind == observe.KindAttempt || c.around == nil || !c.around.late.Load())
}

// tellOfSkipped has the span around the call know that it never started.
func (c *call) tellOfSkipped(o observe.Outcome) {
	around := trace.SpanFromContext(c.Context)
	if !around.IsRecording() {
		return
	}
	var with attributes
	with.names(&c.about)
	with.class(o.Class)
	addEvent(around, EventSkipped, c.about.Start, with)
}

// tellOfRetry has the span of a task know that another attempt begins.
func (c *call) tellOfRetry() {
	with := attributes{KeyAttempt.Int(c.about.Attempt)}
	with.class(recovery.Class(c.around.failed.Load()))
	addEvent(c.around.span, EventRetry, c.about.Start, with)
}

// tellOfReturned has somebody know how a straggler has ended. Its own span is history
// by then, so that is the innermost one around it that still records.
func (c *call) tellOfReturned(o observe.Outcome) {
	a := c.around
	for a != nil && (a.closed.Load() || !a.span.IsRecording()) {
		a = a.around
	}
	if a == nil {
		return
	}
	at := c.about.Start.Add(o.Elapsed)
	with := attributes{KeyKind.String(c.about.Kind.String())}
	with.names(&c.about)
	with.index(&c.about)
	with.add(KeyOutcome.String(o.Status.String()))
	with.class(o.Class)
	if o.Err != nil {
		with.add(KeyError.String(recovery.Text(o.Err)))
	}
	addEvent(a.span, EventReturned, at, with)
	if o.Panic != nil && c.root().isNew(o.Panic) {
		addException(a.span, o.Panic, at)
	}
}

func addEvent(to trace.Span, name string, at time.Time, with attributes) {
	to.AddEvent(name, trace.WithTimestamp(at), trace.WithAttributes(with...))
}

// valid is s as the protocol wants it: one string that is not UTF-8, and a whole batch of spans is lost.
func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// attributes are some in the making. What there is nothing to say about is left out.
type attributes []attribute.KeyValue

func (as *attributes) add(a attribute.KeyValue) { *as = append(*as, a) }

func (as *attributes) text(key attribute.Key, value string) {
	if value != "" {
		as.add(key.String(valid(value)))
	}
}

func (as *attributes) list(key attribute.Key, values []string) {
	if len(values) == 0 {
		return
	}
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = valid(v)
	}
	as.add(key.StringSlice(all))
}

func (as *attributes) class(class recovery.Class) {
	if class != recovery.ClassNone {
		as.add(KeyClass.String(class.String()))
	}
}

// names are where the call is.
func (as *attributes) names(a *observe.Call) {
	as.text(KeyFlow, a.Flow)
	as.text(KeyPath, strings.Join(a.Path, "/"))
	as.text(KeyNode, a.Node)
	as.text(KeyTask, a.Task)
}

// index is which one of several calls it is.
func (as *attributes) index(a *observe.Call) {
	switch a.Kind {
	case observe.KindAttempt:
		as.add(KeyAttempt.Int(a.Attempt))
	case observe.KindElement:
		as.add(KeyElement.Int(a.Element))
	}
}
