package runlog

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

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
		e.bad = fmt.Errorf("%q is not a regular file: put the file itself there", d.file(f.Name()))
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
