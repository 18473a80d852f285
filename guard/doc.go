// Package guard protects what tasks call, and the process that calls it: by limits, circuit breakers and budgets, and by one call for many askers.
//
// # Gates
//
// Limits, breakers and budgets are each a [task.Gate]. [task.Task.Gate] or [task.Task.GateBy] puts one around a task:
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
// # One call for many askers
//
// These take a task and return one:
//
//	[Share] makes one call for all that ask for the same at the same time
//	[Memo] remembers a result for the rest of the request or run
//	[Batch] makes one call of many calls for one key each
//	[Cache] keeps results in a store, across requests
//	[Hot] finds the keys that are asked for most, and shares and keeps only those
//
// The result of one asker's call is that of others too. So the argument, or the key, has to hold all that it depends on, such as the tenant and the user.
// A Memo and a Batch share only within one request, so they need that least.
//
// # Clock
//
// Gates go by the clock of the goroutine that calls them, so they work in a bubble of [testing/synctest]. The clock of a bubble begins in the year
// 2000. When a gate notices that the clock went back, it forgets what it knows. So a gate that is made outside of a bubble works in it.
//
// A test that must not depend on earlier tests uses what Fresh of a gate returns, or the method Fresh of a flow for all gates of the flow. A [Cache]
// goes by the times in its store: in a bubble, give it a new store. Do not use a gate inside and outside of a bubble at the same time.
//
// # How to read this package
//
// slots.go, rate.go, breaker.go and budget.go have a gate each. window.go counts over a sliding window, keys.go keeps limits by key in a table of
// fixed size, and clock.go is the time.
//
// share.go, memo.go, batch.go, cache.go and hot.go make one call for many askers. flight.go is that call, and voyage.go finds calls that would wait for
// each other. memory.go keeps what belongs to one request, sketch.go counts how often keys are asked for, and lru.go is a store. option.go has
// what gates and caches may be told.
package guard
