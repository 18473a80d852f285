package recovery

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"syscall"

	"github.com/jade-go/jade/future"
)

// Class says what kind of failure an error is, and so who has to act.
type Class int

const (
	None       Class = iota // no error
	Code                    // a panic: nil dereference, index out of range, bad conversion
	System                  // the machine or its pools: memory, files, disk, connections
	Dependency              // the other side answered wrongly or not at all
	Timeout                 // a deadline, own or inherited
	Canceled                // nobody wanted the result any more
	Business                // every other error, which the author meant
)

var classNames = [...]string{"none", "code", "system", "dependency", "timeout", "canceled", "business"}

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
		return fmt.Errorf("recovery.Class: %q is none", name)
	}
	*c = Class(i)
	return nil
}

// Classify returns the class of err.
//
// It goes through err from the outside in. The first of an error with a method
// Class() Class, a [*future.CanceledError], a [*future.PanicError], a deadline
// and [context.Canceled] decides: so a call that was cancelled because of its
// sibling's panic is Canceled, and a panic with a cancellation as its value is
// Code. A joined error is a cancellation only if all its parts are; else the
// first other part that decides does. Without such a mark it looks for:
//
//   - System: ENOMEM, EMFILE, ENFILE, ENOSPC, EDQUOT, EAGAIN; [sql.ErrConnDone], [driver.ErrBadConn], [sql.ErrTxDone];
//     the gRPC code ResourceExhausted
//   - Timeout: a method Timeout() bool that says so; the gRPC code DeadlineExceeded
//   - Dependency: [net.OpError], [net.DNSError], ECONNREFUSED, ECONNRESET, ECONNABORTED, EPIPE, EHOSTUNREACH,
//     ENETUNREACH, [io.ErrUnexpectedEOF]; a method StatusCode() int of 500 or more; the gRPC
//     codes Unavailable, Internal, Unknown, DataLoss and Unimplemented
//   - Canceled: the gRPC code Canceled
//
// in this order, and takes everything else for Business. A gRPC code is what a method GRPCStatus()
// returns a Code() of; the codes are those of google.golang.org/grpc/codes. A panic in a foreign error's method counts as no answer.
func Classify(err error) Class {
	if err == nil {
		return None
	}
	marked, _ := ask(func() Class { return markedOrNone(err) })
	if marked != None {
		return marked
	}
	return guess(err)
}

func markedOrNone(err error) Class {
	if c, ok := marked(err); ok {
		return c
	}
	return None
}

// marked looks for what decides, from the outside in.
func marked(err error) (Class, bool) {
	for err != nil {
		if c, ok := mark(err); ok {
			return c, true
		}
		if parts, ok := err.(interface{ Unwrap() []error }); ok {
			return markedParts(parts.Unwrap())
		}
		err = errors.Unwrap(err)
	}
	return None, false
}

func markedParts(parts []error) (Class, bool) {
	canceled := len(parts) > 0
	for _, part := range parts {
		switch c, ok := marked(part); {
		case ok && c != Canceled:
			return c, true
		case !ok:
			canceled = false
		}
	}
	return Canceled, canceled
}

// mark asks one error, not what it wraps.
func mark(err error) (Class, bool) {
	switch e := err.(type) {
	case interface{ Class() Class }:
		return ask(e.Class)
	case *future.CanceledError:
		return Canceled, true
	case *future.PanicError:
		return Code, true
	}
	switch {
	case is(err, context.DeadlineExceeded):
		return Timeout, true
	case is(err, context.Canceled):
		return Canceled, true
	}
	return None, false
}

// is is errors.Is for one error, not what it wraps.
func is(err, target error) bool {
	if err == target {
		return true
	}
	e, ok := err.(interface{ Is(error) bool })
	if !ok {
		return false
	}
	matches, _ := ask(func() bool { return e.Is(target) })
	return matches
}

// ask calls a foreign error's method; a panic is no answer.
func ask[T any](method func() T) (answer T, ok bool) {
	defer func() { _ = recover() }()
	return method(), true
}

var (
	system = []error{
		syscall.ENOMEM, syscall.EMFILE, syscall.ENFILE, syscall.ENOSPC, syscall.EDQUOT, syscall.EAGAIN,
		sql.ErrConnDone, sql.ErrTxDone, driver.ErrBadConn,
	}
	dependency = []error{
		syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE,
		syscall.EHOSTUNREACH, syscall.ENETUNREACH, io.ErrUnexpectedEOF,
	}
)

// guess goes by what the machine, the network and their libraries return.
func guess(err error) Class {
	class, _ := ask(func() Class {
		switch {
		case oneOf(err, system):
			return System
		case timedOut(err):
			return Timeout
		case oneOf(err, dependency) || fromNetwork(err) || badStatus(err):
			return Dependency
		}
		if c, ok := fromGRPC(err); ok {
			return c
		}
		return Business
	})
	if class == None {
		return Business
	}
	return class
}

func oneOf(err error, targets []error) bool {
	for _, target := range targets {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}

func timedOut(err error) bool {
	e, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err)
	return ok && e.Timeout()
}

func fromNetwork(err error) bool {
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return true
	}
	_, ok := errors.AsType[*net.DNSError](err)
	return ok
}

func badStatus(err error) bool {
	e, ok := errors.AsType[interface {
		error
		StatusCode() int
	}](err)
	return ok && e.StatusCode() >= 500
}
