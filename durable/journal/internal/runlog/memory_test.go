package runlog

import (
	"errors"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing/fstest"
	"time"
)

var errCrash = errors.New("the machine has crashed")

// memory is a disk in memory. It counts what it is asked for, fails on demand, and forgets at a crash what was not synced.
type memory struct {
	mu      sync.Mutex
	folders map[string]*memFolder
	locked  bool
	open    int // files
	most    int // files that were open at once

	// calls counts the calls that change something, and each byte that is written is one more. When the count reaches crash, the machine stops within the call.
	calls, crash int
	dead         bool
	fail         func(op, name string) error // of any call; an error of op "write" leaves half of the bytes behind
}

// memFolder holds names. Those that are not synced are lost in a crash, or are not.
type memFolder struct {
	now, synced map[string]*memFile
}

type memFile struct {
	data   []byte
	synced []byte
	stuck  bool // a sync has failed: later ones report success, and store nothing (https://lwn.net/Articles/752063/)
}

func newMemory() *memory {
	return &memory{folders: map[string]*memFolder{"/": {now: map[string]*memFile{}}}, crash: -1}
}

// step is called before each change.
func (m *memory) step(op, name string) error {
	if m.dead {
		return errCrash
	}
	if m.fail != nil {
		if err := m.fail(op, name); err != nil {
			return err
		}
	}
	switch op {
	case "open", "list", "lock", "folder", "read", "size", "close":
		return nil
	}
	return m.tick()
}

func (m *memory) tick() error {
	if m.calls == m.crash {
		m.dead = true
		return errCrash
	}
	m.calls++
	return nil
}

// kill returns the disk after the process was killed: all that was written is there.
func (m *memory) kill() *memory {
	after := newMemory()
	for path, d := range m.folders {
		c := &memFolder{now: map[string]*memFile{}, synced: map[string]*memFile{}}
		seen := map[*memFile]*memFile{}
		clone := func(f *memFile) *memFile {
			if seen[f] == nil {
				seen[f] = &memFile{data: slices.Clone(f.data), synced: slices.Clone(f.synced)}
			}
			return seen[f]
		}
		for name, f := range d.now {
			c.now[name] = clone(f)
		}
		for name, f := range d.synced {
			c.synced[name] = clone(f)
		}
		after.folders[path] = c
	}
	return after
}

// crashed returns the disk after a crash of the machine: of what was not synced, any part is there.
func (m *memory) crashed(rng *rand.Rand) *memory {
	after := newMemory()
	for path, d := range m.folders {
		c := &memFolder{now: map[string]*memFile{}, synced: map[string]*memFile{}}
		names := map[string]bool{}
		for name := range d.now {
			names[name] = true
		}
		for name := range d.synced {
			names[name] = true
		}
		for _, name := range slices.Sorted(maps.Keys(names)) {
			f := d.synced[name]
			if rng.IntN(2) == 0 {
				f = d.now[name]
			}
			if f != nil {
				data := f.torn(rng)
				c.now[name] = &memFile{data: data, synced: slices.Clone(data)}
			}
		}
		c.synced = maps.Clone(c.now)
		after.folders[path] = c
	}
	return after
}

// torn returns the bytes of a file after a crash: each block that is not synced is old, new, or zero.
func (f *memFile) torn(rng *rand.Rand) []byte {
	if slices.Equal(f.data, f.synced) {
		return slices.Clone(f.synced)
	}
	block := 1 << rng.IntN(10)
	size := len(f.synced)
	if len(f.data) != size && rng.IntN(3) > 0 {
		size = min(size, len(f.data)) + rng.IntN(max(size, len(f.data))-min(size, len(f.data))+1)
	}
	data := make([]byte, size)
	copy(data, f.synced)
	for from := 0; from < size; from += block {
		to := min(from+block, size)
		same := to <= len(f.synced) && to <= len(f.data) && slices.Equal(f.synced[from:to], f.data[from:to])
		if same {
			continue
		}
		switch rng.IntN(3) {
		case 0: // as it was
		case 1:
			if from < len(f.data) {
				copy(data[from:to], f.data[from:])
			}
		case 2: // a block that is new reads as zeros
			if from >= len(f.synced) {
				clear(data[from:to])
			} else if from < len(f.data) {
				copy(data[from:to], f.data[from:])
			}
		}
	}
	return data
}

func (m *memory) Lock(name string) (io.Closer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.step("lock", name); err != nil {
		return nil, err
	}
	if m.locked {
		return nil, ErrLocked
	}
	m.locked = true
	return unlock{m}, nil
}

type unlock struct{ m *memory }

func (u unlock) Close() error {
	u.m.mu.Lock()
	defer u.m.mu.Unlock()
	u.m.locked = false
	return nil
}

