package open

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/jade-go/jade/diagram"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/trace"
)

// most is how many runs one page shows: a browser is slow with more.
const most = 200

// deepest is how far calls may be inside each other. Charts of deeper ones take minutes.
const deepest = 100

// draw writes the page of one run, laid over the graph of its flow if that is known.
func draw(w io.Writer, g *flow.Graph, t *trace.Trace) (err error) {
	defer func() { // a graph that was read may be none that a flow can have
		if p := recover(); p != nil {
			text, _, _ := strings.Cut(fmt.Sprint(p), "\n")
			err = fmt.Errorf("run %d cannot be drawn: %s", t.Run, text)
		}
	}()
	if d := depth(t); d > deepest {
		return fmt.Errorf("run %d cannot be drawn: it has calls inside of each other, %d deep; at most %d can be drawn", t.Run, d, deepest)
	}
	d := diagram.Run(t)
	if g != nil {
		d = diagram.Overlay(*g, t)
	}
	return d.WriteHTML(w)
}

// depth is how far calls are inside each other.
func depth(t *trace.Trace) (deepest int) {
	at := make([]int, len(t.Spans))
	for i := 1; i < len(at); i++ { // each comes after what it is part of
		at[i] = at[t.Spans[i].Parent] + 1
		deepest = max(deepest, at[i])
	}
	return deepest
}

// withRun selects the trace of a run.
func withRun(traces []*trace.Trace, id string) (found []*trace.Trace, err error) {
	var known []string
	for _, t := range traces {
		if strconv.FormatUint(t.Run, 10) == id {
			return []*trace.Trace{t}, nil
		}
		known = append(known, strconv.FormatUint(t.Run, 10))
	}
	if more := len(known) - 20; more > 0 {
		known = append(known[:20], fmt.Sprintf("and %d more", more))
	}
	return nil, fmt.Errorf("-run %q: there is no such run: choose one of %s", id, strings.Join(known, ", "))
}

var (
	//go:embed index.html
	indexText string
	indexPage = template.Must(template.New("index").Parse(indexText))
)

// row is one run in the list.
type row struct {
	*trace.Trace
	Status, Clock string
	Took          time.Duration
	Page          string // the page of the run, which the list has inside of it
}

// index writes a page with a list of runs, in which each can be opened.
func index(w io.Writer, g *flow.Graph, traces []*trace.Trace) error {
	shown := traces[:min(len(traces), most)]
	rows := make([]row, 0, len(shown))
	for _, t := range shown {
		var page bytes.Buffer
		over := g
		if g != nil && g.Name != t.Name {
			over = nil
		}
		if err := draw(&page, over, t); err != nil {
			return err
		}
		rows = append(rows, row{t, t.Root().Status.String(), t.Start.UTC().Format("2006-01-02 15:04:05.000"), t.Elapsed(), page.String()})
	}
	return indexPage.Execute(w, map[string]any{"Rows": rows, "More": len(traces) - len(shown)})
}
