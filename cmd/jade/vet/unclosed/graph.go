package unclosed

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/cfg"

	"github.com/jade-go/jade/cmd/jade/vet/internal/jade"
)

// flow is the control flow of one function. The analyzer makes it only for functions that open a
// scope: the ctrlflow pass of x/tools makes one for each function of each package, and facts too.
type flow struct {
	info *types.Info
	cfg  *cfg.CFG
	body *ast.BlockStmt
}

func graph(info *types.Info, body *ast.BlockStmt) *flow {
	return &flow{info, cfg.New(body, func(call *ast.CallExpr) bool { return mayReturn(info, call) }), body}
}

func mayReturn(info *types.Info, call *ast.CallExpr) bool {
	if id, ok := ast.Unparen(call.Fun).(*ast.Ident); ok {
		if b, ok := info.Uses[id].(*types.Builtin); ok && b.Name() == "panic" {
			return false
		}
	}
	fn := jade.Callee(info, call)
	if fn == nil || fn.Pkg() == nil {
		return true
	}
	switch fn.Pkg().Path() + "." + fn.Name() {
	case "os.Exit", "runtime.Goexit", "log.Fatal", "log.Fatalf", "log.Fatalln", "log.Panic", "log.Panicf", "log.Panicln",
		"testing.Fatal", "testing.Fatalf", "testing.FailNow", "testing.Skip", "testing.Skipf", "testing.SkipNow":
		return false
	}
	return true
}

// leaves returns where a path from o on returns that does not close it. It is not valid if all
// paths do.
func (f *flow) leaves(o opened) token.Pos {
	for _, b := range f.cfg.Blocks {
		for i, n := range b.Nodes {
			if n != o.stmt {
				continue
			}
			if f.closes(o.v, b.Nodes[i+1:]) {
				return token.NoPos
			}
			if end := f.end(b); end.IsValid() {
				return end
			}
			return f.search(o.v, b.Succs, map[*cfg.Block]bool{})
		}
	}
	return token.NoPos // dead code
}

func (f *flow) search(v *types.Var, blocks []*cfg.Block, seen map[*cfg.Block]bool) token.Pos {
	for _, b := range blocks {
		if seen[b] {
			continue
		}
		seen[b] = true
		if f.closes(v, b.Nodes) {
			continue
		}
		if end := f.end(b); end.IsValid() {
			return end
		}
		if end := f.search(v, b.Succs, seen); end.IsValid() {
			return end
		}
	}
	return token.NoPos
}

func (f *flow) end(b *cfg.Block) token.Pos {
	if ret := b.Return(); ret != nil {
		if ret.Pos() >= f.body.Rbrace { // made by package cfg, for the closing brace
			return f.body.Rbrace
		}
		return ret.Pos()
	}
	return token.NoPos
}

// closes reports whether nodes use v in a way that may close it: any, but for Wait and WaitFor.
func (f *flow) closes(v *types.Var, nodes []ast.Node) (found bool) {
	for _, node := range nodes {
		ast.PreorderStack(node, nil, func(n ast.Node, stack []ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && f.info.Uses[id] == v && !onlyWaits(stack) {
				found = true
			}
			return !found
		})
	}
	return found
}

func onlyWaits(stack []ast.Node) bool {
	if len(stack) < 2 {
		return false
	}
	sel, ok := stack[len(stack)-1].(*ast.SelectorExpr)
	if !ok || (sel.Sel.Name != "Wait" && sel.Sel.Name != "WaitFor") {
		return false
	}
	call, ok := stack[len(stack)-2].(*ast.CallExpr)
	return ok && call.Fun == ast.Expr(sel)
}
