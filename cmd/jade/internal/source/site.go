package source

import (
	"cmp"
	"go/ast"
	"go/types"
	"path/filepath"
	"slices"
	"strings"
)

// Site is a place in the source where a flow or a task is made.
type Site struct {
	Package string // path
	File    string // name
	In      string // the function or the variable around it
	Line    int    // tells several sites of a function apart
	Doc     string // the comment above it, or that of what it is made of
}

// siteKey finds a site by what the library knows of it: the last folder and the name of the file, the line, and what was made.
type siteKey struct {
	file string
	line int
	made string // flow or task
}

// Sites are the places where the packages make flows and tasks.
type Sites map[siteKey][]Site

// Flow returns the sites of a flow that was made at a place.
func (s Sites) Flow(file string, line int) []Site { return s[siteKey{file, line, "flow"}] }

// Task returns the sites of a task that was made at a place.
func (s Sites) Task(file string, line int) []Site { return s[siteKey{file, line, "task"}] }

// Flows are all sites of flows, in the order of packages, files and lines.
func (s Sites) Flows() (all []Site) {
	for key, sites := range s {
		if key.made != "flow" {
			continue
		}
		for _, site := range sites {
			if !slices.Contains(all, site) {
				all = append(all, site)
			}
		}
	}
	slices.SortFunc(all, func(a, b Site) int {
		return cmp.Or(cmp.Compare(a.Package, b.Package), cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return all
}

// Sites finds the calls of flow.New and task.New of all packages.
func (p *Program) Sites() Sites {
	sites := Sites{}
	for _, pkg := range p.Packages {
		for _, file := range pkg.loaded.Syntax {
			p.addSites(sites, pkg, file)
		}
	}
	return sites
}

func (p *Program) addSites(sites Sites, pkg *Package, file *ast.File) {
	name := p.fset.Position(file.FileStart).Filename
	folder := filepath.Base(filepath.Dir(name)) + "/" + filepath.Base(name)
	above := map[int]string{} // by the line that follows a comment
	for _, g := range file.Comments {
		above[p.fset.Position(g.End()).Line+1] = plain(g)
	}
	for _, decl := range file.Decls {
		around, doc := about(decl)
		var statement ast.Node
		ast.Inspect(decl, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				around = n.Names[0].Name
				if text := plain(n.Doc); text != "" {
					doc = text
				}
				statement = n
			case *ast.AssignStmt, *ast.ReturnStmt, *ast.ExprStmt:
				statement = n
			case *ast.CallExpr:
				made, function := pkg.made(n)
				if made == "" {
					break
				}
				at := p.fset.Position(n.Pos())
				site := Site{Package: pkg.Path, File: filepath.Base(name), In: around, Line: at.Line}
				if statement != nil {
					site.Doc = above[p.fset.Position(statement.Pos()).Line]
				}
				if _, inside := decl.(*ast.FuncDecl); !inside && site.Doc == "" {
					site.Doc = doc
				}
				switch {
				case site.Doc != "":
				case made == "flow":
					site.Doc = doc
				default:
					site.Doc = p.docOf(pkg, function)
				}
				// The library knows the line of the call's opening parenthesis, or of its name: they differ if the call is written in several lines.
				for _, line := range []int{at.Line, p.fset.Position(n.Lparen).Line} {
					key := siteKey{folder, line, made}
					if all := sites[key]; len(all) == 0 || all[len(all)-1] != site {
						sites[key] = append(all, site)
					}
				}
			}
			return true
		})
	}
}

// about is the name and the comment of a declaration.
func about(decl ast.Decl) (name, doc string) {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		return receiver(d) + d.Name.Name, plain(d.Doc)
	case *ast.GenDecl:
		return "", plain(d.Doc)
	}
	return "", ""
}

// made says what a call makes, and of which function: flow, task, or nothing.
func (pkg *Package) made(call *ast.CallExpr) (what string, function ast.Expr) {
	info := pkg.loaded.TypesInfo
	called := ast.Unparen(call.Fun)
	switch e := called.(type) {
	case *ast.IndexExpr:
		called = e.X
	case *ast.IndexListExpr:
		called = e.X
	}
	var id *ast.Ident
	switch e := called.(type) {
	case *ast.Ident:
		id = e
	case *ast.SelectorExpr:
		id = e.Sel
	default:
		return "", nil
	}
	fn, ok := info.Uses[id].(*types.Func)
	if !ok || len(call.Args) < 2 {
		return "", nil
	}
	switch {
	case isJade(fn, "flow", "New"):
		return "flow", call.Args[1]
	case path(fn) == jadePath+"/task" && strings.HasPrefix(fn.Name(), "New") && fn.Signature().Recv() == nil:
		return "task", call.Args[1]
	}
	return "", nil
}

// docOf is the comment of the function that an expression names.
func (p *Program) docOf(pkg *Package, function ast.Expr) string {
	info := pkg.loaded.TypesInfo
	var fn *types.Func
	switch e := ast.Unparen(function).(type) {
	case *ast.Ident:
		fn, _ = info.Uses[e].(*types.Func)
	case *ast.SelectorExpr:
		fn, _ = info.Uses[e.Sel].(*types.Func)
	}
	if fn == nil || fn.Pkg() == nil {
		return ""
	}
	name := fn.Name()
	if recv := fn.Signature().Recv(); recv != nil {
		t := types.Unalias(recv.Type())
		if ptr, ok := t.(*types.Pointer); ok {
			t = types.Unalias(ptr.Elem())
		}
		n, ok := t.(*types.Named)
		if !ok {
			return ""
		}
		name = n.Obj().Name() + "." + name
	}
	return p.Comment(fn.Pkg().Path(), name)
}
