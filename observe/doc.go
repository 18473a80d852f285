// Package observe lets a program see every call of its tasks and flows: when it
// begins, when it ends, and how.
//
// Implement [Observer], and add it to a ctx with [With]. The observer then sees
// the begin and the end of each run, node, element and attempt that is started
// with that ctx. It gets a [Call] at the begin and an [Outcome] at the end. An
// observer changes no result. A [Selective] observer skips most calls that end
// well. [Tee] makes one observer of several.
//
// Tasks and flows report their own calls. [Begin] reports other code as a call.
//
// Packages trace, observe/jadeslog, observe/jadeotel and observe/jadeprometheus
// have observers.
//
// # How to read this package
//
// observer.go has the interface, call.go and outcome.go have what an observer
// gets. rejection.go recognizes calls that a gate did not let in. request.go
// describes the request that a run answers. selective.go and tee.go are kinds of
// observers. context.go is the ctx of an observed call: it holds the state of the
// call and decides which goroutine calls the observer, and when. Tasks and flows
// report their calls by engine.go, other code reports by begin.go.
package observe
