package waits

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/jade-go/jade/cmd/jade/vet/internal/jade"
)

// A mutex that guards a counter does not wait: nobody holds it for long. One that a function of
// the package holds while that function waits makes everybody else wait too.

// mutex returns why a call of Lock or RLock waits.
func (p *Package) mutex(fn *types.Func, call *ast.CallExpr) string {
	if name := lockName(fn); name != "Lock" && name != "RLock" {
		return ""
	}
	v := p.mutexOf(call)
	if v == nil || p.slow[v] == "" {
		return ""
	}
	return "locks " + types.ExprString(call.Fun.(*ast.SelectorExpr).X) + ", which is held elsewhere by a function that " + p.slow[v]
}

func lockName(fn *types.Func) string {
	switch key(fn) {
	case "sync.Mutex.Lock", "sync.RWMutex.Lock":
		return "Lock"
	case "sync.RWMutex.RLock":
		return "RLock"
	case "sync.Mutex.Unlock", "sync.RWMutex.Unlock", "sync.RWMutex.RUnlock":
		return "Unlock"
	}
	return ""
}

func (p *Package) mutexOf(call *ast.CallExpr) *types.Var {
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	return p.defs.Var(sel.X)
}

// held is a stretch of a function in which it holds a mutex.
type held struct {
	mutex    *types.Var
	from, to token.Pos
}

// findSlowMutexes fills p.slow, and reports whether there are any.
func (p *Package) findSlowMutexes() bool {
	for _, decl := range p.defs.Decls() {
		if decl.Body == nil {
			continue
		}
		stretches := p.stretches(decl.Body)
		if len(stretches) == 0 {
			continue
		}
		p.Each(decl.Body, func(n ast.Node, why string) {
			for _, h := range stretches {
				if h.from < n.Pos() && n.Pos() < h.to {
					p.slow[h.mutex] = why
				}
			}
		}, nil)
	}
	return len(p.slow) > 0
}

func (p *Package) stretches(body *ast.BlockStmt) (all []held) {
	deferred := map[*ast.CallExpr]bool{}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.DeferStmt:
			deferred[n.Call] = true
		case *ast.CallExpr:
			fn := jade.Callee(p.info, n)
			if fn == nil || fn.Pkg() == nil || deferred[n] {
				return true
			}
			switch lockName(fn) {
			case "Lock", "RLock":
				if v := p.mutexOf(n); v != nil {
					all = append(all, held{v, n.End(), body.End()})
				}
			case "Unlock":
				v := p.mutexOf(n)
				for i := range all {
					if all[i].mutex == v && all[i].to == body.End() {
						all[i].to = n.Pos()
					}
				}
			}
		}
		return true
	})
	return all
}

// findBuffers fills p.roomy with the channels that are only made with a buffer: a send to one does
// not wait, as far as the syntax shows.
func (p *Package) findBuffers() {
	for v, all := range p.defs.All() {
		if _, ok := v.Type().Underlying().(*types.Chan); !ok {
			continue
		}
		roomy := true
		for _, def := range all {
			call, ok := ast.Unparen(def.Expr).(*ast.CallExpr)
			roomy = roomy && ok && len(call.Args) == 2 && types.ExprString(call.Fun) == "make"
		}
		p.roomy[v] = roomy
	}
}
