package observe

import (
	"context"
	"log/slog"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jade-go/jade/internal/engine"
	recovery "github.com/jade-go/jade/recover"
)

// callCtx is a call that is observed, and its ctx. What is called inside it finds
// it by that, and by it the values of the ctx that the observer has returned.
// All that the call needs is in it, as every object more is paid for by each call.
type callCtx struct {
	context.Context                 // that it begins with
	values          context.Context // that the observer has returned; nil if it has no others
	about           *Call           // without what differs from run to run
	run             *runInfo
	start           time.Duration // since the run's
	end             func(Outcome) // of the observer; may be nil
	degraded        atomic.Pointer[error]
	state           atomic.Uint32
}

// runInfo is what calls have in common that are part of the same run of the same flow.
type runInfo struct {
	id    uint64
	path  []string
	begun time.Time

	mu   sync.Mutex
	told *sync.Cond // of those who wait for another to tell of a call: see reveal
}

// What there is to say of a call. None of it means that the observer knows of it, and that it runs.
const (
	silent  uint32 = 1 << iota // the observer does not know of it; values and end are not written
	telling                    // it is being told now of such a call
	given                      // it has been given up
	ended
)

type callKey struct{}

var runs atomic.Uint64

// callOf is the call that ctx belongs to, or nil.
func callOf(ctx context.Context) *callCtx {
	s, _ := ctx.Value(callKey{}).(*callCtx)
	return s
}

// Value implements [context.Context].
func (s *callCtx) Value(key any) any {
	if key == (callKey{}) {
		return s
	}
	var values context.Context
	if s.state.Load()&silent == 0 {
		values = s.values
	}
	return engine.Lookup(s, s.Context, values, key)
}

// String keeps fmt from reading the call by reflection, while others write to it.
func (s *callCtx) String() string   { return "jade.Context" }
func (s *callCtx) GoString() string { return "jade.Context" }

// Below implements [engine.Dressed].
func (s *callCtx) Below(engine.Seal) context.Context { return s.Context }

// begin tells the observer of a call that begins at start, and returns the ctx for it.
func (s *callCtx) begin(ctx context.Context, o Observer, around *callCtx, about *Call, start time.Time) context.Context {
	s.Context, s.about, s.run = ctx, about, infoOf(around, about, start)
	s.start = start.Sub(s.run.begun)
	if onlyFailures(o, about.Kind) {
		s.state.Store(silent)
		return s
	}
	if around != nil {
		around.reveal()
	}
	s.announce(o)
	return s
}

// infoOf is that of a call inside of another one, if there is one around it.
func infoOf(around *callCtx, about *Call, start time.Time) *runInfo {
	if around != nil && about.Kind != KindRun && (about.Run == 0 || about.Run == around.run.id) {
		return around.run
	}
	in := &runInfo{id: about.Run, path: about.Path, begun: start}
	switch {
	case in.id != 0:
	case around != nil:
		in.id = around.run.id
	default:
		in.id = runs.Add(1)
	}
	if around != nil {
		path := around.run.path
		switch node := around.about.Node; {
		case about.Kind != KindRun:
			in.path = path
		case node != "":
			in.path = append(path[:len(path):len(path)], node)
		}
	}
	return in
}

func (s *callCtx) announce(o Observer) {
	defer contain("Begin")
	c := *s.about
	c.Run, c.Path, c.Start = s.run.id, s.run.path, s.run.begun.Add(s.start)
	if c.Deadline.IsZero() {
		c.Deadline, _ = s.Deadline()
	}
	seen, end := o.Begin(s.Context, c)
	if !same(seen, s.Context) {
		s.values = seen
	}
	s.end = end
}

// same reports whether two ctxs are one. Those of a type that may not be comparable are not.
func same(a, b context.Context) bool {
	return a != nil && reflect.TypeOf(a).Kind() == reflect.Pointer && a == b
}

// ends tells how the call ended.
func (s *callCtx) ends(err, degraded error, lost ...Loss) {
	if err == nil && degraded == nil && s.passes() {
		return
	}
	o := s.outcome(err, degraded)
	o.Losses = lost
	s.tell(o)
}

// straggles tells that the call goes on, but nobody waits for it any more.
func (s *callCtx) straggles(err error) {
	o := s.outcome(err, nil)
	o.Status = StatusStraggler
	s.tell(o)
}

// skips tells that the call is not made.
func (s *callCtx) skips(why error) {
	o := s.outcome(why, nil)
	o.Status = StatusSkipped
	s.tell(o)
}

func (s *callCtx) outcome(err, degraded error) Outcome {
	o := Outcome{Err: err, Elapsed: time.Since(s.run.begun) - s.start}
	o.judge(s, degraded)
	if o.Status == StatusFailed && o.Panic == nil && s.givenUp() {
		o.Status, o.Class = StatusCanceled, recovery.ClassCanceled
	}
	return o
}

// givenUp reports whether the call's ctx was cancelled: what it failed with then, whatever it is, is what
// came of that. A run's own ctx is cancelled when it has failed.
func (s *callCtx) givenUp() bool {
	return s.about.Kind != KindRun && s.Context.Err() == context.Canceled
}

// cutsOff reports whether the call has not done its work because there was no more time for it, or its scope has closed. A
// failure of its own is none.
func (s *callCtx) cutsOff(o Outcome) bool {
	switch o.Status {
	case StatusCanceled, StatusSkipped, StatusStraggler:
		return true
	case StatusFailed:
		return o.Class == recovery.ClassTimeout && s.Context.Err() != nil
	}
	return false
}

// tell passes on one ending, after at most one that says Straggler.
func (s *callCtx) tell(o Outcome) {
	if was := s.state.Load(); was&silent != 0 {
		if was&ended != 0 || o.Status == StatusOK && s.passes() {
			return
		}
		s.reveal()
	}
	switch {
	case s.end == nil:
		return
	case o.Status == StatusStraggler:
		if s.state.Or(given) != 0 {
			return
		}
	case s.state.Or(ended)&ended != 0:
		return
	}
	defer contain("the function of Begin")
	if o.Status == StatusOK {
		s.amend(&o)
	}
	o.blame(s.about.Flow)
	o.Lost = s.about.Effect && s.cutsOff(o)
	s.end(o)
}

// sink is the call that is degraded if something inside s is that is not observed
// itself: not an attempt, but what that is one of.
func (s *callCtx) sink() *callCtx {
	for s.about.Kind == KindAttempt {
		around := callOf(s.Context)
		if around == nil {
			break
		}
		s = around
	}
	return s
}

// amend makes an outcome one that is degraded if something inside was.
func (s *callCtx) amend(o *Outcome) {
	if failure := s.sink().degraded.Load(); failure != nil {
		o.judge(s, *failure)
	}
}

// contain is deferred where an observer's function is called.
func contain(what string) {
	if r := recover(); r != nil {
		slog.Error("observe: an observer failed, which changes nothing", "in", what, "error", engine.Thrown(r))
	}
}
