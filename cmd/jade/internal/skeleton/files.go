package skeleton

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"go/format"
	"os"
	"path/filepath"
	"strings"
	"text/template"
)

//go:embed templates
var templates embed.FS

// file is one file to write.
type file struct {
	path string // below the folder of the package
	text []byte
}

// render makes the files.
func (r request) render() (files []file, err error) {
	parsed, err := template.New("").Funcs(template.FuncMap{"cell": cell, "rule": rule}).ParseFS(templates, "templates/*.tmpl")
	if err != nil {
		return nil, err
	}
	add := func(path, from string) {
		var text bytes.Buffer
		if err == nil {
			err = parsed.ExecuteTemplate(&text, from+".tmpl", r)
		}
		formatted := text.Bytes()
		if err == nil && strings.HasSuffix(path, ".go") {
			formatted, err = format.Source(formatted)
		}
		files = append(files, file{path, formatted})
	}
	if r.kind == "task" {
		add("task.go", "task.go")
		add("task_test.go", "task_test.go")
		return files, err
	}
	add(r.kind+".go", "flow.go")
	add("services.go", "services.go")
	add(r.kind+"_test.go", "flow_test.go")
	add("testdata/faults.md", "faults.md")
	if r.Handler() {
		add("cmd/"+r.Name+"/main.go", r.platform+".go")
	}
	return files, err
}

// create writes all files, or none.
func create(dir string, files []file) (err error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".go") {
			return fmt.Errorf("%s: the folder has Go files already: choose another with -dir", dir)
		}
	}
	var written []string
	defer func() {
		if err != nil {
			for _, name := range written {
				err = errors.Join(err, os.Remove(name))
			}
		}
	}()
	for _, f := range files {
		name := filepath.Join(dir, filepath.FromSlash(f.path))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		out, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) // never one that is there
		if errors.Is(err, os.ErrExist) {
			return fmt.Errorf("%s: the file exists, and is not overwritten: choose another folder with -dir", name)
		}
		if err != nil {
			return err
		}
		written = append(written, name)
		_, failed := out.Write(f.text)
		if err := errors.Join(failed, out.Close()); err != nil {
			return err
		}
	}
	return nil
}

func slashed(dir, path string) string { return filepath.ToSlash(filepath.Join(dir, path)) }

// The first column of the table of faults is as wide as its widest cell.

func width(name string) int { return max(len(name), len("caller leaves")) }

func cell(name, text string) string { return fmt.Sprintf("%-*s", width(name), text) }

func rule(name string) string { return strings.Repeat("-", width(name)+2) }
