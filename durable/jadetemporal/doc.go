// Package jadetemporal runs Jade flows as workflows of Temporal: a flow goes on after a crash, where it was, on whichever worker is there.
//
//	e := jadetemporal.New(client, "orders")
//	checkout, err := jadetemporal.Register(e, worker, Checkout)
//	receipt, err := checkout.Run(ctx, "order-1007", order)
//
// A run is a workflow whose type is the name of the flow. Each call is an activity whose type is made of the names of the flow and the node, such as
// checkout/charge or checkout/address/city, so that Temporal's UI shows the run in your words. A program writes no workflow and no activity: the flow is the same
// that Do runs in memory, and gives the same answers. It is a module of its own, because the rest of Jade does not depend on Temporal.
//
// # Who decides what
//
// Jade decides about failures, Temporal about crashes. An error of a call is a value in the result of its activity: Retry, Timeout, Fallback and Recover of the flow
// say what follows. Temporal repeats an activity only if its worker is lost, which it hears of by missing heartbeats: see [Heartbeat]. So a call is made at least
// once, and again if a worker is lost before the server has its result; task.Key is the same each time. A call whose result is in the history is not made
// again.
//
// What the run does without a call is done in the workflow: functions of Map, MapErr, Either and Degraded. They are called again when a worker replays a run, so they
// must depend on their arguments only, and be quick: Temporal fails a workflow task that is busy for a second, and repeats it.
//
// A limit of a flow counts from the start of the run, and is a timer. A run keeps the limits that it was started with. A Sleep is a timer, too. A [flow.Signal] is a signal of Temporal with that name: [Flow.Signal] sends one, and
// so does "temporal workflow signal", with the value as JSON. What is no JSON is ignored. A call that nothing needs any more is cancelled, and hears of it with its next
// heartbeat; but a call that could be undone runs to its end, as it may have succeeded on a worker that was lost. Its success is undone then: give it a Timeout.
//
// # Results
//
// A workflow completes with the value of the flow; it fails with an application error whose type is the class of the failure; it is cancelled if somebody has
// cancelled the run. [Flow.Result] gives the error as [flow.Flow.Do] does: see [durable.EncodeError] for what survives. [ErrorOf] does that for who uses Temporal's
// client directly.
//
// Effects of a flow run on after its answer, and the workflow ends after them. If a flow has some, Result asks the workflow by an update, and returns when the answer
// is there. All who ask share one update of two events.
//
// # Versions
//
// A run is started with the version of its flow, [Flow.Version]: [flow.Graph.Hash], how many elements of an Each run at a time, and what stands in first. A worker that has
// other versions only does not fail the run. Its workflow task fails with a [VersionError], which says what the run wants, and is repeated until a worker comes that has
// it; so is an activity. Give the earlier versions to [Register] too while their runs go on:
//
//	jadetemporal.Register(e, worker, Checkout, checkoutOfMay)
//
// While workers of two versions share a queue, tasks that come to the wrong one are repeated after some seconds. A worker that has both saves that.
//
// The version does not see what functions do. If a function of a Map has changed so that other calls follow, the workflow task fails with Temporal's own error about
// nondeterminism, TMPRL1100, until the function is as it was. Replay saved histories in a test to find that before: worker.NewWorkflowReplayer takes Register.
//
// # What it does not do
//
//   - It is not for functions that answer a request within milliseconds: each call costs some round trips to the server, and writes to its database.
//   - Values over [MaxPayload] fail. Pass a reference to what is large.
//   - A server ends a workflow with more than 51,200 events or 50 MiB of history. A call has three events, and what comes together shares three more: stay below
//     some 8,000 calls a run. An Each over more belongs into several runs. At most [MaxCalls] are with the server at a time.
//   - It does not continue a run as another one (continue-as-new). A run that is reset goes on from there: the calls after that point are made again with the keys that
//     they had, and the limit still counts from the first start.
//   - It has no local activities: they repeat steps that have ended.
//   - It does not set the worker's options. WorkflowPanicPolicy has to stay BlockWorkflow, the default, or a wrong version fails the run. With a
//     StickyScheduleToStartTimeout of a second, a run goes on sooner after its worker is lost: one or two heartbeats after that, or ten seconds after it if
//     the worker had a workflow task just then. Observers and the like that calls are to have in their ctx go into
//     BackgroundActivityContext.
//   - It does not know values that do not survive JSON: Register reports them, see [durable.Check].
package jadetemporal
