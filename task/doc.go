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
// [Observe] adds an [Observer] to a ctx. The observer sees the begin and the end
// of each run, node, attempt and element that is started with that ctx. An
// observer changes no result. A [Selective] observer skips most calls that end well.
//
// # Engines
//
// [Start] runs a task for an engine that schedules calls itself, as package flow
// does: no goroutine waits for the result, a [Host] receives it. [From] makes a
// task of something that such an engine runs. [Sight] reports a call of the engine
// to an observer. A program that only uses tasks needs none of them.
//
// # How to read this package
//
// task.go is the value, policy.go and retry.go what is around it. runner.go
// carries one call through its policies, limit.go is a timeout that is running,
// start.go and from.go are the engines' side of that, and call.go is a call
// that stands alone: Do and Go. job.go is such a call where no runner is needed, and discard.go is where results go that nobody takes. body.go puts another function inside of it all. observer.go, selective.go, tee.go and outcome.go are what an observer is and is told,
// scene.go and sight.go how.
package task
