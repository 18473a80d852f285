// Package arity writes the functions that exist once for each number of inputs,
// from two to nine: Then2 in package combinators, New2 in task, Step2 and Map2 in flow, and their like.
package arity

import (
	"bytes"
	"embed"
	"fmt"
	"go/format"
	"io/fs"
	"strings"
	"text/template"
)

// templates has a folder for each package, and in it a template for each file.
//
//go:embed combinators task flow
var templates embed.FS

// Packages are those that have generated files.
var Packages = []string{"combinators", "task", "flow"}

// Files returns the generated files of a package by name, formatted. The file
// of the template then.tmpl is zthen.go.
func Files(pkg string) (map[string][]byte, error) {
	texts, err := fs.Glob(templates, pkg+"/*.tmpl")
	if err != nil || len(texts) == 0 {
		return nil, fmt.Errorf("no templates for package %q", pkg)
	}
	files := make(map[string][]byte)
	for _, text := range texts {
		t, err := template.ParseFS(templates, text)
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		if err := t.Execute(&b, arities()); err != nil {
			return nil, err
		}
		name := "z" + strings.TrimSuffix(t.Name(), ".tmpl") + ".go"
		if files[name], err = format.Source(b.Bytes()); err != nil {
			return nil, fmt.Errorf("%s: %w", text, err)
		}
	}
	return files, nil
}

// arity is what the templates need to know of one number of inputs.
type arity struct{ N int }

func arities() (all []arity) {
	for n := 2; n <= 9; n++ {
		all = append(all, arity{n})
	}
	return all
}

// list joins one piece of text for each input; $T is its type, $v its argument.
func (a arity) list(pattern, sep string) string {
	var parts []string
	for i := range a.N {
		parts = append(parts, strings.NewReplacer("$T", string(rune('A'+i)), "$v", string(rune('a'+i))).Replace(pattern))
	}
	return strings.Join(parts, sep)
}

// Types is A, B.
func (a arity) Types() string { return a.list("$T", ", ") }

// Params is a future.Future[A], b future.Future[B].
func (a arity) Params() string { return a.list("$v future.Future[$T]", ", ") }

// Args is a, b.
func (a arity) Args() string { return a.list("$v", ", ") }

// Results is va A, vb B.
func (a arity) Results() string { return a.list("v$v $T", ", ") }

// Fields is t.A, t.B.
func (a arity) Fields() string { return a.list("t.$T", ", ") }

// Sets sets a field of the tuple a line.
func (a arity) Sets() string { return a.list("v.$T = peek(z.$v).Value", "\n") }

// FieldDecls is a field a line.
func (a arity) FieldDecls() string { return a.list("$v future.Future[$T]", "\n") }

// Cases is a case a line for all inputs but the last.
func (a arity) Cases() string {
	cases := make([]string, a.N-1)
	for i := range cases {
		cases[i] = fmt.Sprintf("case %d:\n\treturn z.%c", i, 'a'+i)
	}
	return strings.Join(cases, "\n")
}

// Nodes is a Node[A], b Node[B].
func (a arity) Nodes() string { return a.list("$v Node[$T]", ", ") }

// Inner is a.n, b.n.
func (a arity) Inner() string { return a.list("$v.n", ", ") }

// Pointers is va, vb := from(w, a), from(w, b).
func (a arity) Pointers() string {
	return a.list("v$v", ", ") + " := " + a.list("from(w, $v)", ", ")
}

// Values is *va, *vb.
func (a arity) Values() string { return a.list("*v$v", ", ") }

// Peeks is peek(z.a).Value, peek(z.b).Value.
func (a arity) Peeks() string { return a.list("peek(z.$v).Value", ", ") }

// LastArg is the last of Args.
func (a arity) LastArg() string { return string(rune('a' + a.N - 1)) }

// Tuple is lo.Tuple2[A, B].
func (a arity) Tuple() string { return fmt.Sprintf("lo.Tuple%d[%s]", a.N, a.Types()) }
