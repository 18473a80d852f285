// Package task is named work: a function of one argument with a name, and with
// what is to happen when it fails, panics or is late.
//
// [New] makes a [Task] of any function; [New2] to [New9] of one with several
// arguments. Each method returns a new task with one more policy around it:
// [Task.Timeout], [Task.Retry], [Task.Recover], [Task.Fallback], [Task.OnError],
// and [Task.Wrap] for any other. [Task.Discard] closes what comes too late. Policies apply in the order in which they are
// written, inner to outer:
//
//	t.Timeout(50*ms).Retry(three) gives each attempt 50 ms
//	t.Retry(three).Timeout(50*ms) gives all attempts together 50 ms
//
// A task is an immutable value: define it once, as a package variable, and run
// it from any number of goroutines. [Task.Do] runs it alone; package flow puts tasks together.
//
// # Observers
//
// Package observe has what sees the begin and the end of each call: see [observe.With].
//
// # How to read this package
//
// task.go is the value. policy.go, retry.go and discard.go are what is around it. call.go is a call
// that stands alone, Do and Go; job.go is such a call where no runner is needed, due.go gives one up at a deadline. runner.go
// carries one call through its policies: runner_attempt.go makes an attempt, runner_policy.go lets the policies act,
// runner_late.go takes over when a limit has passed, and limit.go is a timeout that is running. inside.go finds what stood in
// inside of a Wrap. engine.go is what package flow and test kits call.
package task
