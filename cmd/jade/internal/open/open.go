// Package open is the command jade open. It draws recorded traces as an HTML page.
package open

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jade-go/jade/cmd/jade/internal/command"
	"github.com/jade-go/jade/cmd/jade/internal/recorded"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/trace"
)

// Command is jade open.
var Command = command.Command{
	Name:    "open",
	Summary: "show recorded runs as an HTML page",
	Args:    "trace.json",
	Long: `
Open reads the traces of a file, or of the standard input if the file is "-". It writes one HTML page that needs no other
file, and prints the path of the page. The page has the flow chart, the waterfall, the critical path and the details of
each call.

The file has a trace as JSON (trace.Trace), an array of traces, or a trace on each line. If there are several traces, the
page is a list of them. A program can write the traces that a trace.Recorder makes. The pages of package inspect have
each trace at ?run=7&as=json.

Example:

  jade open trace.json -o page.html`,
	Flags: func(flags *flag.FlagSet) func(context.Context, command.Streams, []string) error {
		r := request{stdin: os.Stdin, start: start}
		flags.StringVar(&r.to, "o", "", "`file` to write; without it: a new file in the folder for temporary files")
		flags.StringVar(&r.run, "run", "", "`id` of the run to show, if there are several traces")
		flags.StringVar(&r.graph, "flow", "", "`file` with the graph of the flow as JSON (flow.Graph): the page also shows what did not run")
		flags.BoolVar(&r.browser, "browser", false, "open the page with the program of the system")
		return func(_ context.Context, s command.Streams, args []string) error {
			if len(args) != 1 {
				return command.Usage("want one file with traces, or - for the standard input")
			}
			return r.open(s, args[0])
		}
	},
}

// request is what a user has asked for.
type request struct {
	to, run, graph string
	browser        bool
	stdin          io.Reader
	start          func(path string) error // opens a page
}

func (r request) open(s command.Streams, name string) error {
	traces, err := recorded.ReadFile(name, r.stdin)
	if err != nil {
		return err
	}
	if r.run != "" {
		if traces, err = withRun(traces, r.run); err != nil {
			return err
		}
	}
	g, err := r.readGraph(traces)
	if err != nil {
		return err
	}
	var page bytes.Buffer
	if len(traces) == 1 {
		err = draw(&page, g, traces[0])
	} else {
		err = index(&page, g, traces)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	path, err := r.save(page.Bytes())
	if err != nil {
		return err
	}
	fmt.Fprintln(s.Out, path)
	if !r.browser {
		return nil
	}
	if path, err = filepath.Abs(path); err != nil {
		return err
	}
	if err := r.start(path); err != nil {
		return fmt.Errorf("-browser: %w: open the page by hand", err)
	}
	return nil
}

// readGraph reads the graph of the flow, if the user has given one.
func (r request) readGraph(traces []*trace.Trace) (*flow.Graph, error) {
	if r.graph == "" {
		return nil, nil
	}
	text, shown, err := recorded.Text(r.graph, r.stdin)
	if err != nil {
		return nil, fmt.Errorf("-flow %w", err)
	}
	g := new(flow.Graph)
	if err := json.Unmarshal(text, g); err != nil {
		at := 0
		if wrong, ok := errors.AsType[*json.SyntaxError](err); ok {
			at = int(wrong.Offset) - 1
		} else if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			at = int(wrong.Offset)
		}
		line, column := recorded.Position(text, at)
		return nil, fmt.Errorf("-flow %s:%d:%d: want the graph of a flow (flow.Graph) as JSON: %s", shown, line, column, strings.ReplaceAll(err.Error(), "\n", " "))
	}
	switch {
	case len(g.Nodes) == 0:
		return nil, fmt.Errorf("-flow %s: want the graph of a flow (flow.Graph) as JSON: it has no nodes", shown)
	case !slices.ContainsFunc(traces, func(t *trace.Trace) bool { return t.Name == g.Name }):
		return nil, fmt.Errorf("-flow %s: the graph is of the flow %q, and the trace is of %q: choose the graph of that flow", shown, g.Name, traces[0].Name)
	}
	return g, nil
}

// save writes the page and returns where it is.
func (r request) save(page []byte) (path string, err error) {
	if r.to != "" {
		return r.to, os.WriteFile(r.to, page, 0o644)
	}
	f, err := os.CreateTemp("", "jade-*.html")
	if err != nil {
		return "", err
	}
	_, err = f.Write(page)
	return f.Name(), errors.Join(err, f.Close())
}
