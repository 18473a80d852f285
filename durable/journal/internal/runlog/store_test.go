package runlog

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func mustOpen(t testing.TB, dir string, o Options) *Store {
	s, err := Open(dir, o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func TestStore(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	s := mustOpen(t, dir, Options{})
	run, err := s.Create("order/7", []byte("first"))
	require.NoError(t, err)
	require.NoError(t, run.Append([]byte("second"), nil, []byte("fourth")))
	require.NoError(t, run.Append())

	_, err = s.Create("order/7")
	require.ErrorIs(t, err, ErrExists)
	_, _, err = s.Load("order/7")
	require.ErrorIs(t, err, ErrOpen)
	require.ErrorIs(t, s.Remove("order/7"), ErrOpen)
	_, err = s.Read("order/8")
	require.ErrorIs(t, err, ErrNotFound)
	require.EqualError(t, err, `journal: run "order/8": there is no such run`)
	for _, id := range []string{"", strings.Repeat("x", MaxID+1)} {
		_, err = s.Create(id)
		require.ErrorContains(t, err, "the id")
	}

	require.NoError(t, s.Close())
	require.NoError(t, s.Close())
	for _, err := range []error{run.Append([]byte("x")), run.Compact(), run.Finish(nil), s.Remove("order/7")} {
		require.ErrorIs(t, err, ErrClosed)
		require.ErrorContains(t, err, dir)
	}
	_, err = s.Runs()
	require.ErrorIs(t, err, ErrClosed)
	require.NoError(t, run.Close())

	s = mustOpen(t, dir, Options{})
	run, records, err := s.Load("order/7")
	require.NoError(t, err)
	require.Equal(t, []string{"first", "second", "", "fourth"}, text(records))
	require.NoError(t, run.Compact([]byte("all")))
	require.NoError(t, run.Append([]byte("more")))
	records, err = s.Read("order/7")
	require.NoError(t, err)
	require.Equal(t, []string{"all", "more"}, text(records))

	require.NoError(t, run.Finish([]byte("answer")))
	require.ErrorIs(t, run.Append([]byte("late")), ErrFinished)
	require.NoError(t, run.Close())
	_, _, err = s.Load("order/7")
	require.ErrorIs(t, err, ErrFinished)
	_, err = s.Create("order/7")
	require.ErrorIs(t, err, ErrExists)
	records, err = s.Read("order/7")
	require.NoError(t, err)
	require.Equal(t, []string{"answer"}, text(records))
	runs, err := s.Runs()
	require.NoError(t, err)
	require.Len(t, runs, 1)
	require.False(t, runs[0].Finished.IsZero())

	n, err := s.Prune(time.Hour)
	require.NoError(t, err)
	require.Zero(t, n)
	n, err = s.Prune(-time.Hour)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	_, err = s.Create("order/7")
	require.NoError(t, err)
}

func TestAppend_refusesWhatIsTooLarge(t *testing.T) {
	m := newMemory()
	s, err := open("/a", Options{}, m, clock)
	require.NoError(t, err)
	run, err := s.Create("x")
	require.NoError(t, err)
	calls := m.calls
	large := make([]byte, MaxEntry-3)
	require.ErrorIs(t, run.Append(large), ErrTooLarge)
	require.ErrorIs(t, run.Append(large[:MaxEntry/2], large[:MaxEntry/2]), ErrTooLarge)
	require.ErrorIs(t, run.Compact(large), ErrTooLarge)
	require.ErrorIs(t, run.Finish(large), ErrTooLarge)
	_, err = s.Create("y", large)
	require.ErrorIs(t, err, ErrTooLarge)
	require.Equal(t, calls, m.calls, "nothing is written")
	require.NoError(t, run.Append([]byte("small")))

	disk := mustOpen(t, t.TempDir(), Options{Sync: SyncNever})
	run, err = disk.Create("x", large[1:])
	require.NoError(t, err)
	require.NoError(t, run.Compact(large[1:], []byte("small")), "each record counts alone")
	records, err := disk.Read("x")
	require.NoError(t, err)
	require.Len(t, records, 2)
	require.Len(t, records[0], MaxEntry-4)
}

// Different ids never share a file, also if the file system ignores case or rewrites Unicode. Each name is good on every system.
func TestNames(t *testing.T) {
	ids := []string{
		"a", "A", "..", ".", "CON", "con", "nul.txt", "a/b", `a\b`, "a\nb", "a\x00b", " ", "a ", "a.", "é", "e\u0301", "ß", "SS", "=41", "=", "~", "\xff", "a:b", "*?<>|",
		strings.Repeat("a", 100), strings.Repeat("a", 101), strings.Repeat("A", 100), strings.Repeat("/", MaxID), strings.Repeat("/", MaxID-1), "~" + strings.Repeat("0", 64),
		"x.run", "x.tmp", "0000000000000001-x",
	}
	dir := t.TempDir()
	s := mustOpen(t, dir, Options{Sync: SyncNever})
	keys := map[string]string{}
	for _, id := range ids {
		key := strings.ToLower(keyOf(id))
		require.Equal(t, keyOf(id), key)
		require.Empty(t, keys[key], "%q", id)
		keys[key] = id
		require.NotContains(t, strings.ToLower(key), "/")
		run, err := s.Create(id, []byte(id))
		require.NoError(t, err)
		if len(keys)%2 == 0 {
			require.NoError(t, run.Finish([]byte(id)))
		}
	}
	require.NoError(t, s.Close())
	s = mustOpen(t, dir, Options{})
	runs, err := s.Runs()
	require.NoError(t, err)
	require.Len(t, runs, len(ids))
	for n, info := range runs {
		require.NoError(t, info.Err)
		require.Equal(t, ids[n], info.ID)
		records, err := s.Read(info.ID)
		require.NoError(t, err)
		require.Equal(t, []string{info.ID}, text(records))
		require.Equal(t, n%2 == 1, !info.Finished.IsZero())
	}
	for _, folder := range []string{"runs", "done"} {
		files, err := os.ReadDir(filepath.Join(dir, folder))
		require.NoError(t, err)
		for _, f := range files {
			require.LessOrEqual(t, len(f.Name()), 143)
			require.Regexp(t, `^[0-9a-z._=~-]+$`, f.Name())
		}
	}
}

func fileIn(t testing.TB, dir, folder string) string {
	files, err := os.ReadDir(filepath.Join(dir, folder))
	require.NoError(t, err)
	require.Len(t, files, 1)
	return filepath.Join(dir, folder, files[0].Name())
}

func TestLoad_cutsOffATornTail(t *testing.T) {
	for name, damage := range map[string]func([]byte) []byte{
		"zeros":          func(b []byte) []byte { return append(b, make([]byte, 5000)...) },
		"one zero":       func(b []byte) []byte { return append(b, 0) },
		"noise":          func(b []byte) []byte { return append(b, bytes.Repeat([]byte("noise\x01"), 100)...) },
		"a cut entry":    func(b []byte) []byte { return append(b, 200, 0, 0, 0, 1, 9, 9) },
		"a large length": func(b []byte) []byte { return append(b, 255, 255, 255, 255, 1, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9) },
	} {
		dir := t.TempDir()
		s := mustOpen(t, dir, Options{})
		run, err := s.Create("x", []byte("1"))
		require.NoError(t, err)
		require.NoError(t, run.Append([]byte("2")))
		require.NoError(t, run.Close())
		file := fileIn(t, dir, "runs")
		whole, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(file, damage(slices.Clone(whole)), 0o600))
		records, err := s.Read("x")
		require.NoError(t, err, name)
		require.Equal(t, []string{"1", "2"}, text(records))
		_, records, err = s.Load("x")
		require.NoError(t, err, name)
		require.Equal(t, []string{"1", "2"}, text(records))
		after, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, whole, after, name)
	}
}

