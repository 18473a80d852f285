// Package observe is what an observer of calls implements, and what it is told.
//
// [With] adds an [Observer] to a ctx. The observer sees the begin and the end of each run, node, element and
// attempt that is started with that ctx: a [Call] and its [Outcome]. An observer changes no result. A
// [Selective] observer skips most calls that end well. [Tee] makes one observer of several.
//
// Tasks and flows report themselves. [Begin] reports other code as a call of its own.
//
// Packages trace, observe/jadeslog, observe/jadeotel and observe/jadeprometheus are observers.
//
// # How to read this package
//
// observer.go, call.go and outcome.go are what an observer is and is told, selective.go and tee.go are kinds of observers.
// context.go is the ctx of a call that is observed: its state, and who tells the observer when. engine.go is what
// tasks and flows report with, begin.go what other code does.
package observe
