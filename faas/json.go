package faas

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	recovery "github.com/jade-go/jade/recover"
)

// rules are how strictly input is read.
type rules struct {
	unknown bool // fields are ignored
	depth   int
}

const defaultDepth = 100

// AllowUnknownFields has fields of the input ignored that In has no place for. Without it they are an error.
func AllowUnknownFields() Option { return func(s *settings) { s.rules.unknown = true } }

// MaxDepth limits how deep objects and arrays of the input are nested, 100 without it.
func MaxDepth(n int) Option {
	if n < 1 {
		panic(fmt.Sprintf("faas.MaxDepth: the limit is %d, and must be at least 1", n))
	}
	return func(s *settings) { s.rules.depth = n }
}

// InputError says that an input is not what the function takes. Its text tells nothing of the function but that.
type InputError struct {
	Reason string
	Err    error // of package encoding/json; may be nil
}

func (e *InputError) Error() string { return "input: " + e.Reason }

// Unwrap returns the error of package encoding/json, or nil.
func (e *InputError) Unwrap() error { return e.Err }

// OutputError says that an answer cannot be written as JSON.
type OutputError struct{ Err error }

func (e *OutputError) Error() string { return "output: " + e.Err.Error() }

// Unwrap returns the error of package encoding/json.
func (e *OutputError) Unwrap() error { return e.Err }

// Class is that of a mistake in the program.
func (e *OutputError) Class() recovery.Class { return recovery.ClassCode }

// InvokeJSON is [Handler.Invoke] with JSON in and out. The input has to be one value, in UTF-8, without a key twice in an object, with no
// field that In does not have, and not too deep: see [AllowUnknownFields] and [MaxDepth]. If it is not, the
// error is an [*InputError], and the function is not called: see [Handler.Refused]. An empty input is that of a function whose In is struct{}.
//
// Failure: an answer that cannot be written is an [*OutputError]; the run has failed of that. Methods of In and of Out are called within
// the deadline, as the function is.
func (h *Handler[In, Out]) InvokeJSON(ctx context.Context, input []byte) ([]byte, error) {
	if ctx == nil {
		panic("faas.Handler.InvokeJSON: nil context")
	}
	a := h.exchange(ctx, func() (In, error) {
		in, err := decode[In](input, h.shape, h.rules)
		if err != nil {
			err = &unread{err}
		}
		return in, err
	}, func(out Out) ([]byte, error) { return json.Marshal(out) })
	return a.text, a.err
}

// unread marks an input that the function was not called with, unlike an [*InputError] that the function itself has met.
type unread struct{ err error }

func (e *unread) Error() string { return e.err.Error() }
func (e *unread) Unwrap() error { return e.err }

// cause is what a method of the input's type has done, or nil.
func (e *unread) cause() error {
	if input, ok := e.err.(*InputError); ok {
		return input.Err
	}
	return nil
}

// isBug reports whether an input was not read because of a mistake in a method of its type, and not of its sender.
func (e *unread) isBug() bool {
	return e.cause() != nil && recovery.Classify(e.cause()) == recovery.ClassCode
}

// notAccepted is the reason where a method of In's does not take an input: its text may tell of the inside.
const notAccepted = "not accepted"

// decode reads an input. What is no valid JSON reaches no method of In's.
func decode[In any](input []byte, of *shape, r rules) (in In, err error) {
	if _, none := any(in).(struct{}); none && len(bytes.TrimSpace(input)) == 0 {
		return in, nil
	}
	if !utf8.Valid(input) {
		return in, &InputError{Reason: "not UTF-8"}
	}
	if !json.Valid(input) {
		err := json.Unmarshal(input, new(json.RawMessage)) // which finds out why
		return in, &InputError{short(reasonOf(input, of, err)), err}
	}
	if reason := walk(input, of, r); reason != "" {
		return in, &InputError{Reason: short(reason)}
	}
	d := json.NewDecoder(bytes.NewReader(input))
	if !r.unknown {
		d.DisallowUnknownFields()
	}
	if err := d.Decode(&in); err != nil {
		err = tamed(err)
		return in, &InputError{short(reasonOf(input, of, err)), err}
	}
	return in, nil
}

// reasonOf words an error of package encoding/json without the names of Go types.
func reasonOf(input []byte, of *shape, err error) string {
	if wrong, ok := err.(*json.UnmarshalTypeError); ok {
		reason := "want " + wanted(wrong.Type) + ", got " + given(wrong.Value)
		if path := pathOf(wrong, input, of); path != "" { // its Field may have names of Go types
			return fmt.Sprintf("field %q: %s", path, reason)
		}
		return reason
	}
	if syntax, ok := err.(*json.SyntaxError); ok {
		switch text := syntax.Error(); {
		case len(bytes.TrimSpace(input)) == 0:
			return "empty"
		case text == "unexpected end of JSON input":
			return "no JSON: it ends too early"
		case strings.HasSuffix(text, "after top-level value"):
			return "more than one value"
		default:
			return fmt.Sprintf("no JSON: %s, at byte %d", text, syntax.Offset)
		}
	}
	if field, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return "unknown field " + field
	}
	return notAccepted
}

// given is what the input has: package encoding/json says array, bool, object, string, or number with its digits.
func given(what string) string {
	switch {
	case strings.HasPrefix(what, "number "):
		return "the " + what
	case what == "bool":
		return "a boolean"
	case strings.HasPrefix(what, "a"), strings.HasPrefix(what, "o"):
		return "an " + what
	}
	return "a " + what
}

// wanted is what a value of type t is made from.
func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return wanted(t.Elem())
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "a boolean"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return fmt.Sprintf("an integer of %d bits", t.Bits())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return fmt.Sprintf("an integer of %d bits that is not negative", t.Bits())
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Slice, reflect.Array:
		return "an array"
	case reflect.Map, reflect.Struct:
		return "an object"
	}
	return "something else"
}

// short keeps what a sender has sent from filling an answer and the log.
func short(reason string) string {
	const most = 200
	if len(reason) <= most {
		return reason
	}
	return strings.ToValidUTF8(reason[:most], "") + "..."
}
