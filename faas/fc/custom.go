package fc

import (
	"errors"
	"io"
	"net/http"

	"github.com/jade-go/jade/faas"
)

// maxEvent is what the platform limits the event of an invocation to.
const maxEvent = 32 << 20

// Custom serves h as a custom runtime: an HTTP server that the platform sends each event to, by POST /invoke, and before
// the first one, if the function says so, POST /initialize. A failure is answered with the status 404 in x-fc-status, as the
// platform has it. Serve it by [faas.Serve] on the port that the function is configured for.
func Custom[In, Out any](h *faas.Handler[In, Out], opts ...Option) http.Handler {
	if h == nil {
		panic("fc.Custom: nil Handler")
	}
	r := newRuntime(newSettings(opts), work{name: h.Name(), invoke: h.InvokeJSON, init: h.Init, logger: h.Logger()})
	routes := http.NewServeMux()
	for path, k := range map[string]kind{"/invoke": invoke, "/initialize": initialize, "/pre-stop": preStop, "/pre-freeze": preFreeze} {
		routes.HandleFunc("POST "+path, func(w http.ResponseWriter, request *http.Request) { r.serve(w, request, k) })
	}
	return routes
}

func (r *runtime) serve(w http.ResponseWriter, request *http.Request, k kind) {
	event, err := io.ReadAll(http.MaxBytesReader(w, request.Body, maxEvent))
	if _, long := errors.AsType[*http.MaxBytesError](err); err != nil {
		status := http.StatusBadRequest
		if long {
			status = http.StatusRequestEntityTooLarge
		}
		http.Error(w, "the event could not be read", status)
		return
	}
	i := newInvocation(request.Header, event)
	i.kind = k
	r.say(k.started(i.id))
	answer, err := r.serveOne(request, i)
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		r.say(k.failed(i.id))
		w.Header().Set("X-Fc-Status", "404")
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write(r.errorBody(err)) // fails only if the platform has left
		return
	}
	r.say(k.ended(i.id))
	_, _ = w.Write(answer)
}

func (r *runtime) serveOne(request *http.Request, i *invocation) ([]byte, error) {
	ctx, cancel, err := i.context(request.Context(), r.name)
	if err != nil {
		return nil, err
	}
	defer cancel()
	return r.dispatch(ctx, i.kind, i.event)
}
