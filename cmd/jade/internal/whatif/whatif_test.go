package whatif

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/cmd/jade/internal/command"
	"github.com/jade-go/jade/cmd/jade/internal/forecast"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/jadetest"
	"github.com/jade-go/jade/task"
)

// run runs jade whatif.
func run(t *testing.T, args ...string) (code int, out, err string) {
	t.Helper()
	var o, e bytes.Buffer
	code = command.Run(context.Background(), []command.Command{Command}, append([]string{"whatif"}, args...), command.Streams{Out: &o, Err: &e})
	return code, o.String(), e.String()
}

// inRecorded makes a folder with traces of a hundred runs, and makes the folder above it the current one.
func inRecorded(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "traces", "more"), 0o755))
	for i := range 100 {
		took := time.Duration(i+1) * time.Millisecond
		coupons := task.New("coupons", func(context.Context, string) (string, error) {
			time.Sleep(took)
			if i%25 == 0 {
				return "", fmt.Errorf("out of order")
			}
			return "10 %", nil
		})
		item := task.New("item", func(_ context.Context, id string) (string, error) { time.Sleep(20 * time.Millisecond); return id, nil })
		page := flow.New("order-page", func(in flow.Node[string]) flow.Node[string] {
			found := flow.Step(item, in)
			return flow.Map2(found, flow.Fallback(flow.Step(coupons, found), "none"), func(a, b string) string { return a + b })
		})
		synctest.Test(t, func(t *testing.T) {
			ctx, r := jadetest.Record(jadetest.NoLeaks(t))
			_, err := page.Do(ctx, "tin")
			require.NoError(t, err)
			text, err := json.Marshal(r.Trace(t))
			require.NoError(t, err)
			name := filepath.Join(dir, "traces", fmt.Sprint(i, ".json"))
			if i%2 == 0 {
				name = filepath.Join(dir, "traces", "more", fmt.Sprint(i, ".json"))
			}
			require.NoError(t, os.WriteFile(name, text, 0o644))
		})
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "traces", "notes.txt"), []byte("no trace"), 0o644))
	t.Chdir(dir)
}

const want = `order-page: 100 runs compared
               before      after
  p50            70ms       70ms
  p90           110ms      100ms
  p99           119ms      100ms
  degraded      4.0 %     24.0 %
  failed        0.0 %      0.0 %
  assumed: 4 runs show a value in place of coupons: if it is late, an answer goes on without it
`

func TestWhatif_table(t *testing.T) {
	inRecorded(t)
	code, out, err := run(t, "-timeout", "coupons=80ms", "traces")
	assert.Zero(t, code)
	assert.Empty(t, err)
	assert.Equal(t, want, out)
}

func TestWhatif_json(t *testing.T) {
	inRecorded(t)
	code, out, err := run(t, "traces", "-faster", "item=5ms", "-drop", "coupons", "-json")
	require.Zero(t, code, err)
	var got struct{ Flows []forecast.Forecast }
	require.NoError(t, json.Unmarshal([]byte(out), &got))
	require.Len(t, got.Flows, 1)
	assert.Equal(t, 100, got.Flows[0].Runs)
	assert.Equal(t, 15*time.Millisecond, got.Flows[0].After.P99)
	assert.Zero(t, got.Flows[0].After.Degraded)
}

// The example of the help text works.
func TestWhatif_exampleOfTheHelp(t *testing.T) {
	inRecorded(t)
	_, help, _ := run(t, "-h")
	_, example, found := strings.Cut(help, "Example:\n\n  jade whatif ")
	require.True(t, found)
	example, _, _ = strings.Cut(example, "\n")
	code, out, err := run(t, strings.Fields(example)...)
	require.Zero(t, code, err)
	assert.Equal(t, want, out)
}

func TestWhatif_refusesBadRequests(t *testing.T) {
	inRecorded(t)
	require.NoError(t, os.MkdirAll("empty", 0o755))
	require.NoError(t, os.WriteFile("bad.json", []byte("{}\n"), 0o644))
	for says, args := range map[string][]string{
		"want a change: -timeout, -faster or -drop":        {"traces"},
		"want files or folders with traces":                {"-drop", "item"},
		"want a call and a time, as in coupons=80ms":       {"-timeout", "coupons", "traces"},
		`"80": want a time of more than zero`:              {"-timeout", "coupons=80", "traces"},
		`"-1s": want a time of more than zero`:             {"-faster", "coupons=-1s", "traces"},
		"coupons has a time already":                       {"-timeout", "coupons=1s", "-timeout", "coupons=2s", "traces"},
		"want the name of a call":                          {"-drop", "", "traces"},
		"-drop item: it has another change too":            {"-drop", "item", "-faster", "item=1s", "traces"},
		`no trace has a call "cupons": the calls are coup`: {"-timeout", "cupons=80ms", "traces"},
		"none: no such file or directory":                  {"-drop", "item", "none"},
		"empty: there is no file *.json":                   {"-drop", "item", "empty"},
		`bad.json:1:1: trace.Trace: "" has no spans`:       {"-drop", "item", "bad.json"},
		"flag provided but not defined":                    {"-colour", "traces"},
	} {
		code, out, err := run(t, args...)
		assert.Equal(t, 2, code, args)
		assert.Empty(t, out, args)
		assert.Contains(t, err, says)
		assert.Equal(t, 1, strings.Count(err, "\n"), err)
	}
}

func TestWhatif_standardInput(t *testing.T) {
	inRecorded(t)
	text, err := os.ReadFile("traces/1.json")
	require.NoError(t, err)
	l := loader{stdin: bytes.NewReader(append(append(text, '\n'), text...)), err: new(bytes.Buffer), begun: time.Now()}
	traces, err := l.load(t.Context(), []string{"-"})
	require.NoError(t, err)
	assert.Len(t, traces, 2)
}

func TestWhatif_progressAndInterrupt(t *testing.T) {
	inRecorded(t)
	var progress bytes.Buffer
	l := loader{err: &progress, begun: time.Now().Add(-time.Hour)}
	_, err := l.load(t.Context(), []string{"traces"})
	require.NoError(t, err)
	assert.Equal(t, "jade whatif: traces read: 1\n", progress.String(), "once, and not again for a while")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = l.load(ctx, []string{"traces"})
	assert.EqualError(t, err, "interrupted")
}
