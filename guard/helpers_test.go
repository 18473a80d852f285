package guard_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

const ms = time.Millisecond

var (
	errDown  = io.ErrUnexpectedEOF                                        // of class Dependency
	errWrong = recovery.Mark(recovery.ClassBusiness, errors.New("wrong")) // of class Business
)

func bg() context.Context { return context.Background() }

// does is the task that does fn.
func does(fn func(ctx context.Context, n int) (int, error)) task.Task[int, int] {
	return task.New("item", fn)
}

// returns is the task that fails with err, or not.
func returns(err error) task.Task[int, int] {
	return does(func(_ context.Context, n int) (int, error) { return n, err })
}

// rejection is what err says of a gate that has not let a call in.
func rejection(t testing.TB, err error) task.RejectedError {
	t.Helper()
	e, ok := errors.AsType[*task.RejectedError](err)
	require.True(t, ok, "%v", err)
	return *e
}

// outcome is what a gate is told of a call that has failed with err.
func outcome(err error) observe.Outcome { return observe.OutcomeOf(bg(), err, nil, time.Now()) }

// enters reports whether a gate lets a call in that leaves at once.
func enters(t testing.TB, g task.Gate, key string) bool {
	t.Helper()
	ticket, err := g.Enter(bg(), key)
	if err != nil {
		rejection(t, err)
		return false
	}
	g.Answered(ticket, observe.Outcome{})
	g.Left(ticket)
	return true
}
