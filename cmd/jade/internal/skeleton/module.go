package skeleton

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// library is the path of Jade's module.
const library = "github.com/jade-go/jade"

// goModule is the module that a package is written into.
type goModule struct {
	root string // its folder, absolute
	file *modfile.File
}

// findModule finds the module of a folder, which need not exist.
func findModule(dir string) (*goModule, error) {
	full, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	for root := full; ; root = filepath.Dir(root) {
		name := filepath.Join(root, "go.mod")
		text, err := os.ReadFile(name)
		if err == nil {
			file, err := modfile.Parse(name, text, nil)
			if err != nil {
				first, _, _ := strings.Cut(err.Error(), "\n")
				return nil, errors.New(first)
			}
			if file.Module == nil {
				return nil, fmt.Errorf("%s: it has no line that begins with module: run go mod init", name)
			}
			return &goModule{root, file}, nil
		}
		if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR) {
			return nil, err
		}
		if root == filepath.Dir(root) {
			return nil, fmt.Errorf("%s: there is no go.mod in the folder or above: run go mod init, or choose a folder of a module with -dir", dir)
		}
	}
}

// requires reports whether the module is or requires another one.
func (m *goModule) requires(path string) bool {
	return m.file.Module.Mod.Path == path ||
		slices.ContainsFunc(m.file.Require, func(r *modfile.Require) bool { return r.Mod.Path == path })
}

// importPath is that of the package in a folder of the module.
func (m *goModule) importPath(dir string) (string, error) {
	full, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	below, err := filepath.Rel(m.root, full)
	if err != nil {
		return "", err
	}
	below = filepath.ToSlash(below)
	for _, folder := range strings.Split(below, "/") {
		if folder == "testdata" || folder == "vendor" || folder != "." && strings.HasPrefix(folder, ".") || strings.HasPrefix(folder, "_") {
			return "", fmt.Errorf("-dir %q: go test ./... leaves out a folder that is called %q: choose another", dir, folder)
		}
	}
	imported := path.Join(m.file.Module.Mod.Path, below)
	if err := module.CheckImportPath(imported); err != nil {
		return "", fmt.Errorf("-dir %q: %v: choose another folder", dir, err)
	}
	return imported, nil
}

// test is the command that tests the package in a folder.
func (m *goModule) test(dir string) string {
	full, err := filepath.Abs(dir)
	if err != nil {
		return "go test -race ./..."
	}
	here, err := os.Getwd()
	if mod, failed := findModule("."); err == nil && failed == nil && mod.root == m.root {
		if below, err := filepath.Rel(here, full); err == nil {
			return "go test -race " + strings.TrimSuffix("./"+filepath.ToSlash(below), "/.") + "/..."
		}
	}
	return "go -C " + full + " test -race ./..."
}