func TestLoad_leavesDamageAlone(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir, Options{})
	run, err := s.Create("x", []byte("1"))
	require.NoError(t, err)
	starts := []int64{int64(len(run.h.encode()))}
	for n := range 5 {
		starts = append(starts, run.at.end)
		require.NoError(t, run.Append(fmt.Appendf(nil, "record %d", n)))
	}
	require.NoError(t, run.Close())
	file := fileIn(t, dir, "runs")
	whole, err := os.ReadFile(file)
	require.NoError(t, err)
	last := starts[len(starts)-1]
	for at := range int(last) {
		for _, bit := range []byte{1, 0x80} {
			damaged := slices.Clone(whole)
			damaged[at] ^= bit
			require.NoError(t, os.WriteFile(file, damaged, 0o600))
			_, _, err := s.Load("x")
			if v := binary.LittleEndian.Uint16(damaged[8:]); v != 0 && v != version {
				require.ErrorIs(t, err, ErrVersion)
				continue
			}
			c, ok := errors.AsType[*CorruptError](err)
			require.True(t, ok, "byte %d: %v", at, err)
			require.Equal(t, file, c.File)
			want := int64(0)
			for _, s := range starts {
				if s <= int64(at) {
					want = s
				}
			}
			require.Equal(t, want, c.Offset)
			require.NotContains(t, err.Error(), "\n")
			after, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, damaged, after)
		}
	}
	swapped := slices.Concat(whole[:starts[1]], whole[starts[2]:starts[3]], whole[starts[1]:starts[2]], whole[starts[3]:])
	missing := slices.Concat(whole[:starts[1]], whole[starts[2]:])
	for _, b := range [][]byte{swapped, missing} {
		require.NoError(t, os.WriteFile(file, b, 0o600))
		_, _, err := s.Load("x")
		_, ok := errors.AsType[*CorruptError](err)
		require.True(t, ok, "%v", err)
	}
}

