package runlog

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// state is what a run is expected to be.
type state struct {
	exists, finished bool
	records          []string
}

func (s state) String() string { return fmt.Sprintf("{%t %t %q}", s.exists, s.finished, s.records) }

func (s state) equal(o state) bool {
	return s.exists == o.exists && s.finished == o.finished && slices.Equal(s.records, o.records)
}

// script makes random calls of a store, and keeps what each run has to be: one of a list of states, the first of which is what was acknowledged.
type script struct {
	rng  *rand.Rand
	s    *Store
	may  map[string][]state
	open map[string]*Run
	n    int
}

var scriptIDs = []string{"a", "A/..", "~" + string(make([]byte, 150))}

func (c *script) step() error {
	id := scriptIDs[c.rng.IntN(len(scriptIDs))]
	old := c.may[id]
	if old == nil {
		old = []state{{}}
	}
	run := c.open[id]
	if run == nil && old[0].exists && !old[0].finished && c.rng.IntN(4) > 0 {
		return c.load(id)
	}
	switch {
	case !old[0].exists:
		records := c.records(3)
		return c.call(id, state{exists: true, records: records}, func() (err error) {
			c.open[id], err = c.s.Create(id, raw(records)...)
			return err
		})
	case run == nil:
		return c.call(id, state{}, func() error { return c.s.Remove(id) })
	case c.rng.IntN(12) == 0:
		last := c.records(1)[:1]
		err := c.call(id, state{exists: true, finished: true, records: last}, func() error { return run.Finish([]byte(last[0])) })
		if err == nil {
			delete(c.open, id)
		}
		return err
	case c.rng.IntN(6) == 0:
		records := c.records(3)
		return c.call(id, state{exists: true, records: records}, func() error { return run.Compact(raw(records)...) })
	case c.rng.IntN(6) == 0:
		delete(c.open, id)
		return run.Close()
	default:
		records := c.records(3)
		return c.call(id, state{exists: true, records: slices.Concat(old[0].records, records)}, func() error { return run.Append(raw(records)...) })
	}
}

func (c *script) call(id string, next state, fn func() error) error {
	old := c.may[id]
	if old == nil {
		old = []state{{}}
	}
	c.may[id] = append(slices.Clip(old), next)
	err := fn()
	if err == nil {
		c.may[id] = []state{next}
	}
	return err
}

// load loads a run, and so learns which of the states that it may have it has.
func (c *script) load(id string) error {
	run, records, err := c.s.Load(id)
	if err != nil {
		return err
	}
	got := state{exists: true, records: text(records)}
	if !slices.ContainsFunc(c.may[id], got.equal) {
		return fmt.Errorf("LOST: run %.5q is %s and may be %s", id, got, c.may[id])
	}
	c.may[id] = []state{got}
	c.open[id] = run
	return nil
}

func (c *script) records(most int) (records []string) {
	for range 1 + c.rng.IntN(most) {
		c.n++
		records = append(records, fmt.Sprintf("%d%s", c.n, string(make([]byte, c.rng.IntN(40)))))
	}
	return records
}

func raw(records []string) (b [][]byte) {
	for _, r := range records {
		b = append(b, []byte(r))
	}
	return b
}

func text(records [][]byte) (s []string) {
	for _, r := range records {
		s = append(s, string(r))
	}
	return s
}

// runScript makes calls on m until one fails, or most are made.
func runScript(seed uint64, m *memory, o Options, most int) (c *script, err error) {
	c = &script{rng: rand.New(rand.NewPCG(seed, 1)), may: map[string][]state{}, open: map[string]*Run{}}
	if c.s, err = open("/a/b", o, m, clock); err != nil {
		return c, err
	}
	for range most {
		if err := c.step(); err != nil {
			return c, err
		}
	}
	return c, nil
}

