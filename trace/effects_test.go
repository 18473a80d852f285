package trace_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
)

// A trace says which calls were effects, and which of those were lost.
func TestRecorder_effects(t *testing.T) {
	recording(t, func(t *testing.T, ctx context.Context, p *tape) {
		_, err := of(func(in number) number {
			return flow.Also(flow.Step(takes("item", ms, nil), in), flow.Step(takes("audit", 100*ms, nil), in), flow.Step(takes("mail", 5*ms, nil), in))
		}).Timeout(10*ms).Do(ctx, 1)
		require.NoError(t, err)
		time.Sleep(time.Second)
		got := map[string][2]bool{}
		for _, s := range p.one(t).Spans[1:] {
			got[s.Node] = [2]bool{s.Effect, s.Lost}
		}
		require.Equal(t, map[string][2]bool{"item": {}, "audit": {true, true}, "mail": {true, false}}, got)
	})
}
