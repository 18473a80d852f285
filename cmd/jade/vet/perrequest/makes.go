package perrequest

import (
	"go/ast"
	"go/types"

	"github.com/jade-go/jade/cmd/jade/vet/internal/defs"
	"github.com/jade-go/jade/cmd/jade/vet/internal/jade"
)

// Makes is the fact that a function returns something that it has made: a constructor.
type Makes struct {
	By string // "flow.New"
}

// AFact marks Makes as a fact.
func (*Makes) AFact() {}

func (m *Makes) String() string { return "makes by " + m.By }

// maker returns which function of Jade makes what call returns; "" if call returns something else.
func (c *check) maker(call *ast.CallExpr) string {
	fn := jade.Callee(c.info, call)
	if fn == nil {
		return ""
	}
	if f, ok := jade.FuncOf(fn); ok {
		if f.Is("flow.New", "task.New#", "guard.Slots", "guard.Rate", "guard.Breaker", "guard.Budget", "guard.NewLRU", "guard.Share", "guard.ShareBy",
			"guard.Memo", "guard.MemoBy", "guard.Batch", "guard.Cache", "guard.CacheBy", "guard.Hot", "guard.HotBy", "faas.New", "faas.FromFlow") {
			return f.String()
		}
		return ""
	}
	if by := c.made[fn]; by != "" || fn.Pkg() == c.pass.Pkg {
		return by
	}
	var fact Makes
	if fn.Pkg() != nil && c.pass.ImportObjectFact(fn, &fact) {
		return fact.By
	}
	return ""
}

// makers finds the constructors of the package. A constructor may call another one, so it goes on until nothing is
// new.
func (c *check) makers() {
	c.made = map[*types.Func]string{}
	for found := true; found; {
		found = false
		for fn, decl := range c.defs.Decls() {
			if c.made[fn] != "" || decl.Body == nil || !mayMake(fn) {
				continue
			}
			if by := c.constructs(decl); by != "" {
				c.made[fn], found = by, true
				c.pass.ExportObjectFact(fn, &Makes{by})
			}
		}
	}
}

// mayMake reports whether the first result of fn has a type of Jade.
func mayMake(fn *types.Func) bool {
	results := fn.Signature().Results()
	return results.Len() > 0 && jade.TypeOf(results.At(0).Type()) != ""
}

// constructs returns what makes all the values that decl returns.
func (c *check) constructs(decl *ast.FuncDecl) (by string) {
	all := true
	defs.Returns(decl.Body, func(r *ast.ReturnStmt) {
		if len(r.Results) == 0 {
			all = false
		} else if !c.info.Types[r.Results[0]].IsNil() {
			if made := c.root(r.Results[0], 0); made != "" {
				by = made
			} else {
				all = false
			}
		}
	})
	if !all {
		return ""
	}
	return by
}

// root returns what makes e, which may have policies: flow.New(…).Timeout(…).
func (c *check) root(e ast.Expr, depth int) string {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		v, _ := c.info.Uses[e].(*types.Var)
		all, known := c.defs.Of(v)
		if !known || depth > 5 || v.Parent() == v.Pkg().Scope() {
			return ""
		}
		return c.root(all[0].Expr, depth+1)
	case *ast.CallExpr:
		if by := c.maker(e); by != "" {
			return by
		}
		if call, ok := jade.CallOf(c.info, e); ok && call.Recv != nil && isValue(c.info.TypeOf(e)) {
			return c.root(call.Recv, depth)
		}
	}
	return ""
}

// onlyMain returns the functions of a program that only main calls, straight or not, and not in a
// loop: they run once.
func (c *check) onlyMain() map[*types.Func]bool {
	once := map[*types.Func]bool{}
	if c.pass.Pkg.Name() != "main" {
		return once
	}
	callers := map[*types.Func][]*types.Func{} // nil stands for a use that is no call, or in a loop, or for a request
	for fn, decl := range c.defs.Decls() {
		if name := fn.Name(); fn.Signature().Recv() == nil && (name == "main" || name == "init") {
			once[fn] = true
		}
		if decl.Body != nil {
			c.callers(fn, decl, callers)
		}
	}
	for found := true; found; {
		found = false
		for fn, all := range callers {
			ok := !once[fn]
			for _, caller := range all {
				ok = ok && caller != nil && once[caller]
			}
			if ok {
				once[fn], found = true, true
			}
		}
	}
	return once
}

func (c *check) callers(fn *types.Func, decl *ast.FuncDecl, callers map[*types.Func][]*types.Func) {
	ast.PreorderStack(decl.Body, nil, func(n ast.Node, stack []ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		callee, _ := c.info.Uses[id].(*types.Func)
		if callee == nil || callee.Pkg() != c.pass.Pkg {
			return true
		}
		caller := fn
		called := false
		for i := len(stack) - 1; i >= 0; i-- {
			switch s := stack[i].(type) {
			case *ast.ForStmt, *ast.RangeStmt:
				caller = nil
			case *ast.FuncLit:
				if c.getsRequest(s.Type) {
					caller = nil
				}
			case *ast.CallExpr:
				called = called || within(id, s.Fun)
			}
		}
		if !called {
			caller = nil
		}
		callers[callee.Origin()] = append(callers[callee.Origin()], caller)
		return true
	})
}

func within(n ast.Node, around ast.Node) bool {
	return around.Pos() <= n.Pos() && n.End() <= around.End()
}
