package open

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/cmd/jade/internal/command"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/jadetest"
	"github.com/jade-go/jade/task"
	"github.com/jade-go/jade/trace"
)

// run runs jade open.
func run(t *testing.T, args ...string) (code int, out, err string) {
	t.Helper()
	var o, e bytes.Buffer
	code = command.Run(context.Background(), []command.Command{Command}, append([]string{"open"}, args...), command.Streams{Out: &o, Err: &e})
	return code, o.String(), e.String()
}

func page(name string) *flow.Flow[string, string] {
	item := task.New("item", func(ctx context.Context, id string) (string, error) {
		time.Sleep(20 * time.Millisecond)
		return id, nil
	})
	coupons := task.New("coupons", func(context.Context, string) (string, error) { return "", errors.New("<b>out of order</b>") })
	return flow.New(name, func(in flow.Node[string]) flow.Node[string] {
		found := flow.Step(item, in)
		return flow.Map2(found, flow.Fallback(flow.Step(coupons, found), "none"), func(a, b string) string { return a + b })
	})
}

// recordedRun is a trace of a real run.
func recordedRun(t *testing.T, f *flow.Flow[string, string]) (tr *trace.Trace) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, r := jadetest.Record(jadetest.NoLeaks(t))
		_, err := f.Do(ctx, "tin")
		require.NoError(t, err)
		tr = r.Trace(t)
	})
	return tr
}

func file(t *testing.T, v any) (name string) {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	name = filepath.Join(t.TempDir(), "trace.json")
	require.NoError(t, os.WriteFile(name, text, 0o644))
	return name
}

func TestOpen_writesAPage(t *testing.T) {
	name := file(t, recordedRun(t, page("order-page")))
	to := filepath.Join(t.TempDir(), "page.html")
	code, out, err := run(t, name, "-o", to)
	require.Zero(t, code, err)
	assert.Equal(t, to+"\n", out)
	text, failed := os.ReadFile(to)
	require.NoError(t, failed)
	assert.Contains(t, string(text), "coupons")
	assert.Contains(t, string(text), "degraded")
	assert.NotContains(t, string(text), "<b>out of order")
}

func TestOpen_writesToTheTemporaryFolder(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	code, out, err := run(t, file(t, recordedRun(t, page("order-page"))))
	require.Zero(t, code, err)
	assert.FileExists(t, strings.TrimSpace(out))
	assert.Equal(t, os.Getenv("TMPDIR"), filepath.Dir(strings.TrimSpace(out)))
}

func TestOpen_overTheGraph(t *testing.T) {
	f := page("order-page")
	name, graph := file(t, recordedRun(t, f)), file(t, f.Graph())
	to := filepath.Join(t.TempDir(), "page.html")
	code, _, err := run(t, "-flow", graph, name, "-o", to)
	require.Zero(t, code, err)
	code, out, err := run(t, "-flow", file(t, page("other").Graph()), name)
	assert.Equal(t, 2, code)
	assert.Empty(t, out)
	assert.Contains(t, err, `the graph is of the flow "other", and the trace is of "order-page"`)
}

func TestOpen_severalRuns(t *testing.T) {
	traces := []*trace.Trace{recordedRun(t, page("order-page")), recordedRun(t, page("order-page")), recordedRun(t, page("order-page"))}
	traces[0].Run, traces[1].Run, traces[2].Run = 7, 8, 9
	traces[1].Name = "</summary>"
	name, to := file(t, traces), filepath.Join(t.TempDir(), "page.html")
	code, _, err := run(t, name, "-o", to)
	require.Zero(t, code, err)
	text, failed := os.ReadFile(to)
	require.NoError(t, failed)
	assert.Equal(t, 3, strings.Count(string(text), "<iframe "))
	assert.Equal(t, 3, strings.Count(string(text), "</summary>"), "names cannot break the page")

	code, _, err = run(t, name, "-run", "8", "-o", to)
	require.Zero(t, code, err)
	text, failed = os.ReadFile(to)
	require.NoError(t, failed)
	assert.NotContains(t, string(text), "<iframe ")

	code, _, err = run(t, name, "-run", "10")
	assert.Equal(t, 2, code)
	assert.Equal(t, "jade open: -run \"10\": there is no such run: choose one of 7, 8, 9\n", err)
}

