package runlog

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"
)

// Run is a run that is open for writing. A run is open once at a time, until it is closed or finished. Its methods may be called concurrently: they take
// turns, and do not wait for other runs. Only if as many calls use files at once as Options.OpenFiles says, a call waits for one of them.
type Run struct {
	s      *Store
	e      *entry
	handle handle

	// The lock of e guards what follows.
	h      header
	at     position
	closed error // why no more calls are possible; nil: they are
	broken error // the write that has failed, so that what the file ends with is not known
}

// Create creates the run id with its first records, if any. It fails with [ErrExists] if there is such a run, finished or not. It returns once the run
// is stored; after a crash there is the run with these records, or no run.
func (s *Store) Create(id string, records ...[]byte) (*Run, error) {
	if err := checkID(id); err != nil {
		return nil, err
	}
	if err := checkSize(records); err != nil {
		return nil, of(id, err)
	}
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.life.RUnlock()
	e, h, err := s.reserve(id)
	if err != nil {
		return nil, of(id, err)
	}
	defer e.mu.Unlock()
	s.handles.take(nil)
	defer s.handles.give(nil, nil)
	at, err := s.write(h, e.key, records, s.synced)
	if err == nil {
		if err = s.settle(s.runs); err != nil {
			_ = s.disk.Remove(s.path(h, e.key))
		}
	}
	if err != nil {
		s.forget(e)
		return nil, of(id, err)
	}
	s.setInfo(e, h)
	e.run = &Run{s: s, e: e, h: h, at: at}
	return e.run, nil
}

// Load opens the run id, and returns its records in their order: all that were acknowledged, and perhaps those of one more Append, whose process ended
// before it could tell. With SyncAlways all that Load returns is on the disk. The caller may keep and change the records.
//
// Load cuts off a tail that a crash has torn. If the file holds what no crash leaves behind, Load fails with a [CorruptError] and changes nothing. If the
// run is finished, it fails with [ErrFinished]: use [Store.Read]. If the run is open, it fails with [ErrOpen].
func (s *Store) Load(id string) (*Run, [][]byte, error) {
	e, err := s.find(id)
	if err != nil {
		return nil, nil, err
	}
	defer s.life.RUnlock()
	defer e.mu.Unlock()
	h := s.infoOf(e)
	if h.finished != 0 {
		return nil, nil, of(id, ErrFinished)
	}
	if e.run != nil {
		return nil, nil, of(id, ErrOpen)
	}
	s.handles.take(nil)
	defer s.handles.give(nil, nil)
	r := &Run{s: s, e: e, h: h}
	records, err := r.load()
	if err != nil {
		return nil, nil, of(id, err)
	}
	e.run = r
	return r, records, nil
}

// load reads the file of r, and makes it fit for more records.
func (r *Run) load() (_ [][]byte, err error) {
	s, name := r.s, r.s.path(r.h, r.e.key)
	f, err := s.open(name, os.O_RDWR)
	if err != nil {
		return nil, err
	}
	defer func() { err = first(err, f.Close()) }()
	c, err := scan(f, name, r.h)
	if err != nil {
		return nil, err
	}
	r.at = c.at
	if r.e.suspect { // a new file: the operating system takes what it failed to write for written
		if r.at, err = s.rewrite(r.h, r.e.key, c.records); err != nil {
			return nil, err
		}
		r.e.suspect = false
		return c.records, nil
	}
	if c.blank {
		err = f.Truncate(0)
		if err == nil {
			_, err = f.WriteAt(r.h.encode(), 0)
		}
	} else if c.torn {
		err = f.Truncate(c.at.end)
	}
	if err == nil && (c.torn || s.synced) {
		if err = f.Sync(); err != nil {
			r.e.suspect = true
		}
	}
	return c.records, err
}

