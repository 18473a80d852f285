package observe

import "context"

// Request describes the request that the runs in a ctx answer. An observer can continue the trace of the request, and describe the request in spans.
// Package faas and its adapters put it into the ctx. All fields are optional.
type Request struct {
	ID      string // as it is in the log
	Trigger string // what has caused the request: "http", "pubsub", "timer", "datasource" or "other", as in OpenTelemetry's faas.trigger
	Cold    bool   // it is the first request of the handler in this process

	// Header returns the value of a header with the trace of the caller: traceparent, tracestate, baggage or X-Amzn-Trace-Id.
	// It returns an empty string for a header that is not there. Call it only until the request is answered.
	Header func(name string) string

	// The other fields are only for HTTP requests.
	Method    string
	Scheme    string // "http" or "https"
	Host      string // with the port, if it was given
	Path      string
	Route     string // the pattern of a [net/http.ServeMux], without its method and host
	UserAgent string

	// Status returns the status code of the answer, if the run has ended with err; nil means success. Call it only after the run has ended.
	// It returns 0 if there is no answer yet, such as for a run inside of the function.
	Status func(err error) int
}

type requestKey struct{}

// WithRequest returns a ctx with r. Nobody may change r after that.
func WithRequest(ctx context.Context, r *Request) context.Context {
	return context.WithValue(ctx, requestKey{}, r)
}

// RequestOf returns the request that the runs in ctx answer, or nil.
func RequestOf(ctx context.Context) *Request {
	r, _ := ctx.Value(requestKey{}).(*Request)
	return r
}
