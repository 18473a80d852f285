package runlog

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The entry behind a damaged one is found wherever it begins, also across the borders of the pieces in which the file is read.
func TestLoad_findsTheEntryBehindDamage(t *testing.T) {
	for size := 64<<10 - 40; size < 64<<10+10; size++ {
		m := newMemory()
		s, err := open("/a", Options{}, m, clock)
		require.NoError(t, err)
		run, err := s.Create("x")
		require.NoError(t, err)
		at := run.at.end
		require.NoError(t, run.Append(make([]byte, size)))
		second := run.at.end
		require.NoError(t, run.Append([]byte("behind")))
		require.NoError(t, run.Close())
		m.folders["/a/runs"].now[filepath.Base(s.path(run.h, "x"))].data[at+100] ^= 1
		_, _, err = s.Load("x")
		c, ok := errors.AsType[*CorruptError](err)
		require.True(t, ok, "size %d: %v", size, err)
		require.Equal(t, at, c.Offset)
		require.ErrorContains(t, err, fmt.Sprint("at byte ", second))
	}
}

// A run whose creation has failed is not there, neither now nor after a restart.
func TestCreate_thatFailsLeavesNothing(t *testing.T) {
	for _, op := range []string{"create", "write", "sync", "rename", "syncdir"} {
		m := newMemory()
		s, err := open("/a", Options{}, m, clock)
		require.NoError(t, err)
		m.fail = func(got, name string) error {
			if got == op {
				return syscall.EIO
			}
			return nil
		}
		_, err = s.Create("x", []byte("1"))
		require.ErrorIs(t, err, syscall.EIO, op)
		m.fail = nil
		require.Empty(t, m.folders["/a/runs"].now, op)
		_, err = s.Read("x")
		require.ErrorIs(t, err, ErrNotFound)
		runs, err := s.Runs()
		require.NoError(t, err)
		require.Empty(t, runs)
		if op == "syncdir" {
			_, err = s.Create("x")
			require.ErrorIs(t, err, syscall.EIO, "the failure of a folder is final")
			require.NoError(t, s.Close())
			s, err = open("/a", Options{}, m, clock)
			require.NoError(t, err)
		}
		_, err = s.Create("x")
		require.NoError(t, err)
	}
}

// A compaction that fails gives the room back that it took.
func TestCompact_thatFailsLeavesNothing(t *testing.T) {
	m := newMemory()
	s, err := open("/a", Options{}, m, clock)
	require.NoError(t, err)
	run, err := s.Create("x", []byte("1"))
	require.NoError(t, err)
	m.fail = func(op, name string) error {
		if op == "write" {
			return syscall.ENOSPC
		}
		return nil
	}
	require.ErrorIs(t, run.Compact([]byte("2")), syscall.ENOSPC)
	require.ErrorIs(t, run.Finish([]byte("2")), syscall.ENOSPC)
	m.fail = nil
	require.Len(t, m.folders["/a/runs"].now, 1)
	require.Empty(t, m.folders["/a/done"].now)
	require.NoError(t, run.Append([]byte("3")))
	records, err := s.Read("x")
	require.NoError(t, err)
	require.Equal(t, []string{"1", "3"}, text(records))
}

// If a crash has brought a removed run back beside a new one with the same id, the new one stays.
func TestOpen_newestRunStays(t *testing.T) {
	for _, finished := range []bool{false, true} {
		m := newMemory()
		s, err := open("/a", Options{}, m, clock)
		require.NoError(t, err)
		old := map[string]map[string]*memFile{}
		for _, text := range []string{"old", "new"} {
			run, err := s.Create("x", []byte(text))
			require.NoError(t, err)
			if text == "new" {
				break
			}
			if finished {
				require.NoError(t, run.Finish([]byte(text)))
			} else {
				require.NoError(t, run.Close())
			}
			for _, folder := range []string{"/a/runs", "/a/done"} {
				old[folder] = map[string]*memFile{}
				for name, f := range m.folders[folder].now {
					old[folder][name] = f
				}
			}
			require.NoError(t, s.Remove("x"))
		}
		require.NoError(t, s.Close())
		for folder, files := range old {
			for name, f := range files {
				m.folders[folder].now[name] = f
			}
		}
		s, err = open("/a", Options{}, m, clock)
		require.NoError(t, err)
		records, err := s.Read("x")
		require.NoError(t, err)
		require.Equal(t, []string{"new"}, text(records))
		require.Len(t, m.folders["/a/runs"].now, 1)
		require.Empty(t, m.folders["/a/done"].now)
	}
}

func TestPrune_saysWhatItCouldNotRemove(t *testing.T) {
	m := newMemory()
	s, err := open("/a", Options{}, m, clock)
	require.NoError(t, err)
	for n := range 9 {
		run, err := s.Create(fmt.Sprint(n))
		require.NoError(t, err)
		require.NoError(t, run.Finish(nil))
	}
	removals := 0
	m.fail = func(op, name string) error {
		if op == "remove" {
			if removals++; removals == 4 {
				return syscall.EIO
			}
		}
		return nil
	}
	n, err := s.Prune(-time.Hour)
	require.ErrorIs(t, err, syscall.EIO)
	require.Equal(t, 3, n)
	n, err = s.Prune(-time.Hour)
	require.NoError(t, err)
	require.Equal(t, 6, n)
}

// An error is one line that begins with the package that a user knows, once, and names the run or the folder.
func TestErrors_areOneLine(t *testing.T) {
	m := newMemory()
	s, err := open("/a", Options{}, m, clock)
	require.NoError(t, err)
	run, err := s.Create("line\nbreak")
	require.NoError(t, err)
	_, exists := s.Create("line\nbreak")
	_, _, busy := s.Load("line\nbreak")
	m.fail = func(op, name string) error {
		if op == "write" || op == "truncate" {
			return syscall.EIO
		}
		return nil
	}
	failed := run.Append([]byte("1"))
	broken := run.Append([]byte("1"))
	for _, err := range []error{exists, busy, failed, broken, s.Remove("other"), run.Append(make([]byte, MaxEntry))} {
		require.Equal(t, 1, strings.Count(err.Error(), "journal: "), "%v", err)
		require.True(t, strings.HasPrefix(err.Error(), "journal: run \""), "%v", err)
		require.False(t, slices.Contains([]byte(err.Error()), '\n'), "%v", err)
	}
	require.EqualError(t, broken, `journal: run "line\nbreak": an earlier write failed: close the run and load it again: input/output error`)
}
