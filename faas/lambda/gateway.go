package lambda

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
)

// Gateway returns a handler of that name for the requests of a gateway: handler serves them. It takes the events of API Gateway's REST APIs and HTTP
// APIs (payload formats 1.0 and 2.0), of Application Load Balancers and of Function URLs, and tells them apart itself. So the handler of [faas.HTTP], or any other, runs behind all of them:
//
//	lambda.Start(lambda.Gateway("shop", faas.HTTP(orderpage.New())))
//
// Request: paths and queries are as the client has sent them, as far as the gateway tells. An HTTP API decodes the path first, so there a / and a %2F are one, and a REST API decodes the query, so the order of
// its parameters is lost. The path has the stage or the base path where the gateway has it: see [http.StripPrefix]. RemoteAddr is the client, with port 0. [Event] has the rest, such as what an authorizer has found.
//
// Answer: it is kept until it is complete, and there is no [http.Flusher]. As in a server, Content-Type is found out if it is not set, the answer to HEAD has no body, and a handler that writes nothing answers 200.
// Trailers and headers of the connection are left out. A body that is not UTF-8 or has a Content-Encoding goes as base64: in a REST API set binaryMediaTypes to */*, or the client gets the base64. Of a load balancer without multi-value headers
// several cookies have names that differ in case, as that is the only way to send them.
//
// Failure: a request that is none, such as one with a malformed path, is answered 400, and handler does not see it. An event of something else than a gateway is a [faas.InputError]. If handler
// panics, the invocation fails, and the gateway answers 502; if with [http.ErrAbortHandler], it fails as canceled. What handler writes after it has returned is not sent, and Write says so.
//
// Gateway does not know of WebSockets, and does not stream: for that see [StartStreaming]. It does not initialise what is behind handler in the init phase: call [faas.Handler.Init] before [Start].
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
	if errors.Is(err, http.ErrAbortHandler) {
		return recovery.Mark(recovery.ClassCanceled, http.ErrAbortHandler)
	}
	return err
}

type eventKey struct{}

// Event returns the event that the request of ctx came in, as the gateway has sent it, or nil if ctx is not that of a request of [Gateway]. Types for it are in package events of aws-lambda-go.
func Event(ctx context.Context) json.RawMessage {
	event, _ := ctx.Value(eventKey{}).(json.RawMessage)
	return event
}
