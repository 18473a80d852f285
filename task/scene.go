package task

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/jade-go/jade/internal/engine"
)

// scene is a call that is observed. What is called inside it finds it by its
// ctx, whose values are those that the observer has returned.
type scene struct {
	context.Context
	run  uint64
	flow string
	node string
	path []string // of the flow
	sink *sink
	own  sink

	end          func(Outcome) // of the observer; may be nil
	ended, given atomic.Bool   // it was told how the call ended; that it was given up
}

type sceneKey struct{}

var runs atomic.Uint64

// sink has what the value of something inside a call stands in for that is not observed itself.
type sink struct{ degraded atomic.Pointer[error] }

// Value implements [context.Context].
func (s *scene) Value(key any) any {
	if key == (sceneKey{}) {
		return s
	}
	return s.Context.Value(key)
}

// begin tells the observer.
func (s *scene) begin(o Observer, c Call) {
	defer contain("Begin")
	seen, end := o.Begin(s.Context, c)
	if seen != nil {
		s.Context = seen
	}
	s.end = end
}

// tell passes on one ending, after at most one that says Straggler.
func (s *scene) tell(o Outcome) {
	switch {
	case s.end == nil:
		return
	case o.Status == Straggler:
		if s.ended.Load() || s.given.Swap(true) {
			return
		}
	case s.ended.Swap(true):
		return
	}
	defer contain("the function of Begin")
	s.end(s.sink.amend(o))
}

// stoodIn is told of a degraded result inside a Wrap: only the call around that is observed.
func stoodIn(ctx context.Context, failure error) {
	if around, observed := ctx.Value(sceneKey{}).(*scene); observed {
		around.sink.degraded.Store(&failure)
	}
}

// amend makes an outcome one that is degraded if something inside was.
func (s *sink) amend(o Outcome) Outcome {
	failure := s.degraded.Load()
	if o.Status != OK || failure == nil {
		return o
	}
	elapsed := o.Elapsed
	o = OutcomeOf(nil, *failure, time.Now())
	o.Elapsed = elapsed
	return o
}

// contain is deferred where an observer's function is called.
func contain(what string) {
	if r := recover(); r != nil {
		slog.Error("task: an observer failed, which changes nothing", "in", what, "error", engine.Thrown(r))
	}
}
