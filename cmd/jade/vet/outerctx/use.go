package outerctx

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/jade-go/jade/cmd/jade/vet/internal/jade"
)

// use judges one use of an outer ctx. The nodes around it are in stack, the closest one last.
func (c *check) use(at ast.Expr, stack []ast.Node) {
	var value ast.Node = at
	for i := len(stack) - 1; i >= 0; i-- {
		switch parent := stack[i].(type) {
		case *ast.ParenExpr:
			value = parent
			continue
		case *ast.CallExpr:
			if parent.Fun == value {
				return
			}
			switch c.passed(parent, value) {
			case toDerive:
				value = parent
				continue
			case toWait:
				c.reportCall(at, parent)
			}
		case *ast.SelectorExpr:
			c.method(at, parent, stack[:i])
		case *ast.AssignStmt:
			c.assigned(parent.Lhs, parent.Rhs, value)
		case *ast.ValueSpec:
			names := make([]ast.Expr, len(parent.Names))
			for i, name := range parent.Names {
				names[i] = name
			}
			c.assigned(names, parent.Values, value)
		}
		return
	}
}

// assigned notes the variables inside the literal that get value, which is made from an outer ctx.
func (c *check) assigned(lhs, rhs []ast.Expr, value ast.Node) {
	for i, r := range rhs {
		if ast.Node(r) != value || i >= len(lhs) {
			continue
		}
		if v := c.defs.Var(lhs[i]); v != nil && jade.IsContext(v.Type()) && c.inside(v.Pos()) {
			c.outer[v] = true
		}
	}
}

type fate int

const (
	toIgnore fate = iota // what is done with it is right
	toDerive             // another ctx is made from it
	toWait               // the call works with it
)

// passed says what call does with value, one of its arguments.
func (c *check) passed(call *ast.CallExpr, value ast.Node) fate {
	if tv, ok := c.info.Types[call.Fun]; ok && tv.IsType() { // a conversion
		return toDerive
	}
	fn := jade.Callee(c.info, call)
	if fn == nil || fn.Pkg() == nil {
		if id, ok := ast.Unparen(call.Fun).(*ast.Ident); ok {
			if _, ok := c.info.Uses[id].(*types.Builtin); ok {
				return toIgnore
			}
		}
		return toWait
	}
	if fn.Pkg().Path() == "context" {
		switch fn.Name() {
		case "WithoutCancel", "Cause", "AfterFunc":
			return toIgnore
		}
		return toDerive
	}
	if derives(fn) {
		return toDerive
	}
	if f, ok := jade.FuncOf(fn); ok && starts(f) || returnsFuture(fn) || fn.Pkg().Path() == "log/slog" {
		return toIgnore
	}
	return toWait
}

// returnsFuture reports whether fn starts work, as helpers around future.Go do.
func returnsFuture(fn *types.Func) bool {
	results := fn.Signature().Results()
	return results.Len() > 0 && jade.TypeOf(results.At(0).Type()) == "future.Future"
}

// starts reports whether f returns before the work has ended that it starts with its ctx, or only
// asks about the ctx.
func starts(f jade.Func) bool {
	return f.Is("future.Go", "future.Call", "future.Begin", "future.Follow", "future.FollowAll", "future.NewPromise", "future.WithScope",
		"future.Cause", "future.Name", "combinators.Then#", "combinators.FlatMap", "combinators.Each", "combinators.SettleEach", "combinators.Finally",
		"recovery.Recover", "recovery.RecoverIs", "recovery.RecoverAs", "recovery.ClassifyIn", "recovery.Repeatable", "Task.Go", "Flow.Go",
		"guard.Refresh", "task.Key", "faas.InvocationOf")
}

func (c *check) reportCall(at ast.Expr, call *ast.CallExpr) {
	c.report.At(at, "%s is the ctx around the function that %s gets: %s goes on when that function is cancelled or late; %s",
		types.ExprString(at), c.given.Name, types.ExprString(call.Fun), c.advice())
}

func (c *check) advice() string {
	for _, field := range c.lit.Type.Params.List[:1] {
		for _, name := range field.Names {
			if name.Name != "_" {
				return "pass " + name.Name
			}
		}
	}
	return "give the function's own ctx a name, and pass that"
}

// method judges a method of an outer ctx: <-ctx.Done() waits for the wrong ctx, unless the literal
// waits for its own one too.
func (c *check) method(at ast.Expr, sel *ast.SelectorExpr, stack []ast.Node) {
	if sel.Sel.Name != "Done" || len(stack) < 2 {
		return
	}
	receive, ok := stack[len(stack)-2].(*ast.UnaryExpr)
	if !ok || receive.Op != token.ARROW || c.waitsForOwn() {
		return
	}
	c.report.At(at, "%s is the ctx around the function that %s gets: the wait for it goes on when that function is cancelled or late; %s",
		types.ExprString(at), c.given.Name, c.advice())
}

func (c *check) waitsForOwn() (found bool) {
	ast.Inspect(c.lit.Body, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == "Done" {
			if id, ok := ast.Unparen(sel.X).(*ast.Ident); ok && c.info.Uses[id] != nil && jade.IsContext(c.info.TypeOf(id)) && !c.isOuter(id) {
				found = true
			}
		}
		return !found
	})
	return found
}