func (m *memory) Mkdir(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.folders[name] != nil {
		return fs.ErrExist
	}
	if m.folders[filepath.Dir(name)] == nil {
		return fs.ErrNotExist
	}
	if err := m.step("mkdir", name); err != nil {
		return err
	}
	m.folders[name] = &memFolder{now: map[string]*memFile{}, synced: map[string]*memFile{}}
	return nil
}

func (m *memory) find(name string) (*memFolder, string, error) {
	d := m.folders[filepath.Dir(name)]
	if d == nil {
		return nil, "", &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return d, filepath.Base(name), nil
}

func (m *memory) Open(name string, flag int) (file, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.step("open", name); err != nil {
		return nil, err
	}
	d, base, err := m.find(name)
	if err != nil {
		return nil, err
	}
	f := d.now[base]
	switch {
	case f == nil && flag&syscall.O_CREAT == 0:
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	case f != nil && flag&syscall.O_EXCL != 0:
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrExist}
	case f == nil:
		if err := m.step("create", name); err != nil {
			return nil, err
		}
		f = &memFile{}
		d.now[base] = f
	case flag&syscall.O_TRUNC != 0:
		f.data = nil
	}
	m.open++
	m.most = max(m.most, m.open)
	return &memHandle{m: m, f: f, name: name}, nil
}

func (m *memory) Rename(from, to string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.step("rename", to); err != nil {
		return err
	}
	d, base, err := m.find(from)
	if err != nil {
		return err
	}
	f := d.now[base]
	if f == nil {
		return fs.ErrNotExist
	}
	delete(d.now, base)
	d, base, _ = m.find(to)
	d.now[base] = f
	return nil
}

func (m *memory) Remove(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	d, base, err := m.find(name)
	if err != nil {
		return err
	}
	if d.now[base] == nil {
		return fs.ErrNotExist
	}
	if err := m.step("remove", name); err != nil {
		return err
	}
	delete(d.now, base)
	return nil
}

func (m *memory) List(folder string) (all []fs.DirEntry, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.step("list", folder); err != nil {
		return nil, err
	}
	names := fstest.MapFS{}
	for name := range m.folders[folder].now {
		names[name] = &fstest.MapFile{}
	}
	return names.ReadDir(".")
}

func (m *memory) Folder(name string) (syncer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.step("folder", name); err != nil {
		return nil, err
	}
	if m.folders[name] == nil {
		return nil, fs.ErrNotExist
	}
	return memSync{m, m.folders[name], name}, nil
}

type memSync struct {
	m    *memory
	d    *memFolder
	name string
}

func (s memSync) Close() error { return nil }
func (s memSync) Sync() error {
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	if err := s.m.step("syncdir", s.name); err != nil {
		return err
	}
	s.d.synced = maps.Clone(s.d.now)
	return nil
}

type memHandle struct {
	m      *memory
	f      *memFile
	name   string
	closed bool
}

func (h *memHandle) do(op string) error {
	if h.closed {
		panic("a file is used after it was closed: " + h.name)
	}
	return h.m.step(op, h.name)
}

func (h *memHandle) ReadAt(b []byte, off int64) (int, error) {
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	if err := h.do("read"); err != nil {
		return 0, err
	}
	if off >= int64(len(h.f.data)) {
		return 0, io.EOF
	}
	n := copy(b, h.f.data[off:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (h *memHandle) WriteAt(b []byte, off int64) (n int, err error) {
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	err = h.do("write")
	if err != nil && !errors.Is(err, errCrash) {
		b = b[:len(b)/2]
	} else if err != nil {
		return 0, err
	}
	for i, c := range b {
		if err == nil {
			if err := h.m.tick(); err != nil {
				return i, err
			}
		}
		at := int(off) + i
		for len(h.f.data) <= at {
			h.f.data = append(h.f.data, 0)
		}
		h.f.data[at] = c
	}
	return len(b), err
}

func (h *memHandle) Truncate(size int64) error {
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	if err := h.do("truncate"); err != nil {
		return err
	}
	h.f.data = slices.Clone(h.f.data[:size])
	return nil
}

func (h *memHandle) Size() (int64, error) {
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	return int64(len(h.f.data)), h.do("size")
}

func (h *memHandle) Sync() error {
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	if err := h.do("sync"); err != nil {
		h.f.stuck = true
		return err
	}
	if !h.f.stuck {
		h.f.synced = slices.Clone(h.f.data)
	}
	return nil
}

func (h *memHandle) Close() error {
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	if h.closed {
		panic("a file is closed twice: " + h.name)
	}
	h.closed = true
	h.m.open--
	return h.m.step("close", h.name)
}

func clock() time.Time { return time.Unix(1_700_000_000, 0) }
