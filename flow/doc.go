// Package flow puts tasks together as a typed graph that is compiled once and
// run any number of times.
//
// [New] calls its build function once, with a [Node] that stands for the input.
// [Step] makes a node of a task and the nodes that it takes its arguments from,
// so which call needs which data is what the code says, and the compiler checks
// it: change an argument, and the schedule changes with it. A node starts as
// soon as its inputs are there and something needs it.
//
//   - a call of a task: [Step], [Step2] … [Step9]; one for each element of a slice: [Each], [SettleEach]
//   - a quick and pure function: [Map], [Map2] … [Map9]; a value: [Const]
//   - an order that is not in the data: [After]; a check: [Require]; an effect that nobody waits for: [Also]
//   - a choice: [Either]; the first success: [Any]
//   - a failure made good: [Recover]; a failure as a value: [Try]
//
// [Flow.Timeout], [Flow.Catch] and [Flow.OnError] are for the whole. [Flow.Task]
// makes a task of a flow, so flows are built of flows. [Flow.Graph] is its description.
//
// # What runs
//
// Needed are: the output; every input of a node that is needed; of an [Either]
// first the condition, then the chosen branch; of an [After] first what comes
// before, then its node. A node that something else needs runs for that. A
// failed node that nobody needs fails nothing. What nothing needs any more, the
// losers of an [Any] or the siblings of a recovered failure, is cancelled. What
// was needed once goes on while something may come to need it again, such as an
// [Either] that has not chosen yet. No node runs twice.
//
// The first failure that nothing recovers is the failure of the run: the ctx of
// all its nodes is cancelled with that cause, and no node starts any more. What still
// runs when the run is answered belongs to the scope of the ctx that it was
// started with, which joins it.
//
// # How to read this package
//
// node.go is what is built: step.go, map.go, each.go, order.go, choice.go and
// failure.go make the nodes, cell.go their memory. plan.go compiles. flow.go is
// the value, call.go one run of it, answer.go how that ends, effects.go what goes on then, run.go the part of
// it that knows no types. state.go is how a run goes on from node to node:
// counters.go where everything is needed, demand.go and turn.go where not. watch.go tells an observer.
// intercept.go makes a flow with something in place of its tasks' functions.
package flow
