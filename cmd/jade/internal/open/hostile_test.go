package open

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/cmd/jade/internal/recorded"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/trace"
)

// chain is a trace whose calls are inside of each other.
func chain(deep int) *trace.Trace {
	t := &trace.Trace{Name: "deep", Spans: []trace.Span{{Parent: -1, Flow: "deep", End: time.Hour}}}
	for i := 1; i <= deep; i++ {
		t.Spans = append(t.Spans, trace.Span{ID: i, Parent: i - 1, Kind: observe.Kind(i % 2), Node: fmt.Sprint("n", i), End: time.Hour})
	}
	return t
}

// wide is a trace of many nodes, each of which names many others as its inputs.
func wide(n int) *trace.Trace {
	t := &trace.Trace{Name: "wide", Spans: []trace.Span{{Parent: -1, Flow: "wide", End: time.Hour}}}
	var inputs []string
	for i := 1; i <= n; i++ {
		t.Spans = append(t.Spans, trace.Span{
			ID: i, Kind: observe.KindNode, Node: fmt.Sprint("n", i), Inputs: inputs[max(0, len(inputs)-20):], Start: time.Duration(i) * time.Second, End: time.Duration(i+1) * time.Second,
		})
		inputs = append(inputs, fmt.Sprint("n", i))
	}
	return t
}

// Whatever a file has, there is a page or an error of one line, soon.
func TestOpen_hostileTraces(t *testing.T) {
	name := "</script><img onerror=x>\x00\u202e" + strings.Repeat("é", 10000)
	far := &trace.Trace{Name: name, Run: math.MaxUint64, Spans: []trace.Span{
		{Parent: -1, Flow: name, End: math.MaxInt64, Inputs: []string{name, "none"}, FailedOf: []string{name}, Deadline: math.MinInt64},
		{ID: 1, Kind: observe.KindNode, Node: name, Start: math.MaxInt64, End: math.MaxInt64, Inputs: []string{name}, Attempts: math.MinInt, Waited: math.MinInt64},
		{ID: 2, Kind: observe.KindNode, Node: name, Start: 1, End: math.MaxInt64, Cause: 1, Element: math.MinInt, Returned: math.MinInt64},
		{ID: 3, Parent: 1, Kind: observe.KindElement, Start: 0, End: 1, Cause: 2, Status: observe.StatusSkipped},
		{ID: 4, Parent: 1, Kind: observe.KindRun, Flow: name, End: 0, Cause: 3, Status: observe.StatusStraggler, Losses: []string{name}},
	}}
	for what, c := range map[string]*trace.Trace{
		"far": far, "deep": chain(deepest), "deeper": chain(10_000), "wide": wide(1000),
		"root that is a node": {Name: "x", Spans: []trace.Span{{Parent: -1, Kind: observe.KindAttempt}}},
	} {
		t.Run(what, func(t *testing.T) {
			text, err := json.Marshal(c)
			require.NoError(t, err)
			begun := time.Now()
			code, out, says := run(t, file(t, json.RawMessage(text)), "-o", t.TempDir()+"/page.html")
			if code != 0 {
				assert.Equal(t, 1, strings.Count(says, "\n"), says)
				assert.Empty(t, out)
			}
			t.Log(code, len(text), says)
			assert.Less(t, time.Since(begun), time.Minute)
		})
	}
}

func TestOpen_malformedTraces(t *testing.T) {
	for what, spans := range map[string]string{
		"negative parent": `[{"id":0,"parent":-1},{"id":1,"parent":-7}]`,
		"cycle":           `[{"id":0,"parent":-1},{"id":1,"parent":2},{"id":2,"parent":1}]`,
		"own parent":      `[{"id":0,"parent":-1},{"id":1,"parent":1}]`,
		"out of order":    `[{"id":1,"parent":0},{"id":0,"parent":-1}]`,
		"ends early":      `[{"id":0,"parent":-1,"start":5,"end":4}]`,
		"cause beyond":    `[{"id":0,"parent":-1,"cause":9}]`,
	} {
		code, _, says := run(t, file(t, json.RawMessage(`{"name":"x","spans":`+spans+`}`)))
		assert.Equal(t, 2, code, what)
		assert.Equal(t, 1, strings.Count(says, "\n"), says)
		assert.Contains(t, says, "trace.json:1:1: trace.Trace: span ")
	}
}

func FuzzDraw(f *testing.F) {
	for _, t := range []*trace.Trace{chain(5), wide(8)} {
		text, err := json.Marshal(t)
		require.NoError(f, err)
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		traces, err := recorded.Parse("x", text)
		if err != nil {
			return
		}
		for _, tr := range traces {
			if err := draw(new(bytes.Buffer), nil, tr); err != nil && strings.Contains(err.Error(), "\n") {
				t.Errorf("more than a line: %q", err)
			}
		}
	})
}
