package probe

import (
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// instance returns the type arguments of an instance of a generic type of the library.
func instance(t types.Type, pkg, name string) ([]types.Type, bool) {
	n, ok := types.Unalias(t).(*types.Named)
	if !ok || n.TypeArgs().Len() != 2 || n.Obj().Name() != name || n.Obj().Pkg() == nil || n.Obj().Pkg().Path() != jadePath+"/"+pkg {
		return nil, false
	}
	return slices.Collect(n.TypeArgs().Types()), true
}

// typeText is the type as code of the package; not ok if it has a name that cannot be used there.
func (g *writer) typeText(t types.Type) (text string, ok bool) {
	if !g.usable(t, map[types.Type]bool{}) {
		return "", false
	}
	return types.TypeString(t, func(p *types.Package) string {
		if p.Path() == g.pkg.Path {
			return ""
		}
		return g.use(p.Path(), p.Name())
	}), true
}

// use imports a package under a name of its own.
func (g *writer) use(path, name string) string {
	if known, ok := g.imports[path]; ok {
		return known
	}
	name = "jade_" + name
	for g.names[name] {
		name += "_"
	}
	g.names[name] = true
	g.imports[path] = name
	return name
}

// usable reports whether the names in a type can be written in the package.
func (g *writer) usable(t types.Type, seen map[types.Type]bool) bool {
	if seen[t] {
		return true
	}
	seen[t] = true
	inside := func(ts ...types.Type) bool {
		return !slices.ContainsFunc(ts, func(t types.Type) bool { return !g.usable(t, seen) })
	}
	switch t := t.(type) {
	case *types.Alias:
		return g.named(t.Obj()) && inside(slices.Collect(t.TypeArgs().Types())...)
	case *types.Named:
		return g.named(t.Obj()) && inside(slices.Collect(t.TypeArgs().Types())...)
	case *types.Pointer:
		return inside(t.Elem())
	case *types.Slice:
		return inside(t.Elem())
	case *types.Array:
		return inside(t.Elem())
	case *types.Chan:
		return inside(t.Elem())
	case *types.Map:
		return inside(t.Key(), t.Elem())
	case *types.Tuple:
		for v := range t.Variables() {
			if !inside(v.Type()) {
				return false
			}
		}
		return true
	case *types.Signature:
		return inside(t.Params(), t.Results())
	case *types.Struct:
		for f := range t.Fields() {
			if !f.Exported() && f.Pkg() != nil && f.Pkg().Path() != g.pkg.Path || !inside(f.Type()) {
				return false
			}
		}
		return true
	case *types.Interface:
		for m := range t.Methods() {
			if !m.Exported() && m.Pkg() != nil && m.Pkg().Path() != g.pkg.Path || !inside(m.Type()) {
				return false
			}
		}
		return true
	case *types.TypeParam:
		return false
	}
	return true
}

// named reports whether the package can write the name of a type.
func (g *writer) named(o *types.TypeName) bool {
	switch {
	case o.Pkg() == nil:
		return true // predeclared
	case o.Parent() != nil && o.Parent() != o.Pkg().Scope(): // declared in a function
		return false
	case o.Pkg().Path() == g.pkg.Path:
		return true
	}
	return token.IsExported(o.Name()) && reachable(o.Pkg().Path(), g.pkg.Path)
}

// reachable reports whether a package may import another one that may be internal.
func reachable(path, from string) bool {
	i := strings.LastIndex("/"+path+"/", "/internal/")
	if i < 0 {
		return true
	}
	parent := strings.TrimSuffix(path[:max(0, i-1)], "/")
	return parent != "" && (from == parent || strings.HasPrefix(from, parent+"/"))
}
