package runlog

import (
	"errors"
	"fmt"
	"syscall"
)

// What a call fails with. The error that is returned wraps one of these, and names the run or the folder.
var (
	ErrLocked   = errors.New("another store has the folder open")
	ErrClosed   = errors.New("it is closed")
	ErrExists   = errors.New("the run exists already")
	ErrNotFound = errors.New("there is no such run")
	ErrOpen     = errors.New("the run is open already")
	ErrFinished = errors.New("the run is finished")
	ErrBroken   = errors.New("an earlier write failed: close the run and load it again")
	ErrTooLarge = errors.New("the record is too large")
	ErrVersion  = errors.New("another version of Jade wrote it: open it with that version")
)

// CorruptError is the failure of a read if a file holds what no crash leaves behind. The file is left as it is.
type CorruptError struct {
	File   string
	Offset int64 // in bytes from the start of the file
	Reason string
}

func (e *CorruptError) Error() string {
	return fmt.Sprintf("journal: file %q is corrupt at byte %d: %s: restore the file from a copy, or remove the run", e.File, e.Offset, e.Reason)
}

func of(id string, err error) error {
	if _, ok := errors.AsType[*CorruptError](err); err == nil || ok {
		return err
	}
	if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) {
		err = fmt.Errorf("%w: raise the limit of the process (ulimit -n), or lower Options.OpenFiles", err)
	}
	return fmt.Errorf("journal: run %q: %w", id, err)
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
