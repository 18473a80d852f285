// Package docs is the command jade doc.
package docs

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"github.com/jade-go/jade/cmd/jade/internal/command"
	"github.com/jade-go/jade/cmd/jade/internal/markdown"
	"github.com/jade-go/jade/cmd/jade/internal/model"
	"github.com/jade-go/jade/cmd/jade/internal/recorded"
	"github.com/jade-go/jade/cmd/jade/internal/site"
	"github.com/jade-go/jade/cmd/jade/internal/survey"
)

// Command is jade doc.
var Command = command.Command{
	Name:    "doc",
	Summary: "write documents and charts of the flows of packages",
	Args:    "[packages]",
	Long: `
jade doc describes every flow of the packages: its doc comment, input and output,
a chart, a table of its calls with their policies, limits, the fault matrix that a
test of the package keeps, and the tasks, with the flows that use each of them.

It runs the functions that build flows, with made-up arguments, by an overlay of
go test: nothing is written but the documents. A function that cannot be called
that way is listed with the reason. A comment in the package says how to call it:

	//jade:flow newPage(fakeShop(), 800*time.Millisecond)

Example:

	jade doc -o docs/flows -html flows.html ./...
	jade doc -o docs/flows -check ./...`,
	Flags: func(flags *flag.FlagSet) func(context.Context, command.Streams, []string) error {
		var o options
		flags.StringVar(&o.out, "o", "", "write Markdown and SVG files to this `folder` (docs/flows, unless -html is given)")
		flags.StringVar(&o.html, "html", "", "write a site to this `file`, which needs no other file")
		flags.BoolVar(&o.check, "check", false, "write nothing; exit with 1 and a diff if the documents are not up to date")
		flags.StringVar(&o.tags, "tags", "", "build `tags`, separated by commas")
		flags.StringVar(&o.trace, "trace", "", "a recorded trace, as JSON: its critical path is described (a `file`)")
		return func(ctx context.Context, s command.Streams, args []string) error { return o.run(ctx, s, args) }
	},
}

type options struct {
	out, html, tags, trace string
	check                  bool
}

// document is a file that is to be written.
type document struct {
	path string
	data []byte
}

func (o options) run(ctx context.Context, s command.Streams, patterns []string) error {
	if len(patterns) == 0 {
		patterns = []string{"."}
	}
	if o.out == "" && o.html == "" {
		o.out = filepath.Join("docs", "flows")
	}
	m, err := survey.Take(ctx, survey.Options{Dir: ".", Tags: o.tags, Progress: s.Err}, patterns...)
	if err != nil {
		return err
	}
	if len(m.Packages) == 0 {
		return fmt.Errorf("%s: no package builds a flow", strings.Join(patterns, " "))
	}
	if o.trace != "" {
		if err := overlay(m, o.trace); err != nil {
			return err
		}
	}
	docs, err := o.documents(m)
	if err != nil {
		return err
	}
	stale, err := o.stale(docs)
	if err != nil {
		return err
	}
	if o.check {
		return check(s, docs, stale)
	}
	return write(docs, stale)
}

func (o options) documents(m *model.Model) (docs []document, err error) {
	if o.out != "" {
		out, err := filepath.Abs(o.out)
		if err != nil {
			return nil, err
		}
		files, err := markdown.Write(m, out)
		if err != nil {
			return nil, err
		}
		for path, data := range files {
			docs = append(docs, document{filepath.Join(o.out, filepath.FromSlash(path)), data})
		}
	}
	if o.html != "" {
		var b bytes.Buffer
		if err := site.Write(&b, m); err != nil {
			return nil, err
		}
		docs = append(docs, document{o.html, b.Bytes()})
	}
	slices.SortFunc(docs, func(a, b document) int { return strings.Compare(a.path, b.path) })
	return docs, nil
}

// stale finds the files of earlier runs that are not written any more: pages with the notice, and charts beside such pages.
func (o options) stale(docs []document) (stale []string, err error) {
	if o.out == "" {
		return nil, nil
	}
	known := map[string]bool{}
	for _, d := range docs {
		known[d.path] = true
	}
	folders := map[string]bool{}
	var charts []string
	err = filepath.WalkDir(o.out, func(path string, e fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist) && path == o.out:
			return filepath.SkipAll
		case err != nil || e.IsDir() || known[path]:
			if known[path] {
				folders[filepath.Dir(path)] = true
			}
			return err
		}
		switch filepath.Ext(path) {
		case ".md":
			data, err := os.ReadFile(path)
			if err == nil && bytes.HasPrefix(data, []byte(markdown.Notice)) {
				folders[filepath.Dir(path)] = true
				stale = append(stale, path)
			}
			return err
		case ".svg":
			charts = append(charts, path)
		}
		return nil
	})
	for _, chart := range charts {
		if folders[filepath.Dir(chart)] {
			stale = append(stale, chart)
		}
	}
	return stale, err
}

func write(docs []document, stale []string) error {
	for _, d := range docs {
		if err := os.MkdirAll(filepath.Dir(d.path), 0o755); err != nil {
			return err
		}
		if old, err := os.ReadFile(d.path); err == nil && bytes.Equal(old, d.data) {
			continue
		}
		if err := os.WriteFile(d.path, d.data, 0o644); err != nil {
			return err
		}
	}
	for _, path := range stale {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	return nil
}

// check compares the documents with the files, and shows what differs.
func check(s command.Streams, docs []document, stale []string) error {
	differ := 0
	for _, d := range docs {
		old, err := os.ReadFile(d.path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err == nil && bytes.Equal(old, d.data) {
			continue
		}
		differ++
		switch {
		case err != nil:
			fmt.Fprintf(s.Out, "%s: is missing\n", d.path)
		case filepath.Ext(d.path) == ".md":
			fmt.Fprint(s.Out, udiff.Unified(d.path, d.path+" (now)", string(old), string(d.data)))
		default:
			fmt.Fprintf(s.Out, "%s: differs\n", d.path)
		}
	}
	for _, path := range stale {
		differ++
		fmt.Fprintf(s.Out, "%s: describes nothing any more\n", path)
	}
	if differ == 0 {
		return nil
	}
	fmt.Fprintf(s.Err, "jade doc: %d of %d documents are not up to date: run it without -check\n", differ, len(docs))
	return command.ErrFindings
}

// overlay gives each flow its run among the traces of a file, and the last one if there are several. Flows of one name are told apart by the file that they
// are made in.
func overlay(m *model.Model, file string) error {
	traces, err := recorded.ReadFile(file, os.Stdin)
	if err != nil {
		return err
	}
	for _, t := range traces {
		found := false
		for _, pkg := range m.Packages {
			for _, f := range pkg.Flows {
				at := t.Root().Place.File
				if f.Name == t.Name && (at == "" || at == f.Graph.Place.File) {
					f.Trace, found = t, true
				}
			}
		}
		if !found {
			return fmt.Errorf("%s has a run of %q, and no package has that flow", file, t.Name)
		}
	}
	return nil
}
