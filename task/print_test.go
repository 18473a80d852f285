package task_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// Mocks print what they are called with, by reflection where nothing else tells what to print. A ctx that is
// read in that way while it is written to is a race, which only -race sees.
func TestContext_isPrintedWithoutARace(t *testing.T) {
	prints := func(name string) task.Task[int, string] {
		return task.New(name, func(ctx context.Context, _ int) (string, error) {
			done := make(chan string)
			go func() { done <- fmt.Sprintf("%v %+v %#v", ctx, ctx, ctx) }()
			child, cancel := context.WithCancel(ctx)
			defer cancel()
			_, _ = task.New("inner", func(context.Context, int) (int, error) { return 0, nil }).Timeout(time.Minute).Fallback(1).Do(child, 1)
			return <-done, nil
		})
	}
	observed := observe.With(context.Background(), silence{})
	for _, ctx := range []context.Context{context.Background(), observed} {
		for _, call := range []task.Task[int, string]{
			prints("plain"), prints("limited").Timeout(time.Minute), prints("tried").Retry(task.Retry{Attempts: 2}).Timeout(time.Minute),
		} {
			text, err := call.Do(ctx, 1)
			require.NoError(t, err)
			require.Equal(t, "jade.Context jade.Context jade.Context", text, call.Name())
		}
	}
}

type silence struct{}

func (silence) Begin(ctx context.Context, _ observe.Call) (context.Context, func(observe.Outcome)) {
	return ctx, func(observe.Outcome) {}
}
