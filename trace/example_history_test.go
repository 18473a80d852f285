package trace_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/trace"
)

// took is the trace of a run that took so long.
func took(run uint64, d time.Duration, how observe.Status) *trace.Trace {
	return &trace.Trace{Run: run, Name: "page", Spans: []trace.Span{{Parent: -1, Kind: observe.KindRun, Flow: "page", End: d, Status: how}}}
}

func show(traces []*trace.Trace) {
	all := make([]string, len(traces))
	for i, t := range traces {
		all[i] = fmt.Sprint(t.Run, " ", t.Elapsed(), " ", t.Root().Status)
	}
	fmt.Println(strings.Join(all, ", "))
}

func ExampleHistory() {
	runs := trace.NewHistory(2)
	runs.Add(took(1, 90*ms, observe.StatusOK))
	runs.Add(took(2, 10*ms, observe.StatusFailed))
	runs.Add(took(3, 20*ms, observe.StatusOK))
	runs.Add(took(4, 30*ms, observe.StatusOK))
	show(runs.Recent())
	show(runs.Slowest())
	show(runs.Failed())
	// Output:
	// 4 30ms ok, 3 20ms ok
	// 1 90ms ok, 4 30ms ok
	// 2 10ms failed
}

func ExampleNewHistory() {
	runs := trace.NewHistory(20)
	user.Do(observe.With(context.Background(), trace.NewRecorder(runs.Add)), "u1")
	fmt.Println(runs.Recent()[0].Name)
	// Output: user
}

func ExampleHistory_Add() {
	runs := trace.NewHistory(1)
	runs.Add(took(1, 10*ms, observe.StatusOK))
	runs.Add(took(2, 10*ms, observe.StatusOK)) // in place of the first
	show(runs.Recent())
	// Output: 2 10ms ok
}

func ExampleHistory_Recent() {
	runs := trace.NewHistory(20)
	runs.Add(took(1, 10*ms, observe.StatusOK))
	runs.Add(took(2, 20*ms, observe.StatusOK))
	show(runs.Recent())
	// Output: 2 20ms ok, 1 10ms ok
}

func ExampleHistory_Failed() {
	runs := trace.NewHistory(20)
	runs.Add(took(1, 10*ms, observe.StatusFailed))
	runs.Add(took(2, 20*ms, observe.StatusOK))
	runs.Add(took(3, 30*ms, observe.StatusCanceled))
	show(runs.Failed())
	// Output: 1 10ms failed
}

func ExampleHistory_Slowest() {
	runs := trace.NewHistory(20)
	runs.Add(took(1, 10*ms, observe.StatusOK))
	runs.Add(took(2, 30*ms, observe.StatusOK))
	runs.Add(took(3, 20*ms, observe.StatusOK))
	show(runs.Slowest())
	// Output: 2 30ms ok, 3 20ms ok, 1 10ms ok
}

func ExampleHistory_Find() {
	runs := trace.NewHistory(20)
	runs.Add(took(7, 10*ms, observe.StatusOK))
	t, ok := runs.Find(7)
	fmt.Println(t.Run, ok)
	_, ok = runs.Find(8)
	fmt.Println(ok)
	// Output:
	// 7 true
	// false
}
