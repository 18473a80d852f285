// Package jadedbos runs flows durably on DBOS Transact: what a call has returned is kept in a database, and a run goes on after a crash where it was. The
// database is a file of SQLite inside of the process, or PostgreSQL.
//
//	engine, err := jadedbos.Open(ctx, jadedbos.Config{Database: "runs.db"})
//	orders, err := jadedbos.Register(engine, checkout) // a *flow.Flow[Order, Receipt]
//	err = engine.Launch()
//	receipt, err := orders.Run(ctx, "order-7", order)
//
// It is a module of its own, because the rest of Jade does not depend on DBOS.
//
// # Guarantees
//
//   - Once Start has returned nil, the run comes to its answer, if a process is there that can go on with it. kill -9 at any moment does not change that.
//   - The answer is the one that [flow.Flow.Do] gives: the same value, or an error with the same text and class.
//   - A call whose result is in the database is not made again. A call that a crash has cut off, or whose result was not written yet, is made again with the
//     same key: see [task.Key]. So each call is made at least once, and the key lets its effects happen once.
//   - Limits of a flow count from the first start of the run. What is late when a process comes back is not called.
//   - The events of a run are replayed in the order in which they happened. So [flow.Any], and whatever depends on what was first, comes out the same.
//
// # What it does not do
//
//   - It does not repeat failed calls. The policies of a task say how often a call is tried; all attempts are one step. A failure is a result like any other.
//   - It does not replay the functions of tasks. Those of Map, MapErr, Either and Degraded are called again in each replay, and have to give the same for the same arguments.
//   - It does not tell that the body of a function has changed: see Versions.
//   - It does not run calls of one run in several processes.
//   - It has no limit for what is in flight. A value, an input or a signal has at most 64 MiB of JSON.
//   - It removes nothing from the database. DBOS has means for that.
//   - It does not stop a crash loop: DBOS's limit for recoveries (100) is off, because a run that sleeps for weeks sees more deploys than that.
//
// # Processes
//
// Each process has a name, [Config.Executor]. At launch, the runs of the process that had the name before go on. So:
//
//   - One process at a time: leave the name as it is.
//   - Several processes on PostgreSQL: give each a name that it keeps when it starts again, such as the ordinal of a stateful set (the environment variable
//     DBOS__VMID sets it too). The runs of a name that never comes back wait; DBOS's Conductor, or a process that is launched with that name, takes them.
//   - Two processes with one name at a time are a mistake. DBOS lets only one of them write, so the answers are right; but calls are made twice.
//
// Start joins a run of any process, and Result, Signal and Cancel work from any: they look into the database every [Config.Poll].
//
// # Versions
//
// A run remembers the version of the flow that it was started with: the hash of the graph, and whether functions for failures are there. It keeps the limits that the flow had then. If a process gets a run
// of another version, it does not touch it. It logs one line of level ERROR with both versions, and the run waits. A process with the right version takes
// it within some polls, under whatever name; so does the next launch under the same name. Until then a Result that gives up waiting says why. To deploy a changed
// flow, register the older one beside it until its runs are over, or keep a process of the old version until then.
//
// A replay that comes to other calls than the recorded ones waits in the same way.
//
// # In the tables of DBOS
//
// The workflow has the name of the flow, and the id of the run. A step has the name of its node, with the path of nested flows before it, as "where/city" or
// "stock[3]". "OnError" and "Catch" are those functions; a sleep that is over, "limit", "signal NAME" and "cancel" are events. The status is SUCCESS
// or ERROR as the run has an answer or a failure. Signals, a cancellation and an early answer are attributes, whose names begin with "jade.".
//
// Cancel a run by [Flow.Cancel]. If it is cancelled by the means of DBOS, its calls end, OnError is not told, and Result fails with an error that says so;
// DBOS can resume it.
//
// # Cost
//
// A run writes one row at its start, one for each call, and its outcome at the end: as a workflow that is written by hand. Result does not wait for the outcome, because what is
// recorded before decides the answer. A sleep, a signal and a cancellation cost a row when they happen. A limit that does not pass costs none.
//
// # How to read this package
//
// config.go and engine.go open the database, flow.go has the methods of flows. run.go is the function that DBOS calls for a run. driver.go is the
// driver of [durable.Execute] and has the reasons why a replay is right; call.go makes the calls, inline.go the events that are no calls. record.go is what is written, mail.go what is sent to a run.
package jadedbos
