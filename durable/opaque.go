package durable

import (
	"time"

	"github.com/jade-go/jade/internal/errtree"
	recovery "github.com/jade-go/jade/recover"
)

func init() {
	// Not withStatusCode: of a trusted type, package recovery does not ask StatusCode.
	errtree.Trust(&leaf{}, &wrapper{}, &joined{}, &runtimeError{}, &withText{}, &withClass{}, &withPublic{}, &withStatus{}, &withRetryAfter{}, &withStack{})
}

// leaf is an error of a type that is not known here. A wrapper is one that wraps an error, and joined wraps several.
type leaf struct {
	shell Failure // what it was decoded from, without what the causes and the layers around it keep
	is    []error // what its method Is reports true for, as far as that is known here
}

func (e *leaf) Error() string { return e.shell.Text }

// Is reports whether target is a registered error that the method Is of the original reported true for.
func (e *leaf) Is(target error) bool {
	for _, s := range e.is {
		if same(s, target) {
			return true
		}
	}
	return false
}

func (e *leaf) opaque() *leaf { return e }

type wrapper struct {
	leaf
	err error
}

func (e *wrapper) Unwrap() error { return e.err }

type joined struct {
	leaf
	errs []error
}

func (e *joined) Unwrap() []error { return e.errs }

// runtimeError stands for a runtime.Error.
type runtimeError struct{ leaf }

func (*runtimeError) RuntimeError() {}

// same reports whether a and b are equal. Errors that cannot be compared are not.
func same(a, b error) (is bool) {
	defer func() { _ = recover() }()
	return a == b
}

// layer is an error with one more method. errors.Is and errors.As see through it.
type layer struct{ err error }

func (l *layer) Error() string { return l.err.Error() }
func (l *layer) Unwrap() error { return l.err }

type withText struct {
	layer
	text string
}

func (l *withText) Error() string { return l.text }

type withClass struct {
	layer
	class recovery.Class
}

func (l *withClass) Class() recovery.Class { return l.class }

type withPublic struct {
	layer
	text string
}

func (l *withPublic) Public() string { return l.text }

type withStatus struct {
	layer
	status int
}

func (l *withStatus) HTTPStatus() int { return l.status }

type withStatusCode struct {
	layer
	status int
}

func (l *withStatusCode) StatusCode() int { return l.status }

type withRetryAfter struct {
	layer
	after time.Duration
}

func (l *withRetryAfter) RetryAfter() time.Duration { return l.after }

type withStack struct {
	layer
	text string
}

func (l *withStack) Stack() string { return l.text }
