package faas

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
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
// error is an [*InputError], and the function is not called. (Keys that differ in case are two, although they may be one for In.) An empty input is that of a function whose In is struct{}.
func (h *Handler[In, Out]) InvokeJSON(ctx context.Context, input []byte) ([]byte, error) {
	in, err := decode[In](input, h.rules)
	if err != nil {
		err = &unread{err}
		h.logger.LogAttrs(ctx, slog.LevelInfo, MessageRefused, slog.String("function", h.name), slog.String("error", recovery.Text(err)))
		return nil, err
	}
	out, err := h.Invoke(ctx, in)
	if err != nil {
		return nil, err
	}
	answer, err := encode(out)
	if err != nil {
		err = &OutputError{err}
		h.logger.LogAttrs(ctx, slog.LevelError, MessageUnwritten, slog.String("function", h.name), slog.String("error", recovery.Text(err)))
		return nil, err
	}
	return answer, nil
}

// unread marks an input that the function was not called with, unlike an [*InputError] that the function itself has met.
type unread struct{ err error }

func (e *unread) Error() string { return e.err.Error() }
func (e *unread) Unwrap() error { return e.err }

// encode is json.Marshal. A method of out's that panics is an error.
func encode(out any) (answer []byte, err error) {
	defer caught(&err)
	return json.Marshal(out)
}

// caught is deferred around methods of a user's types.
func caught(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("panic: %v", r)
	}
}

func decode[In any](input []byte, r rules) (in In, err error) {
	if _, none := any(in).(struct{}); none && len(bytes.TrimSpace(input)) == 0 {
		return in, nil
	}
	if !utf8.Valid(input) {
		return in, &InputError{Reason: "not UTF-8"}
	}
	valid := json.Valid(input)
	if valid {
		if reason := walk(input, r.depth); reason != "" {
			return in, &InputError{Reason: short(reason)}
		}
	}
	d := json.NewDecoder(bytes.NewReader(input))
	if !r.unknown {
		d.DisallowUnknownFields()
	}
	if err := decodeInto(&in, d); err != nil {
		return in, &InputError{short(reasonOf(err)), err}
	}
	if !valid {
		return in, &InputError{Reason: "more than one value"}
	}
	return in, nil
}

// decodeInto decodes a value. A method of its type that panics is an error.
func decodeInto(in any, d *json.Decoder) (err error) {
	defer caught(&err)
	return d.Decode(in)
}

// reasonOf words an error of package encoding/json without the names of Go types.
func reasonOf(err error) (reason string) {
	defer func() {
		if recover() != nil { // in a method of an error of In's
			reason = "not accepted"
		}
	}()
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		reason = "want " + wanted(wrong.Type) + ", got " + given(wrong.Value)
		if wrong.Field == "" {
			return reason
		}
		name := wrong.Field[strings.LastIndexByte(wrong.Field, '.')+1:] // before it there may be names of Go types
		return fmt.Sprintf("field %q: %s", name, reason)
	}
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Sprintf("no JSON: %s, at byte %d", syntax.Error(), syntax.Offset)
	}
	switch {
	case errors.Is(err, io.EOF):
		return "empty"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "no JSON: it ends too early"
	}
	if field, ok := bytes.CutPrefix([]byte(err.Error()), []byte("json: unknown field ")); ok {
		return "unknown field " + string(field)
	}
	return "not accepted"
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
