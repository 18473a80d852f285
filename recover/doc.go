// Package recovery replaces failures of futures with values, and says of which
// class a failure is.
//
// The folder is called recover. The package has another name, because a package
// recover would hide the builtin in every file that imports it:
//
//	import recovery "github.com/jade-go/jade/recover"
//
// [Recover], [RecoverIs], [RecoverAs] and [Fallback] replace a failure.
// [OnError] calls a function with a failure and changes nothing. [Classify]
// returns the [Class] of a failure. [Text] returns a text of it that is safe to
// write.
//
// A cancellation means that nobody wants the result any more. So nothing here
// replaces one, except [RecoverIs] and [RecoverAs] when they name it. The
// functions that replace failures act only while the ctx around them is alive:
// once the deadline of a run has passed, its answer is fixed.
package recovery
