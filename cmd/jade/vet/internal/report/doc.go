package report

import (
	"go/parser"
	"go/token"
	"strings"
)

// Doc returns the section "# Analyzer name" of the package comment in source, the text of a
// doc.go file, as passes of x/tools have it.
func Doc(source, name string) string {
	f, err := parser.ParseFile(token.NewFileSet(), "doc.go", source, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil || f.Doc == nil {
		panic("vet: doc.go of " + name + " has no package comment")
	}
	_, section, ok := strings.Cut(f.Doc.Text(), "# Analyzer "+name+"\n")
	if !ok {
		panic("vet: doc.go of " + name + " has no section for it")
	}
	section, _, _ = strings.Cut(section, "\n# ")
	return strings.TrimSpace(section)
}
