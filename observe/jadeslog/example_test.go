package jadeslog_test

import (
	"context"
	"errors"
	"log/slog"
	"os"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeslog"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// logger writes to the output, without what differs from one run of the example to the other.
func logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		switch a.Key {
		case slog.TimeKey, jadeslog.KeyRun, jadeslog.KeyPlace, jadeslog.KeyElapsed:
			return slog.Attr{}
		}
		return a
	}}))
}

var (
	fetchItem  = task.New("item", func(_ context.Context, id string) (string, error) { return "a book", nil })
	fetchPrice = task.New("price", func(_ context.Context, item string) (int, error) {
		return 0, recovery.Mark(recovery.ClassBusiness, errors.New("no price yet"))
	})

	orderPage = flow.New("order-page", func(id flow.Node[string]) flow.Node[int] {
		return flow.Step(fetchPrice, flow.Step(fetchItem, id))
	})
)

func ExampleNew() {
	ctx := observe.With(context.Background(), jadeslog.New(logger()))
	orderPage.Do(ctx, "7")
	// Output:
	// level=WARN msg=failed kind=node flow=order-page task=price status=failed class=business error="no price yet"
	// level=INFO msg=run flow=order-page task=price status=failed class=business error="order-page: price (jadeslog/example_test.go:29): no price yet"
}

func ExampleFunction() {
	ctx := observe.With(context.Background(), jadeslog.New(logger(), jadeslog.Function("order-page-eu")))
	fetchPrice.Fallback(100).Do(ctx, "a book")
	// Output:
	// level=WARN msg=degraded function=order-page-eu kind=node task=price status=degraded class=business error="no price yet"
}

// The line of a run is of no interest here, its failures are.
func ExampleLineLevel() {
	ctx := observe.With(context.Background(), jadeslog.New(logger(), jadeslog.LineLevel(slog.LevelDebug)))
	orderPage.Do(ctx, "7")
	// Output:
	// level=WARN msg=failed kind=node flow=order-page task=price status=failed class=business error="no price yet"
}

func ExampleOption() {
	options := []jadeslog.Option{jadeslog.Function("order-page-eu")}
	if os.Getenv("NO_SUCH_VARIABLE") != "" {
		options = append(options, jadeslog.LineLevel(slog.LevelDebug))
	}
	ctx := observe.With(context.Background(), jadeslog.New(logger(), options...))
	flow.New("item-page", func(id flow.Node[string]) flow.Node[string] { return flow.Step(fetchItem, id) }).Do(ctx, "7")
	// Output:
	// level=INFO msg=run function=order-page-eu flow=item-page status=ok
}
