package jadeslog_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

func TestProbe(t *testing.T) {
	show := func(what string, body func(ctx context.Context)) {
		j := logged(t, slog.LevelDebug, body)
		fmt.Println("==", what)
		for _, s := range j.brief(t) {
			fmt.Println("  ", s)
		}
	}
	in := func(n flow.Node[string], ts ...task.Task[string, string]) flow.Node[string] {
		for _, t := range ts {
			n = flow.Step(t, n)
		}
		return n
	}
	one := func(ts ...task.Task[string, string]) *flow.Flow[string, string] {
		return flow.New("shop", func(n flow.Node[string]) flow.Node[string] { return in(n, ts...) })
	}
	bad := errors.New("sold out")
	show("run fails, skip", func(ctx context.Context) { one(takes("a", ms, bad), takes("b", ms, nil)).Do(ctx, "x") })
	show("lone timeout", func(ctx context.Context) { takes("a", time.Second, nil).Timeout(ms).Do(ctx, "x") })
	show("lone timeout stubborn", func(ctx context.Context) { stubborn("a", 5*time.Second, nil).Timeout(ms).Do(ctx, "x") })
	show("retry stubborn ok", func(ctx context.Context) {
		var n atomic.Int32
		task.New("a", func(ctx context.Context, in string) (string, error) {
			if n.Add(1) == 1 {
				time.Sleep(500 * ms)
			}
			return in, nil
		}).Timeout(ms).Retry(task.Retry{Attempts: 2, Delay: ms}).Do(ctx, "x")
	})
	show("run limit", func(ctx context.Context) {
		one(takes("a", time.Second, nil)).Timeout(ms).Do(ctx, "x")
	})
	show("run limit stubborn", func(ctx context.Context) {
		one(stubborn("a", 3*time.Second, nil)).Timeout(ms).Do(ctx, "x")
	})
	show("caller deadline", func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, ms)
		defer cancel()
		one(takes("a", time.Second, nil)).Do(ctx, "x")
	})
	show("caller cancel", func(ctx context.Context) {
		ctx, cancel := context.WithCancel(ctx)
		time.AfterFunc(ms, cancel)
		one(takes("a", time.Second, nil)).Do(ctx, "x")
	})
	show("refused", func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, ms)
		defer cancel()
		time.Sleep(2 * ms)
		one(takes("a", time.Second, nil)).Do(ctx, "x")
		takes("a", time.Second, nil).Do(ctx, "x")
	})
	show("nested", func(ctx context.Context) {
		inner := flow.New("inner", func(n flow.Node[string]) flow.Node[string] { return in(n, takes("a", ms, bad), takes("b", ms, nil)) })
		one(inner.Task().Named("part"), takes("c", ms, nil)).Do(ctx, "x")
	})
	show("nested timeout outer", func(ctx context.Context) {
		inner := flow.New("inner", func(n flow.Node[string]) flow.Node[string] {
			return in(n, takes("a", time.Second, bad), takes("b", ms, nil))
		})
		one(inner.Task().Named("part").Timeout(ms).Fallback("y"), takes("c", ms, nil)).Do(ctx, "x")
	})
	show("nested fallback in", func(ctx context.Context) {
		inner := flow.New("inner", func(n flow.Node[string]) flow.Node[string] {
			return in(n, takes("a", ms, bad).Fallback("z"), takes("b", ms, nil))
		})
		one(inner.Task().Named("part"), takes("c", ms, nil)).Do(ctx, "x")
	})
	show("catch", func(ctx context.Context) {
		one(takes("a", ms, bad)).Catch(func(context.Context, string, error) (string, error) { return "y", nil }).Do(ctx, "x")
	})
	show("victims", func(ctx context.Context) {
		flow.New("shop", func(n flow.Node[string]) flow.Node[string] {
			a := flow.Step(takes("a", time.Second, nil).Timeout(ms), n)
			b := flow.Step(takes("b", time.Second, nil), n)
			c := flow.Step(stubborn("c", 2*time.Second, nil), n)
			return flow.Map3(a, b, c, func(a, b, c string) string { return a })
		}).Do(ctx, "x")
	})
	show("effect late", func(ctx context.Context) {
		flow.New("shop", func(n flow.Node[string]) flow.Node[string] {
			return flow.Also(n, flow.Step(takes("a", time.Second, nil).Timeout(ms), n), flow.Step(takes("b", time.Second, bad), n), flow.Step(takes("c", time.Hour, bad), n))
		}).Do(ctx, "x")
		time.Sleep(2 * time.Second)
	})
	show("task in a task", func(ctx context.Context) {
		inner := takes("inner", ms, bad)
		task.New("outer", func(ctx context.Context, in string) (string, error) {
			s, err := inner.Do(ctx, in)
			if err != nil {
				err = fmt.Errorf("outer: %w", err)
			}
			return s, err
		}).Retry(task.Retry{Attempts: 2, If: func(error) bool { return true }}).Do(ctx, "x")
	})
	show("panic", func(ctx context.Context) {
		one(task.New("a", func(context.Context, string) (string, error) { panic("oh") })).Do(ctx, "x")
	})
	show("each", func(ctx context.Context) {
		flow.New("shop", func(n flow.Node[string]) flow.Node[[]string] {
			return flow.Each(takes("a", ms, bad).Retry(task.Retry{Attempts: 2, If: func(error) bool { return true }}), flow.Map(n, func(string) []string { return make([]string, 3) }), 2)
		}).Do(ctx, "x")
	})
	show("any", func(ctx context.Context) {
		flow.New("shop", func(n flow.Node[string]) flow.Node[string] {
			return flow.Any(flow.Step(takes("a", ms, nil), n), flow.Step(takes("b", 2*ms, nil), n))
		}).Do(ctx, "x")
	})
}
