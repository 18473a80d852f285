package observe_test

import (
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/strange"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// hostile is an error whose methods panic.
type hostile struct{}

func (hostile) Error() string     { panic("in Error") }
func (hostile) Unwrap() error     { panic("in Unwrap") }
func (hostile) Is(error) bool     { panic("in Is") }
func (hostile) As(any) bool       { panic("in As") }
func (hostile) RetryAfter() int   { panic("in RetryAfter") }
func (hostile) Rejection() string { panic("in Rejection") }

// loop wraps itself.
type loop struct{}

func (l *loop) Error() string { return "loop" }
func (l *loop) Unwrap() error { return l }

func TestRejectionOf(t *testing.T) {
	rejected := &task.RejectedError{Task: "coupons", Gate: "slots", Wait: time.Second, Err: hostile{}}
	want := observe.Rejection{Task: "coupons", Gate: "slots", Wait: time.Second}
	for name, err := range map[string]error{
		"itself": rejected, "wrapped": fmt.Errorf("no page: %w", rejected), "joined": errors.Join(io.EOF, rejected),
		"beside an error whose methods panic": errors.Join(hostile{}, rejected), "the first of two": errors.Join(rejected, &task.RejectedError{Task: "item"}),
	} {
		got, ok := observe.RejectionOf(err)
		require.True(t, ok, name)
		require.Equal(t, want, got, name)
	}
	none := map[string]error{
		"nil": nil, "another": io.EOF, "a nil pointer": (*task.RejectedError)(nil), "methods panic": hostile{}, "endless": new(loop),
		"a panic": &future.PanicError{Value: rejected}, "joined with a panic": errors.Join(rejected, &future.PanicError{Value: "oh"}),
	}
	for name, err := range strange.Errors {
		none[name] = err
	}
	for name, err := range none {
		_, ok := observe.RejectionOf(err)
		require.False(t, ok, name)
	}
}
