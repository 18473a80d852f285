package schema_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
	"github.com/jade-go/jade/trace"
)

func traceSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	compiled, err := c.Compile("trace.schema.json")
	require.NoError(t, err)
	return compiled
}

// The golden file of package trace has every kind, status and field but one.
func TestTraceSchema_golden(t *testing.T) {
	text, err := os.ReadFile("../../trace/testdata/trace.golden.json")
	require.NoError(t, err)
	require.NoError(t, traceSchema(t).Validate(read(t, text)))
}

// recorded returns the traces of what is done in a bubble.
func recorded(t *testing.T, do func(context.Context), opts ...trace.Option) (traces []*trace.Trace) {
	var mu sync.Mutex
	keep := func(tr *trace.Trace) { mu.Lock(); defer mu.Unlock(); traces = append(traces, tr) }
	synctest.Test(t, func(*testing.T) {
		do(observe.With(context.Background(), trace.NewRecorder(keep, opts...)))
		synctest.Wait()
	})
	return traces
}

func TestTraceSchema_freshTraces(t *testing.T) {
	bad := task.New("bad", func(context.Context, string) (int, error) { return 0, errors.New("sold out") })
	odd := task.New("odd", func(context.Context, string) (int, error) { panic("odd") })
	f := flow.New("f", func(in flow.Node[string]) flow.Node[int] {
		all := flow.Each(length.Retry(task.Retry{Attempts: 2}), flow.Map(in, func(s string) []string { return strings.Fields(s) }), 1)
		return flow.Map3(all, flow.Step(bad.Fallback(1), in), flow.Step(odd.Timeout(time.Hour).Fallback(2), in), func(_ []int, a, b int) int { return a + b })
	})
	effects := flow.New("effects", func(in flow.Node[string]) flow.Node[string] {
		hangs := task.New("audit", func(ctx context.Context, _ string) (int, error) { <-ctx.Done(); return 0, context.Cause(ctx) })
		return flow.Also(in, flow.Step(hangs, in), flow.Step(length, in))
	}).Timeout(time.Minute)
	do := func(ctx context.Context) {
		_, err := effects.Do(ctx, "")
		require.NoError(t, err)
		time.Sleep(time.Hour)
		_, err = f.Do(ctx, "a b c")
		require.NoError(t, err)
		_, err = f.Timeout(time.Minute).Do(ctx, "")
		require.NoError(t, err)
		_, err = odd.Do(ctx, "")
		require.Error(t, err)
		late, cancel := context.WithDeadline(ctx, time.Now().Add(-time.Hour))
		defer cancel()
		_, err = bad.Do(late, "")
		require.Error(t, err)
		_, end := observe.Begin(ctx, observe.Call{Kind: observe.KindNode}) // without any name
		end(observe.Outcome{})
	}
	all := append(recorded(t, do), recorded(t, do, trace.MaxSpans(3))...)
	require.Len(t, all, 12)
	dropped := 0
	for _, tr := range all {
		dropped += tr.Dropped
		text, err := json.Marshal(tr)
		require.NoError(t, err)
		require.NoError(t, traceSchema(t).Validate(read(t, text)), string(text))
	}
	require.NotZero(t, dropped)
}

// What is no trace is refused: each row breaks a good one.
func TestTraceSchema_refuses(t *testing.T) {
	compiled := traceSchema(t)
	good := `{"run":1,"name":"f","start":"2026-01-01T00:00:00Z","deadline":"2026-01-01T00:00:01.5+08:00","dropped":2,"spans":[` +
		`{"id":0,"parent":-1,"kind":"run","flow":"f","place":{"file":"a/b.go","line":1},"inputs":["a"],"start":0,"end":9,"status":"ok"},` +
		`{"id":1,"parent":0,"kind":"node","node":"a","after":["b"],"start":0,"end":9,"deadline":-1,"attempts":1,"status":"degraded","class":"code","error":"panic: x","panic":"x","stack":"s"},` +
		`{"id":2,"parent":1,"kind":"attempt","attempt":1,"start":0,"end":5,"returned":7,"status":"straggler"},` +
		`{"id":3,"parent":1,"kind":"element","element":3,"start":1,"end":5,"status":"skipped"}]}`
	require.NoError(t, compiled.Validate(read(t, []byte(good))), "the control")
	for name, change := range map[string][2]string{
		"an unknown field":               {`"name":"f"`, `"name":"f","color":"green"`},
		"an unknown field of a span":     {`"id":0`, `"id":0,"color":"green"`},
		"no name":                        {`"name":"f",`, ``},
		"no run":                         {`"run":1,`, ``},
		"no spans":                       {`"dropped":2,"spans"`, `"spans":[],"dropped"`},
		"a start that is no time":        {`2026-01-01T00:00:00Z`, `noon`},
		"a deadline that is no time":     {`2026-01-01T00:00:01.5+08:00`, `tomorrow`},
		"nothing dropped":                {`"dropped":2`, `"dropped":0`},
		"a run inside another":           {`"parent":-1`, `"parent":0`},
		"a part of nothing":              {`"id":1,"parent":0`, `"id":1,"parent":-1`},
		"a second first":                 {`"id":1`, `"id":0`},
		"an unknown kind":                {`"kind":"node"`, `"kind":"loop"`},
		"no kind":                        {`"kind":"node",`, ``},
		"an unknown status":              {`"status":"degraded"`, `"status":"happy"`},
		"no status":                      {`,"status":"skipped"`, ``},
		"an unknown class":               {`"class":"code"`, `"class":"none"`},
		"a failure of what went well":    {`"status":"degraded"`, `"status":"ok"`},
		"a panic that is no failure":     {`"error":"panic: x",`, ``},
		"an attempt of another kind":     {`"kind":"attempt"`, `"kind":"node"`},
		"an element of another kind":     {`"kind":"element"`, `"kind":"node"`},
		"attempt zero":                   {`"attempt":1`, `"attempt":0`},
		"what returned and did not stay": {`"status":"straggler"`, `"status":"canceled"`},
		"a span that starts too early":   {`"start":1`, `"start":-1`},
		"a time that is no whole number": {`"end":5`, `"end":5.5`},
		"a time that is a text":          {`"end":9`, `"end":"9ms"`},
		"an end that is missing":         {`"end":5,`, ``},
		"no inputs but a list":           {`"inputs":["a"]`, `"inputs":[]`},
		"an input that is an index":      {`"inputs":["a"]`, `"inputs":[1]`},
		"a node without a name":          {`"node":"a"`, `"node":""`},
		"a place without a line":         {`,"line":1`, ``},
	} {
		broken := strings.Replace(good, change[0], change[1], 1)
		require.NotEqual(t, good, broken, name)
		require.Error(t, compiled.Validate(read(t, []byte(broken))), "%s: %s", name, broken)
	}
}

// Every field that the JSON of a trace can have is in the schema, with words about it.
func TestTraceSchema_isDocumented(t *testing.T) {
	require.Equal(t, 29, documented(t, "trace.schema.json")["span"])
}