// Read returns the records of the run id, finished or not, open or not. It changes nothing.
func (s *Store) Read(id string) ([][]byte, error) {
	e, err := s.find(id)
	if err != nil {
		return nil, err
	}
	defer s.life.RUnlock()
	defer e.mu.Unlock()
	s.handles.take(nil)
	defer s.handles.give(nil, nil)
	h := s.infoOf(e)
	name := s.path(h, e.key)
	f, err := s.open(name, os.O_RDONLY)
	if err != nil {
		return nil, of(id, err)
	}
	c, err := scan(f, name, h)
	if err == nil && h.finished != 0 && c.torn { // it was whole before it got this name
		err = &CorruptError{File: name, Offset: c.at.end, Reason: "the file of a finished run is cut short"}
	}
	if err := first(err, f.Close()); err != nil {
		return nil, of(id, err)
	}
	return c.records, nil
}

// open opens a file. If the process has no file descriptor left, it closes those that wait for their next use.
func (s *Store) open(name string, flag int) (file, error) {
	f, err := s.disk.Open(name, flag)
	if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) {
		s.handles.dropAll()
		f, err = s.disk.Open(name, flag)
	}
	return f, err
}

// buffers holds the memory in which entries are put together.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// Append adds records to the run, as one: after a crash all of them are there, or none. It returns nil once they are stored. If it fails, the records are
// not stored and those before are; later calls may succeed, for example once the disk has room again. After a failed fsync, and if the file cannot be cut
// back to what was acknowledged, they fail with [ErrBroken]: close the run and load it again. Then the last records may be there although Append failed.
//
// The records together have at most [MaxEntry] bytes, counting 4 more for each. Append fails with [ErrTooLarge] before it writes anything else.
func (r *Run) Append(records ...[]byte) error {
	return r.call(func() error {
		if err := checkSize(records); err != nil || len(records) == 0 {
			return err
		}
		buf := buffers.Get().(*[]byte)
		defer func() {
			if cap(*buf) <= 64<<10 {
				buffers.Put(buf)
			}
		}()
		entry, next := r.at.append((*buf)[:0], records)
		*buf = entry
		f, err := r.take()
		if err == nil {
			err = r.write(f, entry)
		}
		if err != nil && f != nil && r.broken != nil {
			_ = f.Close()
			f = nil
		}
		r.s.handles.give(&r.handle, f)
		if err == nil {
			r.at = next
		}
		return err
	})
}

// call makes a call of a method of r.
func (r *Run) call(fn func() error) error {
	if err := r.s.enter(); err != nil {
		return err
	}
	defer r.s.life.RUnlock()
	r.e.mu.Lock()
	defer r.e.mu.Unlock()
	switch {
	case r.closed != nil:
		return of(r.h.id, r.closed)
	case r.broken != nil:
		return of(r.h.id, fmt.Errorf("%w: %w", ErrBroken, r.broken))
	}
	return of(r.h.id, fn())
}

// take returns the file of r, open.
func (r *Run) take() (file, error) {
	if f := r.s.handles.take(&r.handle); f != nil {
		return f, nil
	}
	f, err := r.s.open(r.s.path(r.h, r.e.key), os.O_RDWR)
	if err != nil {
		return nil, err
	}
	size, err := f.Size()
	if err == nil && size != r.at.end {
		err = fmt.Errorf("the file has %d bytes and not %d: something else has changed it", size, r.at.end)
		r.broken = err
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// write writes an entry to the end of f. If that fails, it cuts f back to what was acknowledged.
func (r *Run) write(f file, entry []byte) error {
	_, err := f.WriteAt(entry, r.at.end)
	if err == nil && r.s.synced {
		if err = f.Sync(); err != nil {
			// What the operating system could not write it may drop, and report once. Another fsync that succeeds proves nothing.
			r.broken, r.e.suspect = err, true
		}
	}
	if err != nil {
		if cut := f.Truncate(r.at.end); cut != nil && r.broken == nil {
			r.broken = err
		}
	}
	return err
}

// Close frees the run, so that it can be loaded again. It writes nothing.
func (r *Run) Close() error {
	if err := r.s.enter(); errors.Is(err, ErrClosed) {
		return nil
	}
	defer r.s.life.RUnlock()
	r.e.mu.Lock()
	defer r.e.mu.Unlock()
	r.close(ErrClosed)
	return nil
}

func (r *Run) close(why error) {
	if r.closed == nil {
		r.closed, r.e.run = why, nil
		r.s.handles.drop(&r.handle)
	}
}
