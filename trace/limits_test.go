package trace_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/trace"
)

func TestRecorder_boundsMemory(t *testing.T) {
	recording(t, func(t *testing.T, ctx context.Context, p *tape) {
		f := of(func(in number) number {
			list := flow.Map(in, func(n int) []int { return make([]int, n) })
			return flow.Map(flow.Each(takes("each", 0, nil), list, 10), func(l []int) int { return len(l) })
		})
		for _, n := range []int{300, 3, 3} {
			_, err := f.Do(ctx, n)
			require.NoError(t, err)
		}
		synctest.Wait()
		require.Len(t, p.All(), 3)
		require.Len(t, p.All()[0].Spans, 100)
		require.Equal(t, 202, p.All()[0].Dropped)
		require.Len(t, p.All()[2].Spans, 5)
		require.Zero(t, p.All()[2].Dropped)
		require.Less(t, cap(p.All()[2].Spans), 20, "a large run does not make all that follow large")
	}, trace.MaxSpans(100))
}

func TestMaxSpans_keepsTheRun(t *testing.T) {
	recording(t, func(t *testing.T, ctx context.Context, p *tape) {
		_, err := of(func(in number) number { return flow.Step(takes("item", ms, errSoldOut), in) }).Do(ctx, 1)
		require.Error(t, err)
		synctest.Wait()
		require.Equal(t, []string{"0s-1ms shop failed unknown"}, read(p.one(t)))
		require.Equal(t, 1, p.one(t).Dropped)
	}, trace.MaxSpans(1))
}

func TestRecorder_mistakes(t *testing.T) {
	require.PanicsWithValue(t, "trace.NewRecorder: nil function", func() { trace.NewRecorder(nil) })
	require.PanicsWithValue(t, "trace.MaxSpans: the limit is 0 spans, and must be at least 1", func() { trace.MaxSpans(0) })
	require.PanicsWithValue(t, "trace.NewHistory: the number of traces is 0, and must be at least 1", func() { trace.NewHistory(0) })
	require.PanicsWithValue(t, "trace.History.Add: a trace without spans", func() { trace.NewHistory(1).Add(&trace.Trace{}) })
	require.PanicsWithValue(t, "trace.History.Add: a trace without spans", func() { trace.NewHistory(1).Add(nil) })
}

func TestRecorder_textsHaveLimits(t *testing.T) {
	recording(t, func(t *testing.T, ctx context.Context, p *tape) {
		long := strings.Repeat("é", 4<<10) // two bytes each
		_, err := does("long", func(context.Context) error { return errors.New("x" + long) }).Do(ctx, 1)
		require.Error(t, err)
		_, err = does("foul", func(context.Context) error { return errors.New("\xff\xfe!") }).Do(ctx, 1)
		require.Error(t, err)
		_, err = does("deep", func(context.Context) error { return dig(1000) }).Do(ctx, 1)
		require.Error(t, err)
		synctest.Wait()
		all := p.All()
		require.Len(t, all, 3)
		require.Equal(t, "x"+long[:4<<10-2]+"…", all[0].Root().Err, "whole characters")
		require.Equal(t, "\uFFFD!", all[1].Root().Err)
		require.Greater(t, len(all[2].Root().Stack), 1<<10)
		require.LessOrEqual(t, len(all[2].Root().Stack), 16<<10+len("…"))
		require.Equal(t, strings.Repeat("deep", 1<<10)+"…", all[2].Root().Panic)
	})
}

// dig panics with a long text, in the depth.
func dig(n int) error {
	if n == 0 {
		panic(strings.Repeat("deep", 10<<10))
	}
	return errors.Join(dig(n - 1))
}
