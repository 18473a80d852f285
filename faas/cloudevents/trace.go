package cloudevents

import (
	"context"
	"net/http"
	"strings"

	"github.com/cloudevents/sdk-go/v2/event"

	"github.com/jade-go/jade/observe"
)

type headerKey struct{}

// withHeader returns ctx with the headers of the request that delivers an event, so that the trace can be that of the request.
func withHeader(ctx context.Context, h http.Header) context.Context {
	return context.WithValue(ctx, headerKey{}, h)
}

// requestOf returns what observers need of an event. If the request that delivers it has a trace, that is the trace. Its extensions traceparent and tracestate
// have the trace in which the event was made, as the extension "Distributed Tracing" of CloudEvents says.
func requestOf(ctx context.Context, e event.Event) *observe.Request {
	header, _ := ctx.Value(headerKey{}).(http.Header)
	delivered := header.Get("Traceparent") != ""
	return &observe.Request{ID: idOf(e), Trigger: "pubsub", Header: func(name string) string {
		if delivered {
			return strings.Join(header.Values(name), ",")
		}
		value, _ := e.Extensions()[strings.ToLower(name)].(string)
		return value
	}}
}
