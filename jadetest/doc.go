// Package jadetest proves what a flow does when something goes wrong: helpers for tests, in the spirit of httptest.
//
// [Faults] runs a flow once for each of its tasks and each way to fail, in virtual time, and reports what became of the
// answer: a [Matrix], which fails the test where the answer was late, hung, crashed, left something running, or
// had an error that does not say what failed. [MustDegrade] and [MayFail] say what else it has to be.
//
// [Replace] puts an ordinary function in place of a task's, so a task, a part of a flow or a whole flow is
// tested without what it would call.
//
// [Record] returns the trace of a run; [Overlapped], [RanBefore], [OnCriticalPath] and others check it. [NoLeaks] names the work
// that a test leaves running. [Schedules] runs a test in many orders of completion. [Simulate] predicts how fast a flow answers,
// from the latencies of its calls.
//
// Faults, Schedules and Simulate make bubbles of [testing/synctest], so they are not called inside of one; the others may be.
//
// # How to read this package
//
// faults.go is the way from a flow to its matrix: fault.go is what goes wrong, injection.go how that gets into a run, attempt.go one run, verdict.go what became of it,
// matrix.go all of them, problems.go what is to be done about it, golden.go its file, options.go what is demanded. bubble.go makes bubbles and watches them from
// outside, goroutines.go reads stacks. replace.go, assert*.go, leaks*.go, schedules.go, and simulate.go with latency.go are the other helpers.
package jadetest
