// Package jade is typed futures for the calls behind one request: a handler
// that gathers data from six services reads as the data it gathers, every
// panic and timeout is an error with an owner, and nothing that its scope
// started is still running after it returns.
//
// There is no code here. This is the map:
//
//	future/        the value: Future, Promise, Go, Call, Of, Run, Scope, PanicError
//	combinators/   put together: Then, Map, All, Zip, Await, Race, Any, Quorum, Settle, Each
//	recover/       when it fails: Recover, Fallback, OnError, Classify (package recovery)
//	deadline/      when it is late: Within, At, Reserve, Run, Partial
//	examples/      programs to run and to copy from; orderpage first
//	benchmarks/    a module of its own that measures, beside other libraries
//	docs/guide/    from sequential code to concurrent, scoped, recovered and timely code
//
// Arrows go one way: combinators, recovery and deadline import future and do
// not import each other; future imports none of them.
//
// What to read first: docs/guide to learn, in half an hour; package future for
// the value and the guarantees; package combinators for the combinator that you
// need. Every exported name has an example.
package jade
