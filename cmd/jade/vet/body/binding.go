package body

import (
	"go/ast"
	"go/types"

	"github.com/jade-go/jade/cmd/jade/vet/internal/defs"
	"github.com/jade-go/jade/cmd/jade/vet/internal/jade"
)

// binding knows which values of one function end with its ctx.
type binding struct {
	info *types.Info
	defs *defs.Defs
	ctx  *types.Var
	body *ast.BlockStmt
}

// bound reports whether e is ctx, or made from it by values that may end with it.
func (b *binding) bound(e ast.Expr, depth int) bool {
	if depth > 8 {
		return false
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		v, _ := b.info.ObjectOf(e).(*types.Var)
		if v == nil || carrier(v.Type()) == "" {
			return false
		}
		if v == b.ctx {
			return true
		}
		for _, def := range b.defs.Assigned(v) {
			if b.bound(def.Expr, depth+1) && !b.replaced(v) {
				return true
			}
		}
	case *ast.SelectorExpr: // resp.Body
		return b.bound(e.X, depth+1)
	case *ast.UnaryExpr:
		return b.bound(e.X, depth+1)
	case *ast.StarExpr:
		return b.bound(e.X, depth+1)
	case *ast.KeyValueExpr:
		return carrier(b.info.TypeOf(e.Value)) != "" && b.bound(e.Value, depth+1)
	case *ast.CompositeLit:
		for _, element := range e.Elts {
			if b.bound(element, depth+1) {
				return true
			}
		}
	case *ast.CallExpr:
		return b.boundCall(e, depth)
	}
	return false
}

func (b *binding) boundCall(call *ast.CallExpr, depth int) bool {
	fn := jade.Callee(b.info, call)
	if fn != nil && fn.Pkg() != nil && fn.Pkg().Path() == "context" && fn.Name() == "WithoutCancel" {
		return false
	}
	if carrier(first(b.info.TypeOf(call))) == "" {
		return false
	}
	if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok && b.info.Selections[sel] != nil && b.bound(sel.X, depth+1) {
		return true
	}
	for _, arg := range call.Args {
		if t := b.info.TypeOf(arg); carrier(t) != "" && b.bound(arg, depth+1) {
			return true
		}
	}
	return false
}

// replaced reports whether the function gives v another body: v.Body = …
func (b *binding) replaced(v *types.Var) (found bool) {
	ast.Inspect(b.body, func(n ast.Node) bool {
		if assign, ok := n.(*ast.AssignStmt); ok {
			for _, l := range assign.Lhs {
				if sel, ok := l.(*ast.SelectorExpr); ok && sel.Sel.Name == "Body" && b.defs.Var(sel.X) == v {
					found = true
				}
			}
		}
		return !found
	})
	return found
}

// closed reports whether the function closes e itself, so that nobody reads it later.
func (b *binding) closed(e ast.Expr) (found bool) {
	v := b.defs.Var(e)
	ast.Inspect(b.body, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok || sel.Sel.Name != "Close" || v == nil {
			return !found
		}
		x := sel.X
		if body, ok := ast.Unparen(x).(*ast.SelectorExpr); ok && body.Sel.Name == "Body" {
			x = body.X
		}
		found = found || b.defs.Var(x) == v && b.always(sel)
		return !found
	})
	return found
}

// always reports whether at is in a statement of the function itself, and not of an if: a body that
// is closed after a failure is open otherwise.
func (b *binding) always(at ast.Node) bool {
	for _, s := range b.body.List {
		switch s.(type) {
		case *ast.ExprStmt, *ast.DeferStmt, *ast.AssignStmt:
			if s.Pos() <= at.Pos() && at.End() <= s.End() {
				return true
			}
		}
	}
	return false
}

// carrier returns the name of t if its values may end with a ctx: "ctx" for that and for requests,
// the name of a type that is read later; else "".
func carrier(t types.Type) string {
	switch u := types.Unalias(t).(type) {
	case nil:
		return ""
	case *types.Slice:
		return carrier(u.Elem())
	case *types.Map:
		return carrier(u.Elem())
	case *types.Array:
		return carrier(u.Elem())
	}
	switch {
	case jade.IsContext(t), jade.IsNamed(t, "net/http", "Request"):
		return "ctx"
	case jade.IsNamed(t, "net/http", "Response"):
		return "*http.Response"
	case jade.IsNamed(t, "database/sql", "Rows"):
		return "*sql.Rows"
	case jade.IsNamed(t, "database/sql", "Row"):
		return "*sql.Row"
	case jade.IsNamed(t, "database/sql", "Tx"):
		return "*sql.Tx"
	case jade.IsNamed(t, "bytes", "Reader"), jade.IsNamed(t, "strings", "Reader"):
		return "" // holds its bytes
	}
	name := types.TypeString(t, func(p *types.Package) string { return p.Name() })
	if reads(t) || hasBody(t) {
		return name
	}
	return ""
}

// reads reports whether t is a reader. What can be written too is none: the ctx of a connection only
// limits how long it takes to open it.
func reads(t types.Type) bool {
	o, _, _ := types.LookupFieldOrMethod(t, true, nil, "Read")
	fn, ok := o.(*types.Func)
	if !ok {
		return false
	}
	if w, _, _ := types.LookupFieldOrMethod(t, true, nil, "Write"); w != nil {
		return false
	}
	sig := fn.Signature()
	return sig.Params().Len() == 1 && types.Identical(sig.Params().At(0).Type(), types.NewSlice(types.Typ[types.Byte])) && sig.Results().Len() == 2
}

// hasBody reports whether t is a struct with a field Body that is read later, such as the answers
// of cloud SDKs.
func hasBody(t types.Type) bool {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for f := range s.Fields() {
		if f.Name() == "Body" && types.IsInterface(f.Type()) && reads(f.Type()) {
			return true
		}
	}
	return false
}
