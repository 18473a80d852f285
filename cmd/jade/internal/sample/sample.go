// Package sample writes small modules for tests, which use the library in this repository.
package sample

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/jade-go/jade/cmd/jade/internal/command"
)

// Module writes go.mod and go.sum of a module to a folder.
func Module(t testing.TB, dir, path string) {
	t.Helper()
	root := Root(t)
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	require.NoError(t, err)
	Files(t, dir, "-- go.mod --\nmodule "+path+`

go 1.26.0

require github.com/jade-go/jade v0.1.0

require (
	github.com/samber/lo v1.53.0 // indirect
	golang.org/x/text v0.22.0 // indirect
)

replace github.com/jade-go/jade => `+root+"\n")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.sum"), sum, 0o600))
	t.Setenv("GOWORK", "off")
	t.Setenv("GOFLAGS", "")
	t.Setenv("GOPROXY", "off")
}

// Root is the folder of the library.
func Root(t testing.TB) string {
	t.Helper()
	_, file, _, _ := runtime.Caller(0)
	return filepath.Clean(filepath.Join(filepath.Dir(file), "../../../.."))
}

// Files writes the files of a txtar archive to a folder.
func Files(t testing.TB, dir, archive string) {
	t.Helper()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, f.Data, 0o600))
	}
}

// Run runs a command of jade in a folder. It returns the exit code and what the command has written.
func Run(t testing.TB, c command.Command, dir string, args ...string) (code int, out, errs string) {
	t.Helper()
	t.Chdir(dir)
	var o, e bytes.Buffer
	code = command.Run(context.Background(), []command.Command{c}, append([]string{c.Name}, args...), command.Streams{Out: &o, Err: &e})
	return code, o.String(), e.String()
}
