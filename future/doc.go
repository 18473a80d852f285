// Package future runs functions in goroutines and gives their typed results. A
// [Future] is the result of work that may still run. Start reading here.
//
// [Go] and [Call] start a future, [Of] returns a complete one, and a [Promise] is
// completed by hand. [Future.Await] waits for the result. Package combinators puts
// futures together. Packages recovery (folder recover) and deadline handle those
// that fail or are late.
//
// # Scopes
//
// Work that is started with the ctx of a [Scope], or with a ctx derived from
// it, belongs to that scope. [Run] opens a scope around a function: when the
// function returns, whatever the scope still runs is cancelled and joined, so
// nothing outlives it. In a sandbox that is frozen between requests, work that
// is left behind wakes up inside somebody else's request.
//
// # What is not caught
//
// Panics and runtime.Goexit become errors. What Go makes fatal stays fatal: a
// concurrent map access, a stack overflow, running out of memory, a panic in a
// goroutine that was started with a bare go statement. With
// GODEBUG=panicnil=1, panic(nil) cannot be told from Goexit.
//
// # Own combinators
//
// [Follow] puts a [Body] behind one input, [FollowAll] an [AllBody] behind
// several, and [Watch] lets a [Gatherer] make a result once a [Rule] about several
// inputs is met. Every combinator is made of these three, with nothing that is not exported.
//
// # Tests
//
// Everything waits in ways that testing/synctest sees as durably blocked. A
// future that is awaited in a bubble has to complete in that bubble.
//
// # Guarantees
//
// Each is a test named after it, here or in the package that promises it.
//
//	 1  a future completes exactly once; later completions report false and change nothing      TestG01
//	 2  every waiter and continuation sees the same result, whenever it comes                   TestG02
//	 3  a waiter's done ctx ends that wait alone                                                 TestG03
//	 4  a value that is nil, or is itself an error, is still a value                             TestG04
//	 5  a panic is a *PanicError with the original value and stack; errors.Is and As reach it    TestG05
//	 6  a panic in a continuation, hook, predicate or fallback fails only what that was making   TestG06
//	 7  runtime.Goexit gives ErrGoexit, panic(nil) a *PanicError; scopes still close             TestG07
//	 8  no user function runs under a library lock; registering from inside a callback works     TestG08
//	 9  ten million pending continuations complete in constant stack, no goroutine per link      TestG09, TestFullSize_G09
//	10  Complete, Cancel and Close run no user code on their caller's stack; the first two
//	    never block                                                                              TestG10
//	11  continuations are dispatched in registration order; bodies never delay one another       TestG11
//	12  after Scope.Close (without grace) no goroutine of that scope runs                        TestG12
//	13  a failure fails what depends on it, at once, and nothing else                            TestG13
//	14  losers of Race, Any and Quorum are cancelled with a cause that says so, and joined       TestG14
//	15  Within and the timeouts of tasks and flows cancel the work and answer on time, even if
//	    it does not stop                                                                         TestG15
//	16  a deadline that Jade makes names what was late, the limit, and whether it was inherited  TestG16
//	17  timeout, cancellation and failure are distinct; only a request recovers a cancellation   TestG17
//	18  no timer or registration outlives its future; an abandoned wait is dropped at once       TestG18
//	19  results keep input order; none of nothing, or of too few, hangs                          TestG19
//	20  Any fails only when all fail, with every error, in order                                 TestG20
//	21  with a ctx that is done before the start, the function is not called (Finally aside)     TestG21
//	22  a zero Future never hangs: ErrZero                                                       TestG22
//	23  runs of a Task or Flow share no state; nothing a user can retain is ever used again      TestG23
//	24  everything waits durably in synctest; no package-level goroutine; nothing that is bound
//	    to a bubble is pooled                                                                    TestG24
//	25  an error that nobody observed is reported once, by name, when its scope closes           TestG25
//	26  a retry never waits past its deadline; cleanup (Finally) runs with the ctx's values
//	    and without its cancellation                                                             TestG26
//	27  an observer decides no outcome, whatever it does                                         TestG27
//
// # How to read this package
//
// INTERNALS.md, beside this file, says who completes, who is told, how a
// cancellation travels and what a scope waits for. One value's walk through the
// files: start.go (Go) or promise.go makes a state; core.go holds it and
// completes it; core_waiter.go is its list of what waits, core_wait.go a wait
// that blocks, core_dispatch.go goes on with what a completion sets off, and
// core_cancel.go is a cancellation on its way. follow_inline.go runs quick
// functions, follow_async.go bodies, follow_all.go bodies behind several inputs,
// watch.go counts inputs, and watch_conclude.go makes the result of them. ctx.go
// is the ctx that work gets, ctx_parent.go where that comes from, ctx_children.go what hangs on it, ctx_ending.go what it ends
// with, ctx_std.go its face towards the standard library, ctx_values.go a ctx with
// something on. scope.go opens and closes, scope_join.go counts, scope_failure.go
// knows whose duty a failure is, scope_report.go tells. engine.go is the work of
// packages task and flow.
package future
