// Package jade runs the calls behind one request: typed futures, and typed
// graphs of tasks. A handler that gathers data from six services reads as the
// data it gathers. Every panic and timeout becomes an error that names the
// call. Closing a scope cancels the work that was started in it, and waits until
// that work has ended.
//
// This package has no code. It is the map, from the value to what is built on it:
//
//	future/        the value: Future, Promise, Go, Call, Of, Run, Scope, PanicError
//	combinators/   put together: Then, Map, All, Zip, Await, Race, Any, Quorum, Settle, Each, SettleEach
//	recover/       when it fails: Recover, Fallback, OnError, Classify (package recovery)
//	deadline/      when it is late: Within, At, Reserve, Run, Partial
//	observe/       observed work: Observer, Call, Outcome, With, Tee; below it logs (jadeslog), and metrics and spans in modules of their own (jadeprometheus, jadeotel)
//	task/          named work: Task with Timeout, Retry, Recover, Fallback, OnError, Gate, Hedge, Wrap, Discard
//	flow/          connected work: a typed graph of tasks, compiled once: New, Step, Map, Fallback, After, Either, Each
//	guard/         protected work: limits, breakers and budgets around tasks (Slots, Rate, Breaker, Budget); one call for many callers (Share, Memo, Batch, Cache, Hot)
//	durable/       lasting work: a flow that goes on after a crash, on a folder (durable/journal) or on another engine
//	trace/         recorded work: what a run did, and its critical path
//	diagram/       pictures of flows and runs: HTML, SVG, Mermaid, DOT, Chrome trace, text
//	inspect/       an http.Handler that serves these pictures
//	faas/          deployed work: a handler for HTTP and for platforms (fc; lambda, gcf and cloudevents are modules of their own)
//	jadetest/      tests of flows: every fault of every task, crashes, fakes, leaks, schedules, simulated load
//	cmd/jade/      a module of its own with a command: documents and diffs of flows from source, and a vet that knows the traps
//	examples/      programs to run and to copy from; orderpage first, checkout survives a crash
//	benchmarks/    a module of its own that compares Jade with other libraries
//	docs/guide/    from sequential code to concurrent, scoped, recovered and timely code
//
// Imports go one way, from the end of this list to its beginning. Packages
// combinators, recovery and deadline do not import each other.
//
// To learn Jade, read docs/guide; it takes an hour. Package future explains the
// value and the guarantees. Package combinators helps you to find the combinator
// that you need. Package flow is for requests that all run the same calls. Nearly
// every exported name has an example.
package jade
