package order

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"
	"time"

	"github.com/jade-go/jade/cmd/jade/vet/internal/defs"
	"github.com/jade-go/jade/cmd/jade/vet/internal/jade"
	"github.com/jade-go/jade/cmd/jade/vet/internal/report"
)

// path is a row of tasks, each of which needs the one before it, and how long they may take.
type path struct {
	limit time.Duration
	names []string
}

// flow judges the limits of the tasks of a flow that has a limit itself.
func (c *chains) flow(r *report.Reporter, ch chain) {
	limit := ch.limits()
	if limit == 0 || len(ch.root.Args) < 2 {
		return
	}
	for _, build := range c.defs.Funcs(ch.root.Args[1]) {
		if build.Body() == nil {
			continue
		}
		c.longer(r, build.Body(), c.name(ch), limit)
		defs.Returns(build.Body(), func(ret *ast.ReturnStmt) {
			if len(ret.Results) != 1 {
				return
			}
			if p := c.node(ret.Results[0], 0); p.limit > limit && len(p.names) > 1 {
				r.At(ch.root.Expr.Fun, "flow %s: %s may take %v one after the other by their limits, and the calls of the flow end after %v: the last one never has its time; shorten a limit",
					c.name(ch), strings.Join(p.names, ", "), p.limit, limit)
			}
		})
	}
}

// longer reports the tasks of a flow with a limit that is longer than the flow's.
func (c *chains) longer(r *report.Reporter, body ast.Node, flow string, limit time.Duration) {
	ast.Inspect(body, func(n ast.Node) bool {
		e, ok := n.(ast.Expr)
		if !ok {
			return true
		}
		call, ok := jade.CallOf(c.info, e)
		if !ok {
			return true
		}
		if call.Is("flow.New") {
			return false
		}
		if call.Is("flow.Step#", "flow.Each", "flow.SettleEach") && len(call.Args) > 0 && !c.shared(call.Args[0]) {
			t := c.of(call.Args[0])
			if own := t.limits(); own > limit {
				r.At(call.Args[0], "flow %s: the limit of %s is %v, and never acts: the calls of the flow end after %v; shorten one of them", flow, c.name(t), own, limit)
			}
		}
		return true
	})
}

// shared reports whether e is a variable that more than one place uses: a limit that never acts
// here may act there.
func (c *chains) shared(e ast.Expr) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		return false
	}
	v, _ := c.info.Uses[id].(*types.Var)
	if v == nil || v.Exported() && v.Parent() == v.Pkg().Scope() {
		return true
	}
	n := 0
	for _, o := range c.info.Uses {
		if o == v {
			n++
		}
	}
	return n > 1
}

// node returns the longest path to the node e that the flow cannot do without.
func (c *chains) node(e ast.Expr, depth int) path {
	e = ast.Unparen(e)
	if depth > 200 {
		return path{}
	}
	if id, ok := e.(*ast.Ident); ok {
		if def := c.definition(id); def != nil {
			return c.node(def, depth+1)
		}
		return path{}
	}
	call, ok := jade.CallOf(c.info, e)
	if !ok || call.Pkg != "flow" || len(call.Args) == 0 {
		return path{}
	}
	switch {
	case call.Is("flow.Fallback", "flow.Try", "flow.Recover", "flow.Any"): // at the limit, something replaces it
		return path{}
	case call.Is("flow.Also"):
		return c.node(call.Args[0], depth+1)
	case call.Is("flow.After"):
		before, own := c.longest(call.Args[1:], depth), c.node(call.Args[0], depth+1)
		if step, ok := jade.CallOf(c.info, c.value(call.Args[0])); ok && step.Is("flow.Step#") {
			if after := c.then(before, step.Args[0]); after.limit > own.limit {
				return after
			}
		}
		return own
	case call.Is("flow.Step#", "flow.Each", "flow.SettleEach"):
		return c.then(c.longest(call.Args[1:], depth), call.Args[0])
	}
	return c.longest(call.Args, depth)
}

// value returns the expression that e, a variable perhaps, stands for.
func (c *chains) value(e ast.Expr) ast.Expr {
	if id, ok := ast.Unparen(e).(*ast.Ident); ok {
		if def := c.definition(id); def != nil {
			return def
		}
	}
	return e
}

// then returns before with task after it, if that has a limit and is not optional.
func (c *chains) then(before path, task ast.Expr) path {
	t := c.of(task)
	limit := t.limits()
	if limit == 0 || t.replaced() {
		return before
	}
	return path{before.limit + limit, append(slices.Clip(before.names), c.name(t))}
}

func (c *chains) longest(nodes []ast.Expr, depth int) (most path) {
	for _, n := range nodes {
		if jade.TypeOf(c.info.TypeOf(n)) != "flow.Node" {
			continue
		}
		if p := c.node(n, depth+1); p.limit > most.limit {
			most = p
		}
	}
	return most
}