// check opens the disk after a crash. Each run has to be in one of its states, and to take more records.
func (c *script) check(m *memory, o Options) error {
	s, err := open("/a/b", o, m, clock)
	if err != nil {
		return err
	}
	listed := map[string]Info{}
	runs, err := s.Runs()
	if err != nil {
		return err
	}
	for _, info := range runs {
		listed[info.ID] = info
	}
	for _, id := range scriptIDs {
		may := c.may[id]
		if may == nil {
			may = []state{{}}
		}
		info, ok := listed[id]
		got := state{exists: ok, finished: !info.Finished.IsZero()}
		if ok {
			records, err := s.Read(id)
			if err != nil {
				return err
			}
			got.records = text(records)
		}
		if !slices.ContainsFunc(may, got.equal) {
			return fmt.Errorf("run %.5q is %s and may be %s", id, got, may)
		}
		if !got.exists || got.finished {
			continue
		}
		run, records, err := s.Load(id)
		if err != nil {
			return err
		}
		if !slices.Equal(text(records), got.records) {
			return fmt.Errorf("run %.5q: Load returns %q and Read %q", id, records, got.records)
		}
		if err := errors.Join(run.Append([]byte("more")), run.Close()); err != nil {
			return err
		}
		again, err := s.Read(id)
		if err != nil {
			return err
		}
		if !slices.Equal(text(again), append(got.records, "more")) {
			return fmt.Errorf("run %.5q is %q after another Append to %q", id, again, got.records)
		}
	}
	return s.Close()
}

// A crash of the process or the machine within any call, at any byte, leaves what was acknowledged.
func TestStore_survivesACrashAtEveryByte(t *testing.T) {
	seeds, calls := uint64(1), 25
	if os.Getenv("JADE_STRESS") != "" {
		seeds, calls = 6, 40
	}
	crashes, torn := 0, 0
	for seed := range seeds {
		for _, o := range []Options{{}, {Sync: SyncNever}, {OpenFiles: 1}} {
			whole := newMemory()
			_, err := runScript(seed, whole, o, calls)
			require.NoError(t, err)
			for at := range whole.calls {
				m := newMemory()
				m.crash = at
				c, err := runScript(seed, m, o, calls)
				require.ErrorIs(t, err, errCrash)
				require.NoError(t, c.check(m.kill(), o), "seed %d, options %v, killed at %d", seed, o, at)
				crashes++
				if o.Sync == SyncNever {
					continue
				}
				for n := range uint64(3) {
					rng := rand.New(rand.NewPCG(seed<<32+uint64(at), n))
					require.NoError(t, c.check(m.crashed(rng), o), "seed %d, options %v, machine crashed at %d, %d", seed, o, at, n)
					torn++
				}
			}
		}
	}
	t.Logf("%d kills, %d crashes of the machine", crashes, torn)
}

// What Load returns after the process was killed is on the disk, although nobody had acknowledged it.
func TestLoad_returnsOnlyWhatIsStored(t *testing.T) {
	whole := newMemory()
	_, err := runScript(3, whole, Options{}, 25)
	require.NoError(t, err)
	for at := range whole.calls {
		m := newMemory()
		m.crash = at
		_, err := runScript(3, m, Options{}, 25)
		require.ErrorIs(t, err, errCrash)
		m = m.kill()
		s, err := open("/a/b", Options{}, m, clock)
		require.NoError(t, err)
		loaded := map[string][]string{}
		runs, err := s.Runs()
		require.NoError(t, err)
		for _, info := range runs {
			if info.Finished.IsZero() {
				_, records, err := s.Load(info.ID)
				require.NoError(t, err)
				loaded[info.ID] = text(records)
			}
		}
		s, err = open("/a/b", Options{}, m.crashed(rand.New(rand.NewPCG(uint64(at), 5))), clock)
		require.NoError(t, err)
		again, err := s.Runs()
		require.NoError(t, err)
		require.Equal(t, runs, again)
		for id, records := range loaded {
			got, err := s.Read(id)
			require.NoError(t, err)
			require.Equal(t, records, text(got))
		}
	}
}

// Without any fsync, a crash of the machine may shorten a run, or make it unreadable. It never makes records up.
func TestSyncNever_neverMakesRecordsUp(t *testing.T) {
	for seed := range uint64(2000) {
		rng := rand.New(rand.NewPCG(seed, 7))
		m := newMemory()
		s, err := open("/a", Options{Sync: SyncNever}, m, clock)
		require.NoError(t, err)
		run, err := s.Create("x", []byte("0"))
		require.NoError(t, err)
		want := []string{"0"}
		for n := range 8 {
			record := fmt.Sprint(n, string(make([]byte, rng.IntN(300))))
			require.NoError(t, run.Append([]byte(record)))
			want = append(want, record)
		}
		s, err = open("/a", Options{Sync: SyncNever}, m.crashed(rng), clock)
		if err != nil {
			require.ErrorIs(t, err, ErrVersion) // the file "format" is empty
			continue
		}
		run, records, err := s.Load("x")
		if _, corrupt := errors.AsType[*CorruptError](err); corrupt || errors.Is(err, ErrNotFound) {
			continue
		}
		require.NoError(t, err)
		require.Equal(t, want[:len(records)], append([]string{}, text(records)...))
		require.NoError(t, run.Append([]byte("more")))
	}
}

