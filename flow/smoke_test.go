package flow_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

func TestSmoke(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	inc := task.New("inc", func(ctx context.Context, n int) (int, error) { return n + 1, nil })
	f := flow.New("f", func(in flow.Node[int]) flow.Node[int] {
		a := flow.Step(inc, in)
		b := flow.Step(inc, a)
		return flow.Map(b, func(n int) int { return n * 2 })
	})
	fmt.Println(f.Do(ctx, 1))
	bad := task.New("bad", func(ctx context.Context, n int) (int, error) { return 0, errors.New("no") })
	pan := task.New("pan", func(ctx context.Context, n int) (int, error) { panic("oh") })
	hang := task.New("hang", func(ctx context.Context, n int) (int, error) { <-ctx.Done(); return 0, context.Cause(ctx) })
	g := flow.New("g", func(in flow.Node[int]) flow.Node[int] { return flow.Step(inc, flow.Step(bad, in)) })
	fmt.Println(g.Do(ctx, 1))
	fmt.Println(flow.New("g", func(in flow.Node[int]) flow.Node[int] { return flow.Step(inc, flow.Step(pan, in)) }).Do(ctx, 1))
	fmt.Println(flow.New("g", func(in flow.Node[int]) flow.Node[int] { return flow.Step(inc, flow.Step(bad.Fallback(4), in)) }).Do(ctx, 1))
	fmt.Println(flow.New("g", func(in flow.Node[int]) flow.Node[int] { return flow.Step(inc, flow.Step(pan.Fallback(4), in)) }).Do(ctx, 1))
	h := flow.New("h", func(in flow.Node[int]) flow.Node[int] { return flow.Step(inc, flow.Step(hang, in)) })
	fmt.Println(h.Timeout(10*time.Millisecond).Do(ctx, 1))
	fmt.Println(h.Timeout(10*time.Millisecond).Catch(func(ctx context.Context, in int, err error) (int, error) { return 77, nil }).Do(ctx, 1))
	fmt.Println(flow.New("any", func(in flow.Node[int]) flow.Node[int] { return flow.Any(flow.Step(hang, in), flow.Step(inc, in)) }).Do(ctx, 1))
	fmt.Println(flow.New("rec", func(in flow.Node[int]) flow.Node[int] {
		return flow.Recover(flow.Step(bad, in), func(_ context.Context, err error) (int, error) { return 5, nil })
	}).Do(ctx, 1))
	fmt.Println(flow.New("nest", func(in flow.Node[int]) flow.Node[int] { return flow.Step(f.Task(), flow.Step(f.Task(), in)) }).Do(ctx, 1))
	fmt.Println(flow.New("nestbad", func(in flow.Node[int]) flow.Node[int] { return flow.Step(g.Task(), flow.Step(f.Task(), in)) }).Do(ctx, 1))
	es := flow.New("each", func(in flow.Node[int]) flow.Node[[]int] {
		return flow.Each(inc, flow.Map(in, func(n int) []int { return make([]int, n) }), 3)
	})
	fmt.Println(es.Do(ctx, 10))
	fmt.Println(es.Do(ctx, 0))
	fmt.Println(flow.New("either", func(in flow.Node[int]) flow.Node[int] {
		return flow.Either(flow.Map(in, func(n int) bool { return n > 0 }), flow.Step(inc, in), flow.Step(bad, in))
	}).Do(ctx, 1))
	fmt.Println(flow.New("after", func(in flow.Node[int]) flow.Node[int] {
		return flow.After(flow.Step(inc, in), flow.Require(flow.Map(in, func(n int) bool { return n > 1 }), errors.New("muted")))
	}).Do(ctx, 1))
	fmt.Println(flow.New("id", func(in flow.Node[int]) flow.Node[int] { return in }).Do(ctx, 1))
	fmt.Println(h.Go(ctx, 1).Name())
	fut := h.Go(ctx, 3)
	cancel()
	fmt.Println(fut.Await(context.Background()))
	fmt.Println(h.Do(ctx, 1))
	c2, cancel2 := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel2()
	fmt.Println(h.Do(c2, 1))
}
