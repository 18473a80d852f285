package jadeslog_test

import (
	"context"
	"io"
	"log/slog"
	"testing"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeslog"
	"github.com/jade-go/jade/task"
)

// idle is an observer that does nothing.
type idle struct{}

func (idle) Begin(ctx context.Context, _ observe.Call) (context.Context, func(observe.Outcome)) {
	return ctx, nil
}

// What it costs to observe a run of 20 tasks that succeed, beside no observer and one that does nothing.
func BenchmarkObserver(b *testing.B) {
	id := task.New("id", func(_ context.Context, in string) (string, error) { return in, nil })
	f := flow.New("page", func(in flow.Node[string]) flow.Node[string] {
		n := in
		for range 20 {
			n = flow.Step(id, n)
		}
		return n
	})
	logger := slog.New(slog.NewJSONHandler(io.Discard, nil))
	plain := context.Background()
	for _, c := range []struct {
		name string
		ctx  context.Context
	}{
		{"none", plain},
		{"idle", observe.With(plain, idle{})},
		{"jadeslog without lines", observe.With(plain, jadeslog.New(logger, jadeslog.LineLevel(slog.LevelDebug)))},
		{"jadeslog", observe.With(plain, jadeslog.New(logger))},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := f.Do(c.ctx, "x"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestCost_ofATaskThatSucceeds(t *testing.T) {
	o := jadeslog.New(slog.New(slog.NewJSONHandler(io.Discard, nil)))
	ctx, end := o.Begin(context.Background(), observe.Call{Kind: observe.KindRun})
	defer end(observe.Outcome{})
	if n := testing.AllocsPerRun(100, func() {
		_, end := o.Begin(ctx, observe.Call{Kind: observe.KindNode, Task: "item", Node: "item"})
		end(observe.Outcome{})
	}); n > 2 {
		t.Errorf("%v allocations, of which the comment of New knows 2", n)
	}
}

// What ends well is told of only where something is counted or written for it.
func TestCost_isNotToldOfWhatSucceeds(t *testing.T) {
	o, selective := jadeslog.New(slog.New(slog.NewJSONHandler(io.Discard, nil))).(observe.Selective)
	if !selective {
		t.Fatal("it is told of all")
	}
	for kind, only := range map[observe.Kind]bool{observe.KindNode: true, observe.KindElement: true, observe.KindAttempt: false} {
		if o.OnlyFailures(kind) != only {
			t.Errorf("%s: %v", kind, !only)
		}
	}
}
