package jadetest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/trace"
)

// Sample is one call of a task: how long it takes, and how it ends.
type Sample struct {
	Took     time.Duration
	Err      error
	Censored bool // it had not ended by then: how long it would have taken, nobody knows
}

// Latency is a distribution of calls. It draws one of them.
type Latency func(r *rand.Rand) Sample

// Fixed is always d.
func Fixed(d time.Duration) Latency {
	mustNotBeNegative("jadetest.Fixed", d)
	return func(*rand.Rand) Sample { return Sample{Took: d} }
}

// Uniform is between least and most, all alike.
func Uniform(least, most time.Duration) Latency {
	mustNotBeNegative("jadetest.Uniform", least)
	mustNotBeNegative("jadetest.Uniform", most-least)
	return func(r *rand.Rand) Sample { return Sample{Took: least + time.Duration(r.Int64N(int64(most-least)+1))} }
}

// Exponential has that mean, and the longer the rarer.
func Exponential(mean time.Duration) Latency {
	mustNotBeNegative("jadetest.Exponential", mean)
	return func(r *rand.Rand) Sample { return Sample{Took: time.Duration(r.ExpFloat64() * float64(mean))} }
}

// LogNormal has that median, and one call in a hundred takes longer than p99: the usual shape of a service.
func LogNormal(median, p99 time.Duration) Latency {
	mustNotBeNegative("jadetest.LogNormal", median-1)
	mustNotBeNegative("jadetest.LogNormal", p99-median)
	const z99 = 2.3263478740408408 // of the normal distribution
	sigma := math.Log(float64(p99)/float64(median)) / z99
	return func(r *rand.Rand) Sample {
		return Sample{Took: time.Duration(float64(median) * math.Exp(sigma*r.NormFloat64()))}
	}
}

// Measured draws from samples, each as likely as another. One that is Censored stands for those that took longer; if none of these has
// ended, for a call that does not end before it is given up.
func Measured(samples ...Sample) Latency {
	if len(samples) == 0 {
		panic("jadetest.Measured: no samples")
	}
	return newMeasured(samples).draw
}

// Failing is l, but for a share of the calls that fail with err, after as long.
func (l Latency) Failing(share float64, err error) Latency {
	if !(share >= 0 && share <= 1) {
		panic(fmt.Sprintf("jadetest.Latency.Failing: the share is %v, and must be from 0 to 1", share))
	}
	return func(r *rand.Rand) Sample {
		s := l(r)
		if r.Float64() < share {
			s.Err = err
		}
		return s
	}
}

// FromTraces returns what the tasks of recorded runs took, by the paths of their nodes, for [Simulate]. A task that has failed does so
// with an error of the same text and class. Those that were cancelled, given up or cut off by their limit tell how long they
// took at least, not how long they would have: they are Censored samples.
func FromTraces(traces ...*trace.Trace) map[string]Latency {
	samples := map[string][]Sample{}
	for _, tr := range traces {
		add(samples, tr)
	}
	latencies := map[string]Latency{}
	for name, s := range samples {
		latencies[name] = Measured(s...)
	}
	return latencies
}

func add(samples map[string][]Sample, tr *trace.Trace) {
	paths := make([]string, len(tr.Spans))
	attempted := map[int]bool{} // spans whose attempts tell more
	for _, s := range tr.Spans {
		attempted[s.Parent] = attempted[s.Parent] || s.Kind == observe.KindAttempt || s.Kind == observe.KindElement || s.Kind == observe.KindRun
	}
	for i, s := range tr.Spans {
		if s.Parent >= 0 {
			paths[i] = paths[s.Parent]
		}
		if s.Kind == observe.KindNode {
			paths[i] = strings.TrimPrefix(paths[i]+"/"+s.Label(), "/")
		}
		if paths[i] == "" || s.Kind == observe.KindRun || attempted[i] {
			continue
		}
		sample := Sample{Took: s.Elapsed()}
		switch {
		case s.Status == observe.StatusSkipped:
			continue
		case s.Status == observe.StatusStraggler, s.Status == observe.StatusCanceled, cutOff(s):
			sample.Censored = true
		case s.Status != observe.StatusOK:
			sample.Err = &recorded{s}
		}
		samples[paths[i]] = append(samples[paths[i]], sample)
	}
}

// cutOff reports whether a call failed since its own limit had passed.
func cutOff(s trace.Span) bool {
	return s.Class == recovery.ClassTimeout && s.Deadline > 0 && s.End >= s.Deadline
}

func mustNotBeNegative(where string, d time.Duration) {
	if d < 0 {
		panic(where + ": the duration is " + d.String() + ", and must not be negative")
	}
}
