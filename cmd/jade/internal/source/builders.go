package source

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"
)

// builders finds the functions of a package that build flows, themselves or by what they call.
type builders struct {
	pkg    *Package
	calls  map[*types.Func][]*types.Func // within the package
	builds map[*types.Func]bool
}

func (b *builders) find() {
	info := b.pkg.loaded.TypesInfo
	for _, file := range b.pkg.loaded.Syntax {
		for _, decl := range file.Decls {
			d, ok := decl.(*ast.FuncDecl)
			if !ok || d.Body == nil {
				continue
			}
			fn, ok := info.Defs[d.Name].(*types.Func)
			if !ok {
				continue
			}
			ast.Inspect(d.Body, func(n ast.Node) bool {
				id, ok := n.(*ast.Ident)
				if !ok {
					return true
				}
				used, ok := info.Uses[id].(*types.Func)
				switch {
				case !ok:
				case isJade(used, "flow", "New"):
					b.builds[fn] = true
				case used.Pkg() == b.pkg.loaded.Types:
					b.calls[fn] = append(b.calls[fn], used.Origin())
				case returnsFlow(used) && used.Signature().Recv() == nil && !strings.HasPrefix(path(used), jadePath+"/"):
					b.builds[fn] = true
				}
				return true
			})
		}
	}
	for changed := true; changed; {
		changed = false
		for fn, called := range b.calls {
			if !b.builds[fn] && slices.ContainsFunc(called, func(c *types.Func) bool { return b.builds[c] }) {
				b.builds[fn], changed = true, true
			}
		}
	}
}

func path(o types.Object) string {
	if o.Pkg() == nil {
		return ""
	}
	return o.Pkg().Path()
}

// wanted reports whether a probe calls fn: it builds flows, and returns something that can hold one. A function that takes a ctx first and returns a value and
// an error answers a request, and is not called unless it returns a flow.
func (b *builders) wanted(fn *types.Func) bool {
	s := fn.Signature()
	if !b.builds[fn] || s.Results().Len() == 0 {
		return false
	}
	if returnsFlow(fn) {
		return true
	}
	if s.Params().Len() > 0 && isNamed(s.Params().At(0).Type(), "context", "Context") {
		return false
	}
	return slices.ContainsFunc(slices.Collect(s.Results().Variables()), func(v *types.Var) bool { return has(v.Type(), mayHold, nil) })
}

// reaches are the names of the functions of the package that fn calls, also by way of others.
func (b *builders) reaches(fn *types.Func) (reached []string) {
	seen := map[*types.Func]bool{fn: true}
	for next := []*types.Func{fn}; len(next) > 0; next = next[1:] {
		for _, called := range b.calls[next[0]] {
			if !seen[called] {
				seen[called] = true
				next = append(next, called)
				reached = append(reached, nameOf(called))
			}
		}
	}
	return reached
}
