package waits

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/jade-go/jade/cmd/jade/vet/internal/jade"
)

// Each calls wait with each part of body that waits, and why. It calls other, if that is not nil,
// with each function of this package that body calls and that is not known to wait. It leaves out
// what body starts on other goroutines, and functions that it does not call itself.
func (p *Package) Each(body ast.Node, wait func(n ast.Node, why string), other func(*types.Func)) {
	var visit func(n ast.Node) bool
	visit = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt, *ast.FuncLit:
			return false
		case *ast.SelectStmt:
			p.selected(n, wait, visit)
			return false
		case *ast.SendStmt:
			if v := p.defs.Var(n.Chan); v == nil || !p.roomy[v] {
				wait(n, "sends to a channel")
			}
		case *ast.UnaryExpr:
			if n.Op == token.ARROW {
				wait(n, "receives from a channel")
			}
		case *ast.RangeStmt:
			if t := p.info.TypeOf(n.X); t != nil {
				if _, ok := t.Underlying().(*types.Chan); ok {
					wait(n.X, "receives from a channel")
				}
			}
		case *ast.CallExpr:
			p.call(n, wait, other, visit)
		}
		return true
	}
	ast.Inspect(body, visit)
}

func (p *Package) selected(n *ast.SelectStmt, wait func(ast.Node, string), visit func(ast.Node) bool) {
	blocks := true
	for _, c := range n.Body.List {
		if clause, ok := c.(*ast.CommClause); ok {
			blocks = blocks && clause.Comm != nil
			for _, s := range clause.Body {
				ast.Inspect(s, visit)
			}
		}
	}
	if blocks {
		wait(n, "waits in a select")
	}
}

func (p *Package) call(n *ast.CallExpr, wait func(ast.Node, string), other func(*types.Func), visit func(ast.Node) bool) {
	if lit, ok := ast.Unparen(n.Fun).(*ast.FuncLit); ok { // func() { … }(), also after defer
		ast.Inspect(lit.Body, visit)
		return
	}
	fn := jade.Callee(p.info, n)
	if fn != nil && fn.Pkg() != nil && callsArguments(fn) {
		for _, arg := range n.Args {
			if lit, ok := ast.Unparen(arg).(*ast.FuncLit); ok {
				ast.Inspect(lit.Body, visit)
			} else if fns := p.defs.Funcs(arg); len(fns) == 1 && fns[0].Obj != nil && p.Func(fns[0].Obj) != "" {
				wait(arg, "calls "+types.ExprString(arg)+chained+p.Func(fns[0].Obj))
			}
		}
	}
	if why := p.Call(n); why != "" {
		wait(n, why)
	} else if fn != nil && other != nil && fn.Pkg() == p.pass.Pkg {
		other(fn)
	}
}

// callsArguments reports whether fn calls the functions that it gets before it returns.
func callsArguments(fn *types.Func) bool {
	switch fn.Pkg().Path() {
	case "slices", "maps", "sort", "strings", "bytes":
		return true
	case "github.com/samber/lo":
		return fn.Name() != "Async" && fn.Name() != "NewDebounce" && fn.Name() != "NewThrottle"
	case "sync":
		return fn.Name() == "Do"
	}
	return false
}
