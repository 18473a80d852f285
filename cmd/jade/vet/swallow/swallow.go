package swallow

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
	"github.com/jade-go/jade/cmd/jade/vet/internal/waits"
)

//go:embed doc.go
var doc string

// Analyzer is the check swallow.
var Analyzer = &analysis.Analyzer{
	Name:     "swallow",
	Doc:      report.Doc(doc, "swallow"),
	URL:      "https://pkg.go.dev/github.com/jade-go/jade/cmd/jade/vet/swallow",
	Run:      run,
	Requires: []*analysis.Analyzer{report.Ignore, defs.Analyzer, given.Analyzer, waits.Analyzer},
}

type check struct {
	*report.Reporter
	info  *types.Info
	defs  *defs.Defs
	waits *waits.Package
	name  string // what gets the function
}

func run(pass *analysis.Pass) (any, error) {
	r := report.New(pass)
	defer r.Close()
	c := &check{Reporter: r, info: pass.TypesInfo, defs: pass.ResultOf[defs.Analyzer].(*defs.Defs), waits: pass.ResultOf[waits.Analyzer].(*waits.Package)}
	seen := map[ast.Node]bool{}
	for _, g := range pass.ResultOf[given.Analyzer].([]given.Given) {
		for _, fn := range g.Fns {
			if g.Role != given.RoleBody || fn.Body() == nil || seen[fn.Node()] || !c.fails(fn) {
				continue
			}
			seen[fn.Node()] = true
			c.name = g.Name
			c.function(fn)
		}
	}
	return nil, nil
}

// fails reports whether fn returns an error, and does not get one.
func (c *check) fails(fn defs.Func) bool {
	results := fn.Type().Results
	if results == nil || !jade.IsError(c.info.TypeOf(results.List[len(results.List)-1].Type)) {
		return false
	}
	for _, p := range fn.Type().Params.List {
		if t := c.info.TypeOf(p.Type); t != nil && types.Implements(t, types.Universe.Lookup("error").Type().Underlying().(*types.Interface)) {
			return false
		}
	}
	return true
}

func (c *check) function(fn defs.Func) {
	ast.Inspect(fn.Body(), func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.AssignStmt:
			c.blank(n)
		case *ast.IfStmt:
			c.replaced(n)
		}
		return true
	})
}

// blank reports v, _ := f(ctx).
func (c *check) blank(n *ast.AssignStmt) {
	if len(n.Rhs) != 1 || len(n.Lhs) < 2 {
		return
	}
	call, ok := ast.Unparen(n.Rhs[0]).(*ast.CallExpr)
	if !ok || !c.isWork(call) {
		return
	}
	tuple, ok := c.info.TypeOf(call).(*types.Tuple)
	if !ok {
		return
	}
	used := false
	for _, l := range n.Lhs {
		used = used || !isBlank(l)
	}
	for i, l := range n.Lhs {
		if used && isBlank(l) && jade.IsError(tuple.At(i).Type()) {
			c.At(l, "the error of %s is dropped in the function that %s gets: Jade sees no failure; return it, and let Fallback or Recover replace the failure",
				types.ExprString(call.Fun), c.name)
		}
	}
}

func isBlank(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "_"
}

// replaced reports if err != nil { return zero, nil }.
func (c *check) replaced(n *ast.IfStmt) {
	cond, ok := ast.Unparen(n.Cond).(*ast.BinaryExpr)
	if !ok || cond.Op != token.NEQ {
		return
	}
	x, y := ast.Unparen(cond.X), ast.Unparen(cond.Y)
	if c.isNil(x) {
		x, y = y, x
	}
	v := c.defs.Var(x)
	if v == nil || !c.isNil(y) || !jade.IsError(v.Type()) {
		return
	}
	call := c.source(v, n)
	ret := onlyReturns(n.Body)
	if call == nil || ret == nil || len(ret.Results) < 2 || !c.isNil(ret.Results[len(ret.Results)-1]) {
		return
	}
	for _, value := range ret.Results[:len(ret.Results)-1] {
		if !c.isPlain(value) {
			return
		}
	}
	c.At(ret, "the failure of %s becomes a result in the function that %s gets: Jade sees no failure; return %s, and let Fallback or Recover replace the failure",
		types.ExprString(call.Fun), c.name, v.Name())
}

// source returns the call of work that has set err last before the if.
func (c *check) source(err *types.Var, before *ast.IfStmt) (call *ast.CallExpr) {
	last := token.NoPos
	for _, def := range c.defs.Assigned(err) {
		if pos := def.Expr.Pos(); pos < before.Body.Pos() && pos > last {
			last = pos
			call, _ = ast.Unparen(def.Expr).(*ast.CallExpr)
		}
	}
	if call == nil || !c.isWork(call) {
		return nil
	}
	return call
}

// onlyReturns returns the last statement of body if the others only call something, such as a log.
func onlyReturns(body *ast.BlockStmt) *ast.ReturnStmt {
	for i, s := range body.List {
		switch s := s.(type) {
		case *ast.ExprStmt:
		case *ast.ReturnStmt:
			if i == len(body.List)-1 {
				return s
			}
		default:
			return nil
		}
	}
	return nil
}

// isPlain reports whether e is zero, a constant or a literal, and no result of other work.
func (c *check) isPlain(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.BasicLit, *ast.CompositeLit:
		return true
	case *ast.UnaryExpr:
		return c.isPlain(e.X)
	case *ast.Ident, *ast.SelectorExpr:
		if c.isNil(e) || c.info.Types[e].Value != nil {
			return true
		}
		v := c.defs.Var(e)
		if v == nil || v.Pkg() == nil {
			return false
		}
		return v.Parent() == v.Pkg().Scope() || !v.IsField() && len(c.defs.Assigned(v)) == 0 && !c.isParam(v)
	}
	return false
}

func (c *check) isParam(v *types.Var) bool {
	return v.Kind() == types.ParamVar || v.Kind() == types.RecvVar
}

func (c *check) isNil(e ast.Expr) bool { return c.info.Types[e].IsNil() }

// isWork reports whether call takes a ctx, or waits.
func (c *check) isWork(call *ast.CallExpr) bool {
	for _, arg := range call.Args {
		if t := c.info.TypeOf(arg); t != nil && jade.IsContext(t) {
			return true
		}
	}
	return c.waits.Call(call) != ""
}
