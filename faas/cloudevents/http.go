package cloudevents

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cloudevents/sdk-go/v2/binding"
	"github.com/cloudevents/sdk-go/v2/event"
	cehttp "github.com/cloudevents/sdk-go/v2/protocol/http"

	"github.com/jade-go/jade/faas"
	recovery "github.com/jade-go/jade/recover"
)

// HTTP serves h without a client of the SDK. A POST is an event, in binary or structured mode. The answer has the status 200, with an event in binary mode
// or without one: see [Receiver]. A failure is answered by a [faas.Problem] with the status of its class: see [Final]. If the failure has a method
// RetryAfter() time.Duration, the answer has the header Retry-After. A rejection by [faas.MaxInFlight] has this method.
//
// HTTP refuses another method (405), a batch and a body that is no event at all (415), and an event that is not valid or longer than [MaxBody] says (400). An
// event on which the SDK panics is not valid. [Middleware] decodes and encodes attributes, and answers the handshake of web hooks.
//
// Cancellation: a sender that leaves cancels the invocation.
// Blocking: reading a body ends at [Limit], or after 30 s without it, and also at the ReadTimeout of the server. A server should also have a
// ReadHeaderTimeout.
func HTTP[In, Out any](h *faas.Handler[In, Out], opts ...Option) http.Handler {
	r := newReceiver("cloudevents.HTTP", h, opts)
	return middleware(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		ctx, release := r.limited(request.Context())
		defer release()
		ctx, leave, err := h.Admit(ctx)
		defer leave()
		if err != nil {
			limitBody(ctx, w, request)
			h.Refused(ctx, err)
			r.verdict(err).write(w, "")
			return
		}
		e, refused := r.read(ctx, w, request)
		if refused != nil {
			h.Refused(ctx, errors.New(refused.text))
			refused.write(w, "")
			return
		}
		answer, err := r.invoke(withHeader(ctx, request.Header), *e)
		if err != nil {
			r.verdict(err).write(w, idOf(*e))
			return
		}
		if answer == nil {
			return
		}
		_ = cehttp.WriteResponseWriter(ctx, (*binding.EventMessage)(answer), http.StatusOK, w) // fails only if the sender has left
	}), func(ctx context.Context, reason string) { h.Refused(ctx, errors.New(reason)) })
}

// read returns the event of a request, or why there is none.
func (s *settings) read(ctx context.Context, w http.ResponseWriter, request *http.Request) (*event.Event, *verdict) {
	read := limitBody(ctx, w, request)
	if request.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return nil, &verdict{status: http.StatusMethodNotAllowed, text: "the method is POST"}
	}
	switch cehttp.NewMessage(request.Header, nil).ReadEncoding() {
	case binding.EncodingBatch:
		return nil, &verdict{status: http.StatusUnsupportedMediaType, text: "a batch is not taken: send one event a request"}
	case binding.EncodingUnknown:
		return nil, &verdict{status: http.StatusUnsupportedMediaType, text: "not an event: neither a header Ce-Specversion, of 1.0, nor a content type application/cloudevents+json"}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, request.Body, s.body))
	switch long, ok := errors.AsType[*http.MaxBytesError](err); {
	case ok:
		return nil, &verdict{status: http.StatusBadRequest, text: fmt.Sprintf("the body has more than %d bytes", long.Limit)}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, &verdict{status: http.StatusRequestTimeout, text: "the body did not come in time"}
	case err != nil:
		return nil, &verdict{status: http.StatusBadRequest, text: "the body could not be read"}
	}
	read()
	e, err := parse(request.Header, body)
	if err != nil {
		return nil, &verdict{status: http.StatusBadRequest, text: "not a valid event: " + reasonOf(err)}
	}
	return e, nil
}

// transfer is how long a body may take if nothing else limits it.
const transfer = 30 * time.Second

// limitBody makes the server read the body until the deadline of ctx at the latest, and until its own ReadTimeout. Call it also for a refused request, because
// the server reads the rest of the body before it answers. Call done when the body has been read.
func limitBody(ctx context.Context, w http.ResponseWriter, request *http.Request) (done func()) {
	end, limited := ctx.Deadline()
	if !limited {
		end = time.Now().Add(transfer)
	}
	server, ok := request.Context().Value(http.ServerContextKey).(*http.Server)
	if ok && server.ReadTimeout > 0 && time.Until(end) >= server.ReadTimeout {
		return func() {}
	}
	control := http.NewResponseController(w)
	if control.SetReadDeadline(end) != nil { // not all writers can
		return func() {}
	}
	return func() { _ = control.SetReadDeadline(time.Time{}) } // or else the server itself would wait for the rest
}

var errMalformed = errors.New("malformed")

// parse reads an event. The SDK's reader panics on some that are malformed.
func parse(header http.Header, body []byte) (e *event.Event, err error) {
	defer func() {
		if recover() != nil {
			e, err = nil, errMalformed
		}
	}()
	message := cehttp.NewMessage(header, io.NopCloser(bytes.NewReader(body)))
	if e, err = binding.ToEvent(context.Background(), message); err != nil {
		return nil, err
	}
	return e, e.Validate()
}

// reasonOf is an error of the SDK about an event, in one line.
func reasonOf(err error) string {
	if invalid, ok := errors.AsType[event.ValidationError](err); ok {
		reasons := make([]string, 0, len(invalid))
		for attribute, why := range invalid {
			reasons = append(reasons, attribute+": "+why.Error())
		}
		slices.Sort(reasons)
		return strings.Join(reasons, "; ")
	}
	return strings.TrimSpace(recovery.Text(err))
}

// write answers with the verdict.
func (v verdict) write(w http.ResponseWriter, id string) {
	p := faas.Problem{Title: http.StatusText(v.status), Status: v.status, Detail: v.text, Class: v.class, Request: id}
	body, err := json.Marshal(p)
	if err != nil { // its texts are strings: there is none
		body = []byte("{}")
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if v.retry > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(v.retry.Seconds()))))
	}
	w.WriteHeader(v.status)
	if v.status != http.StatusNoContent {
		_, _ = w.Write(body) // fails only if the sender has left
	}
}
