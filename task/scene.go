package task

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

// scene is a call that is observed, and its ctx. What is called inside it finds
// it by that, and by it the values of the ctx that the observer has returned.
// All that the call needs is in it, as every object more is paid for by each call.
type scene struct {
	context.Context                 // that it begins with
	values          context.Context // that the observer has returned; nil if it has no others
	about           *Call           // without what differs from run to run
	run             *setting
	start           time.Duration // since the run's
	end             func(Outcome) // of the observer; may be nil
	degraded        atomic.Pointer[error]
	state           atomic.Uint32
}

// setting is what calls have in common that are part of the same run of the same flow.
type setting struct {
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

type sceneKey struct{}

var runs atomic.Uint64

// sceneOf is the call that ctx belongs to, or nil.
func sceneOf(ctx context.Context) *scene {
	s, _ := ctx.Value(sceneKey{}).(*scene)
	return s
}

// Value implements [context.Context].
func (s *scene) Value(key any) any {
	if key == (sceneKey{}) {
		return s
	}
	var values context.Context
	if s.state.Load()&silent == 0 {
		values = s.values
	}
	return engine.Lookup(s, s.Context, values, key)
}

// String keeps fmt from reading the scene by reflection, while others write to it.
func (s *scene) String() string   { return "jade.Context" }
func (s *scene) GoString() string { return "jade.Context" }

// Below implements [engine.Dressed].
func (s *scene) Below(engine.Seal) context.Context { return s.Context }

// begin tells the observer of a call that begins at start, and returns the ctx for it.
func (s *scene) begin(ctx context.Context, o Observer, around *scene, about *Call, start time.Time) context.Context {
	s.Context, s.about, s.run = ctx, about, settingOf(around, about, start)
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

// settingOf is that of a call inside of another one, if there is one around it.
func settingOf(around *scene, about *Call, start time.Time) *setting {
	if around != nil && about.Kind != KindRun && (about.Run == 0 || about.Run == around.run.id) {
		return around.run
	}
	in := &setting{id: about.Run, path: about.Path, begun: start}
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

func (s *scene) announce(o Observer) {
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
func (s *scene) ends(err, degraded error, lost ...Loss) {
	if err == nil && degraded == nil && s.passes() {
		return
	}
	o := s.outcome(err, degraded)
	o.Losses = lost
	s.tell(o)
}

// straggles tells that the call goes on, but nobody waits for it any more.
func (s *scene) straggles(err error) {
	o := s.outcome(err, nil)
	o.Status = StatusStraggler
	s.tell(o)
}

// skipped tells that the call is not made.
func (s *scene) skipped(why error) {
	o := s.outcome(why, nil)
	o.Status = StatusSkipped
	s.tell(o)
}

func (s *scene) outcome(err, degraded error) Outcome {
	o := Outcome{Err: err, Elapsed: time.Since(s.run.begun) - s.start}
	o.judge(s, degraded)
	if o.Status == StatusFailed && o.Panic == nil && s.givenUp() {
		o.Status, o.Class = StatusCanceled, recovery.ClassCanceled
	}
	return o
}

// givenUp reports whether the call's ctx was cancelled: what it failed with then, whatever it is, is what
// came of that. A run's own ctx is cancelled when it has failed.
func (s *scene) givenUp() bool {
	return s.about.Kind != KindRun && s.Context.Err() == context.Canceled
}

// cutsOff reports whether the call has not done its work because there was no more time for it, or its scope has closed. A
// failure of its own is none.
func (s *scene) cutsOff(o Outcome) bool {
	switch o.Status {
	case StatusCanceled, StatusSkipped, StatusStraggler:
		return true
	case StatusFailed:
		return o.Class == recovery.ClassTimeout && s.Context.Err() != nil
	}
	return false
}

// tell passes on one ending, after at most one that says Straggler.
func (s *scene) tell(o Outcome) {
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
func (s *scene) sink() *scene {
	for s.about.Kind == KindAttempt {
		around := sceneOf(s.Context)
		if around == nil {
			break
		}
		s = around
	}
	return s
}

// amend makes an outcome one that is degraded if something inside was.
func (s *scene) amend(o *Outcome) {
	if failure := s.sink().degraded.Load(); failure != nil {
		o.judge(s, *failure)
	}
}

// contain is deferred where an observer's function is called.
func contain(what string) {
	if r := recover(); r != nil {
		slog.Error("task: an observer failed, which changes nothing", "in", what, "error", engine.Thrown(r))
	}
}
