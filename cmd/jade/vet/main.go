package vet

import (
	"flag"
	"strings"

	"golang.org/x/tools/go/analysis/multichecker"

	"github.com/jade-go/jade/cmd/jade/vet/internal/report"
)

// Main runs the checks as the arguments of the program say, and ends the program. The arguments are
// packages, or what go vet -vettool passes: see [IsTool].
func Main() {
	flag.BoolVar(&report.Tests, "tests", report.Tests, "report findings in files that end with _test.go too")
	multichecker.Main(Analyzers...)
}

// IsTool reports whether args, which are those of the program without its name, come from
// go vet -vettool: then the program has to call [Main].
func IsTool(args []string) bool {
	if len(args) == 0 {
		return false
	}
	last := args[len(args)-1]
	return args[0] == "-V=full" || args[0] == "-flags" || strings.HasSuffix(last, ".cfg")
}
