package jadeprometheus

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/jade-go/jade/observe"
	"github.com/prometheus/client_golang/prometheus"
)

// Collector measures what it observes. It is a [observe.Observer] and a
// [prometheus.Collector], and may be both for any number of runs and registries at once.
type Collector struct {
	vectors  *vectors
	flows    *table[flowSeries]
	exemplar func(context.Context) prometheus.Labels // may be nil
}

// Option changes what a [Collector] measures.
type Option func(*options)

type options struct {
	buckets []float64
	names   int

	exemplar func(context.Context) prometheus.Labels
}

const defaultNames = 500

var defaultBuckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

// Buckets sets the upper bounds of the classic buckets of all durations, in seconds. Without it
// they go from 1 ms to 30 s. With no bounds there are only native buckets. Bounds that do not increase panic.
func Buckets(bounds ...float64) Option {
	for i, b := range bounds {
		if math.IsNaN(b) || i > 0 && b <= bounds[i-1] {
			panic(fmt.Sprintf("jadeprometheus.Buckets: the bounds are %v, and each must be more than the one before it", bounds))
		}
	}
	return func(o *options) { o.buckets = slices.Clone(bounds) }
}

// Names limits the number of names that have series of their own. There may be that many flows, tasks, lost nodes, and gates that have rejected a call,
// of each; 500 without this option. A task of two flows counts as two, and so does a gate of two tasks. Names that are seen later share the series with
// the name [Other]. Tasks that run alone belong to the flow with the empty name, which is not counted. A limit below 1 panics.
func Names(limit int) Option {
	if limit < 1 {
		panic(fmt.Sprintf("jadeprometheus.Names: the limit is %d, and must be at least 1", limit))
	}
	return func(o *options) { o.names = limit }
}

// New returns a collector. It has to be registered, as with [prometheus.Registerer.MustRegister],
// and to be given to [observe.With].
func New(opts ...Option) *Collector {
	o := options{buckets: defaultBuckets, names: defaultNames}
	for _, opt := range opts {
		opt(&o)
	}
	c := &Collector{vectors: newVectors(o.buckets), exemplar: o.exemplar}
	room := newRooms(o.names)
	c.flows = newTable(&room.flows, func(name string) *flowSeries { return c.vectors.newFlow(name, room) })
	c.flows.of("")
	return c
}

// Begin implements [observe.Observer].
func (c *Collector) Begin(ctx context.Context, about observe.Call) (context.Context, func(observe.Outcome)) {
	of := c.flows.of(about.Flow)
	if about.Kind == observe.KindRun {
		end := begin(of.runs(), nil, "", c.exemplarOf(ctx))
		return nil, func(o observe.Outcome) {
			of.lose(o.Losses)
			end(o)
		}
	}
	name := about.Task
	if name == "" {
		name = about.Node
	}
	t := of.tasks.of(name)
	switch about.Kind {
	case observe.KindNode:
		end := begin(t.calls, t, about.Node, nil)
		if !about.Effect {
			return nil, end
		}
		lost := sync.OnceFunc(t.lost().Inc)
		return nil, func(o observe.Outcome) {
			if o.Lost {
				lost()
			}
			end(o)
		}
	case observe.KindElement:
		t.lists.of(about.Node)
		return nil, begin(t.elements(), t, "", nil)
	case observe.KindAttempt:
		attempts, retries := t.attempts()
		if about.Attempt > 1 {
			retries.Inc()
		}
		return nil, begin(attempts, t, "", nil)
	}
	return nil, nil
}

// Describe implements [prometheus.Collector].
func (c *Collector) Describe(to chan<- *prometheus.Desc) {
	for _, v := range c.vectors.all() {
		v.Describe(to)
	}
}

// Collect implements [prometheus.Collector].
func (c *Collector) Collect(to chan<- prometheus.Metric) {
	for _, v := range c.vectors.all() {
		v.Collect(to)
	}
}
