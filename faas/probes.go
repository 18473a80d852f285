package faas

import (
	"context"
	"io"
	"net/http"
	"time"
)

// Initializer is something that has to be initialised before the process takes requests, such as a [Handler]: see [Probes].
type Initializer interface {
	Name() string
	Init(context.Context) error // returns nil once it is initialised; concurrent and repeated calls share one attempt
}

// probeWait is how long an answer to /readyz waits for initialisers at most.
const probeWait = 500 * time.Millisecond

// Probes serves the probes of an orchestrator such as Kubernetes, and handler for all other paths:
//
//   - /healthz answers 200 whenever the process can answer. It is for the liveness probe.
//   - /readyz answers 200 if the process takes requests, and 503 otherwise. It is for the readiness probe. The process takes requests from when all
//     Initializers are initialised until the ctx of [Serve] ends. The first probe starts the initialisers. A probe waits for them for at most 500 ms.
//
// The body is one line of text: ok, or why the process is not ready. It never has the text of an initialiser's error. A [Handler] logs each failure of its
// initialiser: see [LogInit]. Another Initializer has to log its failures itself.
func Probes(handler http.Handler, of ...Initializer) http.Handler {
	if handler == nil {
		panic("faas.Probes: nil Handler")
	}
	for _, i := range of {
		if i == nil {
			panic("faas.Probes: nil Initializer")
		}
		if h, ok := i.(interface{ logsInit() }); ok {
			h.logsInit()
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		why := ""
		switch r.URL.Path {
		case "/healthz":
		case "/readyz":
			why = unready(r.Context(), of)
		default:
			handler.ServeHTTP(w, r)
			return
		}
		probed(w, r, why)
	})
}

// unready says why the process takes no requests, or is empty if it takes them. It calls all initialisers, even if it has no time left to wait for them, so
// that they begin.
func unready(ctx context.Context, of []Initializer) (why string) {
	if isDraining(ctx) {
		return "the process is to end"
	}
	ctx, cancel := context.WithTimeout(ctx, probeWait)
	defer cancel()
	for _, i := range of {
		if i.Init(ctx) != nil && why == "" {
			why = i.Name() + " is not initialized"
		}
	}
	return why
}

// probed answers a probe.
func probed(w http.ResponseWriter, r *http.Request, why string) {
	unreadBody(r.Context(), w, r)
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		h.Set("Allow", "GET, HEAD")
		w.WriteHeader(http.StatusMethodNotAllowed)
		why = "the method is GET"
	case why != "":
		w.WriteHeader(http.StatusServiceUnavailable)
	default:
		why = "ok"
	}
	_, _ = io.WriteString(w, why+"\n") // fails only if the caller has left
}
