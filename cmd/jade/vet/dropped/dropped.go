package dropped

import (
	_ "embed"
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/jade-go/jade/cmd/jade/vet/internal/defs"
	"github.com/jade-go/jade/cmd/jade/vet/internal/jade"
	"github.com/jade-go/jade/cmd/jade/vet/internal/report"
)

//go:embed doc.go
var doc string

// Analyzer is the check dropped.
var Analyzer = &analysis.Analyzer{
	Name:     "dropped",
	Doc:      report.Doc(doc, "dropped"),
	URL:      "https://pkg.go.dev/github.com/jade-go/jade/cmd/jade/vet/dropped",
	Run:      run,
	Requires: []*analysis.Analyzer{report.Ignore, inspect.Analyzer, defs.Analyzer},
}

type check struct {
	*report.Reporter
	info *types.Info
	defs *defs.Defs
	uses map[*types.Var]int // how often a variable is used that a blank assignment uses
}

func run(pass *analysis.Pass) (any, error) {
	c := &check{Reporter: report.New(pass), info: pass.TypesInfo, defs: pass.ResultOf[defs.Analyzer].(*defs.Defs)}
	defer c.Close()
	if defs.IsStandard(pass) {
		return nil, nil
	}
	var blank []*ast.Ident // x of _ = x
	nodes := []ast.Node{(*ast.ExprStmt)(nil), (*ast.AssignStmt)(nil), (*ast.ValueSpec)(nil), (*ast.GoStmt)(nil), (*ast.DeferStmt)(nil)}
	pass.ResultOf[inspect.Analyzer].(*inspector.Inspector).Preorder(nodes, func(n ast.Node) {
		switch n := n.(type) {
		case *ast.ExprStmt:
			c.statement(n.X)
		case *ast.GoStmt:
			c.statement(n.Call)
		case *ast.DeferStmt:
			c.statement(n.Call)
		case *ast.AssignStmt:
			blank = append(blank, c.assigned(n.Lhs, n.Rhs)...)
		case *ast.ValueSpec:
			names := make([]ast.Expr, len(n.Names))
			for i, name := range n.Names {
				names[i] = name
			}
			blank = append(blank, c.assigned(names, n.Values)...)
		}
	})
	c.onlyBlank(blank)
	return nil, nil
}

// statement judges a call whose results all are dropped.
func (c *check) statement(e ast.Expr) {
	call, ok := jade.CallOf(c.info, e)
	if !ok {
		return
	}
	if call.Is("future.WithScope") {
		c.At(e, "the scope of future.WithScope is dropped: nobody can close it; write ctx, scope := future.WithScope(ctx) and defer scope.Close()")
		return
	}
	c.judge(e, call)
	if call.Is("future.Go", "future.Call") && len(call.Args) > 0 && c.isBackground(call.Args[0]) {
		c.At(e, "the future of %s is dropped, and its ctx has no scope: nobody waits for it or sees its failure; use the ctx of a scope", call.Func)
	}
}

// assigned judges a call whose result is assigned to _. It returns the variables that are.
func (c *check) assigned(lhs, rhs []ast.Expr) (blank []*ast.Ident) {
	for i, l := range lhs {
		if id, ok := ast.Unparen(l).(*ast.Ident); !ok || id.Name != "_" {
			continue
		}
		if len(rhs) != len(lhs) {
			if call, ok := jade.CallOf(c.info, rhs[0]); ok && i == 1 && call.Is("future.WithScope") {
				c.At(l, "the scope of future.WithScope is dropped: nobody can close it; give it a name and defer its Close")
			}
			continue
		}
		if id, ok := ast.Unparen(rhs[i]).(*ast.Ident); ok {
			blank = append(blank, id)
		} else if call, ok := jade.CallOf(c.info, rhs[i]); ok {
			c.judge(rhs[i], call)
		}
	}
	return blank
}

// onlyBlank judges variables that are only assigned to _: the compiler takes that for a use.
func (c *check) onlyBlank(ids []*ast.Ident) {
	if len(ids) == 0 {
		return
	}
	c.uses = map[*types.Var]int{}
	for _, o := range c.info.Uses {
		if v, ok := o.(*types.Var); ok {
			c.uses[v]++
		}
	}
	for _, id := range ids {
		v, _ := c.info.Uses[id].(*types.Var)
		all, known := c.defs.Of(v)
		if !known || len(all) != 1 || all[0].Index >= 0 || c.uses[v] != 1 || v.Parent() == v.Pkg().Scope() {
			continue
		}
		if call, ok := jade.CallOf(c.info, all[0].Expr); ok {
			c.judge(all[0].Expr, call)
		}
	}
}

// judge reports call if it does nothing but make the result that is dropped.
func (c *check) judge(e ast.Expr, call jade.Call) {
	if call.Sig.Results().Len() != 1 || !ast.IsExported(call.Name) || call.Func.Recv != "" && !ast.IsExported(call.Func.Recv) {
		return // in the library itself
	}
	result := call.Sig.Results().At(0).Type()
	switch name := jade.TypeOf(result); {
	case name == "flow.Node":
		c.At(e, "the node of %s is dropped: nothing in the flow needs it; use it, or name it in flow.Also or flow.After", call.Func)
	case name == "task.Task", name == "flow.Flow", name == "faas.Handler":
		kind := map[string]string{"task.Task": "task", "flow.Flow": "flow", "faas.Handler": "handler"}[name]
		if call.Recv != nil {
			c.At(e, "the %s that %s returns is dropped: %s stays as it was; assign the result", kind, call.Func, types.ExprString(call.Recv))
		} else {
			c.At(e, "the %s that %s returns is dropped: the call does nothing else; assign the result", kind, call.Func)
		}
	case name == "future.Future" && !hasEffect(call.Func):
		c.At(e, "the future of %s is dropped: %s; use the future", call.Func, unchanged(call.Func))
	case jade.IsContext(result) && call.Recv == nil:
		c.At(e, "the ctx that %s returns is dropped: the ctx that it got stays as it was; assign the result", call.Func)
	case call.Is("recovery.Mark", "future.NewPromise"):
		c.At(e, "the result of %s is dropped: the call does nothing else; use the result", call.Func)
	}
}

// hasEffect reports whether f is called for its effect too, so that its future may be dropped.
func hasEffect(f jade.Func) bool {
	return f.Is("future.Go", "future.Call", "future.Begin", "future.Follow", "future.FollowAll", "Task.Go", "Flow.Go", "combinators.Then#", "combinators.FlatMap",
		"combinators.Each", "combinators.SettleEach", "combinators.Finally", "combinators.Tap", "recovery.OnError",
		"combinators.Race", "combinators.Any", "combinators.Quorum") // these cancel the losers
}

func unchanged(f jade.Func) string {
	if f.Pkg == "recover" || f.Pkg == "deadline" || f.Is("future.Shield", "future.Discard") {
		return "the one that it got stays as it was"
	}
	return "the call does nothing else"
}

func (c *check) isBackground(e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return false
	}
	fn := jade.Callee(c.info, call)
	return fn != nil && fn.Pkg() != nil && fn.Pkg().Path() == "context" && (fn.Name() == "Background" || fn.Name() == "TODO")
}
