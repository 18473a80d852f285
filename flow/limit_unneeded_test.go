package flow_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
)

// At the limit the Fallback of a task stands in for a call, and nothing needs what that waits for any more: a function that has time
// of the reserve is cancelled then, and not when the run ends.
func TestLimit_whatOnlyACallWithAFallbackNeedsIsCancelled(t *testing.T) {
	for what, slow := range map[string]func(d *diary, in number) number{
		"a Recover": func(d *diary, in number) number {
			return flow.Recover(flow.Step(failing("bad", errSoldOut), in), func(ctx context.Context, err error) (int, error) {
				return d.mending(time.Minute)(ctx, 0, err)
			})
		},
		"a task with a Recover": func(d *diary, in number) number {
			return flow.Step(failing("bad", errSoldOut).Recover(d.mending(time.Minute)), in)
		},
	} {
		t.Run(what, func(t *testing.T) {
			inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
				f := of(func(in number) number {
					optional := flow.Step(plus("optional", 1).Fallback(7), slow(d, in))
					held := flow.Recover(flow.Step(failing("down", errSoldOut), in), func(ctx context.Context, _ error) (int, error) {
						wait(ctx, 90*ms)
						return 1, nil
					})
					return flow.Map2(optional, held, sum2)
				}).Timeout(100 * ms).Reserve(30 * ms)
				v, elapsed, err := took(ctx, f, 1)
				require.NoError(t, err)
				require.Equal(t, 8, v)
				require.Equal(t, 90*ms, elapsed)
				require.Equal(t, []string{"0s mend starts", "70ms mend is cancelled"}, d.Read())
			})
		})
	}
}
