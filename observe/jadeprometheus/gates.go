package jadeprometheus

import (
	"fmt"
	"sync"
	"unicode/utf8"

	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/task"
	"github.com/prometheus/client_golang/prometheus"
)

// Gates returns a collector for the state of gates. The label gate is the name that a gate has in the map:
//
//	jade_gate_in_use   gauge  gate  calls that a gate with slots has let in and that have not returned
//	jade_gate_waiting  gauge  gate  calls that wait for a slot
//	jade_gate_slots    gauge  gate  how many calls it lets in at the same time
//	jade_gate_open     gauge  gate  1 while a breaker lets nobody in, or only probes; else 0
//
// A gate of [guard.Slots] has the first three metrics, and a gate of [guard.Breaker] has the last one. A gate of another package has the metrics for which
// it has a method: InUse, Waiting or Open. For all other gates there is nothing to measure here, but jade_rejected_total of a [Collector] counts the calls
// that they reject. Register only one such collector in a registry, with all gates. As the name in the map, use the name that the gate has by [guard.Name],
// because jade_rejected_total has that name.
//
// A nil gate panics, and so does a name that is not UTF-8.
// Concurrency: the methods of the gates are called whenever a registry collects.
func Gates(gates map[string]task.Gate) prometheus.Collector {
	c := &gateCollector{gates: map[string]task.Gate{}}
	for name, g := range gates {
		switch {
		case g == nil:
			panic(fmt.Sprintf("jadeprometheus.Gates: the gate %q is nil", name))
		case !utf8.ValidString(name):
			panic(fmt.Sprintf("jadeprometheus.Gates: the name %q is not UTF-8", name))
		}
		c.gates[name] = g
	}
	return c
}

type gateCollector struct{ gates map[string]task.Gate }

var (
	gateInUse   = gateGauge("in_use", "Calls that the gate has let in and that have not returned.")
	gateWaiting = gateGauge("waiting", "Calls that wait to be let in.")
	gateSlots   = gateGauge("slots", "Calls that the gate lets in at the same time.")
	gateOpen    = gateGauge("open", "1 while the breaker lets nobody in, or only probes; else 0.")
)

func gateGauge(what, help string) *prometheus.Desc {
	return prometheus.NewDesc("jade_gate_"+what, help, []string{labelGate}, nil)
}

// Describe implements [prometheus.Collector].
func (c *gateCollector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{gateInUse, gateWaiting, gateSlots, gateOpen} {
		to <- d
	}
}

// Collect implements [prometheus.Collector].
func (c *gateCollector) Collect(to chan<- prometheus.Metric) {
	for name, g := range c.gates {
		gauge := func(of *prometheus.Desc, value int) {
			to <- prometheus.MustNewConstMetric(of, prometheus.GaugeValue, float64(value), name)
		}
		if g, ok := g.(interface{ InUse() int }); ok {
			gauge(gateInUse, g.InUse())
		}
		if g, ok := g.(interface{ Waiting() int }); ok {
			gauge(gateWaiting, g.Waiting())
		}
		if slots := g.Describe().Gate.Slots; slots > 0 {
			gauge(gateSlots, slots)
		}
		if g, ok := g.(interface{ Open() bool }); ok {
			gauge(gateOpen, map[bool]int{true: 1}[g.Open()])
		}
	}
}

// HotKeys returns a collector for how many keys are hot:
//
//	jade_hot_keys  gauge  task  keys that are asked for so often that guard.Hot protects them
//
// The keys themselves are not labels, because their number has no limit: [guard.HotKeys.Keys] lists them. The series of a task begins with its first hot
// key. Register only one such collector in a registry. A nil argument panics.
func HotKeys(of ...*guard.HotKeys) prometheus.Collector {
	for _, h := range of {
		if h == nil {
			panic("jadeprometheus.HotKeys: nil HotKeys")
		}
	}
	return &hotCollector{of: append([]*guard.HotKeys(nil), of...), known: map[string]bool{}}
}

type hotCollector struct {
	of    []*guard.HotKeys
	mu    sync.Mutex
	known map[string]bool // tasks that had a hot key
}

var hotKeys = prometheus.NewDesc("jade_hot_keys", "Keys of the task that are asked for so often that they are protected.", []string{labelTask}, nil)

// Describe implements [prometheus.Collector].
func (c *hotCollector) Describe(to chan<- *prometheus.Desc) { to <- hotKeys }

// Collect implements [prometheus.Collector].
func (c *hotCollector) Collect(to chan<- prometheus.Metric) {
	count := map[string]int{}
	for _, h := range c.of {
		for _, k := range h.Keys() {
			count[valid(k.Task)]++
		}
	}
	c.mu.Lock()
	for name := range count {
		c.known[name] = true
	}
	for name := range c.known {
		count[name] += 0
	}
	c.mu.Unlock()
	for name, n := range count {
		to <- prometheus.MustNewConstMetric(hotKeys, prometheus.GaugeValue, float64(n), name)
	}
}
