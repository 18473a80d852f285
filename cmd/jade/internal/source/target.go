package source

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"
)

// Target is something that may build flows: a function, a method, a variable, or the expression of a comment //jade:flow.
type Target struct {
	Name    string // such as newPage, (*Service).Page, or the expression
	File    string // name of the file
	Calls   []string
	Returns bool // its type says that it returns a flow

	// Exactly one of these is set.
	Func       *types.Func
	Var        *types.Var
	Expression string // of a directive
}

// directive begins a comment that says how to build a flow.
const directive = "//jade:flow "

// targets finds what may build flows in pkg, in the order of files and lines.
func (p *Program) targets(pkg *Package) (targets []Target) {
	b := &builders{pkg: pkg, calls: map[*types.Func][]*types.Func{}, builds: map[*types.Func]bool{}}
	b.find()
	var said []string
	for _, file := range pkg.loaded.Syntax {
		name := filepath.Base(p.fset.Position(file.FileStart).Filename)
		for _, group := range file.Comments {
			for _, c := range group.List {
				if text, ok := strings.CutPrefix(c.Text, directive); ok {
					expression := strings.TrimSpace(text)
					targets = append(targets, Target{Name: expression, File: name, Expression: expression})
					said = append(said, expression)
				}
			}
		}
		for _, decl := range file.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				fn, ok := pkg.loaded.TypesInfo.Defs[d.Name].(*types.Func)
				if ok && b.wanted(fn) && !names(said, fn.Name()) {
					targets = append(targets, Target{Name: nameOf(fn), File: name, Func: fn, Calls: b.reaches(fn), Returns: returnsFlow(fn)})
				}
			case *ast.GenDecl:
				for _, v := range variables(pkg, d) {
					targets = append(targets, Target{Name: v.Name(), File: name, Var: v, Returns: true})
				}
			}
		}
	}
	slices.SortStableFunc(targets, func(a, b Target) int { return cmp.Compare(a.File, b.File) })
	return targets
}

// names reports whether one of the expressions calls the function.
func names(expressions []string, function string) bool {
	return slices.ContainsFunc(expressions, func(e string) bool {
		before, _, _ := strings.Cut(e, "(")
		before, _, _ = strings.Cut(before, "[")
		return before == function || strings.Contains(e, "."+function+"(")
	})
}

// variables are those of a declaration that are a flow or have one.
func variables(pkg *Package, d *ast.GenDecl) (vars []*types.Var) {
	if d.Tok != token.VAR {
		return nil
	}
	for _, spec := range d.Specs {
		for _, name := range spec.(*ast.ValueSpec).Names {
			if v, ok := pkg.loaded.TypesInfo.Defs[name].(*types.Var); ok && name.Name != "_" && has(v.Type(), isFlow, nil) {
				vars = append(vars, v)
			}
		}
	}
	return vars
}

// nameOf is the name of a function, with the type of a method's receiver.
func nameOf(fn *types.Func) string {
	recv := fn.Signature().Recv()
	if recv == nil {
		return fn.Name()
	}
	return "(" + types.TypeString(recv.Type(), func(*types.Package) string { return "" }) + ")." + fn.Name()
}

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

func returnsFlow(fn *types.Func) bool {
	return slices.ContainsFunc(slices.Collect(fn.Signature().Results().Variables()), func(v *types.Var) bool { return has(v.Type(), isFlow, nil) })
}

// has reports whether a type is one that fits, or is made of one, beside those around it.
func has(t types.Type, fits func(types.Type) bool, around []types.Type) bool {
	t = types.Unalias(t)
	if fits(t) {
		return true
	}
	if len(around) > 6 || slices.ContainsFunc(around, func(a types.Type) bool { return types.Identical(a, t) }) {
		return false
	}
	around = append(around[:len(around):len(around)], t)
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		return has(u.Elem(), fits, around)
	case *types.Slice:
		return has(u.Elem(), fits, around)
	case *types.Array:
		return has(u.Elem(), fits, around)
	case *types.Map:
		return has(u.Elem(), fits, around)
	case *types.Struct:
		for f := range u.Fields() {
			if has(f.Type(), fits, around) {
				return true
			}
		}
	}
	return false
}

func isFlow(t types.Type) bool { return isNamed(t, jadePath+"/flow", "Flow") }

// isNamed reports whether t is the type name of a package, or an instance of it.
func isNamed(t types.Type, pkg, name string) bool {
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Name() == name && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == pkg
}

// mayHold reports whether a value of the type may keep a flow that its type does not tell: a function, or an interface with methods.
func mayHold(t types.Type) bool {
	if types.Identical(t, types.Universe.Lookup("error").Type()) {
		return false
	}
	switch u := t.Underlying().(type) {
	case *types.Signature:
		return true
	case *types.Interface:
		return u.NumMethods() > 0
	}
	return isNamed(t, jadePath+"/task", "Task") || isNamed(t, jadePath+"/faas", "Handler")
}

// NeedsTests reports whether a directive of the package uses a name that the package itself does not have: then its tests may have it.
func (pkg *Package) NeedsTests() bool {
	for _, t := range pkg.Targets {
		if t.Expression == "" {
			continue
		}
		e, err := parser.ParseExpr(t.Expression)
		if err != nil {
			continue
		}
		missing := false
		ast.Inspect(e, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr: // what is selected is no name of the package
				ast.Inspect(n.X, func(m ast.Node) bool {
					if id, ok := m.(*ast.Ident); ok {
						missing = missing || !pkg.knows(id.Name)
					}
					return true
				})
				return false
			case *ast.KeyValueExpr, *ast.FuncLit:
				return false
			case *ast.Ident:
				missing = missing || !pkg.knows(n.Name)
			}
			return true
		})
		if missing {
			return true
		}
	}
	return false
}

func (pkg *Package) knows(name string) bool {
	return pkg.loaded.Types.Scope().Lookup(name) != nil || types.Universe.Lookup(name) != nil || pkg.ImportPath(name) != ""
}
