package durable

import (
	"context"
	"encoding/json"
	"reflect"
	"runtime"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jade-go/jade/internal/errtree"
	recovery "github.com/jade-go/jade/recover"
)

// EncodeError returns err as data, and [Failure.Err] makes it an error again. Of nil it returns nil. The decoded error has
//
//   - the text of err, its class, and the results of its methods Public, HTTPStatus, StatusCode and RetryAfter
//   - the errors of [RegisterError] and [RegisterSentinel] that are in err, where they are: errors.Is and errors.As find them
//   - the error types of Jade: [*flow.Error], [*deadline.Error], [*future.CanceledError], [*future.PanicError] with its stack and a text in place
//     of its value, [*combinators.ElementError], [*task.RejectedError], and what [recovery.Mark] returns
//   - what joined errors and other errors wrap, in order
//
// Of any other type only these survive. To encode a decoded error gives the same Failure again.
//
// A Failure is bounded: 100 errors inside of each other, 1000 errors, 16 KiB for one text, 512 KiB in all. The rest is left out; the
// class is still that of the whole error. Texts become valid UTF-8.
//
// Panics: a method of err that panics, or ends its goroutine, gives no answer. If the methods of err do not return within 10 seconds, the Failure says that alone,
// and is of class Code. Go cannot stop a method that calls itself without end.
// Concurrency: the methods of err are called on other goroutines, one at a time.
func EncodeError(err error) *Failure {
	if err == nil {
		return nil
	}
	const limit = 10 * time.Second // a machine that is busy must not turn an error into another one
	done := make(chan *Failure, 1)
	go func() {
		f := &Failure{Kind: kindOpaque, Text: "an error that could not be encoded", Class: recovery.ClassCode.String()}
		defer func() {
			_ = recover() // nothing here panics
			done <- f
		}()
		e := encoder{errors: maxErrors, room: maxTotal, registry: registered.Load()}
		f, _ = e.encode(err, 0)
	}()
	late := time.NewTimer(limit)
	defer late.Stop()
	select {
	case f := <-done:
		return f
	case <-late.C:
		return &Failure{Kind: kindOpaque, Text: "an error whose methods do not return", Class: recovery.ClassCode.String()}
	}
}

// encodeErrorIn is EncodeError for what a call has failed with that was made with ctx. If the class of err depends on ctx, it is kept by a mark.
func encodeErrorIn(ctx context.Context, err error) *Failure {
	if err == nil {
		return nil
	}
	class := recovery.ClassifyIn(ctx, err)
	if class != recovery.Classify(err) || class != recovery.ClassifyIn(context.Background(), err) {
		err = recovery.Mark(class, err)
	}
	return EncodeError(err)
}

// encoder makes one Failure, of all errors in one.
type encoder struct {
	errors   int // how many more it may have
	room     int // how many more bytes
	cut      bool
	registry *registry
}

// encode returns err as data, and what that is decoded as.
func (e *encoder) encode(err error, depth int) (*Failure, error) {
	e.errors--
	f := &Failure{}
	base := e.peel(f, err)
	causes := e.describe(f, base)
	f.Text = e.take(textOf(err), maxText)

	outside := e.cut
	e.cut = false
	below := make([]error, 0, min(len(causes), max(e.errors, 0)))
	for _, cause := range causes {
		if cause == nil {
			continue
		}
		if depth == maxDepth || e.errors <= 0 {
			e.cut = true
			break
		}
		inner, back := e.encode(cause, depth+1)
		f.Causes, below = append(f.Causes, inner), append(below, back)
	}
	here := e.cut
	e.cut = here || outside
	if f.Kind == kindMark && len(f.Causes) == 0 {
		f.Kind = kindOpaque
	}
	if here && depth > 0 { // Classify might go through far more than is encoded
		err = assemble(f, below, e.registry)
	}
	f.Class = classOf(err).String()
	return f, assemble(f, below, e.registry)
}

func classOf(err error) recovery.Class {
	if c := recovery.Classify(err); c > recovery.ClassNone && c <= recovery.ClassUnknown {
		return c
	}
	return recovery.ClassUnknown
}

// peel removes the layers of a decoded error, and notes what they keep.
func (e *encoder) peel(f *Failure, err error) (base error) {
	for {
		var l *layer
		switch w := err.(type) {
		case *withText:
			l = &w.layer
		case *withClass:
			l = &w.layer
		case *withPublic:
			l, f.Public = &w.layer, w.text
		case *withStatus:
			l, f.Status = &w.layer, w.status
		case *withStatusCode:
			l, f.StatusCode = &w.layer, w.status
		case *withRetryAfter:
			l, f.RetryAfter = &w.layer, w.after
		case *withStack:
			l, f.Stack = &w.layer, w.text
		default:
			e.room -= len(f.Public) + len(f.Stack)
			return err
		}
		err = l.err
	}
}

