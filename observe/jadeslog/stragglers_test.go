package jadeslog_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// moments are level, message and task of each record, and when it was made.
func moments(t *testing.T, j *journal, begun time.Time) (all []string) {
	for _, e := range j.entries(t) {
		at, err := time.Parse(time.RFC3339Nano, fmt.Sprint(e["time"]))
		require.NoError(t, err)
		all = append(all, fmt.Sprint(at.Sub(begun), " ", e["level"], " ", e["msg"], " ", e["task"], " ", e["status"]))
	}
	return all
}

func TestStraggler_isOnRecordTwice(t *testing.T) {
	first := func(d time.Duration, err error) task.Task[string, string] { // of its attempts, only the first takes that long
		var n atomic.Int32
		return task.New("item", func(ctx context.Context, in string) (string, error) {
			if n.Add(1) == 1 {
				time.Sleep(d)
				return in, err
			}
			return in, nil
		}).Timeout(10 * ms)
	}
	late := func(in flow.Node[string], ts ...task.Task[string, string]) flow.Node[string] {
		return flow.Map2(flow.Step(ts[0], in), flow.Step(ts[1], in), func(a, b string) string { return a })
	}
	for what, c := range map[string]struct {
		run  func(ctx context.Context)
		want []string
	}{
		"that outlives its run": {func(ctx context.Context) { line("shop", stubborn("item", 30*ms, nil)).Timeout(10*ms).Do(ctx, "x") }, []string{
			"10ms ERROR failed item straggler", "10ms INFO run item failed", "30ms INFO returned item ok",
		}},
		"and its inner run": {func(ctx context.Context) {
			line("shop", line("inner", stubborn("item", 30*ms, errSoldOut)).Timeout(10*ms).Task().Fallback("?")).Do(ctx, "x")
		}, []string{
			"10ms INFO run <nil> degraded", "10ms WARN degraded inner degraded", "30ms INFO returned item failed",
		}},
		"an attempt of which the task fails": {func(ctx context.Context) { stubborn("item", 30*ms, nil).Timeout(10*ms).Do(ctx, "x") }, []string{
			"10ms ERROR failed item failed",
		}},
		"and which takes much longer": {func(ctx context.Context) { stubborn("item", 2*time.Second, nil).Timeout(10*ms).Do(ctx, "x") }, []string{
			"10ms ERROR failed item failed", "2s INFO returned item ok",
		}},
		"an attempt that another one follows": {func(ctx context.Context) { first(30*ms, nil).Retry(always).Do(ctx, "x") }, []string{
			"11ms WARN straggler item straggler", "30ms INFO returned item ok",
		}},
		"at the time when that begins": {func(ctx context.Context) {
			var n atomic.Int32
			task.New("item", func(ctx context.Context, in string) (string, error) {
				time.Sleep([]time.Duration{30 * ms, 5 * ms}[n.Add(1)-1])
				return in, nil
			}).Timeout(10*ms).Retry(always).Do(ctx, "x")
		}, []string{
			"11ms WARN straggler item straggler", "30ms INFO returned item ok",
		}},
		"or of which the task does not fail": {func(ctx context.Context) {
			stubborn("item", 30*ms, nil).Timeout(10*ms).Recover(func(context.Context, string, error) (string, error) { return "", errSoldOut }).Do(ctx, "x")
		}, []string{
			"10ms WARN failed item failed", "10ms WARN straggler item straggler", "30ms INFO returned item ok",
		}},
		"unless it has stopped": {func(ctx context.Context) {
			takes("item", time.Second, nil).Timeout(10*ms).Retry(always).Fallback("?").Do(ctx, "x")
		}, []string{
			"33ms WARN degraded item degraded",
		}},
		"and panics": {func(ctx context.Context) {
			task.New("item", func(context.Context, string) (string, error) { time.Sleep(30 * ms); panic("oh") }).Timeout(10*ms).Fallback("?").Do(ctx, "x")
		}, []string{
			"10ms WARN degraded item degraded", "30ms ERROR failed item failed",
		}},
		"that is the victim of another failure": {func(ctx context.Context) {
			flow.New("shop", func(in flow.Node[string]) flow.Node[string] {
				return late(in, takes("item", time.Second, nil).Timeout(10*ms), stubborn("price", 30*ms, nil))
			}).Do(ctx, "x")
		}, []string{
			"10ms ERROR failed item failed", "10ms INFO run item failed",
		}},
		"and takes its time": {func(ctx context.Context) {
			flow.New("shop", func(in flow.Node[string]) flow.Node[string] {
				return late(in, takes("item", 10*ms, errSoldOut), stubborn("price", 2*time.Second, nil))
			}).Do(ctx, "x")
		}, []string{
			"10ms WARN failed item failed", "10ms INFO run item failed", "2s INFO returned price ok",
		}},
		"a loser": {func(ctx context.Context) {
			flow.New("shop", func(in flow.Node[string]) flow.Node[string] {
				return flow.Any(flow.Step(takes("item", 10*ms, nil), in), flow.Step(takes("price", time.Second, nil), in), flow.Step(stubborn("tax", 20*ms, nil), in))
			}).Do(ctx, "x")
		}, []string{
			"10ms INFO run <nil> ok",
		}},
	} {
		t.Run(what, func(t *testing.T) {
			var begun time.Time
			j := logged(t, slog.LevelInfo, func(ctx context.Context) {
				begun = time.Now()
				c.run(ctx)
				time.Sleep(time.Minute)
			})
			got := moments(t, j, begun)
			if strings.Contains(what, "inner run") { // who tells of it does not wait for who tells of what is around
				slices.Sort(got)
				got[1] = strings.Replace(got[1], "item straggler", "inner degraded", 1) // the call inside, if it is told of first
			}
			require.Equal(t, c.want, got)
		})
	}
}

// A task that stops when the time is up may be told of before its run is answered, or at the same
// time. The run names it all the same.
func TestStraggler_orNotTheRunNamesIt(t *testing.T) {
	late := observe.Outcome{Status: observe.StatusStraggler, Class: recovery.ClassTimeout, Err: context.DeadlineExceeded}
	stopped := late
	stopped.Status = observe.StatusFailed
	for what, c := range map[string]struct {
		told []observe.Outcome
		want []string
	}{
		"stops, and is not given up": {[]observe.Outcome{stopped}, []string{"failed item timeout", "run item timeout"}},
		"stops, and is given up":     {[]observe.Outcome{stopped, late}, []string{"failed item timeout", "run item timeout"}},
		"is given up, and stops":     {[]observe.Outcome{late, stopped}, []string{"returned item timeout", "failed item timeout", "run item timeout"}},
	} {
		j := logged(t, slog.LevelInfo, func(ctx context.Context) {
			ctx, cancel := context.WithTimeout(ctx, ms)
			defer cancel()
			ctx, endOfRun := observe.Begin(ctx, observe.Call{Kind: observe.KindRun, Flow: "shop"})
			_, end := observe.Begin(ctx, observe.Call{Kind: observe.KindNode, Node: "item", Task: "item"})
			<-ctx.Done()
			for _, o := range c.told {
				end(o)
			}
			endOfRun(stopped)
		})
		require.Equal(t, c.want, failures(t, j), what)
	}
}
