// Package exported keeps the list of what the packages of the project export, so that nothing is exported by chance.
package exported

import (
	"bufio"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const root = "../../"

// Each line of the list says what some names are there for: "package: Name Name: reason". A name without a reason is on the map of
// the project, doc.go.
func TestEveryExportedNameHasAReason(t *testing.T) {
	onMap, err := os.ReadFile(root + "doc.go")
	require.NoError(t, err)
	known := read(t)
	for dir, reasons := range known {
		var names []string
		for name, reason := range reasons {
			names = append(names, name)
			if reason == "" {
				require.Regexp(t, `\b`+regexp.QuoteMeta(strings.TrimRight(name, "2"))+`\b`, line(string(onMap), dir), "%s.%s is not in doc.go and has no reason", dir, name)
			}
		}
		slices.Sort(names)
		require.Equal(t, names, exported(t, dir), "package %s exports other names than testdata/names.txt has: give each new one a reason", dir)
	}
	require.Greater(t, len(known), 12)
}

// line is the line of the map about a package.
func line(doc, dir string) string {
	for l := range strings.Lines(doc) {
		if strings.HasPrefix(l, "//\t"+dir+"/ ") {
			return l
		}
	}
	return ""
}

// read returns the reasons by package and name.
func read(t *testing.T) map[string]map[string]string {
	f, err := os.Open("testdata/names.txt")
	require.NoError(t, err)
	defer f.Close()
	all := map[string]map[string]string{}
	for s := bufio.NewScanner(f); s.Scan(); {
		if s.Text() == "" || strings.HasPrefix(s.Text(), "#") {
			continue
		}
		dir, rest, _ := strings.Cut(s.Text(), ": ")
		names, reason, _ := strings.Cut(rest, ": ")
		if all[dir] == nil {
			all[dir] = map[string]string{}
		}
		for name := range strings.FieldsSeq(names) {
			require.NotContains(t, all[dir], name, "%s is listed twice", dir)
			all[dir][name] = reason
		}
	}
	return all
}

// exported are the names that a package exports, without methods, fields and the constants of a type.
func exported(t *testing.T, dir string) (names []string) {
	paths, err := filepath.Glob(filepath.Join(root, dir, "*.go"))
	require.NoError(t, err)
	fset := token.NewFileSet()
	var files []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, path, nil, parser.ParseComments)
		require.NoError(t, err)
		files = append(files, f)
	}
	p, err := doc.NewFromFiles(fset, files, dir)
	require.NoError(t, err)
	add := func(funcs []*doc.Func, values ...*doc.Value) {
		for _, f := range funcs {
			names = append(names, f.Name)
		}
		for _, v := range values {
			names = append(names, v.Names...)
		}
	}
	add(p.Funcs, slices.Concat(p.Vars, p.Consts)...)
	for _, typ := range p.Types {
		names = append(names, typ.Name)
		add(typ.Funcs, typ.Vars...)
	}
	names = slices.DeleteFunc(names, func(name string) bool { return !token.IsExported(name) })
	slices.Sort(names)
	return names
}
