package recovery

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jade-go/jade/internal/errtree"
)

// Class says what kind of failure an error is, and so who has to act.
type Class int

const (
	ClassNone       Class = iota // no error
	ClassCode                    // a panic: nil dereference, index out of range, bad conversion; a Goexit
	ClassSystem                  // the machine or its pools: memory, files, disk, connections
	ClassDependency              // the other side answered wrongly or not at all
	ClassTimeout                 // a deadline, own or inherited
	ClassCanceled                // nobody wanted the result any more
	ClassBusiness                // what the author meant, and said so: Mark, a method Class, flow.Require
	ClassUnknown                 // nobody has said whose failure it is: ours or a dependency's, never the caller's
)

var classNames = [...]string{"none", "code", "system", "dependency", "timeout", "canceled", "business", "unknown"}

func (c Class) String() string {
	if c < 0 || int(c) >= len(classNames) {
		return "Class(" + strconv.Itoa(int(c)) + ")"
	}
	return classNames[c]
}

// MarshalText returns the name, as String does.
func (c Class) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads the name of a class.
func (c *Class) UnmarshalText(name []byte) error {
	i := slices.Index(classNames[:], string(name))
	if i < 0 {
		return fmt.Errorf("recovery.Class: %q is not one of %s", name, strings.Join(classNames[:], ", "))
	}
	*c = Class(i)
	return nil
}

// Mark returns err with a class. Its text is that of err, and [errors.Is] and
// [errors.As] see through it. Of nil it returns nil.
//
// It is how an author says that a failure is [ClassBusiness]: the caller's own, and no fault of ours.
func Mark(class Class, err error) error {
	if err == nil {
		return nil
	}
	return &marked{class, err}
}

func init() { errtree.Trust(&marked{}) }

type marked struct {
	class Class
	err   error
}

func (m *marked) Error() string { return m.err.Error() }
func (m *marked) Unwrap() error { return m.err }
func (m *marked) Class() Class  { return m.class }
