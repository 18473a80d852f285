package order

import (
	"go/ast"
	"go/constant"
	"go/types"
	"slices"
	"strconv"
	"time"

	"golang.org/x/tools/go/ast/astutil"

	"github.com/jade-go/jade/cmd/jade/vet/internal/defs"
	"github.com/jade-go/jade/cmd/jade/vet/internal/jade"
)

// policy is one method in a chain such as task.New(…).Timeout(…).Retry(…).
type policy struct {
	name  string // "Timeout"
	call  jade.Call
	limit time.Duration // of a Timeout or a Reserve whose argument is constant
}

// chain is a task or a flow, as far as the package shows how it is made.
type chain struct {
	root     jade.Call // task.New or flow.New; without Expr if it is unknown
	inner    *chain    // the flow of a task that Flow.Task has made
	policies []policy  // from inner to outer
}

type chains struct {
	info  *types.Info
	defs  *defs.Defs
	files []*ast.File
}

// of returns how e, a task or a flow, is made.
func (c *chains) of(e ast.Expr) chain { return c.follow(e, 0) }

func (c *chains) follow(e ast.Expr, depth int) chain {
	e = ast.Unparen(e)
	if depth > 30 {
		return chain{}
	}
	if id, ok := e.(*ast.Ident); ok {
		if def := c.definition(id); def != nil {
			return c.follow(def, depth+1)
		}
		return chain{}
	}
	call, ok := jade.CallOf(c.info, e)
	if !ok {
		return chain{}
	}
	switch {
	case call.Is("task.New#", "flow.New"):
		return chain{root: call}
	case call.Is("Flow.Task") && call.Recv != nil:
		inner := c.follow(call.Recv, depth+1)
		return chain{root: inner.root, inner: &inner}
	case call.Func.Recv == "Task" || call.Func.Recv == "Flow":
		if call.Recv == nil || jade.TypeOf(c.info.TypeOf(e)) == "" {
			return chain{}
		}
		in := c.follow(call.Recv, depth+1)
		p := policy{name: call.Name, call: call}
		if len(call.Args) == 1 {
			p.limit = c.duration(call.Args[0])
		}
		in.policies = append(slices.Clip(in.policies), p)
		return in
	}
	return chain{}
}

// definition returns what id stands for: the only value of its variable, or the last one that the
// same block has assigned before.
func (c *chains) definition(id *ast.Ident) ast.Expr {
	v, _ := c.info.Uses[id].(*types.Var)
	all, known := c.defs.Of(v)
	if !known {
		return nil
	}
	if len(all) == 1 {
		if all[0].Index >= 0 {
			return nil
		}
		return all[0].Expr
	}
	var last ast.Expr
	for _, def := range all {
		if def.Expr.End() <= id.Pos() && (last == nil || def.Expr.Pos() > last.Pos()) {
			last = def.Expr
		}
	}
	if last == nil || c.block(last) != c.block(id) || c.block(id) == nil {
		return nil
	}
	return last
}

// block returns the innermost block around n.
func (c *chains) block(n ast.Node) ast.Node {
	for _, f := range c.files {
		if f.FileStart <= n.Pos() && n.End() <= f.FileEnd {
			path, _ := astutil.PathEnclosingInterval(f, n.Pos(), n.End())
			for _, p := range path {
				switch p.(type) {
				case *ast.BlockStmt, *ast.CaseClause, *ast.CommClause:
					return p
				}
			}
		}
	}
	return nil
}

// duration returns the constant that e is, or 0.
func (c *chains) duration(e ast.Expr) time.Duration {
	tv := c.info.Types[e]
	if tv.Value == nil || tv.Value.Kind() != constant.Int || !jade.IsNamed(tv.Type, "time", "Duration") {
		return 0
	}
	n, _ := constant.Int64Val(tv.Value)
	return time.Duration(n)
}

// name returns the name that the root of ch got, or "a task".
func (c *chains) name(ch chain) string {
	name := "a task"
	if ch.root.Expr != nil && len(ch.root.Args) > 0 {
		if v := c.info.Types[ch.root.Args[0]].Value; v != nil && v.Kind() == constant.String {
			name = constant.StringVal(v)
		}
	}
	for _, p := range ch.policies {
		if p.name == "Named" && len(p.call.Args) == 1 {
			if s, ok := p.call.Args[0].(*ast.BasicLit); ok {
				if text, err := strconv.Unquote(s.Value); err == nil {
					name = text
				}
			}
		}
	}
	return name
}

// limits returns the limit of ch as a whole, which is its shortest Timeout less its Reserve. It is
// 0 if there is none that is constant.
func (ch chain) limits() (limit time.Duration) {
	if ch.inner != nil {
		limit = ch.inner.limits()
	}
	reserve := time.Duration(0)
	for _, p := range ch.policies {
		switch {
		case p.name == "Timeout" && p.limit > 0 && (limit == 0 || p.limit < limit):
			limit = p.limit
		case p.name == "Reserve":
			reserve = p.limit
		}
	}
	if reserve < limit/2 {
		return limit - reserve
	}
	return limit - limit/2 // a reserve never takes more than half
}

// replaced reports whether a policy of ch replaces the failure of what is inside.
func (ch chain) replaced() bool {
	return slices.ContainsFunc(ch.policies, func(p policy) bool { return replaces(p.name) })
}

func replaces(policy string) bool {
	return policy == "Fallback" || policy == "Recover" || policy == "Catch"
}
