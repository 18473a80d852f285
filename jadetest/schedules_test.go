package jadetest_test

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/jadetest"
	"github.com/jade-go/jade/task"
)

func testRand() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

// inOrder runs three tasks at once and returns their names in the order in which they were done.
func inOrder(ctx context.Context, t *testing.T) string {
	var done []string
	notes := make(chan string, 3)
	note := func(name string) task.Task[int, int] {
		return task.New(name, func(ctx context.Context, n int) (int, error) {
			jadetest.Pause(ctx, "inside "+name)
			notes <- name
			return n, nil
		})
	}
	f := flow.New("page", func(in number) number {
		return flow.Map3(flow.Step(note("a"), in), flow.Step(note("b"), in), flow.Step(note("c"), in), func(a, b, c int) int { return a + b + c })
	})
	v, err := f.Do(ctx, 1)
	require.NoError(t, err)
	require.Equal(t, 3, v)
	for range 3 {
		done = append(done, <-notes)
	}
	return strings.Join(done, "")
}

func TestSchedules_everyOrder(t *testing.T) {
	var first, again []string
	jadetest.Schedules(t, 100, func(t *testing.T, ctx context.Context) { first = append(first, inOrder(ctx, t)) })
	jadetest.Schedules(t, 100, func(t *testing.T, ctx context.Context) { again = append(again, inOrder(ctx, t)) })
	require.Equal(t, first, again, "a seed gives the same order")
	seen := map[string]bool{}
	for _, order := range first {
		seen[order] = true
	}
	require.Len(t, seen, 6, "all orders of three")
}

// Futures without a task are shaken by a Pause; what is left running is joined.
func TestSchedules_aFunction(t *testing.T) {
	orders := map[bool]bool{}
	joined := 0
	jadetest.Schedules(t, 50, func(t *testing.T, ctx context.Context) {
		a := future.Go(ctx, func(ctx context.Context) (time.Time, error) { jadetest.Pause(ctx, "a"); return time.Now(), nil })
		b := future.Go(ctx, func(ctx context.Context) (time.Time, error) { jadetest.Pause(ctx, "b"); return time.Now(), nil })
		future.Go(ctx, func(ctx context.Context) (int, error) { <-ctx.Done(); joined++; return 0, nil })
		x, err := a.Await(ctx)
		require.NoError(t, err)
		y, err := b.Await(ctx)
		require.NoError(t, err)
		orders[x.Before(y)] = true
	})
	require.Len(t, orders, 2)
	require.Equal(t, 50, joined)
	jadetest.Pause(context.Background(), "nowhere")
}

func TestSchedules_misuse(t *testing.T) {
	require.PanicsWithValue(t, "jadetest.Schedules: the number of schedules is 0, and must be at least 1", func() { jadetest.Schedules(t, 0, nil) })
	require.PanicsWithValue(t, "jadetest.Schedules: nil function", func() { jadetest.Schedules(t, 1, nil) })
}
