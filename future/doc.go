// Package future runs functions in goroutines and gives their typed results. A
// [Future] is the result of work that may still run. Start reading here.
//
// [Go] and [Call] start a future, [Of] returns a complete one, and your code
// completes a [Promise]. [Future.Await] waits for the result. Package combinators
// combines futures. Packages recovery (folder recover) and deadline handle
// futures that fail or are late.
//
// # Scopes
//
// Work that is started with the ctx of a [Scope], or with a ctx derived from
// it, belongs to that scope. [Run] opens a scope around a function. When the
// function returns, Run cancels the work that the scope still runs, and joins it:
// Run waits until the work has ended, so the work does not outlive the scope.
// (With [Grace] it waits at most that long.) A platform may freeze its sandbox
// between requests. There, work that is left behind goes on during somebody
// else's request.
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
// [Follow] runs a [Body] when one input is complete. [FollowAll] runs an [AllBody]
// when several inputs are complete. [Watch] lets a [Gatherer] make a result once
// several inputs satisfy a [Rule]. Every combinator of this project is made of
// these three, and uses only exported names.
//
// # Tests
//
// Everything here waits in ways that testing/synctest sees as durably blocked. If
// you await a future in a bubble, it has to complete in that bubble.
//
// # Guarantees
//
// Each guarantee has a test that is named after it, in this package or in the
// package that gives the guarantee.
//
//	 1  a future completes exactly once; later completions report false and change nothing      TestG01
//	 2  every waiter and continuation sees the same result, whenever it comes                   TestG02
//	 3  a waiter's done ctx ends that wait alone                                                 TestG03
//	 4  a value that is nil, or is itself an error, is still a value                             TestG04
//	 5  a panic is a *PanicError with the original value and stack; errors.Is and As reach it    TestG05
//	 6  a panic in a continuation, hook, predicate or fallback fails only what that call makes   TestG06
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
//	19  results keep input order; with no inputs, or with too few, nothing hangs                 TestG19
//	20  Any fails only when all fail, with every error, in order                                 TestG20
//	21  with a ctx that is done before the start, the function is not called (except by Finally) TestG21
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
// INTERNALS.md, beside this file, explains four things: who completes a future,
// who learns of it, how a cancellation travels, and what a scope waits for.
//
// Follow one value through the files. start.go (Go) or promise.go makes a state.
// core.go holds the state and completes it. core_waiter.go is the list of what
// waits for it, core_wait.go is a wait that blocks. core_dispatch.go goes on with
// what a completion sets off, core_cancel.go is a cancellation on its way.
//
// Combinators: follow_inline.go runs quick functions, follow_async.go runs bodies,
// follow_all.go runs bodies behind several inputs. watch.go counts inputs, and
// watch_conclude.go makes a result of them.
//
// The ctx of work: ctx.go is that ctx, ctx_parent.go finds the one around it,
// ctx_children.go lists what hangs on it, ctx_ending.go is how it ends. ctx_std.go
// connects it to the standard library, ctx_values.go puts values on top of it.
//
// Scopes: scope.go opens and closes one, scope_join.go counts its work,
// scope_failure.go and scope_duty.go know which failures it has to report,
// scope_report.go reports them. engine.go runs work for packages task and flow.
package future
