package perrequest

import (
	_ "embed"
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/analysis"

	"github.com/jade-go/jade/cmd/jade/vet/internal/defs"
	"github.com/jade-go/jade/cmd/jade/vet/internal/jade"
	"github.com/jade-go/jade/cmd/jade/vet/internal/report"
)

//go:embed doc.go
var doc string

// Analyzer is the check perrequest.
var Analyzer = &analysis.Analyzer{
	Name:      "perrequest",
	Doc:       report.Doc(doc, "perrequest"),
	URL:       "https://pkg.go.dev/github.com/jade-go/jade/cmd/jade/vet/perrequest",
	Run:       run,
	Requires:  []*analysis.Analyzer{report.Ignore, defs.Analyzer},
	FactTypes: []analysis.Fact{(*Makes)(nil)},
}

// check looks through one function of a package.
type check struct {
	*report.Reporter
	pass    *analysis.Pass
	info    *types.Info
	defs    *defs.Defs
	made    map[*types.Func]string // see makes
	decl    *ast.FuncDecl
	parents map[ast.Node]ast.Node
	asked   map[*types.Var]bool // variables that onlyUsed is looking at
}

func run(pass *analysis.Pass) (any, error) {
	c := &check{Reporter: report.New(pass), pass: pass, info: pass.TypesInfo, defs: pass.ResultOf[defs.Analyzer].(*defs.Defs)}
	defer c.Close()
	if _, own := jade.Folder(pass.Pkg); own || defs.IsStandard(pass) {
		return nil, nil
	}
	c.makers()
	once := c.onlyMain()
	for fn, decl := range c.defs.Decls() {
		if decl.Body != nil && !once[fn] {
			c.function(decl)
		}
	}
	return nil, nil
}

func (c *check) function(decl *ast.FuncDecl) {
	var calls []*ast.CallExpr
	ast.Inspect(decl.Body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && c.maker(call) != "" {
			calls = append(calls, call)
		}
		return true
	})
	if len(calls) == 0 {
		return
	}
	c.decl, c.parents, c.asked = decl, parentsOf(decl), map[*types.Var]bool{}
	for _, call := range calls {
		of := c.requestOf(call)
		if of == "" || !c.usedUp(call) {
			continue
		}
		c.At(call.Fun, "%s is called in each call of %s: %s; call it once, for a package variable or in a constructor", types.ExprString(call.Fun), of, harm(c.maker(call)))
	}
}

// harm says what is wrong with something that f has made for each request.
func harm(f string) string {
	switch f {
	case "flow.New":
		return "the flow is compiled each time"
	case "guard.Slots", "guard.Rate":
		return "the limit is a new one each time, and limits nothing"
	case "guard.Breaker", "guard.Budget":
		return "it never learns of other calls"
	case "guard.NewLRU", "guard.Cache", "guard.CacheBy", "guard.Hot", "guard.HotBy":
		return "the cache is empty each time"
	case "guard.Share", "guard.ShareBy", "guard.Memo", "guard.MemoBy", "guard.Batch":
		return "nobody else can share its calls"
	case "faas.New", "faas.FromFlow":
		return "the handler knows nothing of other requests"
	}
	return "the task is a new one each time"
}

// requestOf returns the name of the function around call that gets a ctx or a request; "" if there
// is none, or if call is made once in spite of that, or is a part of a flow.
func (c *check) requestOf(call ast.Node) string {
	for n := c.parents[call]; n != nil; n = c.parents[n] {
		lit, ok := n.(*ast.FuncLit)
		if !ok {
			continue
		}
		if around, ok := c.parents[n].(*ast.CallExpr); ok && c.runsOnce(around) {
			return ""
		}
		if c.getsRequest(lit.Type) {
			return "a function that gets a ctx or a request"
		}
	}
	if c.getsRequest(c.decl.Type) {
		return c.decl.Name.Name
	}
	return ""
}

// runsOnce reports whether call calls its argument once, however often it is called itself; or
// when it builds a flow, which is a finding of its own.
func (c *check) runsOnce(call *ast.CallExpr) bool {
	fn := jade.Callee(c.info, call)
	if fn == nil || fn.Pkg() == nil {
		return false
	}
	if f, ok := jade.FuncOf(fn); ok {
		return f.Is("flow.New", "faas.Initialized", "faas.InitializedFlow")
	}
	if fn.Pkg().Path() == "sync" {
		return fn.Name() == "Do" || fn.Name() == "OnceFunc" || fn.Name() == "OnceValue" || fn.Name() == "OnceValues"
	}
	return false
}

// getsRequest reports whether a function of type t works for one request or call: it gets a ctx, a
// request, a response writer, or what frameworks call a Context.
func (c *check) getsRequest(t *ast.FuncType) bool {
	for _, p := range t.Params.List {
		switch typ := c.info.TypeOf(p.Type); {
		case typ == nil:
		case jade.IsContext(typ), jade.IsNamed(typ, "net/http", "Request"), jade.IsNamed(typ, "net/http", "ResponseWriter"):
			return true
		default:
			if ptr, ok := types.Unalias(typ).(*types.Pointer); ok {
				typ = ptr.Elem()
			}
			if named, ok := types.Unalias(typ).(*types.Named); ok && (named.Obj().Name() == "Context" || named.Obj().Name() == "Ctx") {
				return true
			}
		}
	}
	return false
}

func parentsOf(root ast.Node) map[ast.Node]ast.Node {
	parents := map[ast.Node]ast.Node{}
	ast.PreorderStack(root, nil, func(n ast.Node, stack []ast.Node) bool {
		if len(stack) > 0 {
			parents[n] = stack[len(stack)-1]
		}
		return true
	})
	return parents
}
