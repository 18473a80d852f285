package main

import (
	"context"
	"log/slog"
	"runtime"
	"testing"
	"time"

	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeslog"
	"github.com/jade-go/jade/trace"
)

// nsTask is the unit of the rows of observers: what one that is installed adds to a task.
const nsTask = "ns/task"

// pageTasks is how many tasks the order page has.
const pageTasks = 6

var recorderOn = row{
	name:   "recorder",
	work:   "`trace.Recorder` installed: added to each task of the order page as a `Flow`",
	unit:   nsTask,
	jade:   contender{"jade", onPage(trace.NewRecorder(keepLast))},
	others: []contender{{"an observer that does nothing", onPage(idle{})}},
	budget: budget{value: atMost(300)},
}

var slogOn = row{
	name:   "jadeslog",
	work:   "`jadeslog` installed, its lines discarded: added to each task of the order page as a `Flow`",
	unit:   nsTask,
	jade:   contender{"jade", onPage(jadeslog.New(slog.New(slog.DiscardHandler)))},
	budget: budget{value: atMost(50)},
}

var recorderOnLayers = row{
	name:   "recorder-1000",
	work:   "`trace.Recorder` installed: added to each task of the graph of 1000",
	unit:   nsTask,
	jade:   contender{"jade", onLayers(trace.NewRecorder(keepLast))},
	others: []contender{{"an observer that does nothing", onLayers(idle{})}},
	budget: budget{value: atMost(300)},
}

// idle is an observer that does nothing.
type idle struct{}

func (idle) Begin(ctx context.Context, _ observe.Call) (context.Context, func(observe.Outcome)) {
	return ctx, nil
}

var last *trace.Trace

func keepLast(t *trace.Trace) { last = t }

// installed reports what o adds to each task: the same run with it and without,
// in turns, so that whatever else the machine does hits both.
func installed[T comparable](b *testing.B, o observe.Observer, tasks int, want T, run func(context.Context) (T, error)) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	watched := observe.With(ctx, o)
	const turn = 10
	took := func(ctx context.Context) time.Duration {
		var (
			got T
			err error
		)
		start := time.Now()
		for range turn {
			got, err = run(ctx)
		}
		cost := time.Since(start)
		expect(b, got, err, want)
		return cost
	}
	var with, without time.Duration
	turns := 0
	for b.Loop() {
		without += took(ctx)
		with += took(watched)
		turns++
	}
	runtime.KeepAlive(last)
	b.ReportMetric(float64(with-without)/float64(turns*turn*tasks), nsTask)
}

func onPage(o observe.Observer) func(*testing.B) {
	return func(b *testing.B) { installed(b, o, pageTasks, wantPage, pageFlow) }
}

func onLayers(o observe.Observer) func(*testing.B) {
	return func(b *testing.B) {
		installed(b, o, layerTasks, wantSum(5), func(ctx context.Context) (int, error) { return layersFlow(ctx, 5) })
	}
}
