// Package jade recognises calls of Jade in the syntax of a program.
package jade

import (
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/types/typeutil"
)

const module = "github.com/jade-go/jade"

// Func is a function or a method of Jade. It is comparable.
type Func struct {
	Pkg  string // the folder: "future", "recover", "faas/lambda"
	Recv string // the type of a method: "Task"; else empty
	Name string
}

// String returns the name as a user writes it: "flow.Map", "Task.Timeout".
func (f Func) String() string {
	if f.Recv != "" {
		return f.Recv + "." + f.Name
	}
	if f.Pkg == "recover" {
		return "recovery." + f.Name
	}
	return f.Pkg[strings.LastIndexByte(f.Pkg, '/')+1:] + "." + f.Name
}

// Is reports whether f is one of names, which are as String returns them. A name that ends
// with a digit as "flow.Step#" stands for flow.Step and flow.Step2 to flow.Step9.
func (f Func) Is(names ...string) bool {
	own := f.String()
	base := strings.TrimRight(own, "23456789")
	for _, name := range names {
		if own == name || base+"#" == name {
			return true
		}
	}
	return false
}

// Call is a call of Jade.
type Call struct {
	Func
	Expr *ast.CallExpr
	Recv ast.Expr   // what the method was called on; else nil
	Args []ast.Expr // without the receiver
	Sig  *types.Signature
}

// CallOf returns the call of Jade that expr is.
func CallOf(info *types.Info, expr ast.Expr) (Call, bool) {
	call, ok := ast.Unparen(expr).(*ast.CallExpr)
	if !ok {
		return Call{}, false
	}
	fn := Callee(info, call)
	if fn == nil {
		return Call{}, false
	}
	name, ok := FuncOf(fn)
	if !ok {
		return Call{}, false
	}
	c := Call{Func: name, Expr: call, Args: call.Args}
	c.Sig, _ = info.TypeOf(call.Fun).Underlying().(*types.Signature)
	if c.Sig == nil {
		return Call{}, false
	}
	if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok {
		switch s := info.Selections[sel]; {
		case s == nil:
		case s.Kind() == types.MethodVal:
			c.Recv = sel.X
		case s.Kind() == types.MethodExpr && len(call.Args) > 0: // task.Task[A, B].Do(t, ctx, a)
			c.Recv, c.Args = call.Args[0], call.Args[1:]
			c.Sig = fn.Signature()
		}
	}
	return c, true
}

// Callee returns the function or method that call calls, in its generic form.
func Callee(info *types.Info, call *ast.CallExpr) *types.Func {
	fn, _ := typeutil.Callee(info, call).(*types.Func)
	if fn == nil {
		return nil
	}
	return fn.Origin()
}

// FuncOf returns the name of fn if it belongs to Jade.
func FuncOf(fn *types.Func) (Func, bool) {
	pkg, ok := Folder(fn.Pkg())
	if !ok {
		return Func{}, false
	}
	f := Func{Pkg: pkg, Name: fn.Name()}
	if recv := fn.Signature().Recv(); recv != nil {
		f.Recv = typeName(recv.Type())
	}
	return f, true
}

// TypeOf returns the name of t, or of what t points at, if it is a type of Jade: "flow.Node".
func TypeOf(t types.Type) string {
	named := namedOf(t)
	if named == nil {
		return ""
	}
	pkg, ok := Folder(named.Obj().Pkg())
	if !ok {
		return ""
	}
	return Func{Pkg: pkg, Name: named.Obj().Name()}.String()
}

// Folder returns the folder of a package of the library, without the path of the module.
func Folder(pkg *types.Package) (string, bool) {
	if pkg == nil {
		return "", false
	}
	path := pkg.Path()
	if i := strings.LastIndex(path, "/vendor/"); i >= 0 {
		path = path[i+len("/vendor/"):]
	}
	folder, ok := strings.CutPrefix(path, module+"/")
	if !ok {
		return "", false
	}
	first, _, _ := strings.Cut(folder, "/")
	switch first {
	case "examples", "benchmarks", "docs", "cmd": // these use the library
		return "", false
	}
	return folder, true
}

func typeName(t types.Type) string {
	if named := namedOf(t); named != nil {
		return named.Obj().Name()
	}
	return ""
}

func namedOf(t types.Type) *types.Named {
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	named, _ := t.(*types.Named)
	return named
}

// IsNamed reports whether t, or what t points at, is the type name of package path.
func IsNamed(t types.Type, path, name string) bool {
	named := namedOf(t)
	if named == nil || named.Obj().Pkg() == nil {
		return false
	}
	return named.Obj().Name() == name && named.Obj().Pkg().Path() == path
}

// IsContext reports whether t is context.Context.
func IsContext(t types.Type) bool {
	if _, ok := types.Unalias(t).(*types.Pointer); ok {
		return false
	}
	return IsNamed(t, "context", "Context")
}

// TakesContext reports whether the first parameter of sig is a context.Context.
func TakesContext(sig *types.Signature) bool {
	return sig != nil && sig.Params().Len() > 0 && IsContext(sig.Params().At(0).Type())
}

// IsError reports whether t is the type error.
func IsError(t types.Type) bool {
	return types.Identical(t, types.Universe.Lookup("error").Type())
}
