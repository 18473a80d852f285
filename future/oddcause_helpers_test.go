package future_test

import (
	"context"
	"errors"
	"fmt"
)

// Errors that users write, and that cannot be compared by ==.
type (
	listError    []string                  // as a list of invalid fields
	fieldsError  struct{ fields []string } // the same in a struct
	tableError   map[string]string
	callError    func() string
	boxedError   struct{ v any }     // its type can be compared, its value cannot
	valueWrapper struct{ err error } // wraps by value, so it is compared by what it wraps
	lateError    struct{ parts []string }
	leftError    struct{ parts []string }
)

func (e listError) Error() string        { return fmt.Sprint("list ", []string(e)) }
func (e fieldsError) Error() string      { return fmt.Sprint("fields ", e.fields) }
func (e tableError) Error() string       { return fmt.Sprint("table ", len(e)) }
func (e callError) Error() string        { return e() }
func (e boxedError) Error() string       { return fmt.Sprint("boxed ", e.v) }
func (e valueWrapper) Error() string     { return "wrapped: " + e.err.Error() }
func (e valueWrapper) Unwrap() error     { return e.err }
func (e lateError) Error() string        { return "late" }
func (e lateError) Is(target error) bool { return target == context.DeadlineExceeded }
func (e leftError) Error() string        { return "left" }
func (e leftError) Is(target error) bool { return target == context.Canceled }

// uncomparable are errors for which == panics, some of them deep inside.
var uncomparable = map[string]error{
	"slice":                    listError{"a", "b"},
	"struct with a slice":      fieldsError{[]string{"a"}},
	"map":                      tableError{"a": "b"},
	"func":                     callError(func() string { return "called" }),
	"any with a slice":         boxedError{[]int{1}},
	"struct around a slice":    valueWrapper{listError{"a"}},
	"struct around a struct":   valueWrapper{valueWrapper{boxedError{[]int{1}}}},
	"wrapped by %w":            fmt.Errorf("why: %w", listError{"a"}),
	"joined":                   errors.Join(errBoom, listError{"a"}, boxedError{[]int{1}}),
	"in a struct around a %w":  valueWrapper{fmt.Errorf("why: %w", fieldsError{[]string{"a"}})},
	"deadline":                 lateError{[]string{"a"}},
	"struct around a deadline": valueWrapper{lateError{[]string{"a"}}},
	"cancellation":             leftError{[]string{"a"}},
}
