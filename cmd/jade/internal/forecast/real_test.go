package forecast

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/jadetest"
	"github.com/jade-go/jade/task"
	"github.com/jade-go/jade/trace"
)

// world makes calls that take as long, and fail as often, as the number of the run says: the same in each variant of a flow.
type world struct {
	timeout map[string]time.Duration // of the tasks
	faster  map[string]time.Duration
	drop    map[string]bool
	limit   time.Duration // of the flow
	failing float64
}

type result = future.Result[string]

type runKey struct{}

func (w *world) took(ctx context.Context, name string) (time.Duration, bool) {
	h := fnv.New64()
	fmt.Fprint(h, name)
	r := rand.New(rand.NewPCG(h.Sum64(), uint64(ctx.Value(runKey{}).(int))))
	took := time.Duration(1+r.IntN(80))*time.Millisecond + time.Duration(r.IntN(1000))*time.Microsecond
	fails := r.Float64() < w.failing
	if w.drop[name] {
		return 0, false
	}
	return max(0, took-w.faster[name]), fails
}

func (w *world) call(ctx context.Context, name string) (string, error) {
	took, fails := w.took(ctx, name)
	select {
	case <-time.After(took):
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
	if fails {
		return "", errors.New(name + " is out of order")
	}
	return name, nil
}

func (w *world) task(name string) task.Task[string, string] {
	t := task.New(name, func(ctx context.Context, _ string) (string, error) { return w.call(ctx, name) })
	if limit := w.timeout[name]; limit > 0 {
		t = t.Timeout(limit)
	}
	return t
}

func join(a, b string) string { return a + b }

// page is a flow with needed and optional calls, in two layers, with an order, an effect, and a flow inside.
func (w *world) page() *flow.Flow[string, string] {
	rules := flow.New("rules", func(in flow.Node[string]) flow.Node[string] {
		muted := flow.Step(w.task("muted"), in)
		return flow.Map2(muted, flow.Fallback(flow.Step(w.task("blocked"), muted), "?"), join)
	})
	f := flow.New("page", func(in flow.Node[string]) flow.Node[string] {
		item, address := flow.Step(w.task("item"), in), flow.Step(w.task("address"), in)
		coins := flow.Step(w.task("coins").Fallback("none"), flow.Fallback(address, "?"))
		both := flow.Map2(item, address, join)
		coupons := flow.Step(w.task("coupons"), both)
		discount := flow.Fallback(flow.Step(w.task("discount"), coupons), "none")
		checked := flow.Step(rules.Task(), in)
		freight := flow.After(flow.Step(w.task("freight"), item), checked)
		audit := flow.Step(w.task("audit"), item)
		out := flow.Map2(flow.Map2(both, coins, join), flow.Map2(discount, flow.Fallback(freight, "?"), join), join)
		return flow.Also(out, audit)
	})
	if w.limit > 0 {
		f = f.Timeout(w.limit)
	}
	return f
}

// record runs the flow many times, and returns the traces.
func (w *world) record(t *testing.T, runs int, of func(*world) *flow.Flow[string, string]) (traces []*trace.Trace) {
	t.Helper()
	f := of(w)
	for i := range runs {
		synctest.Test(t, func(t *testing.T) {
			ctx, r := jadetest.Record(context.WithValue(t.Context(), runKey{}, i))
			_, _ = f.Do(ctx, "o-1")
			traces = append(traces, r.Trace(t))
		})
	}
	return traces
}

// What is forecast from the runs of a flow is what a changed flow really does, run by run.
func TestReplay_isWhatTheChangedFlowDoes(t *testing.T) {
	const runs = 300
	ms := time.Millisecond
	for name, c := range map[string]struct {
		before world
		change Changes
		most   int // runs that may be unknown
	}{
		"a limit of an optional call":       {world{failing: 0.05}, Changes{Timeout: map[string]time.Duration{"discount": 30 * ms}}, 0},
		"a limit of what it needs":          {world{failing: 0.05}, Changes{Timeout: map[string]time.Duration{"coupons": 30 * ms}}, 0},
		"a limit of a call with a Fallback": {world{failing: 0.05}, Changes{Timeout: map[string]time.Duration{"coins": 30 * ms}}, 0},
		"a limit of a needed call":          {world{failing: 0.05}, Changes{Timeout: map[string]time.Duration{"item": 30 * ms}}, 0},
		"a limit of a call in a flow":       {world{failing: 0.05}, Changes{Timeout: map[string]time.Duration{"rules/blocked": 30 * ms}}, 0},
		"a limit of an effect":              {world{failing: 0.05}, Changes{Timeout: map[string]time.Duration{"audit": 30 * ms}}, 0},
		"a shorter limit":                   {world{failing: 0.05, timeout: map[string]time.Duration{"discount": 50 * ms}}, Changes{Timeout: map[string]time.Duration{"discount": 30 * ms}}, 0},
		"a longer limit":                    {world{failing: 0.05, timeout: map[string]time.Duration{"discount": 30 * ms}}, Changes{Timeout: map[string]time.Duration{"discount": 50 * ms}}, runs * 2 / 3},
		"within the limit of the flow":      {world{failing: 0.05, limit: 120 * ms}, Changes{Timeout: map[string]time.Duration{"discount": 30 * ms}}, runs / 10},
		"a faster call":                     {world{failing: 0.05}, Changes{Faster: map[string]time.Duration{"item": 20 * ms}}, 0},
		"a faster call in a flow":           {world{failing: 0.05}, Changes{Faster: map[string]time.Duration{"rules/muted": 20 * ms}}, 0},
		"a faster call within a limit":      {world{failing: 0.05, limit: 120 * ms}, Changes{Faster: map[string]time.Duration{"item": 20 * ms}}, runs / 2},
		"no optional call":                  {world{failing: 0.05}, Changes{Drop: map[string]bool{"coupons": true}}, runs / 10},
		"no needed call":                    {world{failing: 0.05}, Changes{Drop: map[string]bool{"item": true}}, runs / 10},
		"several changes": {world{failing: 0.05, limit: 200 * ms}, Changes{
			Timeout: map[string]time.Duration{"coupons": 40 * ms, "freight": 50 * ms}, Faster: map[string]time.Duration{"address": 10 * ms}, Drop: map[string]bool{"coins": true},
		}, runs / 5},
	} {
		t.Run(name, func(t *testing.T) {
			unknown, wrong := check(t, c.before, c.change, runs, (*world).page)
			assert.LessOrEqual(t, unknown, c.most)
			assert.Zero(t, wrong)
		})
	}
}

// check records a flow, changes it, and counts the runs whose forecast is not known or not what the changed flow does.
func check(t *testing.T, w world, change Changes, runs int, of func(*world) *flow.Flow[string, string]) (unknown, wrong int) {
	t.Helper()
	before := w.record(t, runs, of)
	after := w
	after.timeout = map[string]time.Duration{}
	for name, d := range w.timeout {
		after.timeout[name] = d
	}
	short := func(name string) string {
		if len(name) > 6 && name[:6] == "rules/" {
			return name[6:]
		}
		return name
	}
	for name, d := range change.Timeout {
		after.timeout[short(name)] = d
	}
	after.faster = map[string]time.Duration{}
	for name, d := range change.Faster {
		after.faster[short(name)] = d
	}
	after.drop = change.Drop
	really := after.record(t, runs, of)
	known := look(before)
	for i, tr := range before {
		got := replay(tr, known, change)
		if got.unknown {
			unknown++
			continue
		}
		want := answer{took: really[i].Elapsed(), failed: failed(really[i].Root()), degraded: degraded(really[i].Root())}
		if got != want {
			if wrong++; wrong < 2 {
				t.Errorf("run %d: forecast %+v, really %+v, was %+v", i, got, want, answer{took: tr.Elapsed(), failed: failed(tr.Root()), degraded: degraded(tr.Root())})
				for _, s := range tr.Spans {
					t.Log(s.ID, s.Parent, s.Kind, s.Label(), s.Status, s.Class, s.Start, s.End, s.Inputs, s.After, s.FailedOf, s.Losses, s.Deadline)
				}
			}
		}
	}
	t.Logf("%d runs, %d unknown, %d wrong", runs, unknown, wrong)
	return unknown, wrong
}
