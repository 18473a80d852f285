// Package swallow defines an Analyzer that finds failures that a task hides from Jade.
//
// # Analyzer swallow
//
// swallow: report failures that a task hides from Jade
//
// A task that drops an error and returns nil has succeeded: Jade does not repeat
// it, a breaker does not count it, and no log, trace or Degraded says that the answer lacks
// something.
//
//	coins, _ := load(ctx, user) // finding
//
//	if err != nil {
//		return 0, nil // finding
//	}
//
// Return the error, and let Fallback or Recover replace the failure.
//
// Only errors of work count: of a call that takes a ctx, or that waits (see the check
// quick). A failure that is looked at first, as with errors.Is, is no finding. Neither is an
// error that is the only result of a call, such as that of a write to a cache, nor
// anything in a function that gets a failure, as that of Recover.
package swallow
