package task_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/notes"
	"github.com/jade-go/jade/internal/seam"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

const ms = time.Millisecond

var (
	errBoom = errors.New("boom")  // of class Business
	errDown = io.ErrUnexpectedEOF // of class Dependency
	always  = func(error) bool { return true }
)

func bg() context.Context { return context.Background() }

// number is a task that most tests are about.
type number = task.Task[int, int]

// does is the number task that does fn.
func does(fn func(ctx context.Context, n int) (int, error)) number { return task.New("item", fn) }

// inside is what engines see of a task.
func inside(tk number) interface {
	Origin() *seam.Origin
	From(name string, at observe.Place, s seam.Starter[int, int]) number
	Direct() (task.Func[int, int], bool)
	Mend(ctx context.Context, n int, failed seam.Answer[int], crew seam.Crew, host seam.Host[int]) (seam.Answer[int], bool)
	Start(ctx context.Context, n int, crew seam.Crew, host seam.Host[int]) (seam.Answer[int], bool)
	Discarder() func(context.Context, int)
	WithBody(func(seam.Body[int, int]) seam.Body[int, int]) number
} {
	return task.ForEngines(engine.Seal{}, tk)
}

// plus adds one.
func plus() number { return does(func(_ context.Context, n int) (int, error) { return n + 1, nil }) }

// fails fails with err, at once.
func fails(err error) number { return does(func(context.Context, int) (int, error) { return 0, err }) }

// hangs waits for its ctx to end, and returns the cause.
func hangs() number {
	return does(func(ctx context.Context, _ int) (int, error) { <-ctx.Done(); return 0, future.Cause(ctx) })
}

// holds ignores its ctx until hold is closed.
func holds(hold <-chan struct{}) number {
	return does(func(_ context.Context, n int) (int, error) { <-hold; return n, nil })
}

// takes fails with err after d, unless its ctx ends first.
func takes(d time.Duration, err error) number {
	return does(func(ctx context.Context, n int) (int, error) {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
			return n, err
		case <-ctx.Done():
			return 0, future.Cause(ctx)
		}
	})
}

// same is the middleware that changes nothing.
func same(inside task.Func[int, int]) task.Func[int, int] { return inside }

// diary is what happened in a bubble, and when.
type diary struct{ *notes.Diary }

func newDiary() *diary { return &diary{notes.NewDiary()} }

// attempts notes when fn is called.
func (d *diary) attempts(fn func(ctx context.Context, n int) (int, error)) number {
	var made atomic.Int32
	return does(func(ctx context.Context, n int) (int, error) {
		d.Note("attempt %d", made.Add(1))
		return fn(ctx, n)
	})
}

// took runs a task and returns how long that took.
func took(ctx context.Context, tk number) (int, time.Duration, error) {
	begun := time.Now()
	v, err := tk.Do(ctx, 1)
	return v, time.Since(begun), err
}

// goroutine is the id of the caller's.
func goroutine() string {
	buf := make([]byte, 64)
	return strings.Fields(string(buf[:runtime.Stack(buf, false)]))[1]
}

// odd are ways not to return, and what the error has to be then.
var odd = map[string]struct {
	leave func()
	check func(t testing.TB, err error)
}{
	"panic": {func() { panic(errBoom) }, func(t testing.TB, err error) {
		t.Helper()
		p, ok := errors.AsType[*future.PanicError](err)
		require.True(t, ok, "%v", err)
		require.Same(t, errBoom, p.Value)
		require.ErrorIs(t, err, errBoom)
	}},
	"nil panic": {func() { panic(nil) }, func(t testing.TB, err error) {
		t.Helper()
		p, ok := errors.AsType[*future.PanicError](err)
		require.True(t, ok, "%v", err)
		require.IsType(t, (*runtime.PanicNilError)(nil), p.Value)
	}},
	"Goexit": {runtime.Goexit, func(t testing.TB, err error) {
		t.Helper()
		require.ErrorIs(t, err, future.ErrGoexit)
	}},
	"panic while Goexit runs": {func() {
		defer func() { panic(errBoom) }()
		runtime.Goexit()
	}, func(t testing.TB, err error) {
		t.Helper()
		require.ErrorIs(t, err, errBoom)
	}},
}

// watcher is an observer made of a function.
type watcher func(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome))

func (w watcher) Begin(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
	return w(ctx, c)
}

// recorder is an observer that keeps what it is told.
type recorder struct {
	begun notes.List[observe.Call]
	ends  notes.List[observe.Outcome]
	lines notes.List[string]
}

func (r *recorder) Begin(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
	name := c.Kind.String()
	if c.Kind == observe.KindAttempt {
		name = fmt.Sprintf("attempt %d", c.Attempt)
	}
	r.begun.Add(c)
	r.lines.Add(fmt.Sprintf("%s %s begins", c.Task, name))
	return ctx, func(o observe.Outcome) {
		r.ends.Add(o)
		r.lines.Add(fmt.Sprintf("%s %s %s", c.Task, name, o.Status))
	}
}

func (r *recorder) calls() []observe.Call    { return r.begun.All() }
func (r *recorder) ended() []observe.Outcome { return r.ends.All() }
func (r *recorder) told() []string           { return r.lines.All() }
