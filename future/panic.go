package future

import (
	"fmt"
	"iter"
	"runtime"
	"strconv"
	"strings"
	"weak"
)

// PanicError is a panic that became an error. It matches under errors.Is and
// errors.As what the panicked value matches, if that is an error.
type PanicError struct {
	Value any // what was passed to panic

	pcs   []uintptr
	stack string // of one from another process, in place of pcs
}

// Error gives the value in one line; [PanicError.Stack] gives the frames.
func (e *PanicError) Error() string { return "panic: " + line(e.Value) }

// line is the text of a value that is not ours, in one line. Its own methods may panic.
func line(v any) (text string) {
	defer func() {
		if recover() != nil {
			text = fmt.Sprintf("%T", v)
		}
	}()
	if err, ok := v.(error); ok {
		text = err.Error()
	} else {
		text = fmt.Sprint(v)
	}
	return oneLine.Replace(text)
}

var oneLine = strings.NewReplacer("\n", `\n`, "\r", `\r`)

// Unwrap returns the panicked value if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// Stack returns the frames of the goroutine that panicked, innermost first, in
// the form of a Go traceback. It is formatted on each call.
func (e *PanicError) Stack() string {
	if e.stack != "" {
		return e.stack
	}
	var b strings.Builder
	for frame := range e.Frames() {
		b.WriteString(frame.Function)
		b.WriteString("(...)\n\t")
		b.WriteString(frame.File)
		b.WriteByte(':')
		b.WriteString(strconv.Itoa(frame.Line))
		b.WriteByte('\n')
	}
	return b.String()
}

// Frames yields the frames of the goroutine that panicked, innermost first.
// Those of a panic in another process have no program counter.
func (e *PanicError) Frames() iter.Seq[runtime.Frame] {
	if e.stack != "" {
		return written(e.stack)
	}
	return func(yield func(runtime.Frame) bool) {
		frames := runtime.CallersFrames(e.pcs)
		for more := true; more; {
			var frame runtime.Frame
			if frame, more = frames.Next(); frame.Function != "" && !yield(frame) {
				return
			}
		}
	}
}

// written yields the frames of a text that Stack has returned.
func written(stack string) iter.Seq[runtime.Frame] {
	return func(yield func(runtime.Frame) bool) {
		function := ""
		for line := range strings.Lines(stack) {
			line = strings.TrimSuffix(line, "\n")
			at, ok := strings.CutPrefix(line, "\t")
			if !ok {
				function = strings.TrimSuffix(line, "(...)")
				continue
			}
			frame := runtime.Frame{Function: function, File: at}
			if colon := strings.LastIndexByte(at, ':'); colon >= 0 {
				if n, err := strconv.Atoi(at[colon+1:]); err == nil {
					frame.File, frame.Line = at[:colon], n
				}
			}
			if !yield(frame) {
				return
			}
		}
	}
}

// newPanicError is called by a deferred function that has recovered r. It keeps
// the frames as program counters: to format them here would cost
// microseconds for each panic. They are on the heap from the start, because a
// large array on the small stack of a new goroutine would make that grow.
func newPanicError(r any) *PanicError {
	const skip = 4 // Callers, this function, thrown and the deferred one
	pcs := make([]uintptr, 16)
	n := runtime.Callers(skip, pcs)
	for n == len(pcs) && n < maxFrames {
		pcs = make([]uintptr, 4*n)
		n = runtime.Callers(skip, pcs)
	}
	return &PanicError{Value: r, pcs: pcs[:n]}
}

// maxFrames is how many frames of a panic are kept, at least.
const maxFrames = 256

// guard calls user code and reports whether it returned. If it panics or calls
// runtime.Goexit, failed is told why. It is told by a deferred function, and
// the goroutine may be about to die, also after a panic that was recovered
// (one in a function that Goexit runs): failed must not leave anything to the caller.
func guard(call func(), failed func(error)) (returned bool) {
	defer func() {
		if !returned {
			failed(thrown(recover()))
		}
	}()
	call()
	return true
}

// thrown is the error for what recover returned in a function that did not return.
func thrown(r any) error {
	if r == nil {
		return ErrGoexit
	}
	return newPanicError(r)
}

// Misuse panics in the caller's goroutine, with the function and the reason.

func mustScope(where string, s *Scope) {
	if s == nil || s.ctx == (weak.Pointer[workCtx]{}) {
		panic(where + ": scope was not made by WithScope")
	}
}
