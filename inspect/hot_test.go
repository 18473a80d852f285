package inspect_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/inspect"
	"github.com/jade-go/jade/task"
	"github.com/jade-go/jade/trace"
)

// The page lists the keys that are hot just now, of nested flows too, with the nodes that they belong to.
func TestHandler_listsHotKeys(t *testing.T) {
	item := guard.Hot(task.New("item", func(_ context.Context, id string) (string, error) { return id, nil }), 3, time.Minute).Timeout(time.Second)
	inner := flow.New("inner", func(in flow.Node[string]) flow.Node[string] { return flow.Step(item, in) })
	page := flow.New("page", func(in flow.Node[string]) flow.Node[string] {
		return flow.Map2(flow.Step(item, in), flow.Step(inner.Task(), in), func(a, b string) string { return a + b })
	})
	h := inspect.Handler(trace.NewHistory(1), page)
	require.NotContains(t, get(h, "/").Body.String(), "Hot keys")
	hostile := "<b>" + strings.Repeat("x", 500)
	for range 20 {
		for _, id := range []string{"bell", "bell", hostile} {
			_, err := page.Do(t.Context(), id)
			require.NoError(t, err)
		}
	}
	body := get(h, "/").Body.String()
	require.Contains(t, body, "Hot keys")
	bell, other := strings.Index(body, ">bell<"), strings.Index(body, "&lt;b&gt;xxx")
	require.Positive(t, bell)
	require.Greater(t, other, bell, "the one with the most calls comes first")
	require.NotContains(t, body, strings.Repeat("x", 250))
	require.NotContains(t, body, "<b>x")
	require.Contains(t, body, "page/item, page/inner/item")
}
