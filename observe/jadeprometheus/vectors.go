package jadeprometheus

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Names of labels.
const (
	labelFlow    = "flow"
	labelTask    = "task"
	labelOutcome = "outcome"
	labelClass   = "class"
	labelNode    = "node"
	labelGate    = "gate"

	labelRequest = "request_id" // of an exemplar: the id of the request, as it is in the log
)

// vectors are all that a collector measures.
type vectors struct {
	runs, tasks, elements, attempts *family

	losses     *prometheus.CounterVec
	effects    *prometheus.CounterVec
	rejected   *prometheus.CounterVec
	retries    *prometheus.CounterVec
	stragglers *prometheus.GaugeVec
}

// family is what is measured of one kind of call.
type family struct {
	totals    *prometheus.CounterVec
	durations *prometheus.HistogramVec // nil if they are not measured
	inFlight  *prometheus.GaugeVec     // nil if they are not measured
}

func newVectors(buckets []float64) *vectors {
	names := []string{labelFlow, labelTask}
	return &vectors{
		runs: &family{
			counters("jade_runs_total", "Runs of flows that have ended or were given up.", labelFlow, labelOutcome, labelClass),
			durations("jade_run_duration_seconds", "Time from the start of a run to its answer.", buckets, labelFlow, labelOutcome),
			gauges("jade_runs_in_flight", "Runs of flows that have no answer yet.", labelFlow),
		},
		tasks: &family{
			counters("jade_tasks_total", "Calls of tasks that have ended or were given up.", labelFlow, labelTask, labelOutcome, labelClass),
			durations("jade_task_duration_seconds", "Time from the start of a call of a task, all attempts together, to its end or to when it was given up.", buckets, labelFlow, labelTask, labelOutcome),
			gauges("jade_tasks_in_flight", "Calls of tasks that run and are waited for.", names...),
		},
		elements: &family{
			counters("jade_elements_total", "Elements of a flow.Each that have ended or were given up.", labelFlow, labelTask, labelOutcome, labelClass),
			durations("jade_element_duration_seconds", "Time from the start of a call of a task for one element of a flow.Each to its end.", buckets, labelFlow, labelTask, labelOutcome),
			gauges("jade_elements_in_flight", "Elements of a flow.Each that run and are waited for.", names...),
		},
		attempts: &family{
			totals: counters("jade_attempts_total", "Attempts of tasks with a Timeout or a Retry that have ended or were given up.", labelFlow, labelTask, labelOutcome, labelClass),
		},
		losses:     counters("jade_losses_total", "Nodes of flows whose value an answer did without.", labelFlow, labelNode, labelClass),
		effects:    counters("jade_effects_lost_total", "Effects of a flow.Also that were cut off or never began.", names...),
		rejected:   counters("jade_rejected_total", "Calls of tasks and for elements that a gate did not let in.", labelFlow, labelTask, labelGate),
		retries:    counters("jade_retries_total", "Attempts of tasks that were not the first of their call.", names...),
		stragglers: gauges("jade_stragglers", "Calls and attempts of tasks that were given up and still run.", names...),
	}
}

func (v *vectors) all() (all []prometheus.Collector) {
	for _, f := range []*family{v.runs, v.tasks, v.elements, v.attempts} {
		all = append(all, f.totals)
		if f.durations != nil {
			all = append(all, f.durations)
		}
		if f.inFlight != nil {
			all = append(all, f.inFlight)
		}
	}
	return append(all, v.losses, v.effects, v.rejected, v.retries, v.stragglers)
}

func counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
}

func gauges(name, help string, labels ...string) *prometheus.GaugeVec {
	return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, labels)
}

// durations has native buckets, each 10 % wider than the one before, beside the
// classic ones: a server takes those that it knows.
func durations(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: name, Help: help, Buckets: buckets,
		NativeHistogramBucketFactor:     1.1,
		NativeHistogramMaxBucketNumber:  100,
		NativeHistogramMinResetDuration: time.Hour,
	}, labels)
}
