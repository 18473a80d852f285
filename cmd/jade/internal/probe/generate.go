package probe

import (
	_ "embed"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/jade-go/jade/cmd/jade/internal/source"
)

//go:embed support/support.go
var support string

// generated are the two files that a probe adds to a package: one of the package itself, which watches before its variables are made, and a test.
type generated struct {
	code, test string
	refused    []Report // targets that no code can call
}

const jadePath = "github.com/jade-go/jade"

// generate writes the files for the targets of pkg that skip does not name.
func generate(pkg *source.Package, modules []string, skip map[string]string) generated {
	g := &writer{pkg: pkg, imports: map[string]string{}, names: map[string]bool{}, makers: map[string]string{}}
	var out generated
	var targets strings.Builder
	for i, t := range pkg.Targets {
		name := strconv.Itoa(i)
		if why, ok := skip[name]; ok {
			out.refused = append(out.refused, Report{Target: i, Why: why})
			continue
		}
		call, why := g.call(t)
		if why != "" {
			out.refused = append(out.refused, Report{Target: i, Why: why})
			continue
		}
		fmt.Fprintf(&targets, "\t\t{%q, func() []any { return jadeAll(%s) }},\n", name, call)
	}
	_, body, _ := strings.Cut(support, "package support\n")
	out.code = "package " + pkg.Name + "\n" + body + "\n// jadeBefore watches from before the package's variables are made.\nvar jadeBefore = jadeWatching()\n"
	var code strings.Builder
	for _, stub := range g.stubs {
		code.WriteString(stub + "\n")
	}
	code.WriteString("func TestJadeDocuments(*jadetesting.T) {\n")
	fmt.Fprintf(&code, "\tjadeModules = %#v\n", modules)
	for _, t := range sortedKeys(g.makers) {
		fmt.Fprintf(&code, "\tjadeMakers[jadeType_[%s]()] = %s\n", t, g.makers[t])
	}
	code.WriteString("\tjadeRunAll(jadeBefore, []jadeTarget{\n" + targets.String() + "\t})\n}\n")
	var test strings.Builder
	fmt.Fprintf(&test, "package %s\n\nimport (\n\tjadetesting \"testing\"\n", pkg.Name)
	for _, path := range sortedKeys(g.imports) {
		if strings.Contains(code.String(), g.imports[path]+".") { // or else it was needed for a type that is not written
			fmt.Fprintf(&test, "\t%s %q\n", g.imports[path], path)
		}
	}
	test.WriteString(")\n\n" + code.String())
	out.test = test.String()
	return out
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// writer writes Go code that stands in a package.
type writer struct {
	pkg     *source.Package
	imports map[string]string // path to the name in the file
	names   map[string]bool
	makers  map[string]string // type to an expression
	stubs   []string
	seen    []types.Type
}

// call is the expression for a target; or why there is none.
func (g *writer) call(t source.Target) (code, why string) {
	switch {
	case t.Expression != "":
		return g.expression(t.Expression)
	case t.Var != nil:
		return t.Var.Name(), ""
	}
	fn := t.Func
	s := fn.Signature()
	if s.TypeParams() != nil || s.RecvTypeParams() != nil {
		return "", "it has type parameters: write a comment such as //jade:flow " + fn.Name() + "[string]()"
	}
	var args []string
	for i := range s.Params().Len() {
		v := s.Params().At(i)
		if s.Variadic() && i == s.Params().Len()-1 {
			break // options
		}
		arg, why := g.value(v)
		if why != "" {
			return "", why
		}
		args = append(args, arg)
	}
	callee := fn.Name()
	if recv := s.Recv(); recv != nil {
		arg, why := g.value(recv)
		if why != "" {
			return "", why
		}
		callee = arg + "." + callee
	}
	return callee + "(" + strings.Join(args, ", ") + ")", ""
}

// expression is that of a directive, if it is one.
func (g *writer) expression(text string) (code, why string) {
	e, err := parser.ParseExpr(text)
	if err != nil {
		return "", "the comment //jade:flow has no Go expression: " + err.Error()
	}
	// Other packages are imported as the package itself does.
	ast.Inspect(e, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := sel.X.(*ast.Ident); ok {
				if path := g.pkg.ImportPath(id.Name); path != "" {
					g.imports[path] = id.Name
				}
			}
		}
		return true
	})
	return text, ""
}

// value is a made-up value for a parameter.
func (g *writer) value(v *types.Var) (code, why string) {
	name := v.Name()
	if name == "" || name == "_" {
		name = "argument"
	}
	text, ok := g.typeText(v.Type())
	if !ok {
		return "", fmt.Sprintf("the type of its argument %s cannot be named outside of its package: write a comment //jade:flow", name)
	}
	g.prepare(v.Type())
	return fmt.Sprintf("jadeMake[%s](%q)", text, name), ""
}

// prepare makes the makers that a type needs, also for what it is made of.
func (g *writer) prepare(t types.Type) {
	t = types.Unalias(t)
	if len(g.seen) > 500 || slices.ContainsFunc(g.seen, func(s types.Type) bool { return types.Identical(s, t) }) {
		return
	}
	g.seen = append(g.seen, t)
	text, ok := g.typeText(t)
	if !ok {
		return
	}
	if code := g.maker(t, text); code != "" {
		g.makers[text] = code
		return
	}
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		g.prepare(u.Elem())
	case *types.Array:
		g.prepare(u.Elem())
	case *types.Struct:
		for f := range u.Fields() {
			g.prepare(f.Type())
		}
	}
}

// maker is a function that makes a value of a type that reflection cannot make; empty for other types.
func (g *writer) maker(t types.Type, text string) string {
	const head = "func(name string) any { return "
	if ptr, ok := t.(*types.Pointer); ok {
		if args, ok := instance(ptr.Elem(), "flow", "Flow"); ok {
			in, ok1 := g.typeText(args[0])
			out, ok2 := g.typeText(args[1])
			if ok1 && ok2 {
				flow := g.use(jadePath+"/flow", "flow")
				return fmt.Sprintf("%s%s.New(jadeArgument + name, func(in %s.Node[%s]) %s.Node[%s] { return %s.Map(in, func(%s) (out %s) { return out }) }) }",
					head, flow, flow, in, flow, out, flow, in, out)
			}
		}
	}
	if args, ok := instance(t, "task", "Task"); ok {
		in, ok1 := g.typeText(args[0])
		out, ok2 := g.typeText(args[1])
		if ok1 && ok2 {
			return fmt.Sprintf("%s%s.New(jadeArgument + name, func(_ %s.Context, _ %s) (out %s, err error) { return out, nil }) }",
				head, g.use(jadePath+"/task", "task"), g.use("context", "context"), in, out)
		}
	}
	u, ok := t.Underlying().(*types.Interface)
	switch {
	case !ok || u.NumMethods() == 0 || !u.IsMethodSet():
		return ""
	case text == "error":
		return head + "jadeError(name) }"
	}
	if n, ok := t.(*types.Named); ok && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "context" && n.Obj().Name() == "Context" {
		return head + g.use("context", "context") + ".Background() }"
	}
	stub := "jadeStub" + strconv.Itoa(len(g.stubs))
	g.stubs = append(g.stubs, fmt.Sprintf("type %s struct{ jadeIs%s }\n\ntype jadeIs%s = %s\n", stub, stub, stub, text))
	return head + stub + "{} }"
}

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
