package trace_test

import (
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/trace"
)

var update = flag.Bool("update", false, "write the golden files")

const golden = "testdata/trace.golden.json"

func TestTrace_golden(t *testing.T) {
	text, err := json.MarshalIndent(chatted(t), "", "  ")
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile(golden, append(text, '\n'), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), string(text)+"\n", "if that is meant: go test ./trace -run TestTrace_golden -update")
}

// The golden trace has every field, kind and status, so that none is forgotten in its schema. It drops no span, and loses no effect: the module of
// the schema has a trace that does.
func TestTrace_goldenIsComplete(t *testing.T) {
	text, err := os.ReadFile(golden)
	require.NoError(t, err)
	for _, of := range []reflect.Type{reflect.TypeFor[trace.Trace](), reflect.TypeFor[trace.Span](), reflect.TypeFor[observe.Place]()} {
		for i := range of.NumField() {
			name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
			if name != "dropped" && name != "lost" {
				require.Contains(t, string(text), `"`+name+`":`, "%s of %s", name, of)
			}
		}
	}
	for kind := observe.KindRun; kind <= observe.KindAttempt; kind++ {
		require.Contains(t, string(text), `"kind": "`+kind.String()+`"`)
	}
	for s := observe.StatusOK; s <= observe.StatusStraggler; s++ {
		require.Contains(t, string(text), `"status": "`+s.String()+`"`)
	}
}

func TestTrace_roundTrip(t *testing.T) {
	for _, tr := range []*trace.Trace{chatted(t), recorded(), took(7, 5*ms, observe.StatusFailed), {Name: "part", Dropped: 3, Spans: took(1, ms, observe.StatusOK).Spans}} {
		text, err := json.Marshal(tr)
		require.NoError(t, err)
		var back trace.Trace
		require.NoError(t, json.Unmarshal(text, &back))
		require.Equal(t, tr, &back)
		require.Equal(t, tr.CriticalPath(), back.CriticalPath())
	}
}

// A trace may be read into one that has been used: nothing of that is left, and who shares its spans sees nothing.
func TestTrace_readIntoAnother(t *testing.T) {
	text, err := json.Marshal(took(7, 5*ms, observe.StatusOK))
	require.NoError(t, err)
	used := recorded()
	used.Dropped, used.Deadline = 3, time.Now()
	shared := used.Spans
	require.NoError(t, json.Unmarshal(text, used))
	require.Equal(t, took(7, 5*ms, observe.StatusOK), used)
	require.Equal(t, recorded().Spans, shared)

	require.Error(t, json.Unmarshal([]byte(`{"name":"x","spans":[{"id":1}]}`), used))
	require.Equal(t, took(7, 5*ms, observe.StatusOK), used, "what is refused changes nothing")
}

func TestTrace_refusals(t *testing.T) {
	root := `{"id":0,"parent":-1,"kind":"run","start":0,"end":5,"status":"ok"}`
	with := func(spans ...string) string { return `{"name":"x","spans":[` + strings.Join(spans, ",") + `]}` }
	var control trace.Trace
	require.NoError(t, json.Unmarshal([]byte(with(root)), &control), "the control")
	for text, want := range map[string]string{
		`{`:                                `unexpected end of JSON input`,
		`[]`:                               `trace.Trace: `,
		`{"name":"x"}`:                     `trace.Trace: "x" has no spans`,
		with():                             `trace.Trace: "x" has no spans`,
		with(root, root):                   `trace.Trace: span 1 has the id 0`,
		with(`{"id":0,"parent":0}`):        `trace.Trace: span 0 is part of span 0`,
		with(`{"id":0,"parent":-2}`):       `trace.Trace: span 0 is part of span -2`,
		with(root, `{"id":1,"parent":1}`):  `trace.Trace: span 1 is part of span 1`,
		with(root, `{"id":1,"parent":-1}`): `trace.Trace: span 1 is part of span -1`,
		with(root, `{"id":1,"parent":2}`, `{"id":2}`):        `trace.Trace: span 1 is part of span 2`,
		with(root, `{"id":1,"start":-1}`):                    `trace.Trace: span 1 starts before the run`,
		with(root, `{"id":1,"start":3,"end":2}`):             `trace.Trace: span 1 ends before it starts`,
		with(root, `{"id":1,"kind":"dream"}`):                `trace.Trace: observe.Kind: "dream" is not one of run, node, element, attempt`,
		with(root, `{"id":1,"status":"happy"}`):              `trace.Trace: observe.Status: "happy" is not one of ok, degraded, failed, canceled, skipped, straggler`,
		with(root, `{"id":1,"class":"weather"}`):             `trace.Trace: recovery.Class: "weather" is not one of none, code, system, dependency, timeout, canceled, business, unknown`,
		with(root, `{"id":1,"start":1.5}`):                   `trace.Trace: `,
		`{"name":"x","start":"noon","spans":[` + root + `]}`: `trace.Trace: `,
	} {
		var tr trace.Trace
		err := json.Unmarshal([]byte(text), &tr)
		require.ErrorContains(t, err, want, text) // whole, unless it goes on as encoding/json has it
		require.NotContains(t, err.Error(), "\n")
		require.Zero(t, tr)
	}
}
