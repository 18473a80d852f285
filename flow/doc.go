// Package flow runs tasks as a typed graph. Each call starts when its inputs are
// ready and something needs it. With a limit, a run answers on time even if calls
// hang. A graph is compiled once and run any number of times.
//
// [New] calls its build function once, with a [Node] that stands for the input.
// [Step] makes a node from a task and from the nodes that have the task's
// arguments. So the code says which call needs which data, and the compiler
// checks it: change an argument, and the schedule changes with it.
//
//   - a call of a task: [Step], [Step2] … [Step9]; one for each element of a slice: [Each], [SettleEach]
//   - a quick and pure function: [Map], [Map2] … [Map9]; a quick function that can fail: [MapErr]; a value: [Const]
//   - an order that is not in the data: [After]; a check: [Require]; an effect that nobody waits for: [Also]
//   - a choice: [Either]; the first success: [Any]
//   - a value after a time: [Sleep]; a value from outside: [Signal]
//   - a value in place of a failure: [Fallback]; a function in its place: [Recover]; the failure as a value: [Try]
//
// Some methods are for the whole flow: [Flow.Timeout] and [Flow.Reserve] limit a
// run, [Flow.Degraded] says what an answer lacks, [Flow.OnError] and [Flow.Catch]
// are for a run that fails. [Flow.Task] makes a task of a flow, so a flow can be
// part of another flow. [Flow.Graph] describes a flow as data.
//
// # What runs
//
// A node runs when its inputs are ready and something needs it. The run needs the
// output, and a needed node needs all its inputs. [Either] first needs its
// condition, and then the chosen branch. [After] first needs the nodes that come
// before, and then its own node. If a node fails and nothing needs it, nothing
// else fails. A node that nothing needs any more is cancelled: a loser of an
// [Any], or a sibling of a recovered failure. A node runs on while something may
// still need it, such as an [Either] that has not chosen yet. No node runs twice.
//
// The first failure that nothing replaces is the failure of the run. It cancels
// the ctx of all nodes, and no node starts any more. A call that still runs when
// the run has its answer belongs to the scope of the ctx that the run was started
// with. That scope waits for the call.
//
// # How to read this package
//
// Building: node.go is what a build function makes, and name.go gives
// nodes their names. step.go, map.go, each.go,
// settleeach.go, order.go, choice.go and failure.go make the nodes; cell.go is
// the memory of a node. plan.go compiles a flow, graph.go describes it, calls.go
// prepares what an observer gets of each node, with origins.go, which finds the
// nodes whose data it needs. sleep.go and signal.go make nodes that wait. hash.go identifies the structure of a graph. intercept.go makes a flow with
// other functions in place of those of its tasks, fresh.go one whose gates have
// no memory.
//
// Running: flow.go is the flow, call.go is one run, run.go is the part of a run
// without type parameters, and fate.go decides how it ends. state.go goes on from
// node to node: counters.go does that where the run needs every node, demand.go and
// change.go where it may not. change_kinds.go knows the kinds of nodes, and
// change_claims.go drops what nothing needs. noderef.go is a node of a run, and
// crew.go gives it the time that the run has reserved. elements.go and its siblings run the
// elements of an Each. guarded.go tells gates when a run is decided, and key.go makes
// the idempotency keys of calls.
//
// Running elsewhere: machine.go is a run for an engine that makes the calls itself, such as those of package durable. machine_section.go goes on from node to
// node with the same code as a run in memory, machine_each.go has the elements of an Each, machine_limit.go the limits, machine_answer.go the answer, and
// machine_undo.go what is undone. graphrun.go makes one node for such an engine, with graphlost.go for what its value does without, and hooks.go calls OnError and
// Catch.
//
// Ending: limit.go says when a run has to answer, and expire.go gives up its
// calls then. answer.go gives the answer, degraded.go says what it lacks,
// effects.go is what runs on after it. undo.go undoes what the answer does not use. error.go is the failure of a run, and origin.go finds the
// call that it came from. run_observer.go reports to the observer.
package flow
