// Package flowtest has tasks and flows that tests of several packages watch.
// Only tests import it.
package flowtest

import (
	"context"
	"time"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

// Takes is a task that returns its input and err after d, or earlier if its ctx ends.
func Takes[T any](name string, d time.Duration, err error) task.Task[T, T] {
	return task.New(name, func(ctx context.Context, in T) (out T, _ error) {
		select {
		case <-ctx.Done():
			return out, context.Cause(ctx)
		case <-time.After(d):
			return in, err
		}
	})
}

// Stubborn is a task that returns its input and err after d, whatever its ctx says.
func Stubborn[T any](name string, d time.Duration, err error) task.Task[T, T] {
	return task.New(name, func(_ context.Context, in T) (T, error) { time.Sleep(d); return in, err })
}

// Line is a flow of tasks, each of which takes what the one before it has made.
func Line[T any](name string, ts ...task.Task[T, T]) *flow.Flow[T, T] {
	return flow.New(name, func(n flow.Node[T]) flow.Node[T] {
		for _, t := range ts {
			n = flow.Step(t, n)
		}
		return n
	})
}

// Unavailable is a failure of a dependency: another attempt may help.
type Unavailable struct{}

func (Unavailable) Error() string { return "busy" }

// StatusCode is that of an answer of HTTP.
func (Unavailable) StatusCode() int { return 503 }
