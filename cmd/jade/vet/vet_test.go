package vet_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"

	"github.com/jade-go/jade/cmd/jade/vet"
	"github.com/jade-go/jade/cmd/jade/vet/internal/report"
)

var update = flag.Bool("update", false, "write testdata/corpus/findings.txt")

// findings runs all checks on packages below testdata.
func findings(t *testing.T, patterns ...string) []string {
	dir, err := filepath.Abs("testdata")
	require.NoError(t, err)
	pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadAllSyntax | packages.NeedModule, Dir: dir, Tests: true, Env: append(os.Environ(), "GOWORK=off", "GOPROXY=off")}, patterns...)
	require.NoError(t, err)
	require.Zero(t, packages.PrintErrors(pkgs))
	graph, err := checker.Analyze(vet.Analyzers, pkgs, nil)
	require.NoError(t, err)
	var all []string
	for _, act := range graph.Roots {
		require.NoError(t, act.Err)
		for _, d := range act.Diagnostics {
			at := act.Package.Fset.Position(d.Pos)
			name, err := filepath.Rel(dir, at.Filename)
			require.NoError(t, err)
			all = append(all, fmt.Sprintf("%s:%d: %s: %s", filepath.ToSlash(name), at.Line, act.Analyzer.Name, d.Message))
		}
	}
	slices.Sort(all)
	return slices.Compact(all) // a package with tests is loaded twice
}

// The corpus has ten programs as users write them. A comment in them says what is wrong; everything else is right.
func TestCorpus(t *testing.T) {
	got := strings.Join(findings(t, "./corpus/..."), "\n") + "\n"
	const golden = "testdata/corpus/findings.txt"
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(got), 0o666))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

func TestTests(t *testing.T) {
	require.Empty(t, findings(t, "./intests"))
	vet.Tests(true)
	defer vet.Tests(false)
	got := findings(t, "./intests")
	require.Len(t, got, 1)
	require.Contains(t, got[0], "intests/intests_test.go:13: dropped: the task that Task.Timeout returns is dropped")
}

// A comment may name each check, and nothing else.
func TestKnown(t *testing.T) {
	var names []string
	for _, a := range vet.Analyzers {
		if a != report.Ignore {
			names = append(names, a.Name)
		}
		require.True(t, strings.HasPrefix(a.Doc, a.Name+": "), a.Doc)
	}
	require.Equal(t, report.Known, names)
	require.NoError(t, analysis.Validate(vet.Analyzers))
}

func TestIsTool(t *testing.T) {
	require.True(t, vet.IsTool([]string{"-V=full"}))
	require.True(t, vet.IsTool([]string{"-flags"}))
	require.True(t, vet.IsTool([]string{"-tests", "vet.cfg"}))
	require.False(t, vet.IsTool(nil))
	require.False(t, vet.IsTool([]string{"./..."}))
}
