package forecast

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/trace"
)

func limit(name string, d time.Duration) Changes {
	return Changes{Timeout: map[string]time.Duration{name: d}}
}

// traceOf is a trace of a flow with nodes, of which each takes the value of the one before.
func traceOf(flow string, status observe.Status, nodes ...trace.Span) *trace.Trace {
	run := trace.Span{Parent: -1, Kind: observe.KindRun, Flow: flow, Status: status}
	t := &trace.Trace{Name: flow, Spans: []trace.Span{run}}
	for i, n := range nodes {
		n.ID, n.Kind = i+1, observe.KindNode
		if i > 0 {
			n.Inputs = []string{nodes[i-1].Node}
		}
		t.Spans = append(t.Spans, n)
		t.Spans[0].End, t.Spans[0].Inputs = n.End, []string{n.Node}
	}
	return t
}

func TestOf_comparesRuns(t *testing.T) {
	var traces []*trace.Trace
	for i := range 100 {
		took := time.Duration(i+1) * time.Millisecond
		traces = append(traces, traceOf("page", observe.StatusOK, trace.Span{Node: "a", End: took}, trace.Span{Node: "b", Start: took, End: took + 10}))
	}
	cancelled := traceOf("page", observe.StatusCanceled, trace.Span{Node: "a", End: 5})
	all, err := Of(append(traces, cancelled), limit("a", 80*time.Millisecond))
	require.NoError(t, err)
	assert.Equal(t, []Forecast{{
		Flow: "page", Runs: 100, Left: 1,
		Before:  Answers{P50: 50*time.Millisecond + 10, P90: 90*time.Millisecond + 10, P99: 99*time.Millisecond + 10},
		After:   Answers{P50: 50*time.Millisecond + 10, P90: 80 * time.Millisecond, P99: 80 * time.Millisecond, Failed: 0.2},
		Assumed: []string{"no run shows a value in place of a: if it is late, a run fails, unless a value replaces a call that needs it"},
	}}, all)
}

// A call that was cut off says only that it takes longer than it was given.
func TestOf_countsWhatCannotBeKnown(t *testing.T) {
	cut := trace.Span{Node: "a", End: 50 * time.Millisecond, Status: observe.StatusDegraded, Class: recovery.ClassTimeout}
	traces := []*trace.Trace{traceOf("page", observe.StatusDegraded, cut), traceOf("page", observe.StatusOK, trace.Span{Node: "a", End: 20 * time.Millisecond})}
	longer, err := Of(traces, limit("a", 60*time.Millisecond))
	require.NoError(t, err)
	assert.Equal(t, 1, longer[0].Unknown)
	assert.Equal(t, 1, longer[0].Runs)
	shorter, err := Of(traces, limit("a", 30*time.Millisecond))
	require.NoError(t, err)
	assert.Zero(t, shorter[0].Unknown)
	assert.Equal(t, 30*time.Millisecond, shorter[0].After.P99)
	assert.Equal(t, 0.5, shorter[0].After.Degraded)
	assert.Equal(t, []string{"1 run shows a value in place of a: if it is late, an answer goes on without it"}, shorter[0].Assumed)
}

func TestOf_refusesNames(t *testing.T) {
	traces := []*trace.Trace{traceOf("page", observe.StatusOK, trace.Span{Node: "a", End: 5}, trace.Span{Node: "b\x1b", Start: 5, End: 6})}
	_, err := Of(traces, limit("c", 1))
	unknown, ok := errors.AsType[*UnknownCallError](err)
	require.True(t, ok)
	assert.Equal(t, `no trace has a call "c": the calls are a, b\x1b`, unknown.Error())
	traces[0].Spans = append(traces[0].Spans, trace.Span{ID: 3, Parent: 1, Kind: observe.KindElement, End: 5})
	_, err = Of(traces, limit("a", 1))
	assert.ErrorContains(t, err, `"a" is made for each element of a list`)
	_, err = Of(traces, Changes{Drop: map[string]bool{"a": true}})
	assert.NoError(t, err)
}

func TestOf_aTaskAlone(t *testing.T) {
	alone := &trace.Trace{Name: "price", Spans: []trace.Span{{Parent: -1, Kind: observe.KindNode, Task: "price", End: 50}}}
	all, err := Of([]*trace.Trace{alone}, limit("price", 30))
	require.NoError(t, err)
	assert.EqualValues(t, 30, all[0].After.P50)
	assert.Equal(t, 1.0, all[0].After.Failed)
}

// Large and strange traces take little time, and no panic.
func TestOf_hostileTraces(t *testing.T) {
	deep := &trace.Trace{Name: "deep", Spans: []trace.Span{{Parent: -1, Kind: observe.KindRun, End: 9}}}
	for i := 1; i < 50_000; i++ {
		deep.Spans = append(deep.Spans, trace.Span{ID: i, Parent: i - 1, Kind: observe.Kind(i % 2), Node: "n", End: 9})
	}
	wide := &trace.Trace{Name: "wide", Spans: []trace.Span{{Parent: -1, Kind: observe.KindRun, End: 9}}}
	for i := 1; i < 20_000; i++ {
		name := fmt.Sprint("n", i)
		wide.Spans = append(wide.Spans, trace.Span{ID: i, Kind: observe.KindNode, Node: name, End: 9, Status: observe.Status(i % 6), Class: recovery.ClassTimeout})
		wide.Spans[0].Inputs = append(wide.Spans[0].Inputs, name)
	}
	far := traceOf("far", observe.StatusOK, trace.Span{Node: "n", End: math.MaxInt64}, trace.Span{Node: "m", Start: math.MaxInt64, End: math.MaxInt64})
	same := traceOf("same", observe.StatusFailed, trace.Span{Node: "n", End: 5}, trace.Span{Node: "n", End: 5}, trace.Span{Node: "n", Start: 1, End: 5, Cause: 2})
	for name, tr := range map[string]*trace.Trace{"deep": deep, "wide": wide, "far": far, "same": same} {
		begun := time.Now()
		call := "n"
		if name == "wide" {
			call = "n1"
		}
		for _, c := range []Changes{limit(call, 1), {Faster: map[string]time.Duration{call: 1}}, {Drop: map[string]bool{call: true}}} {
			_, err := Of([]*trace.Trace{tr}, c)
			assert.NoError(t, err, name)
		}
		assert.Less(t, time.Since(begun), 20*time.Second, name)
	}
}
