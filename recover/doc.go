// Package recovery turns failures into values, and says of what class they are.
//
// The folder is called recover; the package is not, because a package named
// recover would hide the builtin in every file that imports it:
//
//	import recovery "github.com/jade-go/jade/recover"
//
// [Recover], [RecoverIs], [RecoverAs] and [Fallback] replace a failure;
// [OnError] is told of one and changes nothing; [Classify] gives its [Class], and [Text] a text of it that is safe to write.
//
// A cancellation means that nobody wants the result any more, so nothing here
// swallows one, except [RecoverIs] and [RecoverAs] when they name it. All of
// them act only while the ctx around them is alive: once the deadline of a
// run has passed, its answer is fixed.
package recovery
