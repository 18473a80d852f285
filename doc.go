// Package jade is typed futures and typed task orchestration for the calls
// behind one request: a handler that gathers data from six services reads as
// the data it gathers, every panic and timeout is an error with an owner, and
// nothing that its scope started is still running after it returns.
//
// There is no code here. This is the map:
//
//	future/        the value: Future, Promise, Go, Call, Of, Run, Scope, PanicError
//	combinators/   put together: Then, Map, All, Zip, Await, Race, Any, Quorum, Settle, Each, SettleEach
//	recover/       when it fails: Recover, Fallback, OnError, Classify (package recovery)
//	deadline/      when it is late: Within, At, Reserve, Run, Partial
//	task/          named work: Task with Timeout, Retry, Recover, Fallback, OnError, Wrap; Observer
//	flow/          drawn work: a typed graph of tasks, compiled once: New, Step, Map, After, Either, Each, SettleEach
//	examples/      programs to run and to copy from; orderpage first
//	benchmarks/    a module of its own that measures, beside other libraries
//	docs/guide/    from sequential code to concurrent, scoped, recovered and timely code
//
// Arrows go one way: combinators, recovery and deadline import future and do
// not import each other; task imports these, and flow imports task.
//
// What to read first: docs/guide to learn, in an hour; package future for
// the value and the guarantees; package combinators for the combinator that you
// need; package flow if what runs is always the same. Every exported name has an example.
package jade
