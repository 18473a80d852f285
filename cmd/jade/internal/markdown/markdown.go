// Package markdown writes documents of flows as Markdown files with charts.
package markdown

import (
	"bytes"
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/jade-go/jade/cmd/jade/internal/model"
	"github.com/jade-go/jade/diagram"
)

// Files are the documents: paths below the output folder, with slashes, and contents.
type Files map[string][]byte

// Notice is in each document, so that a reader knows where it comes from.
const Notice = "<!-- Written by jade doc from the source. Change the source, not this file. -->\n"

// Write writes the documents of m. They will be in the folder out, so that links to the source work from there.
func Write(m *model.Model, out string) (Files, error) {
	w := &writer{out: out, files: Files{}}
	w.index(m)
	for _, pkg := range m.Packages {
		if err := w.pkg(pkg); err != nil {
			return nil, err
		}
	}
	return w.files, nil
}

type writer struct {
	out   string
	files Files
}

// own reports whether a flow has a page of its own: business rules, and what is part of other flows.
func own(f *model.Flow) bool { return f.Rules || len(f.Used) > 0 }

// place is the path of the page that describes a flow, and the anchor there.
func place(f *model.Flow) (file, anchor string) {
	if own(f) {
		return f.Package.Folder + "/flow-" + f.ID + ".md", ""
	}
	return f.Package.Folder + "/README.md", "flow-" + f.ID
}

// link is a link from a page to the description of a flow.
func link(from string, f *model.Flow) string {
	file, anchor := place(f)
	return "[" + plain(f.Name) + "](" + to(from, file, anchor) + ")"
}

// taskLink is a link from a page to that of a task.
func taskLink(from string, t *model.Task) string {
	if t.Package == nil {
		return plain(t.Name)
	}
	return "[" + plain(t.Name) + "](" + to(from, taskFile(t), "") + ")"
}

func taskFile(t *model.Task) string { return t.Package.Folder + "/task-" + t.ID + ".md" }

// to is the path from one page to another.
func to(from, file, anchor string) string {
	if anchor != "" {
		anchor = "#" + anchor
	}
	if from == file && anchor != "" {
		return anchor
	}
	rel, err := filepath.Rel(path.Dir(from), file)
	if err != nil {
		return anchor
	}
	return escapePath(filepath.ToSlash(rel)) + anchor
}

func escapePath(p string) string {
	return strings.NewReplacer(" ", "%20", "(", "%28", ")", "%29", "<", "%3C", ">", "%3E").Replace(p)
}

// source is a link to a file of a package, from a page.
func (w *writer) source(from string, pkg *model.Package, file string) string {
	if pkg == nil || file == "" {
		return ""
	}
	name := path.Base(file)
	rel, err := filepath.Rel(filepath.Join(w.out, filepath.FromSlash(path.Dir(from))), filepath.Join(pkg.Dir, name))
	if err != nil {
		return code(name)
	}
	return "[" + plain(name) + "](" + escapePath(filepath.ToSlash(rel)) + ")"
}

func (w *writer) index(m *model.Model) {
	const file = "README.md"
	var b bytes.Buffer
	b.WriteString(Notice + "# Flows\n")
	for _, pkg := range m.Packages {
		fmt.Fprintf(&b, "\n## [%s](%s)\n", plain(pkg.Title), to(file, pkg.Folder+"/README.md", ""))
		if doc := model.Synopsis(pkg.Doc); doc != "" {
			b.WriteString("\n" + plain(doc) + "\n")
		}
		if len(pkg.Flows) > 0 {
			b.WriteString("\n| flow | input | output | limit |\n|---|---|---|---|\n")
		}
		for _, f := range pkg.Flows {
			row(&b, link(file, f), code(f.Input.Type), code(f.Output.Type), plain(f.Limit))
		}
		if n := len(pkg.Missing); n > 0 {
			fmt.Fprintf(&b, "\nNot described: %d. The page of the package says why.\n", n)
		}
	}
	w.files[file] = b.Bytes()
}

func (w *writer) pkg(pkg *model.Package) error {
	file := pkg.Folder + "/README.md"
	var b bytes.Buffer
	b.WriteString(Notice + "# " + plain(pkg.Title) + "\n")
	if pkg.Doc != "" {
		b.WriteString("\n" + paragraphs(pkg.Doc) + "\n")
	}
	var pages []string
	for _, f := range pkg.Flows {
		if err := w.chart(f); err != nil {
			return err
		}
		if own(f) {
			pages = append(pages, link(file, f))
			w.flowPage(f)
			continue
		}
		fmt.Fprintf(&b, "\n<a id=\"flow-%s\"></a>\n\n## %s\n", f.ID, plain(f.Name))
		w.flow(&b, file, "###", f)
	}
	if len(pages) > 0 {
		b.WriteString("\n## Rules and parts\n\nThese flows are parts of others: " + strings.Join(pages, ", ") + ".\n")
	}
	if len(pkg.Tasks) > 0 {
		b.WriteString("\n## Tasks\n\n| task | takes | returns | used by |\n|---|---|---|---|\n")
		for _, t := range pkg.Tasks {
			row(&b, taskLink(file, t), code(t.In), code(t.Out), usedBy(file, t))
			w.task(t)
		}
	}
	if len(pkg.Missing) > 0 {
		b.WriteString("\n## Not described\n\nThese may build flows, but could not be called with made-up arguments. A comment `//jade:flow newPage(fakeShop())` says how to call one.\n\n| what | file | why |\n|---|---|---|\n")
		for _, missing := range pkg.Missing {
			row(&b, code(missing.Name), w.source(file, pkg, missing.File), plain(missing.Why))
		}
	}
	w.files[file] = b.Bytes()
	return nil
}

func usedBy(from string, t *model.Task) string {
	var links []string
	seen := map[*model.Flow]bool{}
	for _, u := range t.Uses {
		if !seen[u.Flow] {
			seen[u.Flow] = true
			links = append(links, link(from, u.Flow))
		}
	}
	return strings.Join(links, ", ")
}

// chart writes the flow chart of a flow.
func (w *writer) chart(f *model.Flow) error {
	var b bytes.Buffer
	d := diagram.Flow(f.Graph)
	if f.Trace != nil {
		d = diagram.Overlay(f.Graph, f.Trace)
	}
	if err := d.WriteSVG(&b); err != nil {
		return err
	}
	w.files[f.Package.Folder+"/"+f.ID+".svg"] = b.Bytes()
	return nil
}

func (w *writer) flowPage(f *model.Flow) {
	file, _ := place(f)
	var b bytes.Buffer
	b.WriteString(Notice + "# " + plain(f.Name) + "\n")
	w.flow(&b, file, "##", f)
	w.files[file] = b.Bytes()
}

// row writes a row of a table.
func row(b *bytes.Buffer, cells ...string) {
	b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
}
