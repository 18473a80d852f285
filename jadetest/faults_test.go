package jadetest_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/jadetest"
	"github.com/jade-go/jade/task"
)

const ms = time.Millisecond

type number = flow.Node[int]

func sum(a, b int) int { return a + b }

// takes is a task that takes its time, unless its ctx ends.
func takes(name string, d time.Duration) task.Task[int, int] {
	return task.New(name, func(ctx context.Context, n int) (int, error) {
		select {
		case <-time.After(d):
			return n + 1, nil
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
	})
}

// shop needs an item, and has coupons if they can be had.
func shop(coupons task.Task[int, int]) *flow.Flow[int, int] {
	return flow.New("shop", func(in number) number {
		item := flow.Step(takes("item", 10*ms), in)
		return flow.Map2(item, flow.Step(coupons, item), sum)
	})
}

const limit = 100 * ms

// coupons is a task that is protected.
func coupons() task.Task[int, int] { return takes("coupons", 10*ms).Timeout(20 * ms).Fallback(0) }

func TestFaults_theMatrix(t *testing.T) {
	m := jadetest.Faults(t, shop(coupons()).Timeout(limit), 1,
		jadetest.MayFail("item"), jadetest.MustDegrade("coupons"), jadetest.Pairs())
	require.Equal(t, `shop           item          coupons
business       failed        degraded
system         failed        degraded
dependency     failed        degraded
timed out      failed        degraded
canceled       failed        degraded
panic          failed        degraded
goexit         failed        degraded
nil            altered       altered
slow           -             degraded 30ms
too slow       failed 100ms  degraded 30ms
hang           failed 100ms  degraded 30ms
caller leaves  failed        failed

with     item
coupons  failed 99/110
`, m.String())
	require.Equal(t, []string{"item", "coupons"}, m.Tasks())
	require.Empty(t, m.Problems())
	c := m.At("item", jadetest.FaultPanic)
	require.Equal(t, jadetest.VerdictFailed, c.Verdict)
	require.Regexp(t, `^shop: item \(.*faults_test.go:\d+\): panic: injected: panic$`, c.Detail)
	pair := m.AtPair(jadetest.Injected{Task: "coupons", Fault: jadetest.FaultHang}, jadetest.Injected{Task: "item", Fault: jadetest.FaultNil})
	require.Equal(t, jadetest.Cell{Verdict: jadetest.VerdictDegraded, Took: 20 * ms}, pair)
	require.Zero(t, m.AtPair(jadetest.Injected{Task: "coupons"}, jadetest.Injected{Task: "coupons"}))
}

// What an author has forgotten is found, and told what to do about.
func TestFaults_whatIsForgotten(t *testing.T) {
	must := jadetest.MustDegrade("coupons")
	may := jadetest.MayFail("item")
	opaque := func(err func(error) error) *flow.Flow[int, int] {
		return shop(coupons()).Timeout(limit).Catch(func(_ context.Context, _ int, failure error) (int, error) { return 0, err(failure) })
	}
	for name, c := range map[string]struct {
		flow *flow.Flow[int, int]
		opts []jadetest.Option
		want []string // in this order
	}{
		"a fallback": {
			shop(takes("coupons", 10*ms).Timeout(20 * ms)).Timeout(limit), []jadetest.Option{must, may},
			[]string{
				"shop: coupons: business, system, dependency, timed out, panic, goexit: failed, and must degrade: give coupons a Fallback, or take the failure by flow.Recover or flow.Try (shop: coupons",
				"shop: coupons: slow, too slow, hang: failed, and must degrade: give coupons a Timeout that leaves time to answer, and what stands in for it then (shop: coupons",
			},
		},
		"no timeout, as the limit of the flow is one": {
			shop(takes("coupons", 10*ms).Fallback(0)).Timeout(limit), []jadetest.Option{must, may}, nil,
		},
		"any limit": {
			shop(takes("coupons", 10*ms).Fallback(0)), []jadetest.Option{jadetest.Only(jadetest.FaultHang)},
			[]string{
				"shop: item: hang: hung: give item a Timeout, or the flow (no answer in 1m0s)",
				"shop: coupons: hang: hung: give coupons a Timeout, or the flow (no answer in 1m0s)",
			},
		},
		"time to answer": {
			shop(coupons()).Timeout(limit), []jadetest.Option{jadetest.AnswerWithin(50 * ms)},
			[]string{"shop: item: too slow, hang: late: give item a Timeout that leaves time to answer (answered after 100ms, due within 50ms)"},
		},
		"the cause": {
			opaque(func(error) error { return errors.New("no item") }), []jadetest.Option{jadetest.Only(jadetest.FaultPanic, jadetest.FaultHang)},
			[]string{"shop: item: panic, hang: bad error: let the error name the task and have its cause, as by fmt.Errorf and %w (the error has lost its cause: no item)"},
		},
		"whose failure it is": {
			opaque(func(err error) error {
				failed, _ := errors.AsType[*flow.Error](err)
				return fmt.Errorf("no page: %w", failed.Err)
			}),
			[]jadetest.Option{jadetest.Only(jadetest.FaultGoexit, jadetest.FaultBusiness)},
			[]string{"shop: item: business, goexit: bad error: let the error name the task and have its cause, as by fmt.Errorf and %w (the error does not name item: no page: injected: business)"},
		},
		"to say it": {
			shop(coupons()).Timeout(limit), []jadetest.Option{must, jadetest.Only(jadetest.FaultBusiness)},
			[]string{"shop: item is in neither MustDegrade nor MayFail: say which"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			lines := jadetest.Explore(t, c.flow, 1, c.opts...).Problems()
			require.Len(t, lines, len(c.want), strings.Join(lines, "\n"))
			for i, want := range c.want {
				require.Contains(t, lines[i], want)
			}
		})
	}
}
