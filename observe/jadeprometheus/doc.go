// Package jadeprometheus measures runs, tasks and attempts for Prometheus.
//
// A [Collector] is registered and observes:
//
//	metrics := jadeprometheus.New()
//	prometheus.MustRegister(metrics)
//	ctx = observe.With(ctx, metrics)
//
// # Metrics
//
//	jade_runs_total               counter    flow, outcome, class        runs of flows
//	jade_run_duration_seconds     histogram  flow, outcome
//	jade_runs_in_flight           gauge      flow
//	jade_tasks_total              counter    flow, task, outcome, class  calls of tasks, all attempts of one together
//	jade_task_duration_seconds    histogram  flow, task, outcome
//	jade_tasks_in_flight          gauge      flow, task
//	jade_elements_total           counter    flow, task, outcome, class  calls of tasks for an element of a flow.Each;
//	jade_element_duration_seconds histogram  flow, task, outcome         the whole Each is one of jade_tasks_total
//	jade_elements_in_flight       gauge      flow, task
//	jade_attempts_total           counter    flow, task, outcome, class  attempts of tasks that have a Timeout or a Retry
//	jade_losses_total             counter    flow, node, class           nodes that an answer did without, whatever took the failure: a
//	                                                                     Fallback, a Recover, a Try or an Any; of a nested flow, in that
//	jade_rejected_total           counter    flow, task, gate            calls of tasks, and of elements of an Each, that a gate did not let in, even
//	                                                                     if something replaced the failure; all attempts of a call count once
//	jade_effects_lost_total       counter    flow, task                  effects of a flow.Also that were cut off or never began
//	jade_retries_total            counter    flow, task                  attempts that were not the first of their call
//	jade_stragglers               gauge      flow, task                  calls and attempts that were given up and still run
//
// The run of a nested flow counts as a run of that flow; its tasks belong to it, wherever it is nested. Nodes of one
// task count together. A task that runs alone has an empty flow.
//
// [Gates] measures the gates themselves, and [HotKeys] counts the keys that are asked for most.
//
// # Labels
//
// Outcome is a [observe.Status]: ok, degraded, failed, canceled, skipped, straggler. Class is a
// [recovery.Class]: none, code, system, dependency, timeout, canceled, business, unknown; where the outcome is degraded, that of
// the failure that was replaced. Anything else is [Other]. A call is counted once: a straggler when it is given up, with the
// time that it was waited for; that it returns later only lowers jade_stragglers. What was skipped never started
// and has no duration.
//
// The counters of success and of each class of failure are there, at zero, from the first call of a
// flow or a task on, so that the next failure is seen to increase them. So is jade_runs_total of what is degraded, and
// jade_effects_lost_total of an effect from the first run on. Which nodes of a flow may be lost is not known before one is, so
// jade_losses_total of a node begins with its first loss, which no increase shows: alert by the runs that are degraded, and look there for the name.
// The same holds for jade_rejected_total of a gate. A rejected call also counts in jade_tasks_total or jade_elements_total, with class system.
//
// The names of flows and tasks are those of the program, and [Names] limits how many there can be. For a label
// of all metrics, as the name of the function, or another prefix, register with [prometheus.WrapRegistererWith] or
// [prometheus.WrapRegistererWithPrefix].
//
// # Exemplars
//
// If a run answers a request, its duration has an exemplar with the label request_id. Its value is the id of the request, which the log has under the same
// key. [Exemplar] can add the id of the trace. Package faas and its adapters put the request into the ctx ([observe.Request]). Each bucket of a classic
// histogram keeps its latest exemplar, and a native histogram keeps up to ten. Exemplars are served only in the formats OpenMetrics
// (promhttp.HandlerOpts has EnableOpenMetrics) and protobuf. A Prometheus server keeps them with --enable-feature=exemplar-storage.
//
// # Queries
//
// These queries find the share of runs that have failed or were degraded; the calls that answers do without; the 99th percentile of a
// task's time, from classic buckets and from native ones (a server has one of the two); and work that hangs:
//
//	sum by (flow) (rate(jade_runs_total{outcome=~"failed|degraded"}[5m])) / sum by (flow) (rate(jade_runs_total[5m]))
//	sum by (flow, node, class) (rate(jade_losses_total[5m])) > 0
//	histogram_quantile(0.99, sum by (task, le) (rate(jade_task_duration_seconds_bucket[5m])))
//	histogram_quantile(0.99, sum by (task) (rate(jade_task_duration_seconds[5m])))
//	min_over_time(jade_stragglers[5m]) > 0
//
// These queries find the tasks whose calls gates reject, and how full the gates are:
//
//	sum by (task, gate) (rate(jade_rejected_total[5m])) > 0
//	jade_gate_in_use / jade_gate_slots
//
// # Cost
//
// Two allocations and about 200 ns a call, most of it for the duration. Series are looked up by their labels once. An exemplar costs a run
// about 1.2 µs and 11 allocations (700 bytes) more, and 0.7 µs more with the id of the trace; a run without a request pays nothing.
//
// # How to read this package
//
// collector.go has the collector, and call.go a call while it runs. vectors.go has the metrics, series.go the series of a flow or a task, and table.go
// limits how many there are. exemplar.go makes exemplars, and gates.go measures gates and hot keys.
package jadeprometheus
