// Package errtree walks through errors that others have written: an error,
// what it wraps, and the parts of what is joined.
//
// Such errors may be of types that cannot be compared, may wrap without end, and their methods may panic.
package errtree

// Next is what a visitor says about where to go on.
type Next uint8

const (
	Inside Next = iota // with what the error wraps
	Beside             // with the next part, not with what this error wraps
	Stop
)

// most is how many errors a walk visits before it gives up: one that wraps itself has no end.
const most = 1 << 17

// Walk calls visit for err and for what it wraps, from the outside in, and for
// the parts of a joined error in their order. It reports whether visit said
// Beside on each way down, so that no error without a verdict is left.
//
// A method Unwrap that panics wraps nothing. It takes constant stack, however deep the errors are.
func Walk(err error, visit func(error) Next) (all bool) {
	all = true
	var rest [][]error // what is left of the joined errors around, the innermost last
	for range most {
		next := Inside
		if err != nil {
			next = visit(err)
		}
		if next == Stop {
			return false
		}
		var parts []error
		if next == Inside {
			if err, parts = below(err); err != nil {
				continue
			}
			all = all && len(parts) > 0
		}
		if len(parts) > 0 {
			rest = append(rest, parts)
		}
		for len(rest) > 0 && len(rest[len(rest)-1]) == 0 {
			rest = rest[:len(rest)-1]
		}
		if len(rest) == 0 {
			return all
		}
		last := &rest[len(rest)-1]
		err, *last = (*last)[0], (*last)[1:]
	}
	return false
}

// below is what err wraps: one error, or several.
func below(err error) (one error, parts []error) {
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		defer func() { _ = recover() }()
		return e.Unwrap(), nil
	case interface{ Unwrap() []error }:
		defer func() { _ = recover() }()
		return nil, e.Unwrap()
	}
	return nil, nil
}

// Find returns the first error of type E that a walk through err comes to.
func Find[E any](err error) (found E, ok bool) {
	Walk(err, func(err error) Next {
		if found, ok = err.(E); ok {
			return Stop
		}
		return Inside
	})
	return found, ok
}
