// Package must checks arguments that only a programmer's mistake makes wrong. It panics in the caller's goroutine, with
// one line that names the function and the reason.
package must

import "context"

// HaveCtx panics if ctx is nil, in the name of the function called where.
func HaveCtx(where string, ctx context.Context) {
	if ctx == nil {
		panic(where + ": nil context")
	}
}

// HaveFunc panics if the function is nil that the function called where was given.
func HaveFunc(where string, isNil bool) {
	if isNil {
		panic(where + ": nil function")
	}
}

// HaveName panics if name is no name for a task or a flow.
func HaveName(where, name string) {
	if why := Unfit(name); why != "" {
		panic(where + ": " + why)
	}
}
