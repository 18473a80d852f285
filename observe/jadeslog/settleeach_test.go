package jadeslog_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe/jadeslog"
	"github.com/jade-go/jade/task"
)

// The elements that a SettleEach goes on without are one warning, with their number, whatever they failed of.
func TestRecords_ofASettleEach(t *testing.T) {
	late := false
	item := task.New("item", func(ctx context.Context, n int) (string, error) {
		switch {
		case n%2 == 0:
			return "", errSoldOut
		case late:
			<-ctx.Done()
			return "", ctx.Err()
		}
		return "there", nil
	})
	page := flow.New("page", func(in flow.Node[string]) flow.Node[int] {
		list := flow.SettleEach(item, flow.Map(in, func(string) []int { return []int{0, 1, 2, 3, 4} }), 2)
		return flow.Map(list, func(all []future.Result[string]) int { return len(all) })
	}).Timeout(time.Second)
	for _, late = range []bool{false, true} {
		log := logged(t, slog.LevelInfo, func(ctx context.Context) {
			_, err := page.Do(ctx, "x")
			require.NoError(t, err)
		})
		want := 3.0
		if late {
			want = 5
		}
		warnings := 0
		for _, e := range log.entries(t) {
			if e["level"] == "WARN" && e["msg"] == jadeslog.MessageDegraded {
				warnings++
				require.Equal(t, want, e["count"])
			}
			require.NotEqual(t, "ERROR", e["level"])
		}
		require.Equal(t, 1, warnings, "%v", log.brief(t))
	}
}