func TestRead_finishedRunIsNeverCut(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir, Options{})
	run, err := s.Create("x")
	require.NoError(t, err)
	require.NoError(t, run.Finish([]byte("answer")))
	file := fileIn(t, dir, "done")
	require.NoError(t, os.Truncate(file, 50))
	_, err = s.Read("x")
	_, ok := errors.AsType[*CorruptError](err)
	require.True(t, ok, "%v", err)
	require.NoError(t, s.Remove("x"))
}

func TestOpen_otherVersion(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir, Options{})
	_, err := s.Create("x", []byte("1"))
	require.NoError(t, err)
	require.NoError(t, s.Close())
	file := fileIn(t, dir, "runs")
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	binary.LittleEndian.PutUint16(b[8:], 2)
	require.NoError(t, os.WriteFile(file, b, 0o600))
	s = mustOpen(t, dir, Options{})
	_, _, err = s.Load("x")
	require.ErrorIs(t, err, ErrVersion)
	require.ErrorContains(t, err, "has format 2, and this version of Jade reads format 1")
	require.NoError(t, s.Close())

	require.NoError(t, os.WriteFile(filepath.Join(dir, "format"), []byte("jade journal 2\n"), 0o600))
	_, err = Open(dir, Options{})
	require.ErrorIs(t, err, ErrVersion)
	require.ErrorContains(t, err, `says "jade journal 2\n"`)
}

func TestOpen_oneStoreAFolder(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir, Options{})
	_, err := Open(dir, Options{})
	require.ErrorIs(t, err, ErrLocked)
	require.EqualError(t, err, fmt.Sprintf("journal: folder %q: another store has the folder open: it is in this process, %d", dir, os.Getpid()))
	link := filepath.Join(t.TempDir(), "link")
	if os.Symlink(dir, link) == nil {
		_, err = Open(link, Options{})
		require.ErrorIs(t, err, ErrLocked)
	}
	require.NoError(t, s.Close())
	mustOpen(t, dir, Options{})
}

