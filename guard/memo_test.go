package guard_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/task"
)

// counted is a task that counts its calls.
func counted(calls *atomic.Int32) task.Task[int, int] {
	return does(func(_ context.Context, n int) (int, error) { calls.Add(1); time.Sleep(time.Second); return 10 * n, nil })
}

// A value is made once a memory, whether the askers come together or not.
func TestMemo_onceAMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		item := guard.Memo(counted(&calls))
		for round := 1; round <= 2; round++ {
			ctx := guard.WithMemory(t.Context())
			for range 3 {
				var all sync.WaitGroup
				for i := range 20 {
					all.Go(func() {
						v, err := item.Do(ctx, i%2)
						require.NoError(t, err)
						require.Equal(t, 10*(i%2), v)
					})
				}
				all.Wait()
			}
			require.EqualValues(t, 2*round, calls.Load())
		}
		for range 2 { // without a memory nothing is shared
			_, err := item.Do(t.Context(), 1)
			require.NoError(t, err)
		}
		require.EqualValues(t, 6, calls.Load())
	})
}

// A run of a flow has a memory if a call in it needs one, also in a nested flow.
func TestMemo_onceARun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		item := guard.Memo(counted(&calls))
		inner := flow.New("inner", func(in flow.Node[int]) flow.Node[int] { return flow.Step(item, in) })
		each := flow.New("each", func(in flow.Node[int]) flow.Node[int] {
			all := flow.Each(item, flow.Map(in, func(n int) []int { return []int{n, n, n + 1} }), 3)
			return flow.Map(all, func(v []int) int { return v[0] + v[2] })
		})
		page := flow.New("page", func(in flow.Node[int]) flow.Node[int] {
			return flow.Map3(flow.Step(inner.Task(), in), flow.Step(inner.Task().Named("again"), in), flow.Step(each.Task(), in), func(a, b, c int) int { return a + b + c })
		})
		for round := 1; round <= 2; round++ {
			v, err := page.Do(t.Context(), 1)
			require.NoError(t, err)
			require.Equal(t, 10+10+30, v)
			require.EqualValues(t, 2*round, calls.Load())
		}
		ctx := guard.WithMemory(t.Context()) // of the request
		for range 2 {
			_, err := page.Do(ctx, 1)
			require.NoError(t, err)
		}
		require.EqualValues(t, 6, calls.Load())
	})
}

// Failures, and values that have stood in for them, are made anew.
func TestMemo_forgetsFailures(t *testing.T) {
	var calls atomic.Int32
	down := does(func(context.Context, int) (int, error) { calls.Add(1); return 0, errDown })
	ctx := guard.WithMemory(t.Context())
	for range 3 {
		_, err := guard.Memo(down).Do(ctx, 1)
		require.ErrorIs(t, err, errDown)
	}
	item := guard.Memo(down.Fallback(9))
	for range 3 {
		v, err := item.Do(ctx, 1)
		require.NoError(t, err)
		require.Equal(t, 9, v)
	}
	require.EqualValues(t, 6, calls.Load())
}

// Two tasks remember apart, also of one function, and so do keys that equal nothing.
func TestMemo_apart(t *testing.T) {
	ctx := guard.WithMemory(t.Context())
	one := guard.Memo(does(func(context.Context, int) (int, error) { return 1, nil }))
	two := guard.MemoBy(does(func(context.Context, int) (int, error) { return 2, nil }), func(int) string { return "k" })
	for range 2 {
		for want, item := range map[int]task.Task[int, int]{1: one, 2: two} {
			v, err := item.Do(ctx, 1)
			require.NoError(t, err)
			require.Equal(t, want, v)
		}
	}
	var calls atomic.Int32
	odd := guard.Memo(task.New("odd", func(_ context.Context, f float64) (int, error) { return int(calls.Add(1)), nil }))
	for i := range 3 {
		v, err := odd.Do(ctx, math.NaN())
		require.NoError(t, err)
		require.Equal(t, i+1, v)
	}
}

// One that has left ends nothing that others wait for, and a call that nobody waits for any more is not remembered.
func TestMemo_askersThatLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		item := guard.Memo(does(func(ctx context.Context, n int) (int, error) {
			calls.Add(1)
			select {
			case <-time.After(time.Second):
				return n, nil
			case <-ctx.Done():
				return 0, context.Cause(ctx)
			}
		}))
		memory := guard.WithMemory(t.Context())
		ctx, cancel := context.WithTimeout(memory, time.Millisecond)
		defer cancel()
		_, err := item.Do(ctx, 7)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		synctest.Wait()
		v, err := item.Do(memory, 7)
		require.NoError(t, err)
		require.Equal(t, 7, v)
		require.EqualValues(t, 2, calls.Load())
	})
}

func TestMemo_misuse(t *testing.T) {
	require.PanicsWithValue(t, "guard.Memo: zero Task", func() { guard.Memo(task.Task[int, int]{}) })
	require.PanicsWithValue(t, "guard.MemoBy: nil function", func() { guard.MemoBy(does(nothing), nil) })
	require.Equal(t, "memo", guard.Memo(does(nothing)).Policies()[0].String())
}

func ExampleMemo() {
	item := guard.Memo(task.New("item", func(_ context.Context, id string) (string, error) {
		fmt.Println("SELECT … WHERE id =", id)
		return "brass " + id, nil
	}))
	ctx := guard.WithMemory(context.Background()) // package faas does so for each invocation
	fmt.Println(item.Do(ctx, "bell"))
	fmt.Println(item.Do(ctx, "bell"))
	// Output:
	// SELECT … WHERE id = bell
	// brass bell <nil>
	// brass bell <nil>
}

func ExampleShare() {
	begun, end := make(chan struct{}), make(chan struct{})
	item := guard.Share(task.New("item", func(_ context.Context, id string) (string, error) {
		fmt.Println("SELECT … WHERE id =", id)
		close(begun)
		<-end
		return "brass " + id, nil
	}))
	first := item.Go(context.Background(), "bell")
	<-begun
	impatient, cancel := context.WithCancelCause(context.Background())
	cancel(errors.New("the client has left"))
	_, err := item.Do(impatient, "bell")
	fmt.Println(err)
	close(end)
	fmt.Println(first.Await(context.Background()))
	// Output:
	// SELECT … WHERE id = bell
	// canceled: the client has left
	// brass bell <nil>
}

func BenchmarkMemo(b *testing.B) {
	item := does(func(_ context.Context, n int) (int, error) { return n, nil })
	for name, t := range map[string]task.Task[int, int]{"bare": item, "hit": guard.Memo(item)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			ctx := guard.WithMemory(bg())
			for b.Loop() {
				_, _ = t.Do(ctx, 7)
			}
		})
	}
}