// Any call of the operating system may fail at any time, again and again. Nothing that was acknowledged is lost, in the same process or after a crash.
func TestStore_survivesFailuresOfTheDisk(t *testing.T) {
	failures := 0
	for seed := range uint64(600) {
		rng := rand.New(rand.NewPCG(seed, 2))
		m := newMemory()
		o := Options{OpenFiles: 1 + int(seed%3)}
		c, err := runScript(seed, m, o, 5)
		require.NoError(t, err)
		odds := 2 + rng.IntN(30)
		m.fail = func(op, name string) error {
			if rng.IntN(odds) > 0 || op == "syncdir" && seed%4 > 0 { // a folder that fails to sync ends the script soon
				return nil
			}
			failures++
			return &os.PathError{Op: op, Path: name, Err: []error{syscall.ENOSPC, syscall.EIO, syscall.EMFILE}[rng.IntN(3)]}
		}
		for range 60 {
			if err := c.step(); err != nil {
				require.NotContains(t, err.Error(), "LOST", "seed %d", seed)
				require.NotContains(t, err.Error(), "\n")
				_, corrupt := errors.AsType[*CorruptError](err)
				require.False(t, corrupt, "%v", err)
				c.reconcile()
			}
		}
		m.fail = nil
		require.NoError(t, c.check(m.kill(), o), "seed %d", seed)
		for range 3 {
			require.NoError(t, c.check(m.crashed(rng), o), "seed %d", seed)
		}
	}
	t.Logf("%d failures", failures)
}

// reconcile follows a call that has failed: it finds out which runs are open still.
func (c *script) reconcile() {
	for id, run := range c.open {
		if run == nil {
			delete(c.open, id)
			continue
		}
		switch err := run.Append(); { // writes nothing
		case errors.Is(err, ErrBroken):
			_ = run.Close()
			delete(c.open, id)
		case errors.Is(err, ErrFinished):
			delete(c.open, id)
			may := c.may[id]
			c.may[id] = slices.Concat(may[len(may)-1:], may) // finished now, and perhaps not after a crash
		}
	}
}

// After a failed fsync nothing is written to the file again, since the operating system may have dropped what it could not write.
func TestAppend_failedFsyncIsFinal(t *testing.T) {
	m := newMemory()
	s, err := open("/a", Options{}, m, clock)
	require.NoError(t, err)
	run, err := s.Create("x", []byte("1"))
	require.NoError(t, err)
	syncs := 0
	m.fail = func(op, name string) error {
		if op == "sync" {
			syncs++
			return syscall.EIO
		}
		return nil
	}
	require.ErrorIs(t, run.Append([]byte("2")), syscall.EIO)
	m.fail = nil
	err = run.Append([]byte("3"))
	require.ErrorIs(t, err, ErrBroken)
	require.ErrorIs(t, err, syscall.EIO)
	require.ErrorIs(t, run.Compact(), ErrBroken)
	require.ErrorIs(t, run.Finish(nil), ErrBroken)
	require.Equal(t, 1, syncs)
	require.NoError(t, run.Close())

	name := s.path(run.h, "x")
	before := m.folders["/a/runs"].now[filepath.Base(name)]
	run, records, err := s.Load("x")
	require.NoError(t, err)
	require.Equal(t, []string{"1"}, text(records))
	require.NotSame(t, before, m.folders["/a/runs"].now[filepath.Base(name)], "Load writes a new file")
	require.NoError(t, run.Append([]byte("4")))
}

// A write that fails is cut off. If that fails too, the run is broken until it is loaded again.
func TestAppend_cutsOffWhatFailed(t *testing.T) {
	for _, cut := range []bool{true, false} {
		m := newMemory()
		s, err := open("/a", Options{}, m, clock)
		require.NoError(t, err)
		run, err := s.Create("x", []byte("1"))
		require.NoError(t, err)
		m.fail = func(op, name string) error {
			if op == "write" || op == "truncate" && !cut {
				return syscall.ENOSPC
			}
			return nil
		}
		require.ErrorIs(t, run.Append([]byte("2")), syscall.ENOSPC)
		m.fail = nil
		if !cut {
			require.ErrorIs(t, run.Append([]byte("3")), ErrBroken)
			require.NoError(t, run.Close())
			run, _, err = s.Load("x")
			require.NoError(t, err)
		}
		require.NoError(t, run.Append([]byte("3")))
		records, err := s.Read("x")
		require.NoError(t, err)
		require.Equal(t, []string{"1", "3"}, text(records))
	}
}

