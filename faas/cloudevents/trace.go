package cloudevents

import (
	"context"
	"net/http"
	"strings"

	"github.com/cloudevents/sdk-go/v2/event"

	"github.com/jade-go/jade/observe"
)

type headerKey struct{}

// withHeader has the trace of an event be that of the request which delivers it, if that has one.
func withHeader(ctx context.Context, h http.Header) context.Context {
	return context.WithValue(ctx, headerKey{}, h)
}

// requestOf is what observers need to know of an event. Its trace is that of the headers of the request: that of its extensions traceparent and tracestate is the
// trace that it began with, says the extension "Distributed Tracing" of CloudEvents.
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
