package runlog

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// signed writes the id of this process into the file of a lock, for those who find it locked.
func signed(f *os.File) (io.Closer, error) {
	err := f.Truncate(0)
	if err == nil {
		_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// held is the failure to lock a file that somebody has.
func held(name string) error {
	text, _ := os.ReadFile(name)
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	switch {
	case err != nil:
		return ErrLocked
	case pid == os.Getpid():
		return fmt.Errorf("%w: it is in this process, %d", ErrLocked, pid)
	}
	return fmt.Errorf("%w: it is in process %d", ErrLocked, pid)
}
