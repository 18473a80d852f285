package cloudevents

import (
	"context"

	"github.com/cloudevents/sdk-go/v2/event"
	"github.com/cloudevents/sdk-go/v2/protocol"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// Receiver returns a function for the StartReceiver of a client whose protocol takes answers, such as HTTP: the data of an event is
// the input of h, and what h returns is an event, unless Out is struct{}, or what it returns is null as JSON, or see [NoAnswer].
//
// Failure: the result is an ACK or a NACK, see [Final], and a [cehttp.Result] too, with the status for HTTP. Its text is what the failure
// says by a method Public() string, or its class.
// Idempotency: [task.Key] returns the source of the event, a slash, and its id. So the key is the same when the event is delivered again.
// Trace: with [HTTP], observers find the trace of the request that delivers the event. If that has none, and without HTTP, they find the trace of the event's
// extensions traceparent and tracestate: see [observe.RequestOf].
// Cancellation: the invocation is cancelled with the ctx that the client gives; with HTTP, that is when the sender leaves.
// Concurrency: it may be called from any number of goroutines.
func Receiver[In, Out any](h *faas.Handler[In, Out], opts ...Option) func(context.Context, event.Event) (*event.Event, protocol.Result) {
	r := newReceiver("cloudevents.Receiver", h, opts)
	return func(ctx context.Context, e event.Event) (*event.Event, protocol.Result) {
		answer, err := r.receive(ctx, e)
		if err != nil {
			return nil, r.verdict(err).result()
		}
		return answer, nil
	}
}

// Consumer is [Receiver] for a protocol that takes no answers, such as those of Kafka and of Pub/Sub: what h returns is dropped.
func Consumer[In, Out any](h *faas.Handler[In, Out], opts ...Option) func(context.Context, event.Event) protocol.Result {
	r := newReceiver("cloudevents.Consumer", h, append(opts[:len(opts):len(opts)], NoAnswer()))
	return func(ctx context.Context, e event.Event) protocol.Result {
		if _, err := r.receive(ctx, e); err != nil {
			return r.verdict(err).result()
		}
		return nil
	}
}

type receiver[In, Out any] struct {
	*settings
	of *faas.Handler[In, Out]
}

func newReceiver[In, Out any](where string, h *faas.Handler[In, Out], opts []Option) *receiver[In, Out] {
	if h == nil {
		panic(where + ": nil Handler")
	}
	r := &receiver[In, Out]{newSettings(h.Name(), opts), h}
	var out Out
	if _, none := any(out).(struct{}); none {
		r.silent = true
	}
	return r
}

func (r *receiver[In, Out]) receive(ctx context.Context, e event.Event) (*event.Event, error) {
	ctx, release := r.limited(ctx)
	defer release()
	return r.invoke(ctx, e)
}

func (s *settings) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	if s.limit == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, s.limit)
}

func (r *receiver[In, Out]) invoke(ctx context.Context, e event.Event) (*event.Event, error) {
	ctx = faas.WithInvocation(ctx, faas.Invocation{ID: idOf(e), Platform: "cloudevents", Function: r.function, Version: r.revision})
	ctx = context.WithValue(ctx, eventKey{}, e)
	if r.of.Observed(ctx) {
		ctx = observe.WithRequest(ctx, requestOf(ctx, e))
	}
	ctx = task.WithKey(ctx, e.Source()+"/"+e.ID())
	input, err := dataOf(e)
	if err != nil {
		r.of.Refused(ctx, err)
		return nil, err
	}
	output, err := r.of.InvokeJSON(ctx, input)
	if err != nil || r.silent || string(output) == "null" {
		return nil, err
	}
	return r.answer(e, output), nil
}

type eventKey struct{}

// EventOf returns the event that an invocation is for: its type, its subject, its extensions. It is not to be changed.
func EventOf(ctx context.Context) (e event.Event, ok bool) {
	e, ok = ctx.Value(eventKey{}).(event.Event)
	return e, ok
}
