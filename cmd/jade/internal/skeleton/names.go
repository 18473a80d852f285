package skeleton

import (
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/module"

	"github.com/jade-go/jade/cmd/jade/internal/command"
)

var (
	flowName    = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	packageName = regexp.MustCompile(`^[a-z][a-z0-9]*$`)
	typeName    = regexp.MustCompile(`^[A-Z][A-Za-z0-9_]*$`)
)

// longest is a limit for all names. A file system takes 255 bytes, and some take less.
const longest = 64

// reserved are the packages that the main programs import. They also have the package with the handler.
var reserved = []string{"main", "context", "log", "signal", "syscall", "time", "faas", "fc", "lambda"}

// declared are the exported names of the packages that are written.
var declared = []string{"New", "Services", "Open", "TestAnswer", "TestFaults", "TestNew", "TestNew_repeatsAFailure", "TestNew_isInTimeIfTheServiceHangs"}

func (r *request) check() error {
	if !slices.Contains([]string{"handler", "flow", "task"}, r.kind) {
		return command.Usage("%q: want handler, flow or task", r.kind)
	}
	if err := r.checkPlatform(); err != nil {
		return err
	}
	switch {
	case r.Name == "":
		return command.Usage("-name is missing: add for example -name order-page")
	case !flowName.MatchString(r.Name) || len(r.Name) > longest:
		return command.Usage("-name %q: want at most %d lower-case letters, digits and single hyphens, such as order-page", r.Name, longest)
	case module.CheckImportPath(r.Name) != nil:
		return command.Usage("-name %q: no folder can have this name on Windows: choose another, such as order-page", r.Name)
	case r.Package == "":
		return command.Usage("-package is missing: add for example -package %s", strings.ReplaceAll(r.Name, "-", ""))
	case !packageName.MatchString(r.Package) || len(r.Package) > longest:
		return command.Usage("-package %q: want at most %d lower-case letters and digits, such as orderpage", r.Package, longest)
	case token.IsKeyword(r.Package), types.Universe.Lookup(r.Package) != nil:
		return command.Usage("-package %q: Go uses this name itself: choose another, such as %spage", r.Package, r.Package)
	case slices.Contains(reserved, r.Package):
		return command.Usage("-package %q: the main program uses this name already: choose another, such as %spage", r.Package, r.Package)
	}
	for _, t := range []struct{ flag, name string }{{"-in", r.In}, {"-out", r.Out}} {
		switch {
		case !typeName.MatchString(t.name) || len(t.name) > longest:
			return command.Usage("%s %q: want the name of an exported Go type, such as OrderPage, of at most %d letters and digits", t.flag, t.name, longest)
		case slices.Contains(declared, t.name):
			return command.Usage("%s %q: the package has another declaration with this name: choose another, such as OrderPage", t.flag, t.name)
		}
	}
	if r.In == r.Out {
		return command.Usage("-in and -out are both %q: choose another name for one of them", r.In)
	}
	return nil
}

func (r *request) checkPlatform() error {
	switch {
	case !r.Handler() && r.platform != "":
		return command.Usage("-for %q: only a handler has a platform: leave -for out", r.platform)
	case r.Handler() && r.platform == "":
		r.platform = "http"
	case r.Handler() && !slices.Contains([]string{"http", "fc", "lambda"}, r.platform):
		return command.Usage("-for %q: want http, fc or lambda", r.platform)
	}
	return nil
}
