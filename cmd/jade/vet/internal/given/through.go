package given

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/jade-go/jade/cmd/jade/vet/internal/jade"
)

// through finds the helpers of the package, which give their parameters to Jade, and the functions
// that calls give to helpers. A helper may use another one, so it goes on until nothing is new.
func (f *finder) through(calls []*ast.CallExpr) {
	helpers := map[*types.Func]*Forwards{}
	done := 0
	for {
		for ; done < len(f.found); done++ {
			f.forward(helpers, f.found[done])
		}
		for i, call := range calls {
			if call != nil && f.helped(helpers, call) {
				calls[i] = nil
			}
		}
		if done == len(f.found) {
			break
		}
	}
	for fn, fact := range helpers {
		f.pass.ExportObjectFact(fn, fact)
	}
}

// forward notes the helper that has given one of its parameters to Jade: as it is, or called by a
// function that it gives to Jade.
func (f *finder) forward(helpers map[*types.Func]*Forwards, g Given) {
	note := func(e ast.Expr) {
		v, _ := f.info.ObjectOf(ident(e)).(*types.Var)
		p, ok := f.params[v]
		if !ok || v == nil {
			return
		}
		if g.Role == RoleBody && !jade.TakesContext(v.Type().Underlying().(*types.Signature)) {
			return
		}
		fact := helpers[p.of]
		if fact == nil {
			fact = new(Forwards)
			helpers[p.of] = fact
		}
		if known := func(to Forward) bool { return to.Param == p.index }; !slices.ContainsFunc(fact.Params, known) {
			fact.Params = append(fact.Params, Forward{p.index, g.Role, g.Func})
		}
	}
	note(g.Arg)
	for _, fn := range g.Fns {
		if fn.Lit == nil {
			continue
		}
		ast.Inspect(fn.Lit.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt: // does not wait for what it starts
				return g.Role == RoleBody
			case *ast.CallExpr:
				note(n.Fun)
			}
			return true
		})
	}
}

// helped adds the functions that call gives to a helper, and reports whether it calls one.
func (f *finder) helped(helpers map[*types.Func]*Forwards, call *ast.CallExpr) bool {
	fn := jade.Callee(f.info, call)
	if fn == nil {
		return false
	}
	fact := helpers[fn]
	if fact == nil {
		fact = new(Forwards)
		if fn.Pkg() == f.pass.Pkg || !f.pass.ImportObjectFact(fn, fact) {
			return false
		}
	}
	for _, to := range fact.Params {
		if to.Param < len(call.Args) {
			arg := call.Args[to.Param]
			f.found = append(f.found, Given{Call: call, Name: fn.Name(), Func: to.Func, Arg: arg, Role: to.Role, Fns: f.defs.Funcs(arg)})
		}
	}
	return true
}

func ident(e ast.Expr) *ast.Ident {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		return new(ast.Ident) // no object
	}
	return id
}
