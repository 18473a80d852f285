package runlog

import (
	"cmp"
	"fmt"
	"io"
	"path/filepath"
	"sync"
	"time"
)

// Sync says when what a store has written survives a crash of the machine. A crash of the process loses nothing that was acknowledged, whatever Sync is.
type Sync int

const (
	SyncAlways Sync = iota // once the call has returned: each call waits for an fsync
	SyncNever              // when the operating system has written it, some 30 s later; until then a run may be lost, shortened, refused as corrupt, or back
)

// Options of a store. The zero value is ready to use.
type Options struct {
	Sync      Sync
	OpenFiles int // how many files the store keeps open, at most; 0: 256
}

// Store is a folder of runs. Its methods may be called concurrently.
type Store struct {
	dir        string
	disk       disk
	now        func() time.Time
	synced     bool
	lock       io.Closer
	runs, done *folder // of runs that go on, and of finished ones
	handles    *handles

	life   sync.RWMutex // a call holds it for reading; Close holds it for writing
	closed bool

	mu      sync.Mutex        // held for moments, never during a call of the operating system
	entries map[string]*entry // by key
	last    int64             // the latest time of creation
}

// Open opens the store in the folder dir, and creates the folder if there is none. It locks the folder against other stores, in this process and in
// others: Open fails with [ErrLocked] then. The lock is gone when the process ends, however it ends.
func Open(dir string, o Options) (*Store, error) {
	return open(dir, o, system{}, time.Now)
}

func open(dir string, o Options, on disk, now func() time.Time) (_ *Store, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("journal: folder %q: %w", dir, err)
		}
	}()
	if o.OpenFiles < 0 || o.Sync < SyncAlways || o.Sync > SyncNever {
		return nil, fmt.Errorf("the options %+v are out of range", o)
	}
	path, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	s := &Store{
		dir: path, disk: on, now: now, synced: o.Sync == SyncAlways,
		handles: &handles{slots: make(chan struct{}, cmp.Or(o.OpenFiles, 256))},
		entries: map[string]*entry{},
	}
	if err := s.mkdir(path); err != nil {
		return nil, err
	}
	if s.lock, err = on.Lock(filepath.Join(path, "lock")); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			s.release()
		}
	}()
	if err := s.checkFormat(); err != nil {
		return nil, err
	}
	if s.runs, err = s.folder("runs"); err != nil {
		return nil, err
	}
	if s.done, err = s.folder("done"); err != nil {
		return nil, err
	}
	return s, nil
}

// Close frees the folder. It waits for calls that are reading or writing at this moment, and for nothing else. Later calls fail with [ErrClosed].
func (s *Store) Close() error {
	s.life.Lock()
	defer s.life.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	s.handles.dropAll()
	if err := s.release(); err != nil {
		return fmt.Errorf("journal: folder %q: %w", s.dir, err)
	}
	return nil
}

func (s *Store) release() (err error) {
	for _, d := range []*folder{s.runs, s.done} {
		if d != nil && d.f != nil {
			err = first(err, d.f.Close())
		}
	}
	return first(err, s.lock.Close())
}

// enter begins a call. If it returns nil, the caller ends the call with s.life.RUnlock.
func (s *Store) enter() error {
	s.life.RLock()
	if s.closed {
		s.life.RUnlock()
		return fmt.Errorf("journal: folder %q: %w", s.dir, ErrClosed)
	}
	return nil
}
