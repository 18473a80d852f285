package runlog

import (
	"errors"
	"math"
	"slices"
	"sync"
	"time"
)

// entry is a run in the folder, open or not.
type entry struct {
	key string

	mu      sync.Mutex // a call that reads or writes the files of the run holds it; Store.mu may be locked while it is held, not the reverse
	gone    bool       // the run was removed, or was never created
	run     *Run       // who has it open
	suspect bool       // a sync has failed: the operating system may show what is not on the disk
	left    bool       // the run is finished, and its old file is still there

	info header // guarded by Store.mu; created is 0 until the run exists
	bad  error  // set by Open: why the run cannot be read
}

// Info is what a store knows of a run without reading it.
type Info struct {
	ID       string    // empty if it cannot be read from the file
	Created  time.Time // later than that of each run that was created before, whatever the clock says
	Finished time.Time // zero: the run is not finished
	Err      error     // why the run cannot be read; often nil although Load fails
}

// Runs lists the runs in the order of their creation.
func (s *Store) Runs() ([]Info, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.life.RUnlock()
	s.mu.Lock()
	all := make([]Info, 0, len(s.entries))
	for _, e := range s.entries {
		if e.info.created != 0 {
			all = append(all, e.describe())
		}
	}
	s.mu.Unlock()
	slices.SortFunc(all, func(a, b Info) int { return a.Created.Compare(b.Created) })
	return all, nil
}

func (e *entry) describe() Info {
	i := Info{ID: e.info.id, Created: time.Unix(0, e.info.created), Err: e.bad}
	if e.info.finished != 0 {
		i.Finished = time.Unix(0, e.info.finished)
	}
	return i
}

// lookup returns the run id with its lock held, or nil if there is none.
func (s *Store) lookup(id string) *entry {
	key := keyOf(id)
	for {
		s.mu.Lock()
		e := s.entries[key]
		s.mu.Unlock()
		if e == nil {
			return nil
		}
		e.mu.Lock()
		if !e.gone {
			return e
		}
		e.mu.Unlock()
	}
}

// reserve adds an entry for the run id, with its lock held.
func (s *Store) reserve(id string) (e *entry, h header, err error) {
	e = &entry{key: keyOf(id)}
	e.mu.Lock()
	for {
		s.mu.Lock()
		old := s.entries[e.key]
		if old == nil {
			break
		}
		s.mu.Unlock()
		old.mu.Lock() // it may be about to be created or removed
		gone := old.gone
		old.mu.Unlock()
		if !gone {
			return nil, h, ErrExists
		}
	}
	defer s.mu.Unlock()
	if s.last == math.MaxInt64 {
		return nil, h, errors.New("the times of creation are used up: remove the run whose file name begins with 7fffffffffffffff")
	}
	s.last = max(s.last+1, s.now().UnixNano())
	s.entries[e.key] = e
	return e, header{id: id, created: s.last}, nil
}

// forget takes e, whose lock is held, out of the list of runs.
func (s *Store) forget(e *entry) {
	e.gone = true
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.entries[e.key] == e {
		delete(s.entries, e.key)
	}
}

func (s *Store) setInfo(e *entry, h header) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e.info = h
}

// find begins a call for the run id. If it returns no error, the caller unlocks the entry and s.life.
func (s *Store) find(id string) (e *entry, err error) {
	if err := checkID(id); err != nil {
		return nil, err
	}
	if err := s.enter(); err != nil {
		return nil, err
	}
	if e = s.lookup(id); e == nil {
		s.life.RUnlock()
		return nil, of(id, ErrNotFound)
	}
	if e.bad != nil {
		defer s.life.RUnlock()
		defer e.mu.Unlock()
		return nil, of(id, e.bad)
	}
	return e, nil
}

func (s *Store) infoOf(e *entry) header {
	s.mu.Lock()
	defer s.mu.Unlock()
	return e.info
}
