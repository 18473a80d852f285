// Package task gives a function a name, and policies for the case that it
// fails, panics or is late.
//
// [New] makes a [Task] of a function of one argument, [New2] to [New9] of a
// function of several arguments. Each of these methods returns a new task with
// one more policy around it: [Task.Timeout], [Task.Retry], [Task.Hedge], [Task.Gate],
// [Task.Recover], [Task.Fallback], [Task.OnError], and [Task.Wrap] for any other. Policies
// apply in the order in which they are written, from inner to outer:
//
//	t.Timeout(50*ms).Retry(three) gives each attempt 50 ms
//	t.Retry(three).Timeout(50*ms) gives all attempts together 50 ms
//
// [Task.Discard] sets a function that gets each result that comes too late, for
// example to close it.
//
// A task is an immutable value: define it once, as a package variable, and run
// it from any number of goroutines. [Task.Do] runs it alone. Package flow
// combines tasks. An observer of package observe sees the calls of tasks: see
// [observe.With]. [Key] is the idempotency key of a call.
//
// # How to read this package
//
// task.go has the task. policy.go, retry.go and discard.go have the policies
// around it. call.go is a call outside a flow: Do and Go. job.go is the cheap way
// for such a call, where nothing acts before the function has failed. due.go
// gives up a call outside a flow at the deadline of its ctx, so that its fallback
// comes in time. runner.go carries a call through its policies: runner_attempt.go
// makes an attempt, runner_policy.go lets the policies act, runner_late.go takes
// over when a limit has passed, and limit.go is a timeout that is running.
//
// Gates: gate.go has the interface and the policy, admission.go describes a gate, and rejected.go is the failure of a rejected call. pass.go is a
// ticket, and knows when everything under it has returned. runner_gate.go enters and leaves gates; passage.go and job_gated.go are the cheap way
// for that. Hedges: hedge.go has the policy, hedge_race.go one call with its tries, hedge_try.go one try, and latency.go the times for HedgeAt.
//
// inside.go finds out what was replaced inside a Wrap. left.go follows work that nobody waits for any more. key.go has idempotency keys.
// fresh.go makes a task with new gates. engine.go is for engines such as package flow, and not for users.
package task
