package durable

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net"
	"os"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/guard"
)

// RegisterError lets errors of type E survive the wire: errors.As finds an E in the decoded error. The error travels as JSON, so its
// fields have to be exported, as [Check] asks of the values of a flow. What an E wraps has to be in that JSON too.
//
// The name is written into what engines store. It stays the same when the type is renamed, and is registered in each process that reads the errors: in
// a package variable or an init function. A process without it decodes an error with the same text, class, status and public text.
//
// It panics if the name or E is registered already, if E is an interface, and if JSON would change an E. Concurrency: anybody may call it at any time.
func RegisterError[E error](name string) {
	const where = "durable.RegisterError: "
	t := reflect.TypeFor[E]()
	mustName(where, name)
	if t.Kind() == reflect.Interface {
		panic(fmt.Sprintf("%s%q: %v is an interface: register the types that implement it", where, name, t))
	}
	if lost := inspect(t); len(lost) > 0 {
		panic(fmt.Sprintf("%s%q: %s", where, name, lost[0].String()))
	}
	register(where, name, func(r *registry) (taken string) {
		taken = r.nameOf[t]
		r.nameOf[t], r.typeOf[name] = name, t
		return taken
	})
}

// RegisterSentinel lets err survive the wire: the decoded error is err itself, so errors.Is and == find it. A type with a method
// Is(err) survives too, as far as that method matters for err.
//
// The name is written into what engines store, and is registered in each process that reads the errors. Those of the standard library and of Jade that
// programs ask for are registered already, by names such as "io.EOF" and "sql.ErrNoRows".
//
// It panics if the name or err is registered already, and if err is nil or cannot be compared. Concurrency: anybody may call it at any time.
func RegisterSentinel(name string, err error) {
	const where = "durable.RegisterSentinel: "
	mustName(where, name)
	switch {
	case err == nil:
		panic(fmt.Sprintf("%s%q: the error is nil", where, name))
	case !reflect.ValueOf(err).Comparable():
		panic(fmt.Sprintf("%s%q: a %T cannot be compared: register its type with RegisterError", where, name, err))
	}
	register(where, name, func(r *registry) (taken string) {
		taken = r.names[err]
		r.names[err], r.errs[name] = name, err
		return taken
	})
}

func mustName(where, name string) {
	switch {
	case name == "":
		panic(where + "the name is empty")
	case name != clean(name) || len(name) > maxText:
		panic(fmt.Sprintf("%s%.100q is no name: it has to be valid UTF-8, and no longer than %d bytes", where, name, maxText))
	}
}

// registry is what is registered. It does not change once it can be seen: each registration makes a new one.
type registry struct {
	typeOf map[string]reflect.Type
	nameOf map[reflect.Type]string
	errs   map[string]error
	names  map[error]string
	sorted []string // of errs
}

var (
	registering sync.Mutex // held by who replaces registered
	registered  atomic.Pointer[registry]
)

// register adds what add adds, which returns the name that the same is registered by already.
func register(where, name string, add func(*registry) (taken string)) {
	registering.Lock()
	defer registering.Unlock()
	old := registered.Load()
	if old.typeOf[name] != nil || old.errs[name] != nil {
		panic(fmt.Sprintf("%sthe name %q is registered already", where, name))
	}
	next := &registry{maps.Clone(old.typeOf), maps.Clone(old.nameOf), maps.Clone(old.errs), maps.Clone(old.names), nil}
	if taken := add(next); taken != "" {
		panic(fmt.Sprintf("%s%q is registered already, by the name %q", where, name, taken))
	}
	next.sorted = slices.Sorted(maps.Keys(next.errs))
	registered.Store(next)
}

// sentinel returns the name of err, if it is registered.
func (r *registry) sentinel(err error) (name string) {
	defer func() { _ = recover() }() // an error that cannot be compared is none
	return r.names[err]
}

func init() {
	r := &registry{map[string]reflect.Type{}, map[reflect.Type]string{}, maps.Clone(known), map[error]string{}, nil}
	r.sorted = slices.Sorted(maps.Keys(r.errs))
	for _, name := range r.sorted {
		r.names[r.errs[name]] = name
	}
	registered.Store(r)
}

// known are the errors that are registered from the start. No two are equal.
var known = map[string]error{
	"context.Canceled": context.Canceled, "context.DeadlineExceeded": context.DeadlineExceeded,

	"future.ErrGoexit": future.ErrGoexit, "future.ErrScopeClosed": future.ErrScopeClosed, "future.ErrZero": future.ErrZero,
	"combinators.ErrEmpty": combinators.ErrEmpty, "combinators.ErrLost": combinators.ErrLost,
	"flow.ErrUnneeded": flow.ErrUnneeded,
	"guard.ErrFull":    guard.ErrFull, "guard.ErrMissing": guard.ErrMissing, "guard.ErrOpen": guard.ErrOpen, "guard.ErrRate": guard.ErrRate, "guard.ErrSpent": guard.ErrSpent,

	"errors.ErrUnsupported": errors.ErrUnsupported,
	"io.EOF":                io.EOF, "io.ErrUnexpectedEOF": io.ErrUnexpectedEOF, "io.ErrClosedPipe": io.ErrClosedPipe,
	"io.ErrNoProgress": io.ErrNoProgress, "io.ErrShortBuffer": io.ErrShortBuffer, "io.ErrShortWrite": io.ErrShortWrite,
	"fs.ErrInvalid": fs.ErrInvalid, "fs.ErrPermission": fs.ErrPermission, "fs.ErrExist": fs.ErrExist, "fs.ErrNotExist": fs.ErrNotExist,
	"fs.ErrClosed": fs.ErrClosed, "os.ErrDeadlineExceeded": os.ErrDeadlineExceeded, "os.ErrProcessDone": os.ErrProcessDone,
	"net.ErrClosed": net.ErrClosed,
	"sql.ErrNoRows": sql.ErrNoRows, "sql.ErrConnDone": sql.ErrConnDone, "sql.ErrTxDone": sql.ErrTxDone, "driver.ErrBadConn": driver.ErrBadConn,

	"syscall.ENOMEM": syscall.ENOMEM, "syscall.EMFILE": syscall.EMFILE, "syscall.ENFILE": syscall.ENFILE, "syscall.ENOSPC": syscall.ENOSPC,
	"syscall.EDQUOT": syscall.EDQUOT, "syscall.EAGAIN": syscall.EAGAIN, "syscall.EIO": syscall.EIO, "syscall.EROFS": syscall.EROFS,
	"syscall.ECONNREFUSED": syscall.ECONNREFUSED, "syscall.ECONNRESET": syscall.ECONNRESET, "syscall.ECONNABORTED": syscall.ECONNABORTED,
	"syscall.EPIPE": syscall.EPIPE, "syscall.EHOSTUNREACH": syscall.EHOSTUNREACH, "syscall.ENETUNREACH": syscall.ENETUNREACH,
	"syscall.ETIMEDOUT": syscall.ETIMEDOUT, "syscall.ENOENT": syscall.ENOENT, "syscall.EEXIST": syscall.EEXIST,
	"syscall.EACCES": syscall.EACCES, "syscall.EPERM": syscall.EPERM, "syscall.EINTR": syscall.EINTR, "syscall.EINVAL": syscall.EINVAL,
}
