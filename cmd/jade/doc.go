// Command jade works on programs that use the library jade: it writes documents of their flows from the source, compares the flows of two commits, finds
// mistakes, begins new handlers, and shows recorded runs.
//
//	go install github.com/jade-go/jade/cmd/jade@latest
//	jade help
//
// Exit codes:
//
//   - 0: done
//   - 1: there are findings: a document is not up to date, flows differ where -check asks for none, or vet has found something
//   - 2: wrong usage, or the command could not do its work, for example because a package does not build
//
// Results go to the standard output or to files, and all else goes to the standard error.
package main
