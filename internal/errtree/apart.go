package errtree

import (
	"runtime"
	"sync/atomic"
)

var asking atomic.Int64 // how many calls of Apart have not returned

const (
	many = 64 // calls at a time; with more it is seen whether they are inside of each other
	deep = 8  // calls inside of each other, after that many
)

// Apart calls fn in a goroutine of its own, waits for it, and reports whether
// fn returned: a panic or a Goexit ends there.
//
// fn may come back to Apart, as a method Class does that asks for the class of
// its own error. If there is no end to it, some call deep inside reports false.
func Apart(fn func()) (returned bool) {
	defer asking.Add(-1)
	if asking.Add(1) > many {
		switch depth := depth(); {
		case depth >= deep:
			return false
		case depth > 0:
			return guarded(fn)
		}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		returned = guarded(fn)
	}()
	<-done
	return returned
}

// guarded calls fn; a panic ends there.
//
//go:noinline
func guarded(fn func()) (returned bool) {
	defer func() { _ = recover() }()
	fn()
	return true
}

// depth is how many calls of guarded this goroutine is in. It looks at the inner part of the stack.
func depth() (n int) {
	var pcs [256]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs[:])])
	for more := true; more; {
		var frame runtime.Frame
		frame, more = frames.Next()
		if frame.Function == "github.com/jade-go/jade/internal/errtree.guarded" {
			n++
		}
	}
	return n
}
