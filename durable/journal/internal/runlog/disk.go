package runlog

import (
	"io"
	"io/fs"
	"os"
	"runtime"
)

// disk is what a store needs of the operating system. Tests put a disk in its place that fails or crashes.
type disk interface {
	Lock(name string) (io.Closer, error) // fails with ErrLocked if somebody has it
	Open(name string, flag int) (file, error)
	Folder(name string) (syncer, error)
	List(folder string) ([]fs.DirEntry, error)
	Mkdir(name string) error
	Rename(from, to string) error
	Remove(name string) error
}

type file interface {
	io.ReaderAt
	io.WriterAt
	syncer
	Truncate(size int64) error
	Size() (int64, error)
}

type syncer interface {
	Sync() error
	Close() error
}

type system struct{}

func (system) Lock(name string) (io.Closer, error) { return lock(name) }
func (system) Mkdir(name string) error             { return os.Mkdir(name, 0o700) }
func (system) Rename(from, to string) error        { return os.Rename(from, to) }
func (system) Remove(name string) error            { return os.Remove(name) }

func (system) Open(name string, flag int) (file, error) {
	f, err := os.OpenFile(name, flag, 0o600)
	if err != nil {
		return nil, err
	}
	return systemFile{f}, nil
}

// Folder opens a folder in order to sync it. Windows keeps its folders itself, and cannot sync them.
func (system) Folder(name string) (syncer, error) {
	if runtime.GOOS == "windows" {
		_, err := os.Stat(name)
		return none{}, err
	}
	return os.Open(name)
}

func (system) List(folder string) ([]fs.DirEntry, error) {
	f, err := os.Open(folder)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.ReadDir(-1)
}

type systemFile struct{ *os.File }

func (f systemFile) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

type none struct{}

func (none) Sync() error  { return nil }
func (none) Close() error { return nil }
