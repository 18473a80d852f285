package combinators_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
)

// fault is the error of a function that fails, by the name of its vertex.
type fault string

func (f fault) Error() string { return string(f) }

// flaw is an error as the model knows it: a tree of words.
type flaw struct {
	what  string
	parts []*flaw
}

func word(what string, parts ...*flaw) *flaw { return &flaw{what, parts} }

// canceled is what a cancellation with that cause puts into a future.
func canceled(cause *flaw) *flaw {
	switch {
	case cause == nil:
		return word("canceled")
	case cause.what == "canceled" || cause.isDeadline():
		return cause
	}
	return word("canceled", cause)
}

func late(limit fmt.Stringer) *flaw { return word("late " + limit.String()) }

// both joins a failure with what was thrown on top of it.
func (f *flaw) both(thrown *flaw) *flaw {
	if f == nil {
		return thrown
	}
	return word("join", f, thrown)
}

func (f *flaw) isDeadline() bool {
	return f.what == "deadline" || strings.HasPrefix(f.what, "late ")
}

func (f *flaw) isCanceled() bool {
	switch f.what {
	case "canceled":
		return true
	case "join":
		for _, part := range f.parts {
			if !part.isCanceled() {
				return false
			}
		}
		return true
	}
	return false
}

// find returns the first flaw, outermost first, that is asked for.
func (f *flaw) find(is func(*flaw) bool) *flaw {
	if is(f) {
		return f
	}
	for _, part := range f.parts {
		if found := part.find(is); found != nil {
			return found
		}
	}
	return nil
}

func (f *flaw) isFault() bool { return strings.HasPrefix(f.what, "fault ") }

func (f *flaw) String() string {
	if f == nil {
		return "ok"
	}
	if len(f.parts) == 0 {
		return f.what
	}
	texts := make([]string, len(f.parts))
	for i, part := range f.parts {
		texts[i] = part.String()
	}
	return f.what + "(" + strings.Join(texts, " ") + ")"
}

// sentinels are the errors that have a word of their own.
var sentinels = map[error]string{
	future.ErrGoexit:         "goexit",
	future.ErrScopeClosed:    "closed",
	future.ErrZero:           "zero",
	combinators.ErrLost:      "lost",
	context.DeadlineExceeded: "deadline",
	context.Canceled:         "context.Canceled",
}

// describe puts a real error into the model's words.
func describe(err error) *flaw {
	switch e := err.(type) {
	case nil:
		return nil
	case fault:
		return word("fault " + string(e))
	case *future.CanceledError:
		if e.Cause == nil {
			return word("canceled")
		}
		return word("canceled", describe(e.Cause))
	case *future.PanicError:
		if thrown, ok := e.Value.(error); ok {
			return word("panic", describe(thrown))
		}
		return word(fmt.Sprintf("panic %v", e.Value))
	case *deadline.Error:
		return late(e.Limit)
	case *combinators.ElementError:
		return describe(e.Err)
	case interface{ Unwrap() []error }:
		return word("join", describeAll(e.Unwrap())...)
	}
	if what, ok := sentinels[err]; ok {
		return word(what)
	}
	if errors.Is(err, combinators.ErrEmpty) {
		return word("empty")
	}
	return word(err.Error())
}

func describeAll(errs []error) []*flaw {
	parts := make([]*flaw, len(errs))
	for i, err := range errs {
		parts[i] = describe(err)
	}
	return parts
}

// render is the value that a vertex makes of its inputs'. Long ones are
// shortened, so that a deep graph does not make exponential text.
func render(name string, parts ...string) string {
	text := name + "(" + strings.Join(parts, ",") + ")"
	if len(text) < 200 {
		return text
	}
	var sum uint64 = 14695981039346656037
	for i := range len(text) {
		sum = (sum ^ uint64(text[i])) * 1099511628211
	}
	return fmt.Sprintf("%s#%x", name, sum)
}
