package realserver

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"

	"github.com/jade-go/jade/durable/jadetemporal/internal/kinds"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

// The answer comes before the effects have ended.
func TestFlow_Result_doesNotWaitForEffects(t *testing.T) {
	for name, fails := range map[string]bool{"value": false, "failure": true} {
		t.Run(name, func(t *testing.T) {
			audit := kinds.Works("audit", 3*time.Second, func(n int) (int, error) { return n, nil })
			first := task.New("first", func(_ context.Context, n int) (int, error) {
				if fails {
					return 0, kinds.ErrSoldOut
				}
				return n + 1, nil
			})
			f := flow.New("early-"+name, func(in flow.Node[int]) flow.Node[int] {
				return flow.Also(flow.Step(first, in), flow.Step(audit, in))
			})
			r := running(t, f)
			ctx, id := within(t, 20*time.Second), t.Name()
			began := time.Now()
			v, err := r.Run(ctx, id, 1)
			took := time.Since(began)
			t.Log(took, v, err)
			if fails {
				require.ErrorIs(t, err, kinds.ErrSoldOut)
			} else {
				require.NoError(t, err)
				require.Equal(t, 2, v)
			}
			require.Less(t, took, 2*time.Second)
			_ = dial().GetWorkflow(ctx, id, "").Get(ctx, nil)
			require.Greater(t, time.Since(began), 2900*time.Millisecond)
			require.Equal(t, 1, count(historyOf(t, id), enums.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED))
			_, errLater := r.Result(ctx, id)
			require.Equal(t, err, errLater)
		})
	}
}

// An update is a long poll, which the server ends after twenty seconds: Result goes on.
func TestFlow_Result_waitsForLong(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	f := flow.New("long", func(in flow.Node[int]) flow.Node[int] {
		return flow.Also(flow.Step(kinds.Works("long", 35*time.Second, func(n int) (int, error) { return n, nil }), in), flow.Step(kinds.Works("audit", 0, func(n int) (int, error) { return n, nil }), in))
	})
	r := running(t, f)
	v, err := r.Run(within(t, time.Minute), t.Name(), 1)
	require.NoError(t, err)
	require.Equal(t, 1, v)
	require.Equal(t, 1, count(historyOf(t, t.Name()), enums.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED))
}
