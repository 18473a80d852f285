package outerctx

import (
	_ "embed"
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"

	"github.com/jade-go/jade/cmd/jade/vet/internal/defs"
	"github.com/jade-go/jade/cmd/jade/vet/internal/given"
	"github.com/jade-go/jade/cmd/jade/vet/internal/jade"
	"github.com/jade-go/jade/cmd/jade/vet/internal/report"
)

//go:embed doc.go
var doc string

// Analyzer is the check outerctx.
var Analyzer = &analysis.Analyzer{
	Name:     "outerctx",
	Doc:      report.Doc(doc, "outerctx"),
	URL:      "https://pkg.go.dev/github.com/jade-go/jade/cmd/jade/vet/outerctx",
	Run:      run,
	Requires: []*analysis.Analyzer{report.Ignore, defs.Analyzer, given.Analyzer},
}

func run(pass *analysis.Pass) (any, error) {
	r := report.New(pass)
	defer r.Close()
	d := pass.ResultOf[defs.Analyzer].(*defs.Defs)
	all := map[*ast.FuncLit]bool{}
	var checks []*check
	for _, g := range pass.ResultOf[given.Analyzer].([]given.Given) {
		for _, fn := range g.Fns {
			if g.Role == given.RoleBody && fn.Lit != nil && !all[fn.Lit] {
				all[fn.Lit] = true
				checks = append(checks, &check{info: pass.TypesInfo, defs: d, report: r, lit: fn.Lit, all: all, given: g, outer: map[*types.Var]bool{}})
			}
		}
	}
	for _, c := range checks {
		c.run()
	}
	return nil, nil
}

// check looks through one function literal that is given to Jade.
type check struct {
	info   *types.Info
	defs   *defs.Defs
	report *report.Reporter
	lit    *ast.FuncLit
	all    map[*ast.FuncLit]bool // every literal of the package that is given to Jade
	given  given.Given
	outer  map[*types.Var]bool // variables inside the literal that are made from an outer ctx
}

// run looks at each use of an outer ctx. Functions inside that have a ctx of their own and are
// given to Jade too are looked at on their own.
func (c *check) run() {
	ast.PreorderStack(c.lit.Body, nil, func(n ast.Node, stack []ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			if c.isOuter(n) {
				c.use(n, stack)
			}
		case *ast.CallExpr:
			if c.isOuterRequest(n) {
				c.use(n, stack)
			}
		case *ast.FuncLit:
			if c.ownCtx(n) {
				return false
			}
		}
		return true
	})
}

// ownCtx reports whether lit, which is inside of the literal, is given to Jade as well: then its
// uses are reported with its own ctx.
func (c *check) ownCtx(lit *ast.FuncLit) bool {
	sig, _ := c.info.TypeOf(lit).(*types.Signature)
	return jade.TakesContext(sig) && c.all[lit]
}

// isOuter reports whether id is a ctx of a function around, or made from one.
func (c *check) isOuter(id *ast.Ident) bool {
	v, _ := c.info.Uses[id].(*types.Var)
	if v == nil || v.IsField() || !jade.IsContext(v.Type()) {
		return false
	}
	if v.Parent() != nil && v.Pkg() != nil && v.Parent() == v.Pkg().Scope() {
		return false // a package variable is nobody's ctx
	}
	if c.inside(v.Pos()) {
		return c.outer[v]
	}
	return !c.detached(v, 0)
}

func (c *check) inside(pos token.Pos) bool { return c.lit.Pos() <= pos && pos < c.lit.End() }

// detached reports whether all that v can be comes from context.Background, TODO or WithoutCancel.
func (c *check) detached(v *types.Var, depth int) bool {
	all, known := c.defs.Of(v)
	if !known || depth > 5 {
		return false
	}
	for _, def := range all {
		if !c.detachedExpr(def.Expr, depth+1) {
			return false
		}
	}
	return true
}

func (c *check) detachedExpr(e ast.Expr, depth int) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		v, _ := c.info.ObjectOf(e).(*types.Var)
		return v != nil && c.detached(v, depth)
	case *ast.CallExpr:
		fn := jade.Callee(c.info, e)
		if fn == nil || fn.Pkg() == nil {
			return false
		}
		if fn.Pkg().Path() == "context" {
			switch fn.Name() {
			case "Background", "TODO", "WithoutCancel":
				return true
			}
		}
		return derives(fn) && len(e.Args) > 0 && c.detachedExpr(e.Args[0], depth)
	}
	return false
}

// derives reports whether fn makes a ctx from its first argument.
func derives(fn *types.Func) bool {
	sig := fn.Signature()
	if !jade.TakesContext(sig) || sig.Results().Len() == 0 || !jade.IsContext(sig.Results().At(0).Type()) {
		return false
	}
	if fn.Pkg().Path() == "context" {
		return true
	}
	f, ok := jade.FuncOf(fn)
	return ok && !f.Is("future.WithScope")
}

// isOuterRequest reports whether call is r.Context() of a request of a function around.
func (c *check) isOuterRequest(call *ast.CallExpr) bool {
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "Context" || len(call.Args) > 0 {
		return false
	}
	t := c.info.TypeOf(sel.X)
	if t == nil || !jade.IsNamed(t, "net/http", "Request") {
		return false
	}
	root := sel.X
	for {
		switch e := ast.Unparen(root).(type) {
		case *ast.SelectorExpr:
			root = e.X
			continue
		case *ast.Ident:
			v, _ := c.info.Uses[e].(*types.Var)
			return v != nil && !c.inside(v.Pos())
		}
		return false
	}
}
