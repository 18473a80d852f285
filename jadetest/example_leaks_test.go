package jadetest_test

import (
	"context"
	"fmt"
	"regexp"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/jadetest"
	"github.com/jade-go/jade/task"
)

// ending stands for a test that ends. It prints its failures, without the lines of the source, which change.
type ending struct {
	told
	cleanup func()
}

func (t *ending) Cleanup(fn func()) { t.cleanup = fn }

func (t *ending) Errorf(format string, args ...any) {
	fmt.Println(regexp.MustCompile(`:\d+\)`).ReplaceAllString(fmt.Sprintf(format, args...), ")"))
}

func watchPrices(ctx context.Context, _ int) (int, error) {
	<-ctx.Done()
	return 0, context.Cause(ctx)
}

// The test forgets to close the scope that the task runs in.
func ExampleNoLeaks() {
	t := new(ending)
	ctx := jadetest.NoLeaks(t)

	ctx, _ = future.WithScope(ctx)
	task.New("prices", watchPrices).Go(ctx, 7)

	t.cleanup() // the test is over
	// Output:
	// jadetest.NoLeaks: 1 goroutine left; tasks running: prices (jadetest/example_leaks_test.go)
	// 	jadetest_test.watchPrices (jadetest/example_leaks_test.go) of a task, chan receive; ended when its scope was closed
}
