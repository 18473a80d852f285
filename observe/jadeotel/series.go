package jadeotel

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
)

const (
	statuses = int(observe.StatusStraggler) + 1
	classes  = int(recovery.ClassUnknown) + 1
)

// series are those that calls of the same names have. To make a set of attributes
// costs more than to measure, so each is made once. What is in flight is counted here and only told when
// the provider asks: its counters cost more than all else that a call has to pay.
type series struct {
	meters     *meters
	flow       string
	attributes attributes
	names      metric.MeasurementOption
	active     [kinds]level
	stragglers level
	effects    sync.Once // the counter of those that are lost is there, at zero
	outcomes   [statuses][classes]atomic.Pointer[[]metric.RecordOption]
}

func newSeries(m *meters, flow string, with attributes) *series {
	return &series{meters: m, flow: flow, attributes: with, names: metric.WithAttributeSet(attribute.NewSet(with...))}
}

func (s *series) begins(kind observe.Kind) {
	if isMeasured(kind) {
		s.active[kind].add(+1)
	}
}

// beginsEffect has the counter of lost effects begin at zero: an increase can be seen only of what was there before.
func (s *series) beginsEffect(ctx context.Context) {
	s.effects.Do(func() { s.meters.effects.Add(ctx, 0, s.names) })
}

// loses counts what has been lost with a call: an effect or, of a run, what its answer does without. What a nested flow does without is
// counted where that has run.
func (s *series) loses(ctx context.Context, o observe.Outcome) {
	if o.Lost {
		s.meters.effects.Add(ctx, 1, s.names)
	}
	for _, l := range o.Losses {
		if strings.Contains(l.Node, "/") {
			continue
		}
		with := append(attributes(nil), s.meters.ofNode(s.flow, l.Node).attributes...)
		with.class(l.Class)
		s.meters.losses.Add(ctx, 1, metric.WithAttributeSet(attribute.NewSet(with...)))
	}
}

// ends measures a call. One that never started took no time.
func (s *series) ends(ctx context.Context, kind observe.Kind, o observe.Outcome) {
	if !isMeasured(kind) {
		return
	}
	s.active[kind].add(-1)
	if d := s.meters.durations[kind]; o.Status != observe.StatusSkipped && d.Enabled(ctx) {
		d.Record(ctx, o.Elapsed.Seconds(), s.outcome(o)...)
	}
}

func isMeasured(kind observe.Kind) bool { return kind >= 0 && int(kind) < kinds }

func (s *series) retries(ctx context.Context) { s.meters.retries.Add(ctx, 1, s.names) }

func (s *series) outcome(o observe.Outcome) []metric.RecordOption {
	if o.Status < 0 || int(o.Status) >= statuses || o.Class < 0 || int(o.Class) >= classes {
		return s.newOutcome(o)
	}
	at := &s.outcomes[o.Status][o.Class]
	if with := at.Load(); with != nil {
		return *with
	}
	with := s.newOutcome(o)
	at.Store(&with)
	return with
}

func (s *series) newOutcome(o observe.Outcome) []metric.RecordOption {
	with := append(attributes(nil), s.attributes...)
	with.add(KeyOutcome.String(o.Status.String()))
	with.class(o.Class)
	if isFailure(o) {
		with.add(semconv.ErrorTypeKey.String(o.Class.String()))
	}
	return []metric.RecordOption{metric.WithAttributeSet(attribute.NewSet(with...))}
}

// level is how many there are of something at the moment.
type level struct {
	n    atomic.Int64
	used atomic.Bool // there was one
}

func (l *level) add(n int64) {
	l.n.Add(n)
	if !l.used.Load() {
		l.used.Store(true)
	}
}

func (l *level) observe(to metric.Observer, as metric.Int64Observable, with metric.MeasurementOption) {
	if l.used.Load() {
		to.ObserveInt64(as, l.n.Load(), with)
	}
}
