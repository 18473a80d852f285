// Package defs finds what variables and functions of a package stand for: the expressions that
// are assigned to a variable, and the body of a function that is given by name.
package defs

import (
	"go/ast"
	"go/token"
	"go/types"
	"iter"
	"reflect"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/ast/inspector"
)

// Analyzer collects the definitions of a package.
var Analyzer = &analysis.Analyzer{
	Name:       "defs",
	Doc:        "defs: collect what is assigned to the variables of a package",
	Run:        run,
	Requires:   []*analysis.Analyzer{inspect.Analyzer},
	ResultType: reflect.TypeFor[*Defs](),
}

// Def is a value that is assigned to a variable.
type Def struct {
	Expr  ast.Expr
	Index int // which result of the call Expr; -1 if Expr has one value
}

// Defs has the definitions of one package.
type Defs struct {
	info   *types.Info
	vars   map[*types.Var][]Def
	opaque map[*types.Var]bool // its address was taken, or its value comes from a loop
	funcs  map[*types.Func]*ast.FuncDecl
	order  []*types.Func // the keys of funcs, as they are written: findings and facts must not change from run to run
}

func run(pass *analysis.Pass) (any, error) {
	d := &Defs{info: pass.TypesInfo, vars: map[*types.Var][]Def{}, opaque: map[*types.Var]bool{}, funcs: map[*types.Func]*ast.FuncDecl{}}
	if IsStandard(pass) {
		return d, nil
	}
	nodes := []ast.Node{(*ast.FuncDecl)(nil), (*ast.AssignStmt)(nil), (*ast.ValueSpec)(nil), (*ast.RangeStmt)(nil), (*ast.UnaryExpr)(nil), (*ast.KeyValueExpr)(nil)}
	pass.ResultOf[inspect.Analyzer].(*inspector.Inspector).Preorder(nodes, d.node)
	return d, nil
}

func (d *Defs) node(n ast.Node) {
	switch n := n.(type) {
	case *ast.FuncDecl:
		if fn, ok := d.info.Defs[n.Name].(*types.Func); ok {
			d.funcs[fn] = n
			d.order = append(d.order, fn)
		}
	case *ast.AssignStmt:
		if n.Tok != token.ASSIGN && n.Tok != token.DEFINE { // s += x
			return
		}
		d.assign(n.Lhs, n.Rhs)
	case *ast.ValueSpec:
		names := make([]ast.Expr, len(n.Names))
		for i, name := range n.Names {
			names[i] = name
		}
		if len(n.Values) > 0 {
			d.assign(names, n.Values)
		}
	case *ast.RangeStmt:
		for _, e := range []ast.Expr{n.Key, n.Value} {
			if v := d.Var(e); v != nil {
				d.opaque[v] = true
			}
		}
	case *ast.KeyValueExpr: // a field of a struct
		if key, ok := n.Key.(*ast.Ident); ok {
			if v, ok := d.info.Uses[key].(*types.Var); ok && v.IsField() {
				d.vars[v] = append(d.vars[v], Def{n.Value, -1})
			}
		}
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			if v := d.Var(n.X); v != nil {
				d.opaque[v] = true
			}
		}
	}
}

func (d *Defs) assign(lhs, rhs []ast.Expr) {
	for i, l := range lhs {
		v := d.Var(l)
		if v == nil {
			continue
		}
		if len(lhs) == len(rhs) {
			d.vars[v] = append(d.vars[v], Def{rhs[i], -1})
		} else {
			d.vars[v] = append(d.vars[v], Def{rhs[0], i})
		}
	}
}

// Var returns the variable or the field that e names, or nil.
func (d *Defs) Var(e ast.Expr) *types.Var {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return d.Var(e.X)
	case *ast.Ident:
		v, _ := d.info.ObjectOf(e).(*types.Var)
		return v
	case *ast.SelectorExpr:
		v, _ := d.info.ObjectOf(e.Sel).(*types.Var)
		return v
	}
	return nil
}

// Of returns all that is assigned to v. It reports false if v may have other values: a
// parameter, an exported variable or a field, or one whose address was taken.
func (d *Defs) Of(v *types.Var) ([]Def, bool) {
	if v == nil || d.opaque[v] || v.IsField() {
		return nil, false
	}
	all := d.vars[v]
	return all, len(all) > 0
}

// Assigned returns what the package assigns to v, which may have other values too.
func (d *Defs) Assigned(v *types.Var) []Def { return d.vars[v] }

// Decl returns the declaration of fn, if it is in this package.
func (d *Defs) Decl(fn *types.Func) *ast.FuncDecl {
	if fn == nil {
		return nil
	}
	return d.funcs[fn.Origin()]
}

// Decls returns all functions of the package that have a name, as they are written.
func (d *Defs) Decls() iter.Seq2[*types.Func, *ast.FuncDecl] {
	return func(yield func(*types.Func, *ast.FuncDecl) bool) {
		for _, fn := range d.order {
			if !yield(fn, d.funcs[fn]) {
				return
			}
		}
	}
}

// IsStandard reports whether the package belongs to the standard library. Nothing there uses
// Jade, and facts about it are of no use.
//
// Some drivers do not say which module a package is of. There the path decides: of the standard
// library, it begins without a dot.
func IsStandard(pass *analysis.Pass) bool {
	path := pass.Pkg.Path()
	first, _, _ := strings.Cut(path, "/")
	if pass.Module != nil && pass.Module.Path != "" {
		return pass.Module.Path == "std" || pass.Module.Path == "cmd"
	}
	return !strings.Contains(first, ".") && path != "command-line-arguments" && pass.Pkg.Name() != "main"
}

// All returns what the package assigns to each variable and field.
func (d *Defs) All() map[*types.Var][]Def { return d.vars }
