package runlog

import (
	"errors"
	"io/fs"
	"os"
	"time"
)

// Compact replaces all records of the run by others, at once: a crash leaves the old or the new. The new are synced to the disk even with SyncNever, since
// the old may be there already. If Compact fails, the old are there, unless later calls fail with [ErrBroken]: see [Run.Append].
func (r *Run) Compact(records ...[]byte) error {
	return r.call(func() error {
		if err := checkEach(records); err != nil {
			return err
		}
		r.s.handles.drop(&r.handle) // Windows replaces no file that is open
		r.s.handles.take(nil)
		defer r.s.handles.give(nil, nil)
		at, err := r.s.write(r.h, r.e.key, records, true)
		if err != nil {
			return err
		}
		r.at = at
		if err := r.s.runs.sync(); err != nil {
			r.broken, r.e.suspect = err, true
			return err
		}
		return nil
	})
}

// Finish ends the run. Its last record, the answer, replaces all others, at once. The run is closed then, and [Store.Read] returns the answer. If Finish
// fails, the run goes on. Only if the fsync of the folder fails, the run is finished all the same, but may be unfinished after a crash of the machine.
func (r *Run) Finish(last []byte) error {
	return r.call(func() error {
		records := [][]byte{last}
		if err := checkEach(records); err != nil {
			return err
		}
		r.s.handles.drop(&r.handle) // Windows removes no file that is open
		r.s.handles.take(nil)
		defer r.s.handles.give(nil, nil)
		h := r.h
		h.finished = max(r.s.now().UnixNano(), h.created)
		_, err := r.s.write(h, r.e.key, records, r.s.synced)
		if err != nil {
			return err
		}
		err = r.s.settle(r.s.done)
		// The old file stays until it is certain that the new one does. What is left here, Open removes.
		r.e.left = err != nil || !removed(r.s.disk.Remove(r.s.path(r.h, r.e.key)))
		r.s.setInfo(r.e, h)
		r.close(ErrFinished)
		return err
	})
}

// checkEach checks the size of records of which each is an entry.
func checkEach(records [][]byte) error {
	for _, record := range records {
		if err := checkSize([][]byte{record}); err != nil {
			return err
		}
	}
	return nil
}

// rewrite writes a new file in the place of one, and syncs it.
func (s *Store) rewrite(h header, key string, records [][]byte) (at position, err error) {
	if at, err = s.write(h, key, records, true); err == nil {
		err = s.runs.sync()
	}
	return at, err
}

// write writes the file of a run: a new file, which gets its name once it is whole. Each record is an entry. If it fails, nothing has changed.
func (s *Store) write(h header, key string, records [][]byte, synced bool) (at position, err error) {
	name := s.path(h, key)
	f, err := s.open(name+partial, os.O_CREATE|os.O_EXCL|os.O_RDWR)
	if errors.Is(err, fs.ErrExist) { // a call that failed could not remove it
		if err = s.disk.Remove(name + partial); err == nil {
			f, err = s.open(name+partial, os.O_CREATE|os.O_EXCL|os.O_RDWR)
		}
	}
	if err != nil {
		return at, err
	}
	at, err = fill(f, h, records)
	if err == nil && synced {
		err = f.Sync()
	}
	if err = first(err, f.Close()); err == nil {
		err = s.disk.Rename(name+partial, name)
	}
	if err != nil {
		_ = s.disk.Remove(name + partial)
	}
	return at, err
}

// fill writes the header and the entries of a new file.
func fill(f file, h header, records [][]byte) (at position, err error) {
	b := h.encode()
	at = start(b)
	written := int64(0)
	for i := 0; ; i++ {
		if len(b) >= 256<<10 || i == len(records) {
			if _, err := f.WriteAt(b, written); err != nil || i == len(records) {
				return at, err
			}
			written += int64(len(b))
			b = b[:0]
		}
		b, at = at.append(b, records[i:i+1])
	}
}

// Remove removes the run id. It fails with [ErrOpen] if the run is open.
func (s *Store) Remove(id string) error {
	if err := checkID(id); err != nil {
		return err
	}
	if err := s.enter(); err != nil {
		return err
	}
	defer s.life.RUnlock()
	e := s.lookup(id)
	if e == nil {
		return of(id, ErrNotFound)
	}
	defer e.mu.Unlock()
	if e.run != nil {
		return of(id, ErrOpen)
	}
	from := s.runs
	if s.infoOf(e).finished != 0 {
		from = s.done
		if err := s.settle(s.runs); err != nil {
			return of(id, err)
		}
	}
	if err := s.remove(e); err != nil {
		return of(id, err)
	}
	return of(id, s.settle(from))
}

// Prune removes the runs that finished longer ago than age, and returns how many it has removed.
func (s *Store) Prune(age time.Duration) (n int, err error) {
	if err := s.enter(); err != nil {
		return 0, err
	}
	defer s.life.RUnlock()
	before := s.now().Add(-age).UnixNano()
	var old []*entry
	s.mu.Lock()
	for _, e := range s.entries {
		if e.info.finished != 0 && e.info.finished < before {
			old = append(old, e)
		}
	}
	s.mu.Unlock()
	if len(old) == 0 {
		return 0, nil
	}
	err = s.settle(s.runs)
	for _, e := range old {
		if err == nil {
			e.mu.Lock()
			if !e.gone {
				if err = of(e.info.id, s.remove(e)); err == nil {
					n++
				}
			}
			e.mu.Unlock()
		}
	}
	return n, first(err, s.settle(s.done))
}

// remove removes the file of e, whose lock is held. Before that of a finished run is removed, its old file has to be gone for good, or else the run would
// go on after a crash: the caller settles s.runs first.
func (s *Store) remove(e *entry) error {
	h := s.infoOf(e)
	if e.left {
		old := h
		old.finished = 0
		if err := s.disk.Remove(s.path(old, e.key)); !removed(err) {
			return err
		}
		if err := s.settle(s.runs); err != nil {
			return err
		}
		e.left = false
	}
	if err := s.disk.Remove(s.path(h, e.key)); !removed(err) {
		return err
	}
	s.forget(e)
	return nil
}

func removed(err error) bool { return err == nil || errors.Is(err, fs.ErrNotExist) }

// settle syncs d if the store syncs anything.
func (s *Store) settle(d *folder) error {
	if !s.synced {
		return nil
	}
	return d.sync()
}
