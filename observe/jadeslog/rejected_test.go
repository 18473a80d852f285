package jadeslog_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/internal/flowtest"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeslog"
	"github.com/jade-go/jade/task"
)

// full is a gate that lets nobody in, with an error of its own.
type full struct{ err error }

func (g full) Describe() task.Policy {
	return task.Policy{Gate: task.Admission{Kind: "full", Name: "backend"}}
}
func (g full) Enter(context.Context, string) (uint64, error) { return 0, g.err }
func (full) Answered(uint64, observe.Outcome)                {}
func (full) Left(uint64)                                     {}
func (g full) Fresh() task.Gate                              { return g }

// brittle is an error whose methods panic.
type brittle struct{}

func (brittle) Error() string { panic("in Error") }
func (brittle) Unwrap() error { panic("in Unwrap") }
func (brittle) Is(error) bool { panic("in Is") }

// gates are the records as "level message task class gate wait".
func gates(t *testing.T, j *journal) (all []string) {
	for _, e := range j.entries(t) {
		all = append(all, fmt.Sprint(e["level"], " ", e["msg"], " ", e["task"], " ", e["class"], " ", e["gate"], " ", e["retry_after_ms"]))
	}
	return all
}

func TestRejection_saysGateAndWait(t *testing.T) {
	closed := full{&task.RejectedError{Wait: 1500 * time.Microsecond, Err: guard.ErrOpen}}
	coupons := takes("coupons", ms, nil).Gate(closed)
	failing := takes("coupons", ms, flowtest.Unavailable{})
	many := func(t task.Task[string, string]) *flow.Flow[string, []string] {
		return flow.New("many", func(in flow.Node[string]) flow.Node[[]string] {
			return flow.Each(t, flow.Map(in, func(string) []string { return []string{"a"} }), 1)
		})
	}
	for what, c := range map[string]struct {
		run  func(context.Context)
		want []string
	}{
		"fails the run": {func(ctx context.Context) { line("shop", coupons).Do(ctx, "x") },
			[]string{"ERROR failed coupons system backend 1.5", "INFO run coupons system backend 1.5"}},
		"the task runs alone": {func(ctx context.Context) { coupons.Do(ctx, "x") }, []string{"ERROR failed coupons system backend 1.5"}},
		"a fallback stands in": {func(ctx context.Context) { line("shop", coupons.Fallback("none")).Do(ctx, "x") },
			[]string{"WARN degraded coupons system backend 1.5", "INFO run <nil> system backend 1.5"}},
		"in a nested flow": {func(ctx context.Context) { line("page", line("shop", coupons).Task()).Do(ctx, "x") },
			[]string{"ERROR failed coupons system backend 1.5", "INFO run coupons system backend 1.5"}},
		"wrapped": {func(ctx context.Context) { line("shop", calling("page", coupons, wrapped)).Do(ctx, "x") },
			[]string{"ERROR failed coupons system backend 1.5", "INFO run coupons system backend 1.5"}},
		"each attempt": {func(ctx context.Context) { coupons.Retry(always).Do(ctx, "x") }, []string{"ERROR failed coupons system backend 1.5"}},
		"an element":   {func(ctx context.Context) { many(coupons).Do(ctx, "x") }, []string{"ERROR failed coupons system backend 1.5", "INFO run coupons system backend 1.5"}},
		"by an error of another type": {func(ctx context.Context) { takes("coupons", ms, nil).Gate(full{errors.New("shut")}).Do(ctx, "x") },
			[]string{"ERROR failed coupons system backend <nil>"}},
		"by an error whose methods panic": {func(ctx context.Context) { takes("coupons", ms, nil).Gate(full{brittle{}}).Do(ctx, "x") },
			[]string{"ERROR failed coupons system backend <nil>"}},
		"not rejected": {func(ctx context.Context) { line("shop", failing.Gate(guard.Slots(1))).Do(ctx, "x") },
			[]string{"ERROR failed coupons dependency <nil> <nil>", "INFO run coupons dependency <nil> <nil>"}},
		"a panic with a rejection": {func(ctx context.Context) {
			task.New("coupons", func(context.Context, string) (string, error) { panic(&task.RejectedError{Gate: "slots"}) }).Do(ctx, "x")
		}, []string{"ERROR failed coupons code <nil> <nil>"}},
	} {
		t.Run(what, func(t *testing.T) {
			require.Equal(t, c.want, gates(t, logged(t, slog.LevelInfo, c.run, jadeslog.Function("shop"))))
		})
	}
}
