// Package given finds the functions that a program gives to Jade, straight or through helpers of
// its own.
package given

import (
	"go/ast"
	"go/types"
	"reflect"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/jade-go/jade/cmd/jade/vet/internal/defs"
	"github.com/jade-go/jade/cmd/jade/vet/internal/jade"
)

// Analyzer finds the functions that a package gives to Jade.
var Analyzer = &analysis.Analyzer{
	Name:       "given",
	Doc:        "given: find the functions that a package gives to Jade",
	Run:        run,
	Requires:   []*analysis.Analyzer{inspect.Analyzer, defs.Analyzer},
	FactTypes:  []analysis.Fact{(*Forwards)(nil)},
	ResultType: reflect.TypeFor[[]Given](),
}

// Role says what Jade does with a function.
type Role int

const (
	RoleBody  Role = iota + 1 // calls it with a ctx of its own
	RoleQuick                 // calls it inline: it must not wait
)

// Given is one function that is given to Jade.
type Given struct {
	Call *ast.CallExpr
	Name string // what gets it: "future.Go", or the name of a helper
	Func string // the function of Jade in the end: "future.Go"
	Arg  ast.Expr
	Role Role
	Fns  []defs.Func
}

// Forwards is the fact that a helper gives parameters of its own to Jade.
type Forwards struct {
	Params []Forward
}

// Forward says what becomes of one parameter.
type Forward struct {
	Param int
	Role  Role
	Func  string
}

// AFact marks Forwards as a fact.
func (*Forwards) AFact() {}

func (f *Forwards) String() string { return "forwards functions to Jade" }

// finder looks for the functions that one package gives to Jade.
type finder struct {
	pass   *analysis.Pass
	info   *types.Info
	defs   *defs.Defs
	params map[*types.Var]param // parameters of declared functions that are functions
	found  []Given
}

type param struct {
	of    *types.Func
	index int
}

func run(pass *analysis.Pass) (any, error) {
	f := &finder{pass: pass, info: pass.TypesInfo, defs: pass.ResultOf[defs.Analyzer].(*defs.Defs), params: map[*types.Var]param{}}
	if _, own := jade.Folder(pass.Pkg); defs.IsStandard(pass) {
		return f.found, nil
	} else if !own {
		f.collectParams()
	}
	var calls []*ast.CallExpr
	pass.ResultOf[inspect.Analyzer].(*inspector.Inspector).Preorder([]ast.Node{(*ast.CallExpr)(nil)}, func(n ast.Node) {
		if call := n.(*ast.CallExpr); f.straight(call) {
			calls = append(calls, call)
		}
	})
	f.through(calls)
	return f.found, nil
}

func (f *finder) collectParams() {
	for fn := range f.defs.Decls() {
		for i := range fn.Signature().Params().Len() {
			p := fn.Signature().Params().At(i)
			if _, ok := p.Type().Underlying().(*types.Signature); ok {
				f.params[p] = param{fn, i}
			}
		}
	}
}

// straight adds the functions that call gives to Jade itself. It reports whether call gives
// functions to something else, which may be a helper.
func (f *finder) straight(call *ast.CallExpr) (helper bool) {
	functions := false
	for _, arg := range call.Args {
		if t := f.info.TypeOf(arg); t != nil {
			if _, ok := t.Underlying().(*types.Signature); ok {
				functions = true
			}
		}
	}
	if !functions {
		return false
	}
	c, ok := jade.CallOf(f.info, call)
	if !ok {
		return true
	}
	for i, arg := range c.Args {
		sig, ok := f.info.TypeOf(arg).Underlying().(*types.Signature)
		if !ok {
			continue
		}
		fns := f.defs.Funcs(arg)
		role := roleOf(c, i, sig)
		if inner := middleware(sig); role == 0 && inner != nil {
			role = RoleBody
			var made []defs.Func
			for _, fn := range fns {
				made = append(made, f.defs.Returned(fn)...)
			}
			fns = made
		}
		if role != 0 {
			f.found = append(f.found, Given{Call: call, Name: c.String(), Func: c.String(), Arg: arg, Role: role, Fns: fns})
		}
	}
	return false
}

// middleware returns the function that a function such as that of Task.Wrap returns.
func middleware(sig *types.Signature) *types.Signature {
	if sig.Results().Len() != 1 {
		return nil
	}
	inner, _ := sig.Results().At(0).Type().Underlying().(*types.Signature)
	if !jade.TakesContext(inner) {
		return nil
	}
	return inner
}

// roleOf returns what c does with its argument i of type sig; 0 if that does not matter.
func roleOf(c jade.Call, i int, sig *types.Signature) Role {
	switch {
	case jade.TakesContext(sig):
		return RoleBody
	case c.Is("combinators.Map", "combinators.Tap", "recovery.OnError", "recovery.WithClassifier", "flow.Map#", "flow.MapErr", "Flow.Degraded",
		"Task.GateBy", "guard.ShareBy", "guard.MemoBy", "guard.CacheBy", "guard.HotBy", "faas.Classifier", "faas.Status"):
		return RoleQuick
	}
	return 0
}
