package jadeotel_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/observe/jadeotel"
	"github.com/jade-go/jade/task"
)

func TestRejected_theSpanNamesTheGate(t *testing.T) {
	slots := guard.Slots(1, guard.Name("back\xffend"))
	_, err := slots.Enter(t.Context(), "")
	require.NoError(t, err)
	coupons := takes("coupons", ms, nil).Gate(slots)
	all := traced(t, func(ctx context.Context) {
		line("shop", coupons.Fallback("none"), takes("item", ms, nil)).Do(ctx, "x")
		line("shop", task.New("page", coupons.Do)).Do(ctx, "x")
	})
	gates := map[string]int{}
	for _, s := range all {
		if gate := text(s, jadeotel.KeyGate); gate != "" {
			gates[s.Name()+" "+gate]++
		}
	}
	require.Equal(t, map[string]int{"coupons back\uFFFDend": 2}, gates, "not what is around them")
}
