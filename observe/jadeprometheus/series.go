package jadeprometheus

import (
	"strings"
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
)

// rooms say how many names there may still be.
type rooms struct{ flows, tasks, nodes, gates, lists atomic.Int64 }

func newRooms(names int) *rooms {
	r := new(rooms)
	for _, room := range []*atomic.Int64{&r.flows, &r.tasks, &r.nodes, &r.gates, &r.lists} {
		room.Store(int64(names))
	}
	r.flows.Add(1) // for tasks that run alone
	return r
}

// flowSeries are the series of a flow. There are some for runs once it has any.
type flowSeries struct {
	runs   func() *series
	tasks  *table[taskSeries]
	losses *table[lossSeries]
}

// lossSeries are those of a node in a flow, by class.
type lossSeries struct {
	classes [classes + 1]prometheus.Counter
}

func (v *vectors) newLosses(of, node string) *lossSeries {
	s := new(lossSeries)
	for i := range s.classes {
		s.classes[i] = v.losses.WithLabelValues(of, node, className(i))
	}
	return s
}

// lose counts what the answer of a run does without. What a nested flow does without is counted where that has run.
func (f *flowSeries) lose(lost []observe.Loss) {
	for _, l := range lost {
		if !strings.Contains(l.Node, "/") {
			f.losses.of(l.Node).classes[index(int(l.Class), classes)].Inc()
		}
	}
}

// taskSeries are the series of a task in a flow. There are some for elements and attempts once it has any.
type taskSeries struct {
	name       string
	calls      *series
	stragglers prometheus.Gauge
	lost       func() prometheus.Counter // of effects
	rejected   *table[prometheus.Counter]
	lists      *table[struct{}] // nodes that call the task for elements
	elements   func() *series
	attempts   func() (*series, prometheus.Counter)
}

func (v *vectors) newFlow(name string, room *rooms) *flowSeries {
	name = valid(name)
	return &flowSeries{
		runs: sync.OnceValue(func() *series {
			s := newSeries(v.runs, name)
			for _, class := range failures { // what is lost is known by name only when it is
				s.total(int(observe.StatusDegraded), int(class))
			}
			return s
		}),
		tasks:  newTable(&room.tasks, func(of string) *taskSeries { return v.newTask(name, valid(of), room) }),
		losses: newTable(&room.nodes, func(of string) *lossSeries { return v.newLosses(name, valid(of)) }),
	}
}

func (v *vectors) newTask(of, name string, room *rooms) *taskSeries {
	return &taskSeries{
		name:       name,
		calls:      newSeries(v.tasks, of, name),
		stragglers: v.stragglers.WithLabelValues(of, name),
		lost:       sync.OnceValue(func() prometheus.Counter { return v.effects.WithLabelValues(of, name) }),
		rejected: newTable(&room.gates, func(gate string) *prometheus.Counter {
			c := v.rejected.WithLabelValues(of, name, valid(gate))
			return &c
		}),
		lists:    newTable(&room.lists, func(string) *struct{} { return new(struct{}) }),
		elements: sync.OnceValue(func() *series { return newSeries(v.elements, of, name) }),
		attempts: sync.OnceValues(func() (*series, prometheus.Counter) {
			return newSeries(v.attempts, of, name), v.retries.WithLabelValues(of, name)
		}),
	}
}

// reject counts a call of the task that has failed with err, if a gate of its own did not let it in. A call inside of it is counted by itself, and
// so is an element of a node.
func (t *taskSeries) reject(node string, err error) {
	if node != "" && t.lists.has(node) {
		return
	}
	if r, ok := observe.RejectionOf(err); ok && (t.name == Other || t.name == valid(r.Task)) {
		(*t.rejected.of(r.Gate)).Inc()
	}
}

// valid is name as the value of a label, which must be UTF-8.
func valid(name string) string { return strings.ToValidUTF8(name, "\uFFFD") }

const (
	statuses = int(observe.StatusStraggler) + 1
	classes  = int(recovery.ClassUnknown) + 1
)

// series are those that calls of one kind and of the same names have. Each is looked up once.
type series struct {
	of        *family
	names     []string
	inFlight  prometheus.Gauge // nil if that is not measured
	totals    [statuses + 1][classes + 1]atomic.Pointer[prometheus.Counter]
	durations [statuses + 1]atomic.Pointer[prometheus.Observer]
}

// failures are the classes of what is worth an alert.
var failures = []recovery.Class{recovery.ClassCode, recovery.ClassSystem, recovery.ClassDependency, recovery.ClassTimeout, recovery.ClassBusiness, recovery.ClassUnknown}

// newSeries has the counters of success and failure begin at zero: an increase can be seen only of what was there before.
func newSeries(of *family, names ...string) *series {
	s := &series{of: of, names: names}
	if of.inFlight != nil {
		s.inFlight = of.inFlight.WithLabelValues(names...)
	}
	s.total(int(observe.StatusOK), int(recovery.ClassNone))
	for _, class := range failures {
		s.total(int(observe.StatusFailed), int(class))
	}
	return s
}

func (s *series) begins() {
	if s.inFlight != nil {
		s.inFlight.Inc()
	}
}

// ends counts a call. One that never started took no time.
func (s *series) ends(o observe.Outcome, e *exemplar) {
	if s.inFlight != nil {
		s.inFlight.Dec()
	}
	status, class := index(int(o.Status), statuses), index(int(o.Class), classes)
	s.total(status, class).Inc()
	switch {
	case s.of.durations == nil || o.Status == observe.StatusSkipped:
	case e != nil:
		e.observe(s.duration(status), o.Elapsed.Seconds())
	default:
		s.duration(status).Observe(o.Elapsed.Seconds())
	}
}

// index is i, or n if there is no such constant.
func index(i, n int) int {
	if i < 0 || i >= n {
		return n
	}
	return i
}

func (s *series) total(status, class int) prometheus.Counter {
	at := &s.totals[status][class]
	if c := at.Load(); c != nil {
		return *c
	}
	c := s.of.totals.WithLabelValues(s.labels(outcome(status), className(class))...)
	at.Store(&c)
	return c
}

func (s *series) duration(status int) prometheus.Observer {
	at := &s.durations[status]
	if o := at.Load(); o != nil {
		return *o
	}
	o := s.of.durations.WithLabelValues(s.labels(outcome(status))...)
	at.Store(&o)
	return o
}

func (s *series) labels(more ...string) []string {
	return append(s.names[:len(s.names):len(s.names)], more...)
}

func outcome(status int) string {
	if status == statuses {
		return Other
	}
	return observe.Status(status).String()
}

func className(class int) string {
	if class == classes {
		return Other
	}
	return recovery.Class(class).String()
}
