// Package combinators puts futures together. What needs a value takes it as an
// argument: change the argument and the schedule changes with it.
//
// # Which one
//
// To go on with one future:
//
//   - a call that needs its value: [Then]
//   - a quick and pure function of its value: [Map]
//   - a function that decides what to start next, and returns that future: [FlatMap]
//   - an effect on its value, such as a count: [Tap]
//   - cleanup, whatever its result is: [Finally]
//
// When all of several are needed:
//
//   - a call that needs their values: [Then2] … [Then9]
//   - their values here and now, as at the end of a handler: [Await2] … [Await9]
//   - their values as one future: [Zip2] … [Zip9] for several types, [All] for
//     one type, [AllMap] for futures that have names
//   - all their results, failures included: [Settle]
//
// When some of several are enough:
//
//   - the first success: [Any]
//   - the first to complete, be it a failure: [Race]
//   - the first n successes: [Quorum]
//
// For many of a kind:
//
//   - a function of each element, some at a time: [Each]
//   - the same, failures included, and what is there at the deadline: [SettleEach]
//   - each result as it comes in, in a loop: [AsCompleted]
//
// Packages recovery (folder recover) and deadline handle failures and limits.
// You can write a combinator that is missing here with [future.Follow] and
// [future.Watch], as all of these are.
//
// # Failure and cancellation
//
// Failure flows along data. A failed input fails what needs it, at once and
// with the same error: the function is not called, and what else is going on
// is not touched. Only [Any], [Quorum], [Race], [Settle], [AsCompleted] and
// [Finally] do something else with a failure, and their comments say what. A
// failure that is taken as input by a combinator counts as observed; its own future
// then has the duty, see [future.Unobserved].
//
// Cancellation flows along scope: when the ctx given to a combinator is done,
// or its scope closes, a future that still waits for its input ends at once
// (but for Finally), and the ctx of a function that runs is done. To cancel a
// future reaches further only where that is the same work as its input or owns
// its inputs: Tap and Finally pass it on; Race, Any, Quorum, Each and SettleEach
// own what they run, and cancel what has lost with a cause that matches [ErrLost]. Then,
// Map, FlatMap, All, Zip and Settle depend on their inputs without owning
// them: those go on for whoever else uses them, and end with their scope. To
// keep a future from being cancelled by those who own it, hand them a
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
//   - Panics: what becomes of a panic, or of a runtime.Goexit, in a function that is passed in
//   - Ordering: what is first among those that come together
//   - Concurrency: on which goroutine a function runs
//   - Cost: allocations, timers and goroutines beyond those of the functions that are passed in
package combinators