func TestOpen_browser(t *testing.T) {
	name, to := file(t, recordedRun(t, page("order-page"))), filepath.Join(t.TempDir(), "page.html")
	var opened string
	r := request{to: to, browser: true, start: func(path string) error { opened = path; return nil }}
	require.NoError(t, r.open(command.Streams{Out: new(bytes.Buffer), Err: new(bytes.Buffer)}, name))
	assert.Equal(t, to, opened)
	r.start = func(string) error { return errors.New("no program") }
	assert.ErrorContains(t, r.open(command.Streams{Out: new(bytes.Buffer), Err: new(bytes.Buffer)}, name), "-browser: no program: open the page by hand")
}

func TestOpen_standardInput(t *testing.T) {
	text, err := json.Marshal(recordedRun(t, page("order-page")))
	require.NoError(t, err)
	var out bytes.Buffer
	to := filepath.Join(t.TempDir(), "page.html")
	r := request{to: to, stdin: bytes.NewReader(text)}
	require.NoError(t, r.open(command.Streams{Out: &out, Err: &out}, "-"))
	assert.Equal(t, to+"\n", out.String())
}

func TestOpen_refusesBadRequests(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.json")
	require.NoError(t, os.WriteFile(bad, []byte("{\n  <"), 0o644))
	good := file(t, recordedRun(t, page("order-page")))
	edges := page("order-page").Graph()
	edges.Edges[0].From, edges.Edges[0].To = 3, 1
	beyond := page("order-page").Graph()
	beyond.Edges[0].To = 1 << 40
	for want, args := range map[string][]string{
		"want one file with traces":                        {},
		"want one file":                                    {good, good},
		"flag provided but not defined":                    {"-colour", good},
		"no such file":                                     {filepath.Join(dir, "none.json")},
		"is a directory":                                   {dir},
		"bad.json:2:3: want a recorded":                    {bad},
		"-flow " + filepath.Join(dir, "none"):              {"-flow", filepath.Join(dir, "none.json"), good},
		"2:3: want the graph":                              {"-flow", bad, good},
		"it has no nodes":                                  {"-flow", good, good},
		"cannot be drawn: diagram: order-page has an edge": {"-flow", file(t, edges), good},
		"cannot be drawn":                                  {"-flow", file(t, beyond), good},
		"page.html":                                        {good, "-o", filepath.Join(dir, "none", "page.html")},
	} {
		code, out, err := run(t, args...)
		assert.Equal(t, 2, code, args)
		assert.Empty(t, out, args)
		assert.Contains(t, err, want)
		assert.Equal(t, 1, strings.Count(err, "\n"), err)
	}
}

// The example of the help text works.
func TestOpen_exampleOfTheHelp(t *testing.T) {
	_, help, _ := run(t, "-h")
	_, example, found := strings.Cut(help, "Example:\n\n  jade open ")
	require.True(t, found)
	example, _, _ = strings.Cut(example, "\n")
	t.Chdir(filepath.Dir(file(t, recordedRun(t, page("order-page")))))
	code, out, err := run(t, strings.Fields(example)...)
	require.Zero(t, code, err)
	assert.FileExists(t, strings.TrimSpace(out))
}

func TestOpen_everyFlagIsDescribed(t *testing.T) {
	flags := flag.NewFlagSet("open", flag.ContinueOnError)
	Command.Flags(flags)
	flags.VisitAll(func(f *flag.Flag) { assert.NotEmpty(t, f.Usage, f.Name) })
}
