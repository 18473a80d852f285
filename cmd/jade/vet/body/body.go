package body

import (
	_ "embed"
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/analysis"

	"github.com/jade-go/jade/cmd/jade/vet/internal/defs"
	"github.com/jade-go/jade/cmd/jade/vet/internal/given"
	"github.com/jade-go/jade/cmd/jade/vet/internal/jade"
	"github.com/jade-go/jade/cmd/jade/vet/internal/report"
)

//go:embed doc.go
var doc string

// Analyzer is the check body.
var Analyzer = &analysis.Analyzer{
	Name:     "body",
	Doc:      report.Doc(doc, "body"),
	URL:      "https://pkg.go.dev/github.com/jade-go/jade/cmd/jade/vet/body",
	Run:      run,
	Requires: []*analysis.Analyzer{report.Ignore, defs.Analyzer, given.Analyzer},
}

func run(pass *analysis.Pass) (any, error) {
	r := report.New(pass)
	defer r.Close()
	d := pass.ResultOf[defs.Analyzer].(*defs.Defs)
	seen := map[ast.Node]bool{}
	for _, g := range pass.ResultOf[given.Analyzer].([]given.Given) {
		for _, fn := range g.Fns {
			if g.Role != given.RoleBody || fn.Body() == nil || seen[fn.Node()] {
				continue
			}
			seen[fn.Node()] = true
			b := binding{info: pass.TypesInfo, defs: d, ctx: ownCtx(pass.TypesInfo, fn), body: fn.Body()}
			if b.ctx == nil {
				continue
			}
			defs.Returns(fn.Body(), func(ret *ast.ReturnStmt) {
				if len(ret.Results) == 0 {
					return
				}
				value := ret.Results[0]
				kind := carrier(first(b.info.TypeOf(value)))
				if kind != "" && kind != "ctx" && b.bound(value, 0) && !b.closed(value) {
					r.At(value, "%s is made with the ctx of the function that %s gets, and ends with it: who reads it later may get context.Canceled; %s", kind, g.Name, advice(kind))
				}
			})
		}
	}
	return nil, nil
}

func advice(kind string) string {
	switch kind {
	case "*sql.Rows", "*sql.Row":
		return "scan the rows here, and return what they hold"
	case "*sql.Tx":
		return "use the transaction here, and commit it"
	}
	return "read it here, and return what it says"
}

// ownCtx returns the ctx that Jade gives fn, if it has a name.
func ownCtx(info *types.Info, fn defs.Func) *types.Var {
	params := fn.Type().Params.List
	if len(params) == 0 || len(params[0].Names) == 0 {
		return nil
	}
	v, _ := info.Defs[params[0].Names[0]].(*types.Var)
	if v == nil || !jade.IsContext(v.Type()) {
		return nil
	}
	return v
}

func first(t types.Type) types.Type {
	if tuple, ok := t.(*types.Tuple); ok {
		if tuple.Len() == 0 {
			return nil
		}
		return tuple.At(0).Type()
	}
	return t
}
