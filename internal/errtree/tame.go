package errtree

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"reflect"
	"syscall"
)

// trusted are the types whose methods return, whatever they are asked.
var trusted = map[reflect.Type]bool{}

func init() {
	Trust(
		fmt.Errorf("%w", io.EOF), fmt.Errorf("%w %w", io.EOF, io.EOF), errors.Join(io.EOF), context.DeadlineExceeded,
		syscall.Errno(0), &fs.PathError{}, &os.SyscallError{}, &os.LinkError{}, os.ErrDeadlineExceeded,
	)
}

// Trust makes the types of errs tame. It is called by functions init only.
func Trust(errs ...error) {
	for _, err := range errs {
		trusted[reflect.TypeOf(err)] = true
	}
}

// Tame reports whether all methods of err and of what it wraps return: they are
// those of types that are trusted, or there is none but Error.
func Tame(err error) bool {
	tame := true
	Walk(err, func(err error) Next {
		if tame = IsTame(err); !tame {
			return Stop
		}
		return Inside
	})
	return tame
}

// IsTame is [Tame] for err alone, without what it wraps.
func IsTame(err error) bool {
	t := reflect.TypeOf(err)
	return trusted[t] || t.NumMethod() == 1
}
