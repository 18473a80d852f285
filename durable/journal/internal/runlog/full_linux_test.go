package runlog

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// mount mounts a file system in memory of 256 KiB.
func mount(t *testing.T, flags uintptr) string {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", flags, "size=256k"); err != nil {
		t.Skipf("no file system can be mounted here: %v", err)
	}
	t.Cleanup(func() { require.NoError(t, syscall.Unmount(dir, 0)) })
	return dir
}

// On a disk that is full, Append fails and nothing is lost. Once there is room, it works again.
func TestStore_survivesAFullDisk(t *testing.T) {
	dir := mount(t, 0)
	s, err := Open(dir, Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	ballast := filepath.Join(dir, "ballast")
	require.NoError(t, os.WriteFile(ballast, make([]byte, 64<<10), 0o600))
	run, err := s.Create("x")
	require.NoError(t, err)
	record := bytes.Repeat([]byte("x"), 3000)
	n := 0
	for ; ; n++ {
		if err = run.Append(record); err != nil {
			break
		}
	}
	require.ErrorIs(t, err, syscall.ENOSPC)
	require.Greater(t, n, 10)
	require.ErrorIs(t, run.Append(record, record), syscall.ENOSPC)
	require.ErrorIs(t, run.Compact(record, record, record), syscall.ENOSPC)
	if _, err = s.Create("y", record); err != nil {
		require.ErrorIs(t, err, syscall.ENOSPC)
	}
	require.NoError(t, os.Remove(ballast))
	require.NoError(t, run.Append(record))
	records, err := s.Read("x")
	require.NoError(t, err)
	require.Len(t, records, n+1)
	require.NoError(t, errors.Join(run.Close()))
	_, records, err = s.Load("x")
	require.NoError(t, err)
	require.Len(t, records, n+1)
}

func TestOpen_readOnlyDisk(t *testing.T) {
	dir := mount(t, syscall.MS_RDONLY)
	_, err := Open(dir, Options{})
	require.ErrorIs(t, err, syscall.EROFS)
	require.ErrorContains(t, err, dir)
}
