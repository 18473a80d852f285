// Package strange has what tests of several packages use in place of the
// errors and ctxs of users who think of other things.
package strange

import (
	"context"
	"errors"
	"fmt"
)

// Errors that users write, and that cannot be compared by ==.
type (
	List     []string                  // as a list of invalid fields
	Fields   struct{ Fields []string } // the same in a struct
	Table    map[string]string
	Call     func() string
	Boxed    struct{ V any }     // its type can be compared, its value cannot
	Wrapper  struct{ Err error } // wraps by value, so it is compared by what it wraps
	Late     struct{ Parts []string }
	Canceled struct{ Parts []string }
)

func (e List) Error() string            { return fmt.Sprint("list ", []string(e)) }
func (e Fields) Error() string          { return fmt.Sprint("fields ", e.Fields) }
func (e Table) Error() string           { return fmt.Sprint("table ", len(e)) }
func (e Call) Error() string            { return e() }
func (e Boxed) Error() string           { return fmt.Sprint("boxed ", e.V) }
func (e Wrapper) Error() string         { return "wrapped: " + e.Err.Error() }
func (e Wrapper) Unwrap() error         { return e.Err }
func (e Late) Error() string            { return "late" }
func (e Late) Is(target error) bool     { return target == context.DeadlineExceeded }
func (e Canceled) Error() string        { return "left" }
func (e Canceled) Is(target error) bool { return target == context.Canceled }

// Errors are some for which == panics, a few of them deep inside.
var Errors = map[string]error{
	"slice":                    List{"a", "b"},
	"struct with a slice":      Fields{[]string{"a"}},
	"map":                      Table{"a": "b"},
	"func":                     Call(func() string { return "called" }),
	"any with a slice":         Boxed{[]int{1}},
	"struct around a slice":    Wrapper{List{"a"}},
	"struct around a struct":   Wrapper{Wrapper{Boxed{[]int{1}}}},
	"wrapped by %w":            fmt.Errorf("why: %w", List{"a"}),
	"joined":                   errors.Join(errors.New("another"), List{"a"}, Boxed{[]int{1}}),
	"in a struct around a %w":  Wrapper{fmt.Errorf("why: %w", Fields{[]string{"a"}})},
	"deadline":                 Late{[]string{"a"}},
	"struct around a deadline": Wrapper{Late{[]string{"a"}}},
	"cancellation":             Canceled{[]string{"a"}},
}
