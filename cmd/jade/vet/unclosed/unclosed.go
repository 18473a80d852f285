package unclosed

import (
	_ "embed"
	"go/ast"
	"go/token"
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

// Analyzer is the check unclosed.
var Analyzer = &analysis.Analyzer{
	Name:     "unclosed",
	Doc:      report.Doc(doc, "unclosed"),
	URL:      "https://pkg.go.dev/github.com/jade-go/jade/cmd/jade/vet/unclosed",
	Run:      run,
	Requires: []*analysis.Analyzer{report.Ignore, inspect.Analyzer, defs.Analyzer},
}

// opened is a variable that has to be closed, or called, on each path from stmt on.
type opened struct {
	v    *types.Var
	stmt ast.Node
	by   jade.Func
}

func run(pass *analysis.Pass) (any, error) {
	r := report.New(pass)
	defer r.Close()
	if defs.IsStandard(pass) {
		return nil, nil
	}
	nodes := []ast.Node{(*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)}
	pass.ResultOf[inspect.Analyzer].(*inspector.Inspector).Preorder(nodes, func(n ast.Node) {
		var body *ast.BlockStmt
		switch n := n.(type) {
		case *ast.FuncDecl:
			body = n.Body
		case *ast.FuncLit:
			body = n.Body
		}
		if body == nil {
			return
		}
		all := openings(pass.TypesInfo, n, body)
		if len(all) == 0 {
			return
		}
		g := graph(pass.TypesInfo, body)
		for _, o := range all {
			if leaves := g.leaves(o); leaves.IsValid() {
				finding(pass, r, o, leaves)
			}
		}
	})
	return nil, nil
}

func finding(pass *analysis.Pass, r *report.Reporter, o opened, leaves token.Pos) {
	line := pass.Fset.Position(leaves).Line
	if o.by.Is("deadline.Reserve") {
		r.At(o.stmt, "%s of %s is not called on the path that returns in line %d: its timer stays; write defer %s() below", o.v.Name(), o.by, line, o.v.Name())
		return
	}
	r.At(o.stmt, "%s of %s is not closed on the path that returns in line %d: its work runs on; write defer %s.Close() below", o.v.Name(), o.by, line, o.v.Name())
}

// openings returns the scopes that fn itself opens in body, and keeps in variables of its own.
func openings(info *types.Info, fn ast.Node, body *ast.BlockStmt) (all []opened) {
	ast.Inspect(body, func(n ast.Node) bool {
		var lhs []ast.Expr
		var rhs ast.Expr
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.AssignStmt:
			if len(n.Lhs) == 2 && len(n.Rhs) == 1 {
				lhs, rhs = n.Lhs, n.Rhs[0]
			}
		case *ast.ValueSpec:
			if len(n.Names) == 2 && len(n.Values) == 1 {
				lhs, rhs = []ast.Expr{n.Names[0], n.Names[1]}, n.Values[0]
			}
		}
		if rhs == nil {
			return true
		}
		call, ok := jade.CallOf(info, rhs)
		if !ok || !call.Is("future.WithScope", "deadline.Reserve") {
			return true
		}
		if id, ok := lhs[1].(*ast.Ident); ok && id.Name != "_" {
			// A variable of a function around may be closed there.
			if v, _ := info.ObjectOf(id).(*types.Var); v != nil && fn.Pos() <= v.Pos() && v.Pos() < fn.End() {
				all = append(all, opened{v, n, call.Func})
			}
		}
		return true
	})
	return all
}
