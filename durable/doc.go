// Package durable runs a flow on an engine that survives a crash: the same typed flow, unchanged. Package journal below it is such an engine, in a folder and without
// a server. The modules jadedbos and jadetemporal are others.
//
// An engine implements [Driver]: it begins calls, and says which has ended next. [Execute] does the rest, with a [flow.Machine]: what runs next, what stands in
// for a failure, what the answer is. [Perform] makes a call, perhaps in another process: with all policies of its task. What an engine has recorded is
// not called again after a crash. Jade decides about failures, the engine about crashes.
//
// What crosses the wire between an engine and a flow is JSON: the values of the calls, and the errors that they fail with. It is decoded on the first run too. [Check]
// reports what of a flow would not survive that. [EncodeError] keeps what a program asks of an error; [RegisterError] and [RegisterSentinel] add a program's own errors.
//
// # What it does not do
//
// A call may run twice, if a crash comes before its result is recorded: see [task.Key]. Code that runs inline, such as the function of a flow.Map, runs again in
// each replay. So it must depend on its arguments only.
//
// # How to read this package
//
// driver.go is what an engine implements and stores, execute.go drives a run, perform.go makes a call, and limits.go keeps the limits of a run. check.go and its siblings are
// Check. value.go and value_loss.go are values in JSON, signal.go those of signals. failure.go is an error as data: encode_error.go and decode_error.go translate it, kinds.go knows
// Jade's own errors, registry.go those of programs, and opaque.go is what an unknown one becomes.
package durable
