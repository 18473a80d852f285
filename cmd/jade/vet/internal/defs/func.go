package defs

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/types/typeutil"
)

// Func is a function that an expression stands for.
type Func struct {
	Lit  *ast.FuncLit  // a function literal of this package, or nil
	Decl *ast.FuncDecl // a declared function of this package, or nil
	Obj  *types.Func   // a declared function of any package, or nil
}

// Type returns the signature as written, or nil if the function is of another package.
func (f Func) Type() *ast.FuncType {
	switch {
	case f.Lit != nil:
		return f.Lit.Type
	case f.Decl != nil:
		return f.Decl.Type
	}
	return nil
}

// Body returns the body, or nil if the function is of another package.
func (f Func) Body() *ast.BlockStmt {
	switch {
	case f.Lit != nil:
		return f.Lit.Body
	case f.Decl != nil:
		return f.Decl.Body
	}
	return nil
}

// Node returns the literal or the declaration, or nil.
func (f Func) Node() ast.Node {
	switch {
	case f.Lit != nil:
		return f.Lit
	case f.Decl != nil:
		return f.Decl
	}
	return nil
}

// Funcs returns the functions that e may stand for: a literal, a function or a method by name, a
// variable that holds one of these, or a call that returns one. It returns none if it cannot know.
func (d *Defs) Funcs(e ast.Expr) []Func { return d.resolve(e, 0) }

// deepest bounds how many variables and calls Funcs follows, so that f := f cannot go round for ever.
const deepest = 6

func (d *Defs) resolve(e ast.Expr, depth int) []Func {
	if depth > deepest {
		return nil
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.FuncLit:
		return []Func{{Lit: e}}
	case *ast.Ident:
		return d.object(d.info.ObjectOf(e), depth)
	case *ast.SelectorExpr:
		return d.object(d.info.ObjectOf(e.Sel), depth)
	case *ast.IndexExpr: // an instance of a generic function
		return d.resolve(e.X, depth+1)
	case *ast.IndexListExpr:
		return d.resolve(e.X, depth+1)
	case *ast.CallExpr:
		if tv, ok := d.info.Types[e.Fun]; ok && tv.IsType() && len(e.Args) == 1 { // a conversion
			return d.resolve(e.Args[0], depth+1)
		}
		var all []Func
		for _, maker := range d.callee(e, depth+1) {
			all = append(all, d.returned(maker, depth+1)...)
		}
		return all
	}
	return nil
}

func (d *Defs) object(o types.Object, depth int) []Func {
	switch o := o.(type) {
	case *types.Func:
		return []Func{{Obj: o.Origin(), Decl: d.Decl(o)}}
	case *types.Var:
		var all []Func
		for _, def := range d.vars[o] {
			if def.Index < 0 {
				all = append(all, d.resolve(def.Expr, depth+1)...)
			}
		}
		return all
	}
	return nil
}

func (d *Defs) callee(call *ast.CallExpr, depth int) []Func {
	if fn, ok := typeutil.Callee(d.info, call).(*types.Func); ok {
		return d.object(fn, depth)
	}
	return d.resolve(call.Fun, depth)
}

// Callees returns the functions that call may call, as far as that is known.
func (d *Defs) Callees(call *ast.CallExpr) []Func { return d.callee(call, 0) }

// Returned returns the functions that f may return as its first result.
func (d *Defs) Returned(f Func) []Func { return d.returned(f, 0) }

func (d *Defs) returned(f Func, depth int) (all []Func) {
	Returns(f.Body(), func(r *ast.ReturnStmt) {
		if len(r.Results) > 0 {
			all = append(all, d.resolve(r.Results[0], depth+1)...)
		}
	})
	return all
}

// Returns calls fn with each return statement of body, and not with those of functions inside.
func Returns(body *ast.BlockStmt, fn func(*ast.ReturnStmt)) {
	if body == nil {
		return
	}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			fn(n)
		}
		return true
	})
}
