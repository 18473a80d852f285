package recovery

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/url"
	"reflect"
	"syscall"

	"github.com/jade-go/jade/internal/errtree"
)

func init() { errtree.Trust(&net.OpError{}, &net.DNSError{}, &url.Error{}, net.ErrClosed) }

// guess is what the type of an error, or a method that its library gave it, says of its class.
type guess struct {
	rank
	class Class
}

// rank orders guesses: of all errors in one, that with the highest rank is right.
type rank uint8

const (
	nothing   rank = iota
	weak           // Dependency, if nothing else says more
	final          // Unknown, and not to be repeated
	strong         // Dependency
	abandoned      // Canceled
	late           // Timeout
	ours           // System
)

var (
	none         = guess{}
	weakly       = guess{weak, ClassDependency}
	repeats      = guess{final, ClassUnknown}
	theirs       = guess{strong, ClassDependency}
	leftTheirs   = guess{abandoned, ClassCanceled}
	tooLate      = guess{late, ClassTimeout}
	ofTheMachine = guess{ours, ClassSystem}
)

func (g *guess) improve(other guess) {
	if other.rank > g.rank {
		*g = other
	}
}

// guessIn is the best guess about err and what it wraps.
func guessIn(err error) (best guess) {
	errtree.Walk(err, func(err error) errtree.Next {
		best.improve(guessOf(err))
		return errtree.Inside
	})
	return best
}

// guessOf is the best guess about err, not about what it wraps.
func guessOf(err error) (best guess) {
	best = known(err)
	if best.rank == nothing && reflect.TypeOf(err) == plain {
		return texts[err.Error()]
	}
	if e, ok := err.(interface{ Timeout() bool }); ok && yes(e.Timeout) {
		best.improve(tooLate)
	}
	if e, ok := err.(interface{ Temporary() bool }); ok && yes(e.Temporary) {
		best.improve(weakly)
	}
	if !errtree.IsTame(err) {
		for _, look := range looks {
			g, _ := ask(func() guess { return look(err) })
			best.improve(g)
		}
	}
	return best
}

func yes(method func() bool) bool {
	answer, _ := ask(method)
	return answer
}

// known goes by the types and the values of the standard library.
func known(err error) (best guess) {
	switch e := err.(type) {
	case *net.OpError, *net.DNSError:
		return theirs
	case *url.Error:
		if e != nil && e.Op == "parse" {
			return repeats
		}
		return weakly
	}
	_, asked := err.(interface{ Is(error) bool })
	for _, k := range sentinels {
		if err == k.err || asked && is(err, k.err) { // a sentinel's type can be compared
			best.improve(k.guess)
		}
	}
	if best.rank == nothing && isTLS(err) {
		return theirs
	}
	return best
}

var sentinels = []struct {
	err error
	guess
}{
	{syscall.ENOMEM, ofTheMachine}, {syscall.EMFILE, ofTheMachine}, {syscall.ENFILE, ofTheMachine},
	{syscall.ENOSPC, ofTheMachine}, {syscall.EDQUOT, ofTheMachine}, {syscall.EAGAIN, ofTheMachine},
	{syscall.EIO, ofTheMachine}, {syscall.EROFS, ofTheMachine},
	{sql.ErrConnDone, ofTheMachine}, {sql.ErrTxDone, ofTheMachine}, {driver.ErrBadConn, ofTheMachine},

	{syscall.ECONNREFUSED, theirs}, {syscall.ECONNRESET, theirs}, {syscall.ECONNABORTED, theirs}, {syscall.EPIPE, theirs},
	{syscall.EHOSTUNREACH, theirs}, {syscall.ENETUNREACH, theirs}, {io.ErrUnexpectedEOF, theirs}, {net.ErrClosed, theirs},

	{sql.ErrNoRows, repeats}, {fs.ErrNotExist, repeats},
}

// isTLS reports whether err is of a type of crypto/tls or crypto/x509. They are not imported for that.
func isTLS(err error) bool {
	t := reflect.TypeOf(err)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.PkgPath() == "crypto/tls" || t.PkgPath() == "crypto/x509"
}

// plain is the type of an error that is nothing but a text.
var plain = reflect.TypeOf(errors.New(""))
