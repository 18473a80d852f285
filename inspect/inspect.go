// Package inspect serves pictures of a process's flows and of their latest runs.
//
//	runs := trace.NewHistory(20)
//	ctx = observe.With(ctx, trace.NewRecorder(runs.Add))
//	mux.Handle("/debug/jade/", inspect.Handler(runs, orderPage, groupChat))
//
// The pages show names, source lines, the texts of errors and the stacks of
// panics. Mount them where only people who may see all that can reach them.
package inspect

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"

	"github.com/jade-go/jade/diagram"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/trace"
)

// Describer is what has a graph: every *flow.Flow.
type Describer interface{ Graph() flow.Graph }

// Handler returns a handler that serves one page that lists flows, the gates of their tasks with their state, the hot keys of their tasks, and runs, a
// page of each flow with its chart, and a page of each run that the history keeps, with its
// flow chart and its waterfall. A run is laid over the chart of the flow that has its name.
//
// You can mount it at any path: the query selects the page, and every link is relative. The handler only reads,
// it answers only GET and HEAD, and its pages load nothing from anywhere.
// It may serve any number of requests at once.
func Handler(runs *trace.History, flows ...Describer) http.Handler {
	if runs == nil {
		panic("inspect.Handler: nil History")
	}
	h := &handler{runs: runs}
	for _, f := range flows {
		g := f.Graph()
		if _, known := h.graph(g.Name); known {
			panic(fmt.Sprintf("inspect.Handler: two flows are called %s", g.Name))
		}
		h.graphs = append(h.graphs, g)
	}
	return h
}

type handler struct {
	runs   *trace.History
	graphs []flow.Graph
}

func (h *handler) graph(name string) (g flow.Graph, known bool) {
	i := slices.IndexFunc(h.graphs, func(g flow.Graph) bool { return g.Name == name })
	if i < 0 {
		return g, false
	}
	return h.graphs[i], true
}

// ServeHTTP implements [http.Handler].
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		refuse(w, http.StatusMethodNotAllowed, "only GET and HEAD")
		return
	}
	switch q := r.URL.Query(); {
	case q.Has("flow"):
		h.serveFlow(w, q.Get("flow"))
	case q.Has("run"):
		h.serveRun(w, q.Get("run"), q.Get("as"))
	default:
		h.serveIndex(w)
	}
}

func (h *handler) serveFlow(w http.ResponseWriter, name string) {
	g, known := h.graph(name)
	if !known {
		refuse(w, http.StatusNotFound, fmt.Sprintf("there is no flow %q", name))
		return
	}
	write(w, "text/html; charset=utf-8", diagram.Flow(g).Home("?", "flows and runs").WriteHTML)
}

func (h *handler) serveRun(w http.ResponseWriter, id, as string) {
	run, err := strconv.ParseUint(id, 10, 64)
	if err != nil {
		refuse(w, http.StatusBadRequest, fmt.Sprintf("%q is not the number of a run", id))
		return
	}
	t, kept := h.runs.Find(run)
	if !kept {
		refuse(w, http.StatusNotFound, fmt.Sprintf("run %d is not kept, or not any more", run))
		return
	}
	switch as {
	case "":
		write(w, "text/html; charset=utf-8", h.drawn(t).Home("?", "flows and runs").WriteHTML)
	case "text":
		write(w, "text/plain; charset=utf-8", h.drawn(t).WriteText)
	case "json":
		write(w, "application/json", func(w io.Writer) error { return json.NewEncoder(w).Encode(t) })
	case "chrome":
		write(w, "application/json", h.drawn(t).WriteChromeTrace)
	default:
		refuse(w, http.StatusBadRequest, fmt.Sprintf("a run is not to be had as %q: leave it out, or say text, json or chrome", as))
	}
}

func (h *handler) drawn(t *trace.Trace) *diagram.Diagram {
	if g, known := h.graph(t.Name); known {
		return diagram.Overlay(g, t)
	}
	return diagram.Run(t)
}

// write answers with what is written, once that is complete.
func write(w http.ResponseWriter, kind string, draw func(io.Writer) error) {
	var page bytes.Buffer
	if err := draw(&page); err != nil {
		refuse(w, http.StatusInternalServerError, err.Error())
		return
	}
	answer(w, http.StatusOK, kind, page.Bytes())
}

func refuse(w http.ResponseWriter, status int, why string) {
	answer(w, status, "text/plain; charset=utf-8", []byte("inspect: "+why+"\n"))
}

func answer(w http.ResponseWriter, status int, kind string, body []byte) {
	head := w.Header()
	head.Set("Content-Type", kind)
	head.Set("Content-Length", strconv.Itoa(len(body)))
	head.Set("Cache-Control", "no-store")
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "no-referrer")
	// What a page has of its own is allowed by the policy in the page, which this one adds to.
	head.Set("Content-Security-Policy", "frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may have left
}
