package report

import (
	"bytes"
	"go/ast"
	"go/token"
	"reflect"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// Known are the names that a comment may give: those of all checks. A test of package vet compares.
var Known = []string{"body", "dropped", "order", "outerctx", "perrequest", "quick", "swallow", "unclosed"}

const prefix = "//jade:ignore"

// Ignore reads the comments that except findings:
//
//	//jade:ignore check reason
//
// It reports those without a reason, and those with a name that no check has.
var Ignore = &analysis.Analyzer{
	Name: "ignore",
	Doc: `ignore: report //jade:ignore comments that cannot be right

A finding is excepted by a comment on its line, or alone on the line above:

	//jade:ignore outerctx the audit outlives the call

The name of the check comes first, or several with commas. The rest is the
reason. A comment without a reason, or with an unknown name, excepts nothing
and is a finding. So is a comment that excepts nothing.`,
	URL:        "https://pkg.go.dev/github.com/jade-go/jade/cmd/jade/vet",
	Run:        runIgnore,
	ResultType: reflect.TypeFor[*Exceptions](),
}

// Exceptions are the comments of a package.
type Exceptions struct{ all []*exception }

type exception struct {
	at            ast.Node
	file          string
	line          int // the line that it excepts
	check, reason string
	used          bool // only the check of that name reads and writes it
}

func (e *Exceptions) covers(check string, at token.Position) bool {
	covered := false
	for _, x := range e.all {
		if x.check == check && x.reason != "" && x.line == at.Line && x.file == at.Filename {
			x.used, covered = true, true
		}
	}
	return covered
}

func runIgnore(pass *analysis.Pass) (any, error) {
	found := &Exceptions{}
	for _, f := range pass.Files {
		for _, group := range f.Comments {
			for _, c := range group.List {
				if rest, ok := strings.CutPrefix(c.Text, prefix); ok && !InTest(pass.Fset, c.Pos()) {
					found.read(pass, c, rest)
				}
			}
		}
	}
	return found, nil
}

func (e *Exceptions) read(pass *analysis.Pass, c *ast.Comment, rest string) {
	rest, _, _ = strings.Cut(rest, " // want") // what a test of analyzers expects
	checks, reason, _ := strings.Cut(strings.TrimSpace(rest), " ")
	reason = strings.TrimSpace(reason)
	at := pass.Fset.Position(c.Pos())
	if checks == "" || (rest != "" && rest[0] != ' ' && rest[0] != '\t') {
		pass.ReportRangef(c, "//jade:ignore names no check: write //jade:ignore check reason")
		return
	}
	for check := range strings.SplitSeq(checks, ",") {
		if !slices.Contains(Known, check) {
			pass.ReportRangef(c, "//jade:ignore names %q, which is no check: write one of %s", check, strings.Join(Known, ", "))
			continue
		}
		if reason == "" {
			pass.ReportRangef(c, "//jade:ignore %s has no reason: write why it is right here", check)
		}
		e.all = append(e.all, &exception{at: c, file: at.Filename, line: target(pass, at), check: check, reason: reason})
	}
}

// target returns the line that a comment at at excepts: its own, or the next one without such a
// comment if it stands alone on its line.
func target(pass *analysis.Pass, at token.Position) int {
	source, err := pass.ReadFile(at.Filename)
	if err != nil {
		return at.Line
	}
	lines := bytes.Split(source, []byte("\n"))
	alone := func(line int) bool {
		return line <= len(lines) && bytes.HasPrefix(bytes.TrimSpace(lines[line-1]), []byte(prefix))
	}
	line := at.Line
	for alone(line) {
		line++
	}
	return line
}