// A process without file descriptors gets a clear error, and loses nothing. Files that no call uses are closed first.
func TestStore_withoutFileDescriptors(t *testing.T) {
	m := newMemory()
	s, err := open("/a", Options{}, m, clock)
	require.NoError(t, err)
	limit := 3
	m.fail = func(op, name string) error {
		if op == "open" && m.open >= limit {
			return &os.PathError{Op: op, Path: name, Err: syscall.EMFILE}
		}
		return nil
	}
	var runs []*Run
	for n := range 20 {
		run, err := s.Create(fmt.Sprint(n))
		require.NoError(t, err)
		require.NoError(t, run.Append([]byte("1")))
		runs = append(runs, run)
	}
	limit = 0
	err = runs[0].Append([]byte("2"))
	require.ErrorIs(t, err, syscall.EMFILE)
	require.ErrorContains(t, err, "ulimit -n")
	limit = 3
	require.NoError(t, runs[0].Append([]byte("2")))
	records, err := s.Read("0")
	require.NoError(t, err)
	require.Equal(t, []string{"1", "2"}, text(records))
}

// However many runs are open, no more files are than Options say.
func TestStore_boundsOpenFiles(t *testing.T) {
	m := newMemory()
	s, err := open("/a", Options{OpenFiles: 5}, m, clock)
	require.NoError(t, err)
	done := make(chan error)
	for g := range 50 {
		go func() {
			done <- func() error {
				for n := range 10 {
					run, err := s.Create(fmt.Sprint(g, "/", n))
					if err != nil {
						return err
					}
					for range 5 {
						if err := run.Append([]byte("x")); err != nil {
							return err
						}
					}
				}
				return nil
			}()
		}()
	}
	for range 50 {
		require.NoError(t, <-done)
	}
	require.LessOrEqual(t, m.most, 5)
	require.NoError(t, s.Close())
	require.Zero(t, m.open)
}

// Calls that create runs at the same time share the fsyncs of the folder.
func TestFolder_sharesFsyncs(t *testing.T) {
	f := &slowSync{begun: make(chan bool), end: make(chan bool)}
	d := &folder{f: f}
	done := make(chan error)
	go func() { done <- d.sync() }()
	<-f.begun
	for range 20 {
		go func() { done <- d.sync() }()
	}
	for waiting := 0; waiting < 1; { // one of them waits to begin; each other joins it, or comes later and begins another
		d.mu.Lock()
		if d.next != nil {
			waiting++
		}
		d.mu.Unlock()
	}
	go func() {
		for range f.begun {
			f.end <- true
		}
	}()
	f.end <- true
	for range 21 {
		require.NoError(t, <-done)
	}
	close(f.begun)
	require.GreaterOrEqual(t, f.n, 2)
	f.err, f.begun, f.end = syscall.EIO, make(chan bool, 9), make(chan bool, 9)
	f.end <- true
	require.ErrorIs(t, d.sync(), syscall.EIO)
	f.err = nil
	require.ErrorIs(t, d.sync(), syscall.EIO, "a failure is final")
}

type slowSync struct {
	n          int
	err        error
	begun, end chan bool
}

func (s *slowSync) Close() error { return nil }
func (s *slowSync) Sync() error {
	s.n++
	s.begun <- true
	<-s.end
	return s.err
}

// The order of creation does not depend on the clock.
func TestRuns_clockGoesBackwards(t *testing.T) {
	m := newMemory()
	now := clock()
	s, err := open("/a", Options{}, m, func() time.Time { return now })
	require.NoError(t, err)
	for n := range 5 {
		run, err := s.Create(fmt.Sprint(n))
		require.NoError(t, err)
		now = now.Add(-time.Hour)
		require.NoError(t, run.Finish([]byte("answer")))
	}
	for range 2 {
		runs, err := s.Runs()
		require.NoError(t, err)
		for n, info := range runs {
			require.Equal(t, fmt.Sprint(n), info.ID)
			require.False(t, info.Finished.Before(info.Created))
		}
		require.NoError(t, s.Close())
		s, err = open("/a", Options{}, m, func() time.Time { return now })
		require.NoError(t, err)
	}
	n, err := s.Prune(time.Minute)
	require.NoError(t, err)
	require.Zero(t, n, "nothing is old before the clock has caught up")
}
