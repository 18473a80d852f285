package fc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/jade-go/jade/faas"
)

// maxEvent is what the platform limits the event of an invocation to.
const maxEvent = 32 << 20

// Custom serves h as a custom runtime: an HTTP server that the platform sends each event to, by POST /invoke, and before
// the first one, if the function says so, POST /initialize. Serve it by [faas.Serve] on the port that the function is configured for.
//
// Deadline: the platform tells custom runtimes a timeout, which begins when the headers have been read. A header x-fc-function-deadline
// counts before it. Without either, an invocation has no deadline.
// Failure: a failed invocation has the status 404, as the platform requires. Refused requests are logged as [faas.MessageRefused]. These are requests with
// another path (404) or method (405); with an event that is longer than 32 MiB (413), does not come in time (408) or cannot be read (400); and requests for
// which [faas.MaxInFlight] has no place (503). The header x-fc-status is 200 on success, and 404 otherwise.
// Blocking: reading an event ends at the deadline, or after 30 s if there is none.
func Custom[In, Out any](h *faas.Handler[In, Out], opts ...Option) http.Handler {
	if h == nil {
		panic("fc.Custom: nil Handler")
	}
	return http.HandlerFunc(newRuntime(newSettings(opts), workOf(h)).serve)
}

var paths = map[string]kind{"/invoke": invoke, "/initialize": initialize, "/pre-stop": preStop, "/pre-freeze": preFreeze}

func (r *runtime) serve(w http.ResponseWriter, request *http.Request) {
	i := newInvocation(request.Header)
	ctx := r.about(request.Context(), i)
	k, ok := paths[request.URL.Path]
	i.kind = k
	read := i.limitBody(w, request)
	if !ok || request.Method != http.MethodPost {
		status := http.StatusNotFound
		if ok {
			status = http.StatusMethodNotAllowed
			w.Header().Set("Allow", http.MethodPost)
		}
		err := &faas.InputError{Reason: fmt.Sprintf("no invocation is %s %s", request.Method, request.URL.Path)}
		r.refused(ctx, err)
		r.fail(w, status, err)
		return
	}
	r.say(k.started(i.id))
	status := http.StatusServiceUnavailable
	ctx, leave, err := r.admitted(ctx, k)
	defer leave()
	if err == nil {
		status, err = i.read(w, request)
	}
	if err != nil {
		r.refused(ctx, err)
		r.say(k.failed(i.id))
		r.fail(w, status, err)
		return
	}
	read()
	answer, err := r.do(ctx, i)
	if err != nil {
		r.say(k.failed(i.id))
		r.fail(w, http.StatusNotFound, err)
		return
	}
	r.say(k.ended(i.id))
	w.Header().Set("X-Fc-Status", "200")
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(answer) // fails only if the platform has left
}

// admitted takes a place for an invocation.
func (r *runtime) admitted(ctx context.Context, k kind) (context.Context, func(), error) {
	if k != invoke {
		return ctx, func() {}, nil
	}
	return r.admit(ctx)
}

// fail answers with an error.
func (r *runtime) fail(w http.ResponseWriter, status int, err error) {
	w.Header().Set("X-Fc-Status", "404")
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(r.errorBody(err)) // fails only if the platform has left
}

// limitBody makes the server read the body until the invocation has to be over at the latest. Call it also for a refused request, because the server reads
// the rest of the body before it answers. Call done when the body has been read.
func (i *invocation) limitBody(w http.ResponseWriter, request *http.Request) (done func()) {
	control, until := http.NewResponseController(w), i.readUntil()
	if !sooner(request.Context(), until) || control.SetReadDeadline(until) != nil { // not all writers can
		return func() {}
	}
	return func() { _ = control.SetReadDeadline(time.Time{}) } // or else the server itself would wait for the rest
}

// read reads the event. If that fails, status is how to say so.
func (i *invocation) read(w http.ResponseWriter, request *http.Request) (status int, err error) {
	i.event, err = io.ReadAll(http.MaxBytesReader(w, request.Body, maxEvent))
	switch long, ok := errors.AsType[*http.MaxBytesError](err); {
	case ok:
		return http.StatusRequestEntityTooLarge, &faas.InputError{Reason: fmt.Sprintf("the event has more than %d bytes", long.Limit), Err: err}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return http.StatusRequestTimeout, &faas.InputError{Reason: "the event did not come in time", Err: err}
	case err != nil:
		return http.StatusBadRequest, unreadable(err)
	}
	return 0, nil
}

// sooner reports whether until comes before the server's own limit to read a request.
func sooner(ctx context.Context, until time.Time) bool {
	server, ok := ctx.Value(http.ServerContextKey).(*http.Server)
	return !ok || server.ReadTimeout <= 0 || time.Until(until) < server.ReadTimeout
}

func unreadable(err error) error {
	return &faas.InputError{Reason: "the event could not be read", Err: err}
}
