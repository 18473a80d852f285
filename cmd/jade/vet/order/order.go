package order

import (
	_ "embed"
	"go/ast"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/jade-go/jade/cmd/jade/vet/internal/defs"
	"github.com/jade-go/jade/cmd/jade/vet/internal/jade"
	"github.com/jade-go/jade/cmd/jade/vet/internal/report"
)

//go:embed doc.go
var doc string

// Analyzer is the check order.
var Analyzer = &analysis.Analyzer{
	Name:     "order",
	Doc:      report.Doc(doc, "order"),
	URL:      "https://pkg.go.dev/github.com/jade-go/jade/cmd/jade/vet/order",
	Run:      run,
	Requires: []*analysis.Analyzer{report.Ignore, inspect.Analyzer, defs.Analyzer},
}

func run(pass *analysis.Pass) (any, error) {
	r := report.New(pass)
	defer r.Close()
	if defs.IsStandard(pass) {
		return nil, nil
	}
	c := &chains{pass.TypesInfo, pass.ResultOf[defs.Analyzer].(*defs.Defs), pass.Files}
	var calls []jade.Call
	inside := map[ast.Expr]bool{} // calls that another call of the same chain is written after
	pass.ResultOf[inspect.Analyzer].(*inspector.Inspector).Preorder([]ast.Node{(*ast.CallExpr)(nil)}, func(n ast.Node) {
		call, ok := jade.CallOf(pass.TypesInfo, n.(*ast.CallExpr))
		if !ok || call.Func.Recv != "Task" && call.Func.Recv != "Flow" && !call.Is("flow.New") {
			return
		}
		if call.Recv != nil {
			inside[ast.Unparen(call.Recv)] = true
		}
		calls = append(calls, call)
	})
	for _, call := range calls {
		if inside[call.Expr] {
			continue
		}
		ch := c.of(call.Expr)
		switch {
		case ch.root.Is("task.New#") || call.Func.Recv == "Task":
			if ch.policies == nil && call.Recv != nil { // t.Do(ctx, in)
				ch = c.of(call.Recv)
			}
			task(r, ch)
		case ch.root.Is("flow.New"):
			c.flow(r, ch)
		}
	}
	return nil, nil
}

// task judges the policies of a task.
func task(r *report.Reporter, ch chain) {
	for i, p := range ch.policies {
		after := ch.policies[i+1:]
		last := slices.IndexFunc(reversed(ch.policies[:i]), func(q policy) bool { return q.name == "Fallback" })
		if last < 0 {
			timeouts(r, ch.policies[:i], p)
			continue
		}
		between := ch.policies[i-last : i] // what is written after the last Fallback
		at := p.call.Expr.Fun
		if sel, ok := ast.Unparen(at).(*ast.SelectorExpr); ok {
			at = sel.Sel
		}
		switch p.name {
		case "Timeout", "Gate", "GateBy":
			if slices.ContainsFunc(after, func(q policy) bool { return replaces(q.name) }) {
				break
			}
			what := "a call that is late"
			if p.name != "Timeout" {
				what = "a call that the gate rejects"
			}
			r.At(at, "%s is written after Fallback: %s fails, and the value of Fallback does not replace that; write Fallback after %s", p.name, what, p.name)
		case "Retry", "OnError", "Recover", "Fallback":
			if !slices.ContainsFunc(between, func(q policy) bool { return fails(q.name) }) {
				r.At(at, "%s is written after Fallback, which leaves nothing for it but cancellations; write %s", p.name, better(p.name))
			}
		}
		timeouts(r, ch.policies[:i], p)
	}
}

func better(name string) string {
	if name == "Fallback" {
		return "one of them"
	}
	return name + " before Fallback"
}

// fails reports whether a policy can fail where what is inside of it has not.
func fails(name string) bool {
	return name == "Timeout" || name == "Gate" || name == "GateBy" || name == "Wrap" || name == "Recover"
}

// timeouts judges p, if it is a Timeout, against those inside of it.
func timeouts(r *report.Reporter, inside []policy, p policy) {
	if p.name != "Timeout" || p.limit <= 0 {
		return
	}
	adjacent := true
	for _, q := range reversed(inside) {
		switch {
		case q.name == "Timeout" && q.limit >= p.limit:
			r.At(p.call.Args[0], "Timeout(%v) is around Timeout(%v), which is not shorter and never acts; remove it", p.limit, q.limit)
		case q.name == "Timeout" && q.limit > 0 && adjacent:
			r.At(p.call.Args[0], "Timeout(%v) is right around Timeout(%v), and never acts; remove it", p.limit, q.limit)
		case q.name != "Fallback" && q.name != "OnError" && q.name != "Discard" && q.name != "Named":
			adjacent = false
		}
	}
}

func reversed(all []policy) []policy {
	all = slices.Clone(all)
	slices.Reverse(all)
	return all
}
