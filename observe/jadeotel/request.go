package jadeotel

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"

	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
)

// request is the request that the outermost run answers.
type request struct {
	*observe.Request
	parent  context.Context // of the span: the ctx of the run, with what the caller has sent if the run is an entry
	isEntry bool            // the run has the first span of the request in this process: no server or middleware around it has one
	method  string          // as attributes have it
	code    int             // of the HTTP answer, written at the end; 0 if there is none
	left    bool            // the caller did not wait for the answer; written with code
}

// requestOf returns the request that a run answers. It is nil for a call inside of a run, and if ctx has no [observe.Request].
func (o *observer) requestOf(ctx context.Context, about *observe.Call, around *call) *request {
	if around != nil || about.Kind != observe.KindRun {
		return nil
	}
	of := observe.RequestOf(ctx)
	if of == nil {
		return nil
	}
	r := &request{Request: of, parent: ctx, isEntry: true}
	switch here := trace.SpanContextFromContext(ctx); {
	case !here.IsValid():
		r.parent = o.continued(ctx, of)
	case !here.IsRemote():
		r.isEntry = false
	}
	if of.Method != "" {
		r.method = o.methods.known(of.Method)
	}
	return r
}

// options returns the options of the span. A sampler sees the attributes.
func (r *request) options(begin trace.SpanStartOption) []trace.SpanStartOption {
	isHTTP := r.isEntry && r.Method != ""
	most := 3
	if isHTTP {
		most = 11
	}
	with := make(attributes, 0, most)
	with.text(semconv.FaaSInvocationIDKey, short(r.ID))
	with.add(r.trigger())
	with.add(semconv.FaaSColdstart(r.Cold))
	if isHTTP {
		with.http(r)
	}
	options := append(make([]trace.SpanStartOption, 0, 3), begin, trace.WithAttributes(with...))
	if r.isEntry {
		options = append(options, trace.WithSpanKind(r.kind()))
	}
	return options
}

// kind returns the kind of the span, as the conventions for functions say.
func (r *request) kind() trace.SpanKind {
	if r.Trigger == semconv.FaaSTriggerPubSub.Value.AsString() {
		return trace.SpanKindConsumer
	}
	return trace.SpanKindServer
}

// trigger is required by the conventions.
func (r *request) trigger() attribute.KeyValue {
	switch {
	case r.Trigger != "":
		return semconv.FaaSTriggerKey.String(valid(short(r.Trigger)))
	case r.Method != "":
		return semconv.FaaSTriggerHTTP
	}
	return semconv.FaaSTriggerOther
}

// end takes the outcome of the run. ctx is that of the run.
func (r *request) end(ctx context.Context, o observe.Outcome) {
	if r.Method == "" {
		return
	}
	if r.left = o.Status == observe.StatusCanceled && ctx.Err() != nil; r.left || r.Status == nil {
		return
	}
	defer func() {
		if p := recover(); p != nil {
			slog.Error("jadeotel: the status code of an answer could not be asked for, which changes nothing", "error", fmt.Sprint(p))
		}
	}()
	err := o.Err
	if o.Status == observe.StatusOK || o.Status == observe.StatusDegraded {
		err = nil
	}
	if code := r.Status(err); code >= 100 && code <= 599 {
		r.code = code
	}
}

// judge says what the end of the run means, as the conventions for HTTP servers say: 5xx is a failure. 4xx is none, because the caller has made the
// mistake. A bug is a failure, whatever the code.
func (r *request) judge(as judgement, class recovery.Class) judgement {
	switch {
	case r.code >= 500:
		return failed
	case r.code >= 400 && as == failed && class != recovery.ClassCode:
		return harmless
	}
	return as
}

// errorType returns the attribute error.type of a failure.
func (c *call) errorType(o observe.Outcome) string {
	if c.request != nil && c.request.code >= 500 && (o.Class == recovery.ClassNone || o.Class == recovery.ClassBusiness || o.Class == recovery.ClassCanceled) {
		return strconv.Itoa(c.request.code)
	}
	return o.Class.String()
}
