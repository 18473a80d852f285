package durable

import (
	"reflect"
	"time"

	"github.com/jade-go/jade/internal/errtree"
	recovery "github.com/jade-go/jade/recover"
)

// Err returns the error that f was made of, as far as it survives: see [EncodeError]. Of nil it returns nil.
//
// What is not registered in this process, or does not fit what is registered, keeps the rest: its text, class, status, public text and causes. Err never panics.
func (f *Failure) Err() error {
	if f == nil {
		return nil
	}
	left := maxErrors
	return f.decode(registered.Load(), 0, &left)
}

func (f *Failure) decode(r *registry, depth int, left *int) error {
	*left--
	var causes []error
	for _, cause := range f.Causes {
		if cause != nil && depth < maxDepth && *left > 0 {
			causes = append(causes, cause.decode(r, depth+1, left))
		}
	}
	return assemble(f, causes, r)
}

// assemble makes the error f, which wraps causes.
func assemble(f *Failure, causes []error, r *registry) error {
	base := rebuild(f, causes, r)
	has := methodsOf(base)
	err := base
	if f.Public != "" && f.Public != has.public {
		err = &withPublic{layer{err}, f.Public}
	}
	if f.Status != 0 && f.Status != has.status {
		err = &withStatus{layer{err}, f.Status}
	}
	if f.StatusCode != 0 && f.StatusCode != has.statusCode {
		err = &withStatusCode{layer{err}, f.StatusCode}
	}
	if f.RetryAfter != 0 && f.RetryAfter != has.retryAfter {
		err = &withRetryAfter{layer{err}, f.RetryAfter}
	}
	if f.Stack != "" && f.Stack != has.stack {
		err = &withStack{layer{err}, f.Stack}
	}
	if f.Text != has.text && f.Text != cut(clean(has.text), maxText) {
		err = &withText{layer{err}, f.Text}
	}
	if class := classNamed(f.Class); class != recovery.ClassNone && recovery.Classify(err) != class {
		err = &withClass{layer{err}, class}
	}
	return err
}

// rebuild makes the error itself.
func rebuild(f *Failure, causes []error, r *registry) error {
	switch f.Kind {
	case kindSentinel:
		if err := r.errs[f.Name]; err != nil {
			return err
		}
	case kindType:
		if err := rebuildRegistered(f, r); err != nil {
			return err
		}
	default:
		if err := rebuildOurs(f, causes); err != nil {
			return err
		}
	}
	l := leaf{shell: *f}
	l.shell.Causes = nil
	for _, name := range f.Is {
		if err := r.errs[name]; err != nil {
			l.is = append(l.is, err)
		}
	}
	switch {
	case len(causes) == 0 && f.Kind == kindRuntime:
		return &runtimeError{l}
	case len(causes) == 0:
		return &l
	case len(causes) == 1:
		return &wrapper{l, causes[0]}
	default:
		return &joined{l, causes}
	}
}

func rebuildRegistered(f *Failure, r *registry) (err error) {
	t := r.typeOf[f.Name]
	if t == nil {
		return nil
	}
	errtree.Apart(func() {
		if v, failed := decode(f.Data, t); failed == nil {
			err, _ = v.(error)
		}
	})
	if v := reflect.ValueOf(err); err != nil && v.Kind() == reflect.Pointer && v.IsNil() {
		return nil
	}
	return err
}

// methods is what an error that was rebuilt says itself.
type methods struct {
	text, public, stack string
	status, statusCode  int
	retryAfter          time.Duration
}

func methodsOf(err error) (m methods) {
	if l, ok := err.(interface{ opaque() *leaf }); ok {
		m.text = l.opaque().shell.Text
		return m
	}
	m.text = textOf(err)
	if err, ok := err.(interface{ Public() string }); ok {
		m.public = answer(err.Public)
	}
	if err, ok := err.(interface{ HTTPStatus() int }); ok {
		m.status = answer(err.HTTPStatus)
	}
	if err, ok := err.(interface{ StatusCode() int }); ok {
		m.statusCode = answer(err.StatusCode)
	}
	if err, ok := err.(interface{ RetryAfter() time.Duration }); ok {
		m.retryAfter = answer(err.RetryAfter)
	}
	if err, ok := err.(interface{ Stack() string }); ok {
		m.stack = answer(err.Stack)
	}
	return m
}
