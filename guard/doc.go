// Package guard protects what tasks call, and the process that calls it: limits, circuit breakers and budgets. Each is a
// [task.Gate], to be put around a task by [task.Task.Gate] or [task.Task.GateBy]:
//
//	[Slots] lets so many calls in at the same time
//	[Rate] lets so many calls in per second, or any other time, perhaps for each key
//	[Breaker] lets nobody in for a while when too many calls have failed
//	[Budget] limits retries and hedges to a share of the calls: see Budget of [task.Retry], and [task.Task.Hedge]
//
// A call that is not let in fails with a [*task.RejectedError], whose class is System. Nothing is called then. A
// Fallback around the gate stands in for it.
//
// One gate may be around several tasks: then it is one limit for all of them. Make gates as package variables beside the tasks. The
// order of policies decides: t.Gate(g).Retry(three) enters g for each attempt, t.Retry(three).Gate(g) once for all of them.
// A good order, from inner to outer, is a Timeout, then Slots, then a Breaker, then a Retry:
//
//	t.Timeout(50*ms).Gate(slots).Gate(breaker).Retry(three).Fallback(v)
//
// # Clock
//
// Gates go by the clock of the goroutine that calls them, so they work in a bubble of [testing/synctest]. The clock of a bubble begins in the year
// 2000. A gate that notices that the clock went back, because another bubble has begun or one has ended, forgets what it knows. So a gate that is
// made outside of a bubble works in it. To be independent of earlier tests, use what Fresh returns. One gate must not be used
// inside and outside of a bubble at the same time.
//
// # How to read this package
//
// slots.go, rate.go, breaker.go and budget.go have a gate each. option.go has what they may be told. window.go counts over a
// sliding window, keys.go keeps limits by key in a table of fixed size, and clock.go is the time.
package guard
