package inspect

import (
	_ "embed"
	"html/template"
	"io"
	"net/http"
	"time"

	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/trace"
)

//go:embed index.html
var indexText string

var indexPage = template.Must(template.New("index").Funcs(template.FuncMap{
	"elapsed": elapsed, "clock": clock, "parts": parts, "failure": failure, "sign": sign,
}).Parse(indexText))

// section is one list of runs on the page.
type section struct {
	Title, Empty string
	Runs         []*trace.Trace
}

func (h *handler) serveIndex(w http.ResponseWriter) {
	page := map[string]any{
		"Flows": h.graphs,
		"Gates": h.gates(),
		"Hot":   h.hotKeys(),
		"Sections": []section{
			{"Recent runs", "No run has been recorded yet.", h.runs.Recent()},
			{"Slowest runs of the last hour", "No run has been recorded yet.", h.runs.Slowest()},
			{"Failed runs", "No run that was recorded has failed.", h.runs.Failed()},
		},
	}
	write(w, "text/html; charset=utf-8", func(out io.Writer) error { return indexPage.Execute(out, page) })
}

// elapsed is how long a run took, to three digits or so.
func elapsed(t *trace.Trace) string {
	d := t.Elapsed()
	for unit := time.Second; unit >= 1000; unit /= 1000 {
		if d >= unit {
			return d.Round(unit / 100).String()
		}
	}
	return d.String()
}

func clock(t *trace.Trace) string { return t.Start.UTC().Format("2006-01-02 15:04:05.000") }

// parts names the calls of the run that were not ok, as far as it is not that they were not needed.
func parts(t *trace.Trace) (notOK []trace.Span) {
	for _, s := range t.Spans[1:] {
		if s.Kind != observe.KindNode {
			continue
		}
		switch s.Status {
		case observe.StatusFailed, observe.StatusDegraded, observe.StatusStraggler:
			notOK = append(notOK, s)
		}
	}
	return notOK[:min(len(notOK), 5)]
}

// failure is why the run failed, in a few words.
func failure(t *trace.Trace) string { return t.Root().Err }

// sign is that of a status, so that they are told from each other without colours.
func sign(s observe.Status) string {
	return [...]string{"✓", "◑", "✕", "⊘", "–", "…"}[s]
}
