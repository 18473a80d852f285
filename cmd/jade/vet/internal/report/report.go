// Package report passes the findings of a check on. It leaves out those in tests, and those that
// a comment excepts.
package report

import (
	"fmt"
	"go/ast"
	"go/token"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// Tests makes the checks report findings in files that end with _test.go. It is set before a check
// runs.
var Tests bool

// Reporter passes the findings of one check in one package on.
type Reporter struct {
	pass   *analysis.Pass
	except *Exceptions
	seen   map[token.Pos]bool
}

// New returns a Reporter for pass, whose check requires [Ignore].
func New(pass *analysis.Pass) *Reporter {
	return &Reporter{pass: pass, except: pass.ResultOf[Ignore].(*Exceptions), seen: map[token.Pos]bool{}}
}

// At reports a finding at n. A second finding at the same place is left out.
func (r *Reporter) At(n ast.Node, format string, args ...any) {
	at := r.pass.Fset.Position(n.Pos())
	if skipped(at.Filename) || r.except.covers(r.pass.Analyzer.Name, at) {
		return
	}
	if r.seen[n.Pos()] {
		return
	}
	r.seen[n.Pos()] = true
	r.pass.Report(analysis.Diagnostic{Pos: n.Pos(), End: n.End(), Message: fmt.Sprintf(format, args...)})
}

// Close reports the comments that except nothing.
func (r *Reporter) Close() {
	for _, e := range r.except.all {
		if e.check == r.pass.Analyzer.Name && !e.used && e.reason != "" {
			r.pass.ReportRangef(e.at, "//jade:ignore %s excepts nothing here: remove it", e.check)
		}
	}
}

func skipped(file string) bool { return !Tests && strings.HasSuffix(file, "_test.go") }

// InTest reports whether pos is in a file whose findings are left out.
func InTest(fset *token.FileSet, pos token.Pos) bool { return skipped(fset.Position(pos).Filename) }
