// Package unclosed defines an Analyzer that finds scopes that are not closed on each path.
//
// # Analyzer unclosed
//
// unclosed: report scopes of future.WithScope that are not closed on each path
//
// Work in a scope that is not closed runs on when the function has returned, and
// nobody sees its failures:
//
//	ctx, scope := future.WithScope(ctx)
//	if id == "" {
//		return errNoID // finding: this return does not close scope
//	}
//	defer scope.Close()
//
// Wait and WaitFor do not close a scope. A scope that is passed on, stored or used by
// a function inside counts as closed. So it is with the cancel function of deadline.Reserve, which
// the lostcancel check of go vet does not know.
package unclosed