func TestOpen_strangeFolders(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	for _, path := range []string{file, filepath.Join(file, "below")} {
		_, err := Open(path, Options{})
		require.Error(t, err)
		require.ErrorContains(t, err, fmt.Sprintf("journal: folder %q", path))
	}
	_, err := Open(dir, Options{OpenFiles: -1})
	require.ErrorContains(t, err, "out of range")

	s := mustOpen(t, filepath.Join(dir, "s"), Options{})
	_, err = s.Create("x", []byte("1"))
	require.NoError(t, err)
	require.NoError(t, s.Close())
	runs := filepath.Join(dir, "s", "runs")
	require.NoError(t, os.WriteFile(filepath.Join(runs, ".DS_Store"), nil, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(runs, fileOf(1, 0, "left")+partial), nil, 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(runs, fileOf(2, 0, "folder")), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(runs, fileOf(3, 0, keyOf(strings.Repeat("A", 99)))), nil, 0o600))
	require.NoError(t, os.Symlink(file, filepath.Join(runs, fileOf(4, 0, "link"))))
	s = mustOpen(t, filepath.Join(dir, "s"), Options{})
	all, err := s.Runs()
	require.NoError(t, err)
	require.Len(t, all, 4)
	for n, id := range []string{"folder", "", "link", "x"} {
		require.Equal(t, id, all[n].ID)
		require.Equal(t, n == 3, all[n].Err == nil)
	}
	_, _, err = s.Load("link")
	require.ErrorContains(t, err, "is not a regular file")
	_, _, err = s.Load(strings.Repeat("A", 99))
	require.ErrorContains(t, err, "its header is wrong")
	require.NoError(t, s.Remove("link"))
	require.FileExists(t, file)
	require.NoFileExists(t, filepath.Join(runs, fileOf(1, 0, "left")+partial))

	require.NoError(t, os.Truncate(filepath.Join(runs, fileOf(all[3].Created.UnixNano(), 0, "x")), 1<<40))
	_, _, err = s.Load("x")
	require.ErrorContains(t, err, "more than a crash leaves")
	run, err := s.Create("y")
	require.NoError(t, err)
	require.NoError(t, os.RemoveAll(runs))
	require.ErrorIs(t, run.Append([]byte("2")), fs.ErrNotExist)
	_, err = s.Create("z")
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func TestOpen_readOnlyFolder(t *testing.T) {
	if os.Getuid() == 0 || runtime.GOOS == "windows" {
		t.Skip("the rights of a folder do not bind this user")
	}
	dir := t.TempDir()
	require.NoError(t, os.Chmod(dir, 0o500))
	_, err := Open(dir, Options{})
	require.ErrorIs(t, err, fs.ErrPermission)
}

func TestAppend_noticesOtherWriters(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir, Options{OpenFiles: 1})
	run, err := s.Create("x")
	require.NoError(t, err)
	f, err := os.OpenFile(fileIn(t, dir, "runs"), os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.WriteString("x")
	require.NoError(t, errors.Join(err, f.Close()))
	require.ErrorContains(t, run.Append([]byte("1")), "something else has changed it")
	require.ErrorIs(t, run.Append([]byte("1")), ErrBroken)
}

func TestStore_permissions(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such permissions")
	}
	dir := filepath.Join(t.TempDir(), "new")
	s := mustOpen(t, dir, Options{})
	_, err := s.Create("x")
	require.NoError(t, err)
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		info, _ := d.Info()
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		}
		require.Equal(t, want, info.Mode().Perm(), path)
		return err
	}))
}

// Many goroutines use a store, and one run, at once.
func TestStore_concurrentUse(t *testing.T) {
	s := mustOpen(t, t.TempDir(), Options{Sync: SyncNever, OpenFiles: 3})
	shared, err := s.Create("shared")
	require.NoError(t, err)
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for n := range 40 {
				id := fmt.Sprint(n) // all goroutines fight for the same ids
				run, err := s.Create(id, []byte(fmt.Sprint(g)))
				if err == nil {
					err = errors.Join(run.Append([]byte("x")), run.Finish([]byte("answer")))
				} else if errors.Is(err, ErrExists) {
					err = nil
				}
				if n%10 == g {
					_, _ = s.Prune(-time.Hour)
					_, _ = s.Runs()
					_, _ = s.Read(id)
					_ = s.Remove(id)
				}
				if err := errors.Join(err, shared.Append([]byte("y"))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	records, err := s.Read("shared")
	require.NoError(t, err)
	require.Len(t, records, 8*40)
}

func FuzzLoad(f *testing.F) {
	s, err := open("/a", Options{}, newMemory(), clock)
	require.NoError(f, err)
	run, err := s.Create("x", []byte("1"))
	require.NoError(f, err)
	require.NoError(f, run.Append([]byte("2"), []byte("3")))
	h := run.h
	whole, _ := run.at.append(h.encode(), nil)
	for _, b := range [][]byte{nil, h.encode(), whole, make([]byte, 100), append(h.encode(), 255, 255, 255, 3, 1, 0, 0, 0, 0)} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m := newMemory()
		s, err := open("/a", Options{}, m, clock)
		require.NoError(t, err)
		require.NoError(t, s.Close())
		file := &memFile{data: slices.Clone(b)}
		m.folders["/a/runs"].now[fileOf(h.created, 0, "x")] = file
		if s, err = open("/a", Options{}, m, clock); err != nil {
			t.Fatal(err)
		}
		run, records, err := s.Load("x")
		if err != nil {
			require.Equal(t, b, file.data[:len(b)])
			return
		}
		require.NoError(t, run.Append([]byte("more")))
		again, err := s.Read("x")
		require.NoError(t, err)
		require.Equal(t, append(text(records), "more"), text(again))
	})
}
