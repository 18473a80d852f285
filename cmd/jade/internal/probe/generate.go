package probe

import (
	_ "embed"
	"fmt"
	"go/ast"
	"go/parser"
	"go/types"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/jade-go/jade/cmd/jade/internal/source"
)

var (
	//go:embed support/support.go
	support string
	//go:embed support/made.go
	made string
)

// generated are the files that a probe adds to a package: two of the package itself, which watches before its variables are made, and a test.
type generated struct {
	code, made, test string
	refused          []Report // targets that no code can call
}

const jadePath = "github.com/jade-go/jade"

// generate writes the files for the targets of pkg that skip does not name.
func generate(pkg *source.Package, modules []string, skip map[int]string) generated {
	g := &writer{pkg: pkg, imports: map[string]string{}, names: map[string]bool{}, makers: map[string]string{}}
	var out generated
	var targets strings.Builder
	for i, t := range pkg.Targets {
		call, why := "", skip[i]
		if why == "" {
			call, why = g.call(t)
		}
		if why != "" {
			out.refused = append(out.refused, Report{Target: i, Why: why})
			continue
		}
		fmt.Fprintf(&targets, "//line jade-target-%d.go:1\n\t\t{\"%[1]d\", func() []any { return jadeAll(%s) }},\n", i, call)
	}
	targets.WriteString("//line jade-targets.go:1\n")
	_, body, _ := strings.Cut(support, "package support\n")
	out.code = "package " + pkg.Name + "\n" + body + "\n// jadeBefore watches from before the package's variables are made.\nvar jadeBefore = jadeWatching()\n"
	out.made = strings.Replace(made, "package support", "package "+pkg.Name, 1)
	var code strings.Builder
	for _, stub := range g.stubs {
		code.WriteString(stub + "\n")
	}
	code.WriteString("func TestJadeDocuments(*jadetesting.T) {\n")
	fmt.Fprintf(&code, "\tjadeModules = %#v\n", modules)
	for _, t := range slices.Sorted(maps.Keys(g.makers)) {
		fmt.Fprintf(&code, "\tjadeMakers[jadeType_[%s]()] = %s\n", t, g.makers[t])
	}
	code.WriteString("\tjadeRunAll(jadeBefore, []jadeTarget{\n" + targets.String() + "\t})\n}\n")
	var test strings.Builder
	fmt.Fprintf(&test, "package %s\n\nimport (\n\tjadetesting \"testing\"\n", pkg.Name)
	for _, path := range slices.Sorted(maps.Keys(g.imports)) {
		if strings.Contains(code.String(), g.imports[path]+".") { // or else it was needed for a type that is not written
			fmt.Fprintf(&test, "\t%s %q\n", g.imports[path], path)
		}
	}
	test.WriteString(")\n\n" + code.String())
	out.test = test.String()
	return out
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
