package runlog

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
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

// entry is a run in the folder, open or not.
type entry struct {
	key string

	mu      sync.Mutex // a call that reads or writes the files of the run holds it; Store.mu may be locked while it is held, not the reverse
	gone    bool       // the run was removed, or was never created
	run     *Run       // who has it open
	suspect bool       // a sync has failed: the operating system may show what is not on the disk

	info header // guarded by Store.mu; created is 0 until the run exists
	bad  error  // set by Open: why the run cannot be read
	left bool   // the run is finished, and its old file is still there
}

// Info is what a store knows of a run without reading it.
type Info struct {
	ID       string    // empty if it cannot be read from the file
	Created  time.Time // later than that of each run that was created before, whatever the clock says
	Finished time.Time // zero: the run is not finished
	Err      error     // why the run cannot be read; often nil although Load fails
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

// mkdir makes the folder path and those that it is in, where there are none.
func (s *Store) mkdir(path string) error {
	err := s.disk.Mkdir(path)
	if errors.Is(err, fs.ErrNotExist) && filepath.Dir(path) != path {
		if err := s.mkdir(filepath.Dir(path)); err != nil {
			return err
		}
		err = s.disk.Mkdir(path)
	}
	if err == nil {
		return s.syncFolder(filepath.Dir(path))
	}
	if errors.Is(err, fs.ErrExist) {
		return nil // what is there may be no folder: the next call finds out
	}
	return err
}

func (s *Store) syncFolder(path string) error {
	if !s.synced {
		return nil
	}
	f, err := s.disk.Folder(path)
	if err != nil {
		return err
	}
	return first(f.Sync(), f.Close())
}

const format = "jade journal 1\n"

// checkFormat reads the file that says which version of Jade wrote the folder, and writes it into a new folder.
func (s *Store) checkFormat() error {
	name := filepath.Join(s.dir, "format")
	f, err := s.disk.Open(name, os.O_RDONLY)
	if errors.Is(err, fs.ErrNotExist) {
		return s.writeFormat(name)
	}
	if err != nil {
		return err
	}
	defer f.Close()
	got := make([]byte, 64)
	n, err := f.ReadAt(got, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if string(got[:n]) != format {
		return fmt.Errorf("the file \"format\" says %q, and this version of Jade reads %q: %w", got[:n], format, ErrVersion)
	}
	return nil
}

func (s *Store) writeFormat(name string) error {
	f, err := s.disk.Open(name+partial, os.O_CREATE|os.O_TRUNC|os.O_RDWR)
	if err != nil {
		return err
	}
	if _, err = f.WriteAt([]byte(format), 0); err == nil {
		err = f.Sync()
	}
	if err := first(err, f.Close()); err != nil {
		return err
	}
	if err := s.disk.Rename(name+partial, name); err != nil {
		return err
	}
	return s.syncFolder(s.dir)
}

// folder opens the folder name, and takes in the runs that it holds.
func (s *Store) folder(name string) (*folder, error) {
	d := &folder{path: filepath.Join(s.dir, name)}
	if err := s.mkdir(d.path); err != nil {
		return nil, err
	}
	var err error
	if d.f, err = s.disk.Folder(d.path); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = d.f.Close()
		}
	}()
	if s.synced { // what a killed process had no time for; before takeIn removes files that others have replaced
		if err = d.sync(); err != nil {
			return nil, err
		}
	}
	files, err := s.disk.List(d.path)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if strings.HasSuffix(f.Name(), partial) {
			err = s.disk.Remove(d.file(f.Name())) // a crash has left it behind
		} else {
			err = s.takeIn(d, f, name == "done")
		}
		if err != nil {
			return nil, err
		}
	}
	return d, nil
}

// takeIn adds the run of a file. If a run has two files, a crash has left one behind: the one that was created first, or else that which is not finished.
func (s *Store) takeIn(d *folder, f fs.DirEntry, done bool) error {
	created, finished, key, ok := parseFile(f.Name(), done)
	if !ok {
		return nil // not ours
	}
	e := &entry{key: key, info: header{created: created, finished: finished}}
	if !f.Type().IsRegular() {
		e.bad = fmt.Errorf("journal: %q is not a regular file: put the file itself there", d.file(f.Name()))
	}
	if isHash(key) {
		if e.bad == nil {
			e.info.id, e.bad = s.readID(d.file(f.Name()), key)
		}
	} else if e.info.id, ok = idOf(key); !ok {
		return nil
	}
	s.last = max(s.last, created)
	old := s.entries[key]
	if old != nil && old.info.created > created { // if they are equal, old is not finished: the folder of those is taken in first
		e, old = old, e
	}
	s.entries[key] = e
	if old == nil {
		return nil
	}
	return s.disk.Remove(s.path(old.info, key))
}

// readID reads the id of a run from its file, where the name of the file does not tell it.
func (s *Store) readID(name, key string) (id string, err error) {
	f, err := s.disk.Open(name, os.O_RDONLY)
	if err != nil {
		return "", err
	}
	defer f.Close()
	b := make([]byte, fixedSize+MaxID+sumSize)
	n, err := f.ReadAt(b, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	h, ok := decodeHeader(b[:n])
	if !ok || keyOf(h.id) != key {
		return "", &CorruptError{File: name, Reason: "its header is wrong"}
	}
	return h.id, nil
}

// path returns the file of a run.
func (s *Store) path(h header, key string) string {
	folder := "runs"
	if h.finished != 0 {
		folder = "done"
	}
	return filepath.Join(s.dir, folder, fileOf(h.created, h.finished, key))
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
