package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	gobuild "go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// patched is this program with changes to its files, of which the ones on disk know nothing.
type patched struct {
	t        *testing.T
	files    map[string]string // text by name, of all files
	changed  map[string]bool   // by name
	fset     *token.FileSet
	packages types.Importer
}

func newPatched(t *testing.T) *patched {
	source, err := gobuild.ImportDir(".", 0)
	require.NoError(t, err)
	p := &patched{t: t, files: map[string]string{}, changed: map[string]bool{}, fset: token.NewFileSet()}
	for _, name := range source.GoFiles {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		p.files[name] = string(text)
	}
	exports := exportsOf(t, source.Imports)
	p.packages = importer.ForCompiler(p.fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	p.accepted()
	return p
}

// exportsOf returns by import path the files that say what packages and all that
// they depend on export. The go command has them: these tests are built with the same packages.
func exportsOf(t *testing.T, packages []string) map[string]string {
	args := append([]string{"list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}"}, asBuilt()...)
	out, err := exec.CommandContext(t.Context(), "go", append(args, packages...)...).Output()
	require.NoError(t, err)
	exports := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		exports[path] = file
	}
	return exports
}

// asBuilt are the flags that these tests are built with.
func asBuilt() []string {
	if raceEnabled {
		return []string{"-race"}
	}
	return nil
}

func (p *patched) create(name, text string) {
	p.files[name], p.changed[name] = text, true
}

// after inserts text behind what a file has once, and returns the line of that.
func (p *patched) after(name, old, text string) (line int) {
	return p.replace(name, old, old+text)
}

func (p *patched) replace(name, old, text string) (line int) {
	before, behind, found := strings.Cut(p.files[name], old)
	require.True(p.t, found, "%s has no %s", name, old)
	require.NotContains(p.t, behind, old, name)
	p.create(name, before+text+behind)
	return strings.Count(before, "\n") + 1
}

// refused checks that the program does not compile, and that the type checker says
// why: what, at a line of a file.
func (p *patched) refused(file string, line int, what ...string) {
	p.t.Helper()
	said := p.check()
	at := fmt.Sprintf("%s:%d:", file, line)
	i := slices.IndexFunc(said, func(s string) bool { return strings.HasPrefix(s, at) })
	require.GreaterOrEqual(p.t, i, 0, "no error at %s but %q", at, said)
	for _, w := range what {
		assert.Contains(p.t, said[i], w)
	}
}

// accepted checks that the type checker has nothing to say.
func (p *patched) accepted() {
	p.t.Helper()
	require.Empty(p.t, p.check())
}

// check returns what the type checker says, in this process: the compiler says the
// same, but takes seconds for each change.
func (p *patched) check() (said []string) {
	var parsed []*ast.File
	for _, name := range slices.Sorted(maps.Keys(p.files)) {
		file, err := parser.ParseFile(p.fset, name, p.files[name], 0)
		require.NoError(p.t, err)
		parsed = append(parsed, file)
	}
	config := types.Config{Importer: p.packages, Error: func(err error) { said = append(said, err.Error()) }}
	_, _ = config.Check("main", p.fset, parsed, nil) // config.Error is told
	return said
}

// run builds and runs the changed program, and returns what it prints. It takes go
// run, which keeps the program that it has linked: without changes since the last time, there is nothing to build.
func (p *patched) run(t *testing.T) string {
	var stdout, stderr bytes.Buffer
	args := append([]string{"run", "-overlay", p.overlay(t)}, asBuilt()...)
	command := exec.CommandContext(t.Context(), "go", append(args, ".")...)
	command.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0")
	command.Stdout, command.Stderr = &stdout, &stderr
	require.NoError(t, command.Run(), stderr.String())
	return stdout.String()
}

// overlay writes what the go command takes for the changed files.
func (p *patched) overlay(t *testing.T) (listed string) {
	here, err := os.Getwd()
	require.NoError(t, err)
	dir := t.TempDir()
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	for name := range p.changed {
		changed := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(changed, []byte(p.files[name]), 0o600))
		overlay.Replace[filepath.Join(here, name)] = changed
	}
	list, err := json.Marshal(overlay)
	require.NoError(t, err)
	listed = filepath.Join(dir, "overlay.json")
	require.NoError(t, os.WriteFile(listed, list, 0o600))
	return listed
}
