// Package source reads the packages of a program: which of their functions and variables may build flows, and the comments of types and functions.
package source

import (
	"context"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// Program is what the patterns of a command name.
type Program struct {
	Options
	Packages []*Package
	Broken   []string // a line for each package that does not build
	Modules  []string // paths of the modules that the packages belong to
	fset     *token.FileSet
	all      map[string]*packages.Package // by path, also those that are only imported
	comments map[string]*comments
}

// Package is a package that the patterns name.
type Package struct {
	Path, Name string
	Dir        string // absolute
	Root       string // folder of its module, absolute
	Module     string // path of its module
	Doc        string

	Targets []Target
	loaded  *packages.Package
}

const mode = packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports | packages.NeedModule |
	packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedExportFile

// Options say where and how packages are built.
type Options struct {
	Dir  string   // where the patterns hold
	Tags string   // build tags
	Env  []string // environment of the go command
}

// Load reads the packages that the patterns name. Tests of the packages are left out.
func Load(ctx context.Context, o Options, patterns ...string) (*Program, error) {
	p := &Program{Options: o, fset: token.NewFileSet(), all: map[string]*packages.Package{}, comments: map[string]*comments{}}
	config := &packages.Config{Context: ctx, Dir: o.Dir, Env: o.Env, Fset: p.fset, Mode: mode}
	if o.Tags != "" {
		config.BuildFlags = []string{"-tags=" + o.Tags}
	}
	loaded, err := packages.Load(config, patterns...)
	if err != nil {
		return nil, fmt.Errorf("cannot load %s: %s", strings.Join(patterns, " "), firstLine(err.Error()))
	}
	for _, l := range loaded {
		p.all[l.PkgPath] = l
		if why := broken(l); why != "" {
			p.Broken = append(p.Broken, why)
			continue
		}
		if len(l.GoFiles) == 0 {
			continue
		}
		pkg := &Package{Path: l.PkgPath, Name: l.Name, Dir: filepath.Dir(l.GoFiles[0]), loaded: l, Doc: packageDoc(l.Syntax)}
		pkg.Root, pkg.Module = pkg.Dir, l.PkgPath
		if l.Module != nil {
			pkg.Root, pkg.Module = l.Module.Dir, l.Module.Path
		}
		if !slices.Contains(p.Modules, pkg.Module) {
			p.Modules = append(p.Modules, pkg.Module)
		}
		p.Packages = append(p.Packages, pkg)
	}
	slices.SortFunc(p.Packages, func(a, b *Package) int { return strings.Compare(a.Path, b.Path) })
	slices.Sort(p.Broken)
	for _, pkg := range p.Packages {
		pkg.Targets = p.targets(pkg)
	}
	return p, nil
}

// broken says why a package does not build, in one line; it is empty if it builds.
func broken(l *packages.Package) string {
	if len(l.Errors) == 0 {
		return ""
	}
	e := l.Errors[0]
	more := ""
	if n := len(l.Errors) - 1; n > 0 {
		more = fmt.Sprintf(" (and %d more)", n)
	}
	where := ""
	if e.Pos != "" && e.Pos != "-" {
		where = e.Pos + ": "
	}
	return fmt.Sprintf("%s does not build: %s%s%s", l.PkgPath, where, firstLine(e.Msg), more)
}

func firstLine(text string) string {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			return line
		}
	}
	return text
}

func packageDoc(files []*ast.File) string {
	for _, f := range files {
		if f.Doc != nil {
			return f.Doc.Text()
		}
	}
	return ""
}

// jadePath is the path of the library's root package.
const jadePath = "github.com/jade-go/jade"

// isJade reports whether an object is the name of a package of the library: flow, task or another.
func isJade(o types.Object, pkg, name string) bool {
	return o != nil && o.Pkg() != nil && o.Pkg().Path() == jadePath+"/"+pkg && o.Name() == name
}

// ImportPath is the path of the package that a file of pkg imports under a name; empty if none does.
func (pkg *Package) ImportPath(name string) string {
	for _, file := range pkg.loaded.Syntax {
		for _, spec := range file.Imports {
			if imported := pkg.loaded.TypesInfo.PkgNameOf(spec); imported != nil && imported.Name() == name {
				return imported.Imported().Path()
			}
		}
	}
	return ""
}
