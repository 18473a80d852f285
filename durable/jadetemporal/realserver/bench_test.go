package realserver

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"github.com/jade-go/jade/durable/jadetemporal"
	"github.com/jade-go/jade/durable/jadetemporal/internal/kinds"
)

// BenchmarkRun is a run of seven calls one after another on the server, as a flow and as a workflow that is written by hand. The two take turns.
func BenchmarkRun(b *testing.B) {
	w := worker.New(dial(), "bench", workerOptions())
	f, err := jadetemporal.Register(jadetemporal.New(dial(), "bench"), w, kinds.Line())
	if err != nil {
		b.Fatal(err)
	}
	kinds.LineByHand(w)
	if err := w.Start(); err != nil {
		b.Fatal(err)
	}
	defer w.Stop()
	ctx := b.Context()
	var jade, byHand []time.Duration
	for i := 0; b.Loop(); i++ {
		id, began := fmt.Sprintf("bench-%d-%d", b.N, i), time.Now()
		if v, err := f.Run(ctx, id, 1); err != nil || v != 1+kinds.Steps {
			b.Fatal(v, err)
		}
		jade = append(jade, time.Since(began))
		began = time.Now()
		var v int
		r, err := dial().ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: id + "-by-hand", TaskQueue: "bench"}, "by hand", 1)
		if err == nil {
			err = r.Get(ctx, &v)
		}
		if err != nil || v != 1+kinds.Steps {
			b.Fatal(v, err)
		}
		byHand = append(byHand, time.Since(began))
	}
	slices.Sort(jade)
	slices.Sort(byHand)
	a, c := jade[len(jade)/2], byHand[len(byHand)/2]
	if testing.Verbose() {
		b.Log("jade", jade)
		b.Log("by hand", byHand)
	}
	b.ReportMetric(float64(a.Microseconds()), "jade-p50-µs")
	b.ReportMetric(float64(c.Microseconds()), "by-hand-p50-µs")
	b.ReportMetric(float64(a)/float64(c), "ratio")
}
