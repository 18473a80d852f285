// Package journal runs flows durably in a folder: a run goes on after a crash of the process or the machine, in the next process that opens the folder. It needs
// no server and no other library.
//
//	j, err := journal.Open(ctx, "orders")
//	orders, err := journal.Register(j, Checkout) // goes on with the runs that are there
//	receipt, err := orders.Run(ctx, "order-17", order)
//
// A run is a file. It has a record for what the run was started with, for each call that has ended, for each signal, and for the answer. After a crash the run
// begins again: what has a record is not called again, and what has none is. So a call may run twice, if the process dies before its result is recorded.
// Its idempotency key is the same then: see [task.Key]. Give it to services that do things once.
//
// The limit of a flow counts from the first start. What had failed by then stays failed, and what stood in for it stays in.
//
// # What it does not do
//
// One process at a time has the folder open: for several, use package jadedbos or jadetemporal. Calls are made in that process. Code that runs inline, such as
// the function of a flow.Map, runs again when a run goes on: it must depend on its arguments only.
//
// # Changing a flow
//
// A run goes on with the flow that it was started with, which is known by its [flow.Graph.Hash]. Give earlier versions to [Register] until their runs are over. The
// hash does not see that the body of a function has changed.
//
// # How to read this package
//
// journal.go opens the folder, flow.go is what a program calls, run.go is a run that goes on, driver.go makes its calls for [durable.Execute], and record.go is
// what is written. Package runlog inside keeps the files.
package journal
