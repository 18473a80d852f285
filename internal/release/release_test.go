// Package release tests what is published: whoever requires a module of this repository gets it without a replace.
package release_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/internal/realpart"
)

const (
	root    = "../.."
	module  = "github.com/jade-go/jade"
	version = "v0.1.0" // of every module
)

// published are the modules that others import, by their folders.
var published = []string{".", "observe/jadeotel", "observe/jadeprometheus", "guard/jadeotter", "guard/failsafe", "durable/jadetemporal", "faas/lambda", "faas/gcf", "faas/cloudevents", "cmd/jade"}

// Each module requires the version of the root that is published with it, and uses nothing that only the root may use: it may be
// built with another version of the root.
func TestModules_requireARealVersion(t *testing.T) {
	inside := regexp.MustCompile(`"` + module + `/internal/`)
	for _, dir := range published[1:] {
		text, err := os.ReadFile(filepath.Join(root, dir, "go.mod"))
		require.NoError(t, err)
		require.Contains(t, string(text), "\t"+module+" "+version+"\n", dir)
		for _, name := range filesOf(t, dir) {
			if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				continue
			}
			source, err := os.ReadFile(name)
			require.NoError(t, err)
			require.NotRegexp(t, inside, string(source), name)
		}
	}
}

// A program outside of the tree is built with what a proxy of modules has: what is in the repository, as it would be published.
func TestConsumer_outsideOfTheTree(t *testing.T) {
	realpart.Long(t)
	proxy := t.TempDir()
	for _, dir := range published {
		publish(t, proxy, dir)
	}
	cache := strings.TrimSpace(string(run(t, ".", nil, "go", "env", "GOMODCACHE")))
	others := strings.TrimSpace(string(run(t, ".", nil, "go", "env", "GOPROXY")))
	env := []string{
		"GOPROXY=file://" + proxy + ",file://" + cache + "/cache/download," + others,
		"GOMODCACHE=" + t.TempDir(), "GOFLAGS=-mod=mod -modcacherw", "GONOSUMDB=*", "GOWORK=off",
	}
	t.Run("install the command", func(t *testing.T) {
		bin := t.TempDir()
		run(t, t.TempDir(), append(env, "GOBIN="+bin), "go", "install", module+"/cmd/jade@"+version)
		require.Contains(t, string(run(t, bin, nil, filepath.Join(bin, "jade"), "help")), "jade doc")
	})
	for name, c := range consumers(t) {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, "go.mod", "module example.com/consumer\n\ngo 1.26.0\n")
			write(t, dir, "main.go", c.source)
			run(t, dir, env, "go", "get", module+c.path+"@"+version)
			run(t, dir, env, "go", "mod", "tidy")
			if c.prints == "" {
				run(t, dir, env, "go", "vet", ".")
				return
			}
			require.Contains(t, string(run(t, dir, env, "go", "run", ".")), c.prints)
		})
	}
}

// consumer is a program that imports a module.
type consumer struct {
	path   string // of the module, in the root
	source string
	prints string // empty if it is only built
}

func consumers(t *testing.T) map[string]consumer {
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(readme), "```go\npackage main")
	require.True(t, found)
	program, _, found := strings.Cut(rest, "```")
	require.True(t, found)
	using := func(path, use string) consumer {
		return consumer{path, fmt.Sprintf("package main\n\nimport used %q\n\nvar _ = used.%s\n\nfunc main() {}\n", module+path, use), ""}
	}
	return map[string]consumer{
		"the first program of the README": {"", "package main" + program, "Ada, 320 coins, no tip today <nil>"},
		"jadeotel":                        using("/observe/jadeotel", "New"),
		"jadeprometheus":                  using("/observe/jadeprometheus", "New"),
		"jadeotter":                       using("/guard/jadeotter", "New[int, int]"),
		"failsafe":                        using("/guard/failsafe", "Limiter[int]"),
		"jadetemporal":                    using("/durable/jadetemporal", "Register[int, int]"),
		"lambda":                          using("/faas/lambda", "Start[int, int]"),
		"gcf":                             using("/faas/gcf", "Start[int, int]"),
		"cloudevents":                     using("/faas/cloudevents", "HTTP[int, int]"),
		"the checks of jade vet":          {"/cmd/jade", fmt.Sprintf("package main\n\nimport used %q\n\nvar _ = used.Analyzers\n\nfunc main() {}\n", module+"/cmd/jade/vet"), ""},
	}
}

// publish puts a module into a proxy as the go command asks for it: see "GOPROXY protocol" in https://go.dev/ref/mod.
func publish(t *testing.T, proxy, dir string) {
	path := module
	if dir != "." {
		path += "/" + dir
	}
	folder := filepath.Join(proxy, filepath.FromSlash(path), "@v")
	require.NoError(t, os.MkdirAll(folder, 0o755))
	mod, err := os.ReadFile(filepath.Join(root, dir, "go.mod"))
	require.NoError(t, err)
	info, err := json.Marshal(map[string]string{"Version": version, "Time": "2026-01-01T00:00:00Z"})
	require.NoError(t, err)
	write(t, folder, "list", version+"\n")
	write(t, folder, version+".mod", string(mod))
	write(t, folder, version+".info", string(info))
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	for _, name := range filesOf(t, dir) {
		inside, err := filepath.Rel(filepath.Join(root, dir), name)
		require.NoError(t, err)
		content, err := os.ReadFile(name)
		require.NoError(t, err)
		to, err := w.Create(path + "@" + version + "/" + filepath.ToSlash(inside))
		require.NoError(t, err)
		_, err = to.Write(content)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	write(t, folder, version+".zip", archive.String())
}

// filesOf are the files of the module in a folder: those of modules inside are not.
func filesOf(t *testing.T, dir string) (names []string) {
	top := filepath.Join(root, dir)
	require.NoError(t, filepath.WalkDir(top, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != top:
			_, err := os.Stat(filepath.Join(name, "go.mod"))
			if err == nil || slices.Contains([]string{".git", "node_modules"}, entry.Name()) {
				return filepath.SkipDir
			}
		case entry.Type().IsRegular():
			names = append(names, name)
		}
		return nil
	}))
	return names
}

func write(t *testing.T, dir, name, text string) {
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
}

func run(t *testing.T, dir string, env []string, command string, args ...string) []byte {
	cmd := exec.CommandContext(t.Context(), command, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	require.NoError(t, err, "%s %s: %s", command, args, errs.String())
	return out
}
