package observe

import (
	"context"
	"log/slog"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jade-go/jade/internal/alarm"
	"github.com/jade-go/jade/internal/engine"
	recovery "github.com/jade-go/jade/recover"
)

// callCtx is a call that is observed, and the ctx of that call. A call inside of it finds it in its ctx, and so
// do lookups of the values that the observer has added.
// It is one object, because each call pays for each object.
type callCtx struct {
	context.Context                 // the ctx that the call was started with
	values          context.Context // the ctx that the observer has returned; nil if it is the same
	about           *Call           // what does not differ from run to run
	run             *runInfo
	start           time.Duration         // since the run's
	end             func(Outcome)         // the function that Begin of the observer has returned; may be nil
	degraded        atomic.Pointer[error] // the failure that the value stands in for
	state           atomic.Uint32
	waited          atomic.Uint32 // for gates, in microseconds; it is where the alignment leaves room
}

// runInfo is what the calls of one run of a flow have in common.
type runInfo struct {
	id    uint64
	path  []string
	begun time.Time

	mu   sync.Mutex
	told *sync.Cond // for those who wait until somebody else has told the observer of a call: see reveal
}

// The state of a call is a set of these. The empty set means that the call runs and that the observer knows of it.
const (
	silent  uint32 = 1 << iota // the observer does not know of the call; values and end are not written yet
	telling                    // somebody is telling the observer of a silent call, or that the call was given up
	given                      // the observer knows that the call was given up
	ended                      // the call has ended
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

// String keeps fmt from reading the fields by reflection while others write to them.
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

// infoOf returns the runInfo of a call: that of the call around it, unless a run begins here.
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

// same reports whether a and b are the same ctx. It does not compare types that may not be comparable.
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

// straggles tells that the call still runs, and that nobody waits for it any more.
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
	o := Outcome{Err: err, Elapsed: time.Since(s.run.begun) - s.start, Waited: time.Duration(s.waited.Load()) * time.Microsecond}
	o.judge(s, degraded)
	if o.Status == StatusFailed && o.Panic == nil && s.givenUp() {
		o.Status, o.Class = StatusCanceled, recovery.ClassCanceled
	}
	return o
}

// givenUp reports whether the call's ctx was cancelled. Whatever the call fails with then comes from that.
// (Not of a run: its ctx is cancelled because it has failed.)
func (s *callCtx) givenUp() bool {
	return s.about.Kind != KindRun && s.Context.Err() == context.Canceled
}

// cutsOff reports whether the call has not done its work because its time was over or its scope was closed,
// and not because of a failure of its own.
func (s *callCtx) cutsOff(o Outcome) bool {
	switch o.Status {
	case StatusCanceled, StatusSkipped, StatusStraggler:
		return true
	case StatusFailed:
		return o.Class == recovery.ClassTimeout && (s.Context.Err() != nil || s.isDue(o.Elapsed))
	}
	return false
}

// isDue reports whether the call ended when the deadline of its ctx had passed, or so short before it that
// a flow or a task inside may have given up for that deadline.
func (s *callCtx) isDue(elapsed time.Duration) bool {
	until, limited := s.Deadline()
	limit := until.Sub(s.run.begun) - s.start
	return limited && elapsed >= limit-alarm.Hold(limit)
}

// tell tells the observer of the end of the call, once; before that, at most once that the call is a straggler.
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
		if !s.state.CompareAndSwap(0, given|telling) {
			return
		}
		defer s.told(telling) // whatever the observer does
	default:
		was := s.state.Or(ended)
		if was&ended != 0 {
			return
		}
		if was&telling != 0 { // else some of a Tee would hear of the end first, and some not
			s.run.mu.Lock()
			s.untilTold()
			s.run.mu.Unlock()
		}
	}
	defer contain("the function of Begin")
	if o.Status == StatusOK {
		s.amend(&o)
	}
	o.blame(s.about.Flow)
	o.Lost = s.about.Effect && s.cutsOff(o)
	s.end(o)
}

// sink returns the call that is degraded if something inside of s is degraded that is not observed itself: s, or of an
// attempt the call around it.
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

// amend marks an outcome as degraded if something inside of the call was degraded.
func (s *callCtx) amend(o *Outcome) {
	if failure := s.sink().degraded.Load(); failure != nil {
		o.judge(s, *failure)
	}
}

// contain is deferred where a function of an observer is called. It logs a panic.
func contain(what string) {
	if r := recover(); r != nil {
		slog.Error("observe: an observer failed, which changes nothing", "in", what, "error", engine.Thrown(r))
	}
}
