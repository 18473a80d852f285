// Package exampletest finds what a package exports without an example. Only
// tests import it.
package exampletest

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
)

// Missing returns the exported functions, methods and types of the package in
// folder dir that have no example with an output, in alphabetical order.
// Without an output an example is compiled, but not run.
func Missing(dir string) ([]string, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		f, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	pkg, err := doc.NewFromFiles(fset, files, dir)
	if err != nil {
		return nil, err
	}
	return missing(pkg), nil
}

func missing(pkg *doc.Package) (names []string) {
	check := func(name string, examples []*doc.Example) {
		if !slices.ContainsFunc(examples, runs) {
			names = append(names, name)
		}
	}
	functions := func(fs []*doc.Func) {
		for _, f := range fs {
			if !isSealed(f.Decl) {
				check(f.Name, f.Examples)
			}
		}
	}
	functions(pkg.Funcs)
	for _, t := range pkg.Types {
		check(t.Name, t.Examples)
		functions(t.Funcs)
		for _, m := range t.Methods {
			check(t.Name+"."+m.Name, m.Examples)
		}
	}
	slices.Sort(names)
	return names
}

func runs(e *doc.Example) bool { return e.Output != "" || e.EmptyOutput }

// isSealed reports whether only this module can call the function, as it takes an engine.Seal.
func isSealed(f *ast.FuncDecl) bool {
	return slices.ContainsFunc(f.Type.Params.List, func(p *ast.Field) bool {
		of, ok := p.Type.(*ast.SelectorExpr)
		return ok && of.Sel.Name == "Seal"
	})
}
