package perrequest

import (
	"go/ast"
	"go/types"

	"github.com/jade-go/jade/cmd/jade/vet/internal/jade"
)

// usedUp reports whether the function around only runs e, or only puts it into something that it
// only runs. It reports false if e is kept, or may be.
func (c *check) usedUp(e ast.Expr) bool {
	for {
		switch p := c.parents[e].(type) {
		case *ast.ParenExpr:
			e = p
		case *ast.SelectorExpr: // e.Timeout(…), e.Do(…)
			call, ok := c.parents[p].(*ast.CallExpr)
			if !ok || ast.Unparen(call.Fun) != ast.Expr(p) {
				return false
			}
			f, ok := jade.CallOf(c.info, call)
			if !ok {
				return false
			}
			switch f.Name {
			case "Do", "Go", "Invoke", "InvokeJSON":
				return true
			}
			if !isValue(c.info.TypeOf(call)) {
				return false
			}
			e = call
		case *ast.CallExpr:
			if e = c.container(p, e); e == nil {
				return false
			}
		case *ast.KeyValueExpr: // task.Retry{Budget: e}
			lit, ok := c.parents[p].(*ast.CompositeLit)
			if !ok || jade.TypeOf(c.info.TypeOf(lit)) != "task.Retry" {
				return false
			}
			e = lit
		case *ast.AssignStmt:
			if len(p.Lhs) != len(p.Rhs) {
				return false
			}
			for i, r := range p.Rhs {
				if r == e {
					return c.onlyUsed(p.Lhs[i])
				}
			}
			return false
		case *ast.ValueSpec:
			for i, r := range p.Values {
				if r == e && len(p.Names) == len(p.Values) {
					return c.onlyUsed(p.Names[i])
				}
			}
			return false
		default:
			return false
		}
	}
}

// container returns the value that e becomes a part of as an argument of call; nil if that is
// unknown.
func (c *check) container(call *ast.CallExpr, e ast.Expr) ast.Expr {
	f, ok := jade.CallOf(c.info, call)
	if !ok || call.Fun == e {
		return nil
	}
	if f.Is("flow.Step#", "flow.Each", "flow.SettleEach") { // a part of the flow that is being built
		for n := c.parents[call]; n != nil; n = c.parents[n] {
			if around, ok := n.(*ast.CallExpr); ok {
				if build, ok := jade.CallOf(c.info, around); ok && build.Is("flow.New") {
					return around
				}
			}
		}
		return nil
	}
	if f.Pkg != "task" && f.Pkg != "guard" {
		return nil
	}
	if !isValue(c.info.TypeOf(call)) {
		return nil
	}
	return call
}

// isValue reports whether t is a task, a flow, or what guards them.
func isValue(t types.Type) bool {
	if t == nil {
		return false
	}
	switch jade.TypeOf(t) {
	case "task.Task", "flow.Flow", "faas.Handler", "guard.Bulkhead", "guard.Limiter", "guard.CircuitBreaker", "guard.RetryBudget", "guard.LRU":
		return true
	}
	return false
}

// onlyUsed reports whether the function only runs what is in the variable e.
func (c *check) onlyUsed(e ast.Expr) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		return false
	}
	v, _ := c.info.ObjectOf(id).(*types.Var)
	if v == nil || v.Pos() < c.decl.Pos() || v.Pos() >= c.decl.End() {
		return false
	}
	if c.asked[v] { // t = t.Timeout(…)
		return true
	}
	c.asked[v] = true
	defer delete(c.asked, v)
	used, kept := false, false
	ast.Inspect(c.decl.Body, func(n ast.Node) bool {
		use, ok := n.(*ast.Ident)
		if !ok || c.info.Uses[use] != v || c.isTarget(use) {
			return !kept
		}
		if c.inHandler(use, v) || !c.usedUp(use) {
			kept = true
		}
		used = true
		return !kept
	})
	return used && !kept
}

// isTarget reports whether id is assigned to.
func (c *check) isTarget(id *ast.Ident) bool {
	assign, ok := c.parents[id].(*ast.AssignStmt)
	if !ok {
		return false
	}
	for _, l := range assign.Lhs {
		if l == ast.Expr(id) {
			return true
		}
	}
	return false
}

// inHandler reports whether use is in a function inside that works for requests of its own, and v
// is not.
func (c *check) inHandler(use ast.Node, v *types.Var) bool {
	for n := c.parents[use]; n != nil; n = c.parents[n] {
		lit, ok := n.(*ast.FuncLit)
		if !ok {
			continue
		}
		if lit.Pos() <= v.Pos() && v.Pos() < lit.End() {
			return false
		}
		if call, ok := c.parents[lit].(*ast.CallExpr); ok {
			if _, ok := jade.CallOf(c.info, call); ok {
				continue
			}
		}
		if c.getsRequest(lit.Type) {
			return true
		}
	}
	return false
}
