package flow_test

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/notes"
	"github.com/jade-go/jade/task"
)

const ms = time.Millisecond

var (
	errSoldOut = errors.New("sold out")
	errNoRoute = errors.New("no route")
)

func plainCtx() context.Context { return context.Background() }

// number is a node or a flow of whole numbers, which most tests are about.
type number = flow.Node[int]

// diary is what happened in a bubble, and when.
type diary struct{ *notes.Diary }

func newDiary() *diary { return &diary{notes.NewDiary()} }

// works is a task that adds one to its argument after a time, unless its ctx ends first.
func (d *diary) works(name string, takes time.Duration) task.Task[int, int] {
	return d.ends(name, takes, nil)
}

// ends is a task that ends with err after a time, unless its ctx ends first.
func (d *diary) ends(name string, takes time.Duration, err error) task.Task[int, int] {
	return task.New(name, func(ctx context.Context, n int) (int, error) {
		d.Note("%s starts", name)
		if cause := wait(ctx, takes); cause != nil {
			d.Note("%s is cancelled: %v", name, cause)
			return 0, cause
		}
		d.Note("%s ends", name)
		return n + 1, err
	})
}

// stubborn is a task that takes its time, whatever its ctx says.
func (d *diary) stubborn(name string, takes time.Duration) task.Task[int, int] {
	return task.New(name, func(_ context.Context, n int) (int, error) {
		d.Note("%s starts", name)
		time.Sleep(takes)
		d.Note("%s ends", name)
		return n + 1, nil
	})
}

// wait lasts for d, or until ctx ends, and returns its cause then.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// plus is a task that adds n, at once.
func plus(name string, n int) task.Task[int, int] {
	return task.New(name, func(_ context.Context, to int) (int, error) { return to + n, nil })
}

// failing is a task that fails, at once.
func failing(name string, err error) task.Task[int, int] {
	return task.New(name, func(context.Context, int) (int, error) { return 0, err })
}

// panicking and exiting are tasks that do not return.
func panicking(name string, v any) task.Task[int, int] {
	return task.New(name, func(context.Context, int) (int, error) { panic(v) })
}

func exiting(name string) task.Task[int, int] {
	return task.New(name, func(context.Context, int) (int, error) { runtime.Goexit(); return 0, nil })
}

// obedient is a task that waits for its ctx to end, and returns the cause.
func obedient(name string) task.Task[int, int] {
	return task.New(name, func(ctx context.Context, _ int) (int, error) {
		<-ctx.Done()
		return 0, context.Cause(ctx)
	})
}

func sum2(a, b int) int    { return a + b }
func sum3(a, b, c int) int { return a + b + c }
func even(n int) bool      { return n%2 == 0 }

// of is a flow whose result is what make makes of its input.
func of(make func(in number) number) *flow.Flow[int, int] { return flow.New("shop", make) }

// inScope runs a test in a bubble and a scope, which it closes.
func inScope(t *testing.T, test func(t *testing.T, ctx context.Context, d *diary)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, scope := future.WithScope(plainCtx())
		test(t, ctx, newDiary())
		require.NoError(t, scope.Close())
	})
}

// took runs a flow and returns its answer with how long that took.
func took[In, Out any](ctx context.Context, f *flow.Flow[In, Out], in In) (Out, time.Duration, error) {
	begun := time.Now()
	v, err := f.Do(ctx, in)
	return v, time.Since(begun), err
}

// stack is the functions on the goroutine of the caller.
func stack() string {
	buf := make([]byte, 64<<10)
	return string(buf[:runtime.Stack(buf, false)])
}

func named(name string, fn func(context.Context, int) (int, error)) task.Task[int, int] {
	return task.New(name, fn)
}

func goexit() { runtime.Goexit() }

// here is the place of the line that is so many lines below that of the caller.
func here(below int) string {
	_, path, line, _ := runtime.Caller(1)
	return "flow/" + filepath.Base(path) + ":" + strconv.Itoa(line+below)
}
