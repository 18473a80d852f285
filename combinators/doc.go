// Package combinators combines futures. A call that needs a value takes it as an
// argument: change the argument, and the schedule changes with it.
//
// # Which one
//
// To go on with one future:
//
//   - a call that needs its value: [Then]
//   - a quick and pure function of its value: [Map]
//   - a function that decides what to start next, and returns that future: [FlatMap]
//   - an effect that uses its value, such as a count: [Tap]
//   - cleanup, whatever its result is: [Finally]
//
// When you need several futures:
//
//   - a call that needs their values: [Then2] … [Then9]
//   - to wait for their values, as at the end of a handler: [Await2] … [Await9]
//   - their values as one future: [Zip2] … [Zip9] for several types, [All] for
//     one type, [AllMap] for futures that have names
//   - all their results, failures included: [Settle]
//
// When some of several futures are enough:
//
//   - the first success: [Any]
//   - the first to complete, even if it fails: [Race]
//   - the first n successes: [Quorum]
//
// For many of a kind:
//
//   - a function of each element, some at a time: [Each]
//   - the same, failures included, with the results that are ready at the deadline: [SettleEach]
//   - each result as it comes in, in a loop: [AsCompleted]
//
// Packages recovery (folder recover) and deadline handle failures and limits.
// If a combinator is missing here, write it with [future.Follow],
// [future.FollowAll] and [future.Watch]: all of these are written with them.
//
// # Failure and cancellation
//
// Failure flows along data. If an input fails, the future that needs it fails at
// once with the same error, and the function is not called. Other futures are not
// affected. Only [Any], [Quorum], [Race], [Settle], [AsCompleted] and [Finally]
// do something else with a failure, and their comments say what. A failure counts
// as observed when a combinator takes it as input. If nobody observes the future
// of the combinator either, the scope reports the failure: see [future.Unobserved].
//
// Cancellation flows along scope. When the ctx given to a combinator is done, or
// its scope closes, a future that still waits for its input ends at once, except
// that of Finally. If the function already runs, its ctx is done.
//
// If you cancel the future of a combinator, its inputs may be cancelled too:
//
//   - Tap and Finally pass the cancellation on to their input.
//   - Race, Any, Quorum, Each and SettleEach own what they run, and cancel it.
//     They also cancel what has lost, with a cause that matches [ErrLost].
//   - Then, Map, FlatMap, All, Zip and Settle do not own their inputs. The inputs
//     go on, because other code may use them, and end with their scope.
//
// To protect a future from a combinator that would cancel it, pass a
// [future.Shield] of it.
//
// # Headings
//
// The comments of this project use the same headings everywhere, and only
// those that apply:
//
//   - Failure: which error the future fails with, and when
//   - Empty: what happens without inputs
//   - Cancellation: what ends the future early, and what a cancellation of it reaches
//   - Panics: what happens if a function that you pass in panics or calls runtime.Goexit
//   - Ordering: what comes first if several are ready at once
//   - Concurrency: on which goroutine a function runs
//   - Cost: allocations, timers and goroutines beyond those of the functions that you pass in
package combinators
