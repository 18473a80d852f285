package future

import (
	"context"
	"fmt"
	"runtime"
	"strconv"
	"strings"
)

// PanicError is a panic that became an error. It matches under errors.Is and
// errors.As what the panicked value matches, if that is an error.
type PanicError struct {
	Value any // what was passed to panic

	pcs []uintptr
}

// Error gives the value in one line; [PanicError.Stack] gives the frames.
func (e *PanicError) Error() (text string) {
	defer func() { // the value's own methods may panic again
		if recover() != nil {
			text = fmt.Sprintf("panic: %T", e.Value)
		}
	}()
	text = "panic: " + fmt.Sprint(e.Value)
	return strings.ReplaceAll(text, "\n", `\n`)
}

// Unwrap returns the panicked value if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// Stack returns the frames of the goroutine that panicked, innermost first, in
// the form of a Go traceback. It is formatted on each call.
func (e *PanicError) Stack() string {
	var b strings.Builder
	frames := runtime.CallersFrames(e.pcs)
	for {
		frame, more := frames.Next()
		if frame.Function != "" {
			b.WriteString(frame.Function)
			b.WriteString("(...)\n\t")
			b.WriteString(frame.File)
			b.WriteByte(':')
			b.WriteString(strconv.Itoa(frame.Line))
			b.WriteByte('\n')
		}
		if !more {
			return b.String()
		}
	}
}

// newPanicError is called by a deferred function that has recovered r. The
// deepest 64 frames are kept, as program counters: formatting them here
// would cost microseconds for each panic.
func newPanicError(r any) *PanicError {
	var pcs [64]uintptr
	n := runtime.Callers(3, pcs[:]) // without Callers, this function and the deferred one
	return &PanicError{Value: r, pcs: append([]uintptr(nil), pcs[:n]...)}
}

// guard calls user code. It returns a panic as an error. If the code calls
// runtime.Goexit, exit is called with [ErrGoexit] while the goroutine dies.
func guard(call func(), exit func(error)) (thrown error) {
	returned := false
	defer func() {
		if returned {
			return
		}
		if r := recover(); r != nil {
			thrown = newPanicError(r)
			return
		}
		exit(ErrGoexit)
	}()
	call()
	returned = true
	return nil
}

// Misuse panics in the caller's goroutine, with the function and the reason.

func mustCtx(where string, ctx context.Context) {
	if ctx == nil {
		panic(where + ": nil context")
	}
}

func mustFunc(where string, isNil bool) {
	if isNil {
		panic(where + ": nil function")
	}
}

func mustScope(where string, s *Scope) {
	if s == nil || s.life.from == nil {
		panic(where + ": scope was not made by WithScope")
	}
}
