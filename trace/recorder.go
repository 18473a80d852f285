package trace

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/jade-go/jade/observe"
)

// Recorder is a [observe.Observer] that makes a [Trace] of each run. It may be
// used by any number of runs at once.
type Recorder struct {
	done  func(*Trace)
	max   int
	sizes sync.Map // of a name: how many spans its last trace had, plus some
	names atomic.Int32
}

// Option changes what a [Recorder] does.
type Option func(*Recorder)

// MaxSpans limits the spans of one trace, 10,000 if it is not given: calls that begin later are
// counted in [Trace.Dropped] and otherwise left out. The span of the run itself is always there.
func MaxSpans(n int) Option {
	if n < 1 {
		panic(fmt.Sprintf("trace.MaxSpans: the limit is %d spans, and must be at least 1", n))
	}
	return func(r *Recorder) { r.max = n }
}

const maxSpans = 10_000

// NewRecorder returns a recorder that gives each trace to done: once, when the run
// is over and so is everything else that began in it, as what a flow.Also runs. What was given up as a straggler
// is not waited for, nor is anything inside it; a call that begins later is not recorded.
//
// Done is called by one of the goroutines of the run, most often before the run's answer
// is given: it should be quick. It may be called by several runs at once. A panic in it is logged and changes nothing.
//
// Cost: beside what any observer costs, two allocations a call, the memory of its span, and in all about 0.3 µs.
func NewRecorder(done func(*Trace), opts ...Option) *Recorder {
	if done == nil {
		panic("trace.NewRecorder: nil function")
	}
	r := &Recorder{done: done, max: maxSpans}
	for _, opt := range opts {
		opt(r)
	}
	return r
}

// Begin implements [observe.Observer].
func (r *Recorder) Begin(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
	around, _ := ctx.Value(seatKey{r}).(*seat)
	rec, parent := (*recording)(nil), -1
	if around != nil {
		rec, parent = around.rec, around.span
	} else {
		rec = newRecording(r, c)
	}
	i, ok := rec.begin(parent, &c)
	if !ok {
		return ctx, nil
	}
	s := &seat{Context: ctx, rec: rec, around: around, span: i}
	return s, s.end
}

// seat is the ctx of a call, which says where in the recording its parts belong.
type seat struct {
	context.Context
	rec    *recording
	around *seat // of the call that this is a part of; nil of the run
	span   int
	parts  atomic.Pointer[failure] // of it that have failed, the latest first
}

type seatKey struct{ of *Recorder }

// Value implements [context.Context].
func (s *seat) Value(key any) any {
	if k, ok := key.(seatKey); ok && k.of == s.rec.recorder {
		return s
	}
	return s.Context.Value(key)
}

// String keeps fmt from reading the recording by reflection, while others write to it.
func (s *seat) String() string   { return "jade.Context" }
func (s *seat) GoString() string { return "jade.Context" }

func (s *seat) end(o observe.Outcome) {
	if o.Err == nil {
		s.parts.Store(&closed)
		s.rec.end(s.span, &o, texts{})
		return
	}
	s.failed(o)
}

func (s *seat) failed(o observe.Outcome) {
	t := texts{err: "its text could not be had"}
	defer func() { s.rec.end(s.span, &o, t) }() // whatever the methods of a foreign error do
	cause := s.parts.Swap(&closed).behind(o.Err)
	if s.around != nil && o.Status != observe.StatusCanceled && o.Status != observe.StatusSkipped {
		s.around.note(failure{err: o.Err, span: s.span, replaced: o.Status == observe.StatusDegraded})
	}
	t = textsOf(o)
	t.cause = cause
}

// maxNames limits how many names a recorder learns the sizes of: some are made of requests.
const maxNames = 1000

// expected is for how many spans of a run of that name there should be room.
func (r *Recorder) expected(name string) int {
	if n, known := r.sizes.Load(name); known {
		return n.(int)
	}
	return 8
}

func (r *Recorder) expect(name string, spans int) {
	if _, known := r.sizes.Load(name); known || r.names.Load() < maxNames && r.names.Add(1) <= maxNames {
		r.sizes.Store(name, spans)
	}
}

// hand hands a trace over.
func (r *Recorder) hand(t *Trace) {
	if n, room := len(t.Spans), r.expected(t.Name); n > room || n < room/2 {
		r.expect(t.Name, min(n+n/8, r.max))
	}
	r.done(t)
}
