// Package arity writes the combinators that exist once for each number of
// inputs: Then2 to Then9, Zip2 to Zip9 and Await2 to Await9.
package arity

import (
	"bytes"
	_ "embed"
	"fmt"
	"go/format"
	"strings"
	"text/template"
)

//go:embed then.tmpl
var thenText string

//go:embed zip.tmpl
var zipText string

//go:embed await.tmpl
var awaitText string

// Files returns the generated files by name, formatted.
func Files() (map[string][]byte, error) {
	files := make(map[string][]byte)
	for name, text := range map[string]string{"zthen.go": thenText, "zzip.go": zipText, "zawait.go": awaitText} {
		t, err := template.New(name).Parse(text)
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		if err := t.Execute(&b, arities()); err != nil {
			return nil, err
		}
		if files[name], err = format.Source(b.Bytes()); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
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

// LastArg is the last of Args.
func (a arity) LastArg() string { return string(rune('a' + a.N - 1)) }

// Tuple is lo.Tuple2[A, B].
func (a arity) Tuple() string { return fmt.Sprintf("lo.Tuple%d[%s]", a.N, a.Types()) }
