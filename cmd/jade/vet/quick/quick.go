package quick

import (
	_ "embed"
	"go/ast"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/jade-go/jade/cmd/jade/vet/internal/given"
	"github.com/jade-go/jade/cmd/jade/vet/internal/report"
	"github.com/jade-go/jade/cmd/jade/vet/internal/waits"
)

//go:embed doc.go
var doc string

// Analyzer is the check quick.
var Analyzer = &analysis.Analyzer{
	Name:     "quick",
	Doc:      report.Doc(doc, "quick"),
	URL:      "https://pkg.go.dev/github.com/jade-go/jade/cmd/jade/vet/quick",
	Run:      run,
	Requires: []*analysis.Analyzer{report.Ignore, given.Analyzer, waits.Analyzer},
}

func run(pass *analysis.Pass) (any, error) {
	r := report.New(pass)
	defer r.Close()
	w := pass.ResultOf[waits.Analyzer].(*waits.Package)
	for _, g := range pass.ResultOf[given.Analyzer].([]given.Given) {
		if g.Role != given.RoleQuick {
			continue
		}
		for _, fn := range g.Fns {
			switch {
			case fn.Lit != nil:
				w.Each(fn.Lit.Body, func(n ast.Node, why string) { finding(r, n, g, why) }, nil)
			case fn.Obj != nil:
				if why := w.Func(fn.Obj); why != "" {
					finding(r, g.Arg, g, why)
				}
			}
		}
	}
	return nil, nil
}

func finding(r *report.Reporter, at ast.Node, g given.Given, why string) {
	r.At(at, "the function that %s gets must be quick, and it %s: %s", g.Name, why, advice(g.Func))
}

// advice returns what to use instead of fn.
func advice(fn string) string {
	switch {
	case fn == "combinators.Map":
		return "use combinators.Then"
	case fn == "combinators.Tap", fn == "recovery.OnError":
		return "use combinators.Then, or OnDone of the future"
	case strings.HasPrefix(fn, "flow.Map"):
		return "make it a task, and use flow.Step"
	case fn == "Flow.Degraded":
		return "let a node of the flow load what it needs"
	case fn == "recovery.WithClassifier", strings.HasPrefix(fn, "faas."):
		return "decide by the error alone"
	}
	return "make the key of the argument alone"
}
