package lambda

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
)

// Gateway returns a handler of that name that serves the requests of a gateway with handler. It takes the events of API Gateway's REST APIs, of
// its HTTP APIs (payload formats 1.0 and 2.0), of Application Load Balancers and of Function URLs, and finds out which one it has. So the handler
// of [faas.HTTP], or any other, runs behind all of them:
//
//	lambda.Start(lambda.Gateway("shop", faas.HTTP(orderpage.New())))
//
// Request: handler sees what a server would see, with these differences. An HTTP API decodes the path, so %2F arrives as a slash. A REST API decodes
// the query, so the order of different parameters is lost. Format 2.0 joins the values of a header with commas. The path has the stage or
// the base path where the gateway has it: see [http.StripPrefix]. RemoteAddr is the address of the client, with port 0 if the port is not known. [Event]
// has what does not fit into a request, such as the claims that an authorizer has checked.
// Answer: it is sent when handler has returned, so there is no [http.Flusher]. As in a server, a missing Content-Type is detected, an answer to
// HEAD has no body, and the status is 200 if handler sets none. Trailers and headers for the connection are removed. A body is sent as base64 if it is
// not UTF-8 or has a Content-Encoding: a REST API must have */* in its binaryMediaTypes, or clients get the base64. A load balancer without
// multi-value headers gets several cookies as headers whose names differ in case.
// Failure: a malformed request, such as one whose path is not percent-encoded, is answered with 400, and handler is not called. An event that is not of a
// gateway is a [faas.InputError].
// Panics: the invocation fails, and the gateway answers 502. After [http.ErrAbortHandler] the class of the failure is canceled, and the log has no error.
// Concurrency: handler may go on after it has returned, and write. That is not sent, and Write returns an error.
//
// Trace: give observers to the handlers of [faas.HTTP] inside, and not to Gateway. Only the handlers inside know the method, the route and the headers
// of the client.
//
// Gateway does not take WebSocket events and does not stream: see [StartStreaming]. It does not initialise handler in Lambda's init phase: if a
// [faas.Handler] is behind it, call [faas.Handler.Init] before [Start].
func Gateway(name string, handler http.Handler, opts ...faas.Option) *faas.Handler[json.RawMessage, any] {
	if handler == nil {
		panic("lambda.Gateway: nil Handler")
	}
	return faas.New(name, func(ctx context.Context, event json.RawMessage) (any, error) {
		var e gatewayEvent
		if err := json.Unmarshal(event, &e); err != nil {
			return nil, refused("no event of a gateway", err)
		}
		from := e.platform()
		if from == unknown {
			return nil, refused("no event of a gateway", nil)
		}
		w := &gatewayWriter{header: http.Header{}, head: e.method() == http.MethodHead}
		request, err := e.request(context.WithValue(ctx, eventKey{}, event), from)
		if err != nil {
			http.Error(w, "400 Bad Request: "+err.Error(), http.StatusBadRequest)
			return w.finish().to(from, &e), nil
		}
		if err := serve(ctx, handler, w, request); err != nil {
			return nil, err
		}
		return w.finish().to(from, &e), nil
	}, opts...)
}

func refused(reason string, err error) error {
	return recovery.Mark(recovery.ClassBusiness, &faas.InputError{Reason: reason, Err: err})
}

// serve calls handler, in a future so that the failure has the stack of its panic.
func serve(ctx context.Context, handler http.Handler, w *gatewayWriter, r *http.Request) error {
	_, err := future.Go(ctx, func(context.Context) (struct{}, error) {
		handler.ServeHTTP(w, r)
		return struct{}{}, nil
	}).Await(ctx)
	w.close()
	if p, panicked := err.(*future.PanicError); panicked && p.Value == any(http.ErrAbortHandler) {
		return recovery.Mark(recovery.ClassCanceled, http.ErrAbortHandler)
	}
	return err
}

type eventKey struct{}

// Event returns the event of a request that [Gateway] serves, as the gateway has sent it, or nil if ctx is not that of such a request. Package
// events of aws-lambda-go has types for it.
func Event(ctx context.Context) json.RawMessage {
	event, _ := ctx.Value(eventKey{}).(json.RawMessage)
	return event
}
