// Package dropped defines an Analyzer that finds results of Jade that are dropped, so that the call
// does nothing.
//
// # Analyzer dropped
//
// dropped: report results of Jade that are dropped, so that the call does nothing
//
// Tasks, flows, handlers and contexts are values that do not change. A method returns a
// new one, and without that result nothing has happened:
//
//	fetch.Timeout(time.Second)         // finding: fetch has no limit
//	fetch = fetch.Timeout(time.Second) // right
//
// So it is with the nodes of a flow, with futures of combinators such as
// Fallback, Within and All, and with a scope, which nobody can close then. A
// result is dropped if the call is a statement, or if it is assigned to _, or to a variable
// that is only assigned to _.
//
// These futures may be dropped, because the call has an effect: future.Go and Call, Task.Go,
// Flow.Go, Then, FlatMap, Each, SettleEach, Finally, Tap and OnError; and Race, Any and Quorum, which cancel
// losers. The scope joins their work, and reports their failures. So future.Go(context.Background(), …) is a finding: no scope has
// it. In a flow, an effect is written as flow.Also.
package dropped
