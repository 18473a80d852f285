// Package guard protects the services that tasks call, and the process that calls them, from overload. It has two kinds of protection: gates, which are
// limits, circuit breakers and budgets, and shared calls, which are one call for many askers. An asker is a goroutine that calls the task.
//
// # Gates
//
// A gate is a [task.Gate]: it lets some calls in and rejects the others. [task.Task.Gate] or [task.Task.GateBy] puts a gate around a task:
//
//   - [Slots] lets at most n calls in at the same time
//   - [Rate] lets at most n calls in per second or another time, for all callers together or for each key
//   - [Breaker] rejects all calls for a while when too many have failed
//   - [Budget] limits retries and hedges to a share of the calls: see Budget of [task.Retry], and [task.Task.Hedge]
//
// A rejected call fails with a [*task.RejectedError], whose class is System, and its function is not called. A Fallback around the gate
// replaces this failure.
//
// One gate may be around several tasks: then it is one limit for all of them. Make gates as package variables beside the tasks. The
// order of policies matters: t.Gate(g).Retry(three) enters g for each attempt, and t.Retry(three).Gate(g) enters it once for all attempts.
// A good order, from inner to outer, is a Timeout, then Slots, then a Breaker, then a Retry:
//
//	t.Timeout(50*ms).Gate(slots).Gate(breaker).Retry(three).Fallback(v)
//
// # One call for many askers
//
// These take a task and return one:
//
//   - [Share] makes one call for all askers that have equal arguments at the same time
//   - [Memo] remembers a result for the rest of the request or run
//   - [Batch] collects calls for one key each, and makes one call for all their keys
//   - [Cache] keeps results in a store, across requests
//   - [Hot] finds the keys that are asked for most, and shares and keeps only the results for those
//
// Several askers get the result of one call. So the argument, or the key, has to hold all that the result depends on, such as the tenant and the user.
// Otherwise one user may get the data of another. Memo and Batch share only within one request, so there this matters least.
//
// # Which one to use
//
//   - A service answers too slowly when it gets many calls at once: Slots. Begin with twice the calls in progress on a normal day: the calls per second
//     times the seconds of a call.
//   - A service has a quota, or one user must not take the share of the others: Rate, with GateBy for a limit for each user.
//   - A service is down for minutes: Breaker. Begin with a share of 0.5.
//   - Retries or hedges make an overload worse: Budget. Begin with 0.1 to 0.2.
//   - The process itself gets too many requests: MaxInFlight of package faas.
//   - Many requests ask for the same thing at the same moment: Share. If the result may be some seconds old: Cache.
//   - A few keys of very many are popular: Hot.
//   - Several nodes of one request ask for the same thing: Memo. They ask for different keys of one service: Batch.
//
// # Clock
//
// A gate uses the clock of the goroutine that calls it, so it works in a bubble of [testing/synctest]. The clock of a bubble begins in the year
// 2000. When a gate notices that the clock went back, it forgets what it knows. So a gate that is made outside of a bubble works in it.
//
// If a test must not depend on earlier tests, use the method Fresh of a gate, or the method Fresh of a flow for all its gates. A [Cache] compares
// the clock with the times in its store: in a bubble, give it a new store. Do not use a gate inside and outside of a bubble at the same time.
//
// # How to read this package
//
// slots.go, rate.go, breaker.go and budget.go have a gate each. list.go is the queue of slots.go, window.go counts calls over a sliding window,
// keys.go keeps limits by key in a table of fixed size, and clock.go reads the clock.
//
// share.go, memo.go, batch.go, cache.go and hot.go make one call for many askers. In the code that call is a flight: flight.go has it, and voyage.go
// finds flights that would wait for each other. memory.go keeps what belongs to one request, sketch.go counts how often keys are asked for, and
// lru.go is a store. option.go has the options of gates, and cache.go and hot.go have their own.
package guard
