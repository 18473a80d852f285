// Package jadetest tests what a flow does when something goes wrong. It has
// helpers for ordinary tests, as package httptest has for HTTP.
//
// [Faults] runs a flow once for each of its tasks and each kind of fault, in
// virtual time, and returns a [Matrix] of what happened to the answer. It fails
// the test if an answer was late, hung, crashed, left something running, or had
// an error that does not name the call that failed. With [MustDegrade] and
// [MayFail] you say what else must hold.
//
// [Replace] puts an ordinary function in place of a task's function. So you can
// test a task, a part of a flow or a whole flow without the services that it calls.
//
// [Record] records the trace of a run; [Overlapped], [RanBefore],
// [OnCriticalPath] and others check it. [NoLeaks] names the work that a test
// leaves running. [Schedules] runs a test many times, with calls that end in
// another order each time. [Simulate] predicts how fast a flow answers, from the
// latencies of its calls.
//
// [Durable] runs a flow on a journal, with a crash before and after each record,
// and finds the step that is not idempotent.
//
// Faults, Schedules and Simulate make bubbles of [testing/synctest], so you cannot
// call them inside a bubble. You can call the others there.
//
// # How to read this package
//
// fault_run.go makes the matrix of a flow. fault.go has the faults,
// fault_inject.go brings one into a run, fault_gate.go rejects calls, fault_attempt.go makes one run,
// fault_tally.go counts its calls, fault_alike.go compares its answer, and
// fault_verdict.go judges it. fault_matrix.go has all verdicts, fault_pairs.go
// tries pairs of faults, fault_problems.go says what to do about them,
// fault_golden.go is the file, fault_options.go has the demands. bubble.go makes
// bubbles and watches them from outside, goroutine.go reads stacks. durable.go lets a flow crash,
// durable_run.go is one run, and durable_judge.go compares it. The other
// helpers are replace.go, assert.go, leak.go, schedule.go and load.go, each with
// the files whose names begin with the same word: so load_arrivals.go says when
// simulated runs begin.
package jadetest
