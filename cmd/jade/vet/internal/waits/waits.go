// Package waits knows which functions wait: for other goroutines, for the network, for a disk.
//
// For the standard library it has a list. Facts through the standard library would be useless,
// because everything there waits in the end: fmt.Sprintf does by way of the garbage collector.
package waits

import (
	"go/ast"
	"go/types"
	"reflect"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/jade-go/jade/cmd/jade/vet/internal/defs"
	"github.com/jade-go/jade/cmd/jade/vet/internal/jade"
)

// Analyzer finds the functions of a package that wait, and makes facts of them.
var Analyzer = &analysis.Analyzer{
	Name:       "waits",
	Doc:        "waits: find functions that wait for other goroutines, for the network or for a disk",
	Run:        run,
	Requires:   []*analysis.Analyzer{defs.Analyzer},
	FactTypes:  []analysis.Fact{(*Waits)(nil)},
	ResultType: reflect.TypeFor[*Package](),
}

// Waits is the fact that a function waits.
type Waits struct {
	For string // what it does in the end: "calls time.Sleep"
}

// AFact marks Waits as a fact.
func (*Waits) AFact() {}

func (w *Waits) String() string { return w.For }

// Package answers what waits in one package.
type Package struct {
	pass  *analysis.Pass
	info  *types.Info
	defs  *defs.Defs
	own   map[*types.Func]string  // functions of this package that wait, and what for
	slow  map[*types.Var]string   // mutexes that a function holds while it waits, and what for
	roomy map[*types.Var]bool     // channels that are made with a buffer
	known map[*ast.FuncLit]string // what closures wait for; "" also while one is being looked at, as it may call itself
}

func run(pass *analysis.Pass) (any, error) {
	p := &Package{
		pass: pass, info: pass.TypesInfo, defs: pass.ResultOf[defs.Analyzer].(*defs.Defs),
		own: map[*types.Func]string{}, slow: map[*types.Var]string{}, roomy: map[*types.Var]bool{},
		known: map[*ast.FuncLit]string{},
	}
	if _, own := jade.Folder(pass.Pkg); own || defs.IsStandard(pass) {
		return p, nil
	}
	p.findBuffers()
	p.propagate()
	if p.findSlowMutexes() {
		p.propagate()
	}
	for fn, what := range p.own {
		if fn.Exported() {
			pass.ExportObjectFact(fn, &Waits{what})
		}
	}
	clear(p.known)
	return p, nil
}

// propagate finds the functions of the package that wait: those that do it themselves, and then
// those that call them.
func (p *Package) propagate() {
	clear(p.known)
	calls := map[*types.Func][]*types.Func{} // from a function to those of this package that it calls
	for fn, decl := range p.defs.Decls() {
		if decl.Body == nil {
			continue
		}
		p.Each(decl.Body, func(_ ast.Node, what string) {
			if p.own[fn] == "" {
				p.own[fn] = end(what)
			}
		}, func(callee *types.Func) {
			calls[callee] = append(calls[callee], fn)
		})
	}
	var work []*types.Func
	for fn := range p.defs.Decls() {
		if p.own[fn] != "" {
			work = append(work, fn)
		}
	}
	for len(work) > 0 {
		fn := work[0]
		work = work[1:]
		for _, caller := range calls[fn] {
			if p.own[caller] == "" {
				p.own[caller] = p.own[fn]
				work = append(work, caller)
			}
		}
	}
}

// end returns the last part of a chain of calls: that is where a function waits.
func end(why string) string {
	_, last, ok := strings.Cut(why, chained)
	if !ok {
		return why
	}
	return last
}

const chained = ", which in the end "

// Func returns what fn waits for, or "".
func (p *Package) Func(fn *types.Func) string {
	if what := p.own[fn]; what != "" || fn.Pkg() == p.pass.Pkg || fn.Pkg() == nil {
		return what
	}
	if full := key(fn); standard[full] {
		return "calls " + full
	}
	var fact Waits
	if p.pass.ImportObjectFact(fn, &fact) {
		return fact.For
	}
	return ""
}

// Call returns why call waits, as what follows "it": "calls time.Sleep". It returns "" if call
// does not wait, as far as that is known.
func (p *Package) Call(call *ast.CallExpr) string {
	fn := jade.Callee(p.info, call)
	if fn == nil || fn.Pkg() == nil {
		return p.closure(call)
	}
	name := types.ExprString(call.Fun)
	if f, ok := jade.FuncOf(fn); ok {
		if f.Is(ofJade...) {
			return "calls " + f.String()
		}
		return ""
	}
	if full := key(fn); standard[full] || onNetwork[full] && p.reads(call) {
		return "calls " + full
	}
	if what := p.mutex(fn, call); what != "" {
		return what
	}
	if what := p.Func(fn); what != "" {
		return "calls " + name + chained + what
	}
	if remote(fn) {
		return "calls " + name + ", a method that takes a ctx and can fail"
	}
	return ""
}

// closure returns why a call of a variable waits that holds a function literal.
func (p *Package) closure(call *ast.CallExpr) (why string) {
	if _, ok := ast.Unparen(call.Fun).(*ast.FuncLit); ok {
		return "" // its body is looked at in place
	}
	for _, fn := range p.defs.Callees(call) {
		if fn.Lit == nil {
			if fn.Obj != nil && p.Func(fn.Obj) != "" {
				why = p.Func(fn.Obj)
			}
			continue
		}
		if _, ok := p.known[fn.Lit]; !ok {
			p.known[fn.Lit] = ""
			p.Each(fn.Lit.Body, func(_ ast.Node, what string) { p.known[fn.Lit] = end(what) }, nil)
		}
		if what := p.known[fn.Lit]; what != "" {
			why = what
		}
	}
	if why != "" {
		why = "calls " + types.ExprString(call.Fun) + chained + why
	}
	return why
}

// remote reports whether fn is a method of an interface that takes a ctx and can fail. Such a
// method is a call to a service, until the opposite is known.
func remote(fn *types.Func) bool {
	sig := fn.Signature()
	if sig.Recv() == nil || !types.IsInterface(sig.Recv().Type()) || fn.Pkg() == nil || !jade.TakesContext(sig) {
		return false
	}
	n := sig.Results().Len()
	return n > 0 && jade.IsError(sig.Results().At(n-1).Type()) && !isStandardPath(fn.Pkg().Path())
}
