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
// A node runs when it is needed and its inputs are there. The output is needed,
// and so is every input of a needed node. An [Either] needs its condition first,
// then the chosen branch. An [After] needs what comes before first, then its
// node. A failed node that nothing needs fails nothing. A node that nothing needs
// any more is cancelled: a loser of an [Any], or a sibling of a recovered failure.
// A node goes on while something may still come to need it, such as an [Either]
// that has not chosen yet. No node runs twice.
//
// The first failure that nothing recovers is the failure of the run. It cancels
// the ctx of all nodes, and no node starts any more. A call that still runs when
// the run has its answer belongs to the scope of the ctx that the run was started
// with, which joins it.
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