// describe says what err is, and returns what it wraps.
func (e *encoder) describe(f *Failure, err error) (causes []error) {
	if old, ok := err.(interface{ opaque() *leaf }); ok {
		shell := old.opaque().shell
		f.Kind, f.Name, f.Is, f.Data = shell.Kind, shell.Name, shell.Is, shell.Data
		e.room -= len(f.Data)
		return unwrap(err)
	}
	if name := e.registry.sentinel(err); name != "" {
		f.Kind, f.Name = kindSentinel, name
		e.ask(f, err)
		return nil
	}
	if kind, data, cause := describeOurs(err); kind != "" && e.data(f, data) {
		f.Kind = kind
		if stack, ok := stackOf(err); ok {
			f.Stack = e.take(stack, maxStack)
		}
		return []error{cause}
	}
	e.ask(f, err)
	if name := e.registry.nameOf[reflect.TypeOf(err)]; name != "" && e.registeredType(f, err) {
		f.Kind, f.Name = kindType, name
		return nil
	}
	f.Kind = kindOpaque
	if _, ok := err.(runtime.Error); ok {
		f.Kind = kindRuntime
	}
	return unwrap(err)
}

// registeredType keeps an error of a registered type, unless that cannot be.
func (e *encoder) registeredType(f *Failure, err error) (ok bool) {
	t := reflect.TypeOf(err)
	if v := reflect.ValueOf(err); v.Kind() == reflect.Pointer && v.IsNil() {
		return false
	}
	errtree.Apart(func() {
		data, failed := encode(err)
		if failed != nil || len(data) > min(maxData, e.room) {
			return
		}
		if _, failed = decode(data, t); failed == nil {
			f.Data, ok = data, true
		}
	})
	if ok {
		e.room -= len(f.Data)
	}
	return ok
}

// data keeps what a type of Jade's is made of, unless it is too long.
func (e *encoder) data(f *Failure, data any) bool {
	if data == nil {
		return true
	}
	text, err := json.Marshal(data)
	if err != nil || len(text) > min(maxData, e.room) {
		return false
	}
	e.room -= len(text)
	f.Data = text
	return true
}

// take is as much of a text as there is room for.
func (e *encoder) take(text string, most int) string {
	text = cut(clean(text), min(most, e.room))
	e.room -= len(text)
	return text
}

// ask calls the methods of an error of any type, but for what it wraps.
func (e *encoder) ask(f *Failure, err error) {
	if err, ok := err.(interface{ Public() string }); ok && f.Public == "" {
		f.Public = e.take(answer(err.Public), maxText)
	}
	if err, ok := err.(interface{ HTTPStatus() int }); ok && f.Status == 0 {
		f.Status = answer(err.HTTPStatus)
	}
	if err, ok := err.(interface{ StatusCode() int }); ok && f.StatusCode == 0 {
		f.StatusCode = answer(err.StatusCode)
	}
	if err, ok := err.(interface{ HTTPStatusCode() int }); ok && f.StatusCode == 0 {
		f.StatusCode = answer(err.HTTPStatusCode)
	}
	if err, ok := err.(interface{ RetryAfter() time.Duration }); ok && f.RetryAfter == 0 {
		f.RetryAfter = answer(err.RetryAfter)
	}
	if err, ok := err.(interface{ Stack() string }); ok && f.Stack == "" {
		f.Stack = e.take(answer(err.Stack), maxStack)
	}
	if err, ok := err.(interface{ Is(error) bool }); ok {
		var names []string
		errtree.Apart(func() {
			for _, name := range e.registry.sorted {
				if matches(err, e.registry.errs[name]) {
					names = append(names, name)
				}
			}
		})
		f.Is = names
	}
}

func matches(err interface{ Is(error) bool }, target error) (is bool) {
	defer func() { _ = recover() }()
	return err.Is(target)
}

// answer is what a method of an error returns, or zero if it does not return.
func answer[T any](method func() T) (v T) {
	errtree.Apart(func() { v = method() })
	return v
}

// textOf is the text of an error that may be anybody's.
func textOf(err error) string {
	text := "its text could not be had" // as it has ended its goroutine
	errtree.Apart(func() {
		defer func() {
			if recover() != nil {
				text = "its Error method panicked"
			}
		}()
		text = err.Error()
	})
	return text
}

// unwrap is what err wraps.
func unwrap(err error) []error {
	switch err := err.(type) {
	case interface{ Unwrap() error }:
		return []error{answer(err.Unwrap)}
	case interface{ Unwrap() []error }:
		return answer(err.Unwrap)
	}
	return nil
}

// clean is s in valid UTF-8.
func clean(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// cut is s if it has at most n bytes, or else as much of it as fits, whole characters. To cut the result again gives the same.
func cut(s string, n int) string {
	const more = "…"
	switch {
	case len(s) <= n:
		return s
	case n < len(more):
		return ""
	}
	n -= len(more)
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + more
}
