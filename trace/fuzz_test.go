package trace_test

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/trace"
)

// FuzzTrace reads what may be a trace. Of whatever is accepted, edges and critical path can be had,
// and make sense.
func FuzzTrace(f *testing.F) {
	text, err := os.ReadFile(golden)
	require.NoError(f, err)
	f.Add(text)
	text, err = json.Marshal(recorded())
	require.NoError(f, err)
	f.Add(text)
	for _, text := range []string{
		`{"spans":[{"id":0,"parent":-1,"status":"skipped"},{"id":1,"kind":"node","node":"a","status":"ok"}]}`,
		`{"spans":[{"id":0,"parent":-1,"end":9,"inputs":["a","a","b"],"status":"failed"},{"id":1,"kind":"node","node":"a","inputs":["a","b"],"end":5,"status":"straggler"},` +
			`{"id":2,"kind":"node","node":"b","after":["a","b"],"start":5,"end":9223372036854775807,"status":"failed","error":"x"}]}`,
		`{"spans":[{"id":0,"parent":-1,"kind":"node","end":9223372036854775807},{"id":1,"kind":"run","end":9223372036854775807,"inputs":["a"]},{"id":2,"parent":1,"kind":"node","node":"a","end":1}]}`,
		`{"spans":[{"id":0,"parent":-1,"kind":"element","start":7,"end":9},{"id":1,"start":1,"end":2},{"id":2,"start":2,"end":2},{"id":3,"parent":1,"start":8,"end":9}]}`,
		`{"spans":[{"id":0,"parent":-1}]}`, `{"spans":null}`, `null`, `{`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var tr trace.Trace
		if json.Unmarshal(text, &tr) != nil || len(tr.Spans) == 0 { // null leaves it as it was
			return
		}
		requireSound(t, &tr)
	})
}

// FuzzSpans makes spans of bytes, eight each, as no recorder would: so far more of them are accepted than of texts.
func FuzzSpans(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0, 1, 0, 0, 0, 0, 5, 0, 0, 1, 1, 1, 0, 5, 3, 0, 0, 1, 2, 2, 2, 1, 9, 2})
	f.Add([]byte{0, 0, 0, 3, 0, 0, 9, 0, 1, 1, 1, 0, 0, 2, 250, 5, 1, 1, 2, 1, 1, 7, 1, 4, 1, 1, 1, 3, 3, 0, 0, 0})
	f.Add([]byte{0, 2, 0, 0, 0, 9, 9, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, 1, 1, 3})
	f.Fuzz(func(t *testing.T, program []byte) {
		made := &trace.Trace{Spans: []trace.Span{{Parent: -1, Kind: observe.KindRun, End: 9, Inputs: []string{"1", "2"}}}}
		if len(program) > 0 {
			made.Spans[0].Status, made.Spans[0].Err = observe.Status(program[0]%6), "x"
		}
		for b := range slices.Chunk(program, 8) {
			if len(b) < 8 {
				break
			}
			i := len(made.Spans)
			s := trace.Span{
				ID: i, Parent: int(b[0]) % i, Kind: observe.Kind(b[1] % 4), Node: string('0' + b[2]%8),
				Start: time.Duration(b[5]), Status: observe.Status(b[7] % 6),
			}
			s.End = s.Start + time.Duration(b[6])
			if b[6] > 250 {
				s.End = math.MaxInt64
			}
			for n := range byte(8) {
				if b[3]&(1<<n) != 0 {
					s.Inputs = append(s.Inputs, string('0'+n))
				}
				if b[4]&(1<<n) != 0 {
					s.After = append(s.After, string('0'+n))
				}
			}
			if s.Status == observe.StatusFailed {
				s.Err = "x"
			}
			made.Spans = append(made.Spans, s)
		}
		text, err := json.Marshal(made)
		require.NoError(t, err)
		var tr trace.Trace
		require.NoError(t, json.Unmarshal(text, &tr))
		requireSound(t, &tr)
	})
}

// requireSound requires that edges go forth, that the path is a list of spans, and that no number is nonsense.
func requireSound(t *testing.T, tr *trace.Trace) {
	t.Helper()
	for _, e := range tr.Edges() {
		from, to := tr.Spans[e.From], tr.Spans[e.To]
		require.Equal(t, observe.KindNode, from.Kind)
		switch to.Kind {
		case observe.KindNode:
			require.Less(t, e.From, e.To)
			require.Equal(t, to.Parent, from.Parent)
		default:
			require.Equal(t, observe.KindRun, to.Kind)
			require.Equal(t, e.To, from.Parent)
		}
	}
	path := tr.CriticalPath()
	require.True(t, slices.IsSorted(path.Spans))
	require.Len(t, slices.Compact(slices.Clone(path.Spans)), len(path.Spans))
	require.Len(t, path.Slack, len(tr.Spans))
	require.Len(t, path.Saving, len(tr.Spans))
	for i, s := range tr.Spans {
		require.GreaterOrEqual(t, path.Slack[i], time.Duration(0))
		require.GreaterOrEqual(t, path.Saving[i], time.Duration(0))
		require.LessOrEqual(t, path.Saving[i], s.Elapsed())
		if !path.Has(i) {
			require.Zero(t, path.Saving[i])
		} else {
			require.NotEqual(t, observe.StatusSkipped, s.Status)
		}
	}
}
