package jadeotel

import (
	"context"
	"errors"
	"maps"
	"sync"
	"sync/atomic"

	"github.com/jade-go/jade/observe"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
)

// meters are the instruments, and the series that they have.
type meters struct {
	durations  [kinds]metric.Float64Histogram // none of attempts: the task that they are for has one
	active     [kinds]metric.Int64ObservableUpDownCounter
	stragglers metric.Int64ObservableUpDownCounter
	retries    metric.Int64Counter
	losses     metric.Int64Counter
	effects    metric.Int64Counter // that were lost
	answers    *answers

	known atomic.Pointer[map[seriesKey]*series] // replaced, never changed
	mu    sync.Mutex                            // for who adds
}

const kinds = int(observe.KindElement) + 1

// seriesKey is which calls have the same series: the runs of a flow, or the calls of a task in a flow. The losses of a node have one too.
type seriesKey struct {
	run              bool
	flow, task, node string
}

// maxSeries limits how many there are, as a program may make names as it runs. All that come later are in one. (It
// has not the attribute that providers have for this: where that of v1.47 finds it, it puts there what it has not seen yet.)
const maxSeries = 500

var buckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

func newMeters(from metric.Meter) *meters {
	mk := maker{from: from}
	m := &meters{
		stragglers: mk.level(MetricTaskStragglers, "{call}", "Calls and attempts of tasks that were given up and still run."),
		retries:    mk.counter(MetricTaskRetries, "{attempt}", "Attempts of tasks that were not the first of their call."),
		losses:     mk.counter(MetricRunLosses, "{loss}", "Nodes of flows whose value an answer did without."),
		effects:    mk.counter(MetricLostEffects, "{effect}", "Effects of a flow.Also that were cut off or never began."),
	}
	m.answers = newAnswers(&mk)
	m.durations[observe.KindRun] = mk.duration(MetricRunDuration, "Time from the start of a run to its answer.")
	m.active[observe.KindRun] = mk.level(MetricRunActive, "{run}", "Runs of flows that have no answer yet.")
	m.durations[observe.KindNode] = mk.duration(MetricTaskDuration,
		"Time from the start of a call of a task, all attempts together, to its end or to when it was given up.")
	m.active[observe.KindNode] = mk.level(MetricTaskActive, "{call}", "Calls of tasks that run and are waited for.")
	m.durations[observe.KindElement] = mk.duration(MetricElementDuration,
		"Time from the start of a call of a task for one element of a flow.Each to its end.")
	m.active[observe.KindElement] = mk.level(MetricElementActive, "{element}", "Elements of a flow.Each that run and are waited for.")

	m.known.Store(new(map[seriesKey]*series))
	_, err := from.RegisterCallback(m.observe, m.stragglers, m.active[observe.KindRun], m.active[observe.KindNode], m.active[observe.KindElement])
	if err = errors.Join(mk.err, err); err != nil {
		otel.Handle(err)
	}
	return m
}

// maker makes instruments. For one that it cannot have there is one that does nothing.
type maker struct {
	from metric.Meter
	err  error
}

func (mk *maker) duration(name, of string) metric.Float64Histogram {
	return mk.histogram(name, of, buckets)
}

func (mk *maker) histogram(name, of string, buckets []float64) metric.Float64Histogram {
	i, err := mk.from.Float64Histogram(name, metric.WithUnit("s"), metric.WithDescription(of), metric.WithExplicitBucketBoundaries(buckets...))
	mk.err = errors.Join(mk.err, err)
	if i == nil {
		return noop.Float64Histogram{}
	}
	return i
}

func (mk *maker) counter(name, unit, of string) metric.Int64Counter {
	i, err := mk.from.Int64Counter(name, metric.WithUnit(unit), metric.WithDescription(of))
	mk.err = errors.Join(mk.err, err)
	if i == nil {
		return noop.Int64Counter{}
	}
	return i
}

func (mk *maker) level(name, unit, of string) metric.Int64ObservableUpDownCounter {
	i, err := mk.from.Int64ObservableUpDownCounter(name, metric.WithUnit(unit), metric.WithDescription(of))
	mk.err = errors.Join(mk.err, err)
	if i == nil {
		return noop.Int64ObservableUpDownCounter{}
	}
	return i
}

// of returns the series of a call. Who asks for one that is known takes no lock.
func (m *meters) of(c *observe.Call) *series {
	key := seriesKey{run: c.Kind == observe.KindRun, flow: c.Flow}
	if !key.run {
		if key.task = c.Task; key.task == "" {
			key.task = c.Node
		}
	}
	return m.at(key)
}

// ofNode returns the series of a node that an answer does without.
func (m *meters) ofNode(flow, node string) *series { return m.at(seriesKey{flow: flow, node: node}) }

func (m *meters) at(key seriesKey) *series {
	if s := (*m.known.Load())[key]; s != nil {
		return s
	}
	return m.add(key)
}

func (m *meters) add(key seriesKey) *series {
	m.mu.Lock()
	defer m.mu.Unlock()
	known := *m.known.Load()
	if s := known[key]; s != nil {
		return s
	}
	var names attributes
	if len(known) < maxSeries {
		names.text(KeyFlow, key.flow)
		names.text(KeyTask, key.task)
		names.text(KeyNode, key.node)
	} else {
		key = seriesKey{run: true, task: "others"} // which is no call's
		if s := known[key]; s != nil {
			return s
		}
		names.add(KeyOverflow.Bool(true))
	}
	s := newSeries(m, key.flow, names)
	more := make(map[seriesKey]*series, len(known)+1)
	maps.Copy(more, known)
	more[key] = s
	m.known.Store(&more)
	return s
}

// observe tells the provider how many calls there are at the moment.
func (m *meters) observe(_ context.Context, to metric.Observer) error {
	for _, s := range *m.known.Load() {
		for kind := range s.active {
			s.active[kind].observe(to, m.active[kind], s.names)
		}
		s.stragglers.observe(to, m.stragglers, s.names)
	}
	return nil
}
