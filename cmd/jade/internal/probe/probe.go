// Package probe finds out which flows a program has: it runs what builds them. For that it adds a test to each package, by an overlay of the go command, so
// nothing is written to the program's folders. Names that are not exported and packages main can be reached that way.
package probe

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jade-go/jade/cmd/jade/internal/source"
	"github.com/jade-go/jade/flow"
)

// Result is what a probe has found in a package.
type Result struct {
	Package *source.Package
	Reports []Report // one for each target, in their order, and before them one for flows of variables that no target has
}

// Report is what became of a target.
type Report struct {
	Target int    // index in the targets of the package; -1: the package's variables
	Why    string // what went wrong, such as that it has built no flow
	Flows  []Built
	Times  []string // names of the made-up durations: see Made
}

// Built is a flow that a target has built.
type Built struct {
	Graph    flow.Graph
	In, Out  string              // ids of types
	Args     map[string][]string // of each node that calls a task, by its path: the type of its value, and the types of what it takes
	Types    map[string]Type
	Returned bool // the target has returned it
}

// Type describes a type.
type Type struct {
	Pkg, Name, Text, Kind string
	Elem                  string
	Fields                []Field
}

// Field is an exported field of a struct.
type Field struct {
	Name, Type, ID, Tag string
	Embedded            bool
}

// Run runs the targets of all packages of a program. What ends the process, or does not compile, is left out, and the rest of its package runs again.
// Progress gets a line for what takes long.
func Run(ctx context.Context, p *source.Program, progress func(string)) (results []Result, err error) {
	dir, err := os.MkdirTemp("", "jade-probe-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	r := &round{program: p, dir: dir, skip: map[*source.Package]map[int]string{}, results: map[*source.Package]*Result{}}
	var todo []*source.Package
	for _, pkg := range p.Packages {
		if len(pkg.Targets) > 0 {
			todo = append(todo, pkg)
			r.skip[pkg] = map[int]string{}
		}
	}
	for all := todo; ; {
		if todo, err = r.run(ctx, todo); err != nil {
			return nil, err
		}
		if len(todo) == 0 {
			for _, pkg := range all {
				results = append(results, *r.results[pkg])
			}
			return results, nil
		}
		progress(todo[0].Path + ": something does not build a flow, so the rest runs again")
	}
}

// round is what several runs of tests have found.
type round struct {
	program *source.Program
	dir     string
	skip    map[*source.Package]map[int]string // by target, why it is left out
	results map[*source.Package]*Result
}

// run runs what is not to be skipped of packages, and returns those that have to run again.
func (r *round) run(ctx context.Context, pkgs []*source.Package) (again []*source.Package, err error) {
	overlay := map[string]string{}
	for i, pkg := range pkgs {
		g := generate(pkg, r.program.Modules, r.skip[pkg])
		r.results[pkg] = &Result{Package: pkg, Reports: g.refused}
		if err := r.add(overlay, filepath.Join(r.dir, strconv.Itoa(i)), pkg, g); err != nil {
			return nil, err
		}
	}
	data, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(r.overlay(), data, 0o600); err != nil {
		return nil, err
	}
	for _, group := range byRoot(pkgs) { // a command for each module
		more, err := r.test(ctx, group)
		if err != nil {
			return nil, err
		}
		again = append(again, more...)
	}
	return again, nil
}

func (r *round) overlay() string { return filepath.Join(r.dir, "overlay.json") }

// add adds the files of a package to the overlay. Its own tests are left out; but if a directive needs one of their names, those of the package itself are
// kept, without their TestMain.
func (r *round) add(overlay map[string]string, base string, pkg *source.Package, g generated) error {
	put := func(name, suffix, text string) error {
		file := base + suffix
		overlay[filepath.Join(pkg.Dir, name)] = file
		return os.WriteFile(file, []byte(text), 0o600)
	}
	entries, err := os.ReadDir(pkg.Dir)
	if err != nil {
		return err
	}
	keep := pkg.NeedsTests(r.skip[pkg])
	for i, e := range entries {
		if !strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		file := filepath.Join(pkg.Dir, e.Name())
		overlay[file] = ""
		text, err := os.ReadFile(file)
		if err != nil || !keep || bytes.Contains(text, []byte("\npackage "+pkg.Name+"_test")) || bytes.HasPrefix(text, []byte("package "+pkg.Name+"_test")) {
			continue
		}
		renamed := strings.ReplaceAll(string(text), "\nfunc TestMain(", "\nfunc jadeNoTestMain(")
		if err := put(e.Name(), "-"+strconv.Itoa(i)+"_test.go", renamed); err != nil {
			return err
		}
	}
	if err := put("0jade_support.go", "-support.go", g.code); err != nil {
		return err
	}
	if err := put("1jade_made.go", "-made.go", g.made); err != nil {
		return err
	}
	return put("jade_documents_test.go", "-documents.go", g.test)
}

// test runs the tests of packages of one module, reads their reports, and returns the packages that have to run again.
func (r *round) test(ctx context.Context, pkgs []*source.Package) (again []*source.Package, err error) {
	args := []string{"test", "-json", "-vet=off", "-timeout=5m", "-ldflags=-s -w", "-run=^TestJadeDocuments$", "-overlay=" + r.overlay()}
	if tags := r.program.Tags; tags != "" {
		args = append(args, "-tags="+tags)
	}
	for _, pkg := range pkgs {
		args = append(args, pkg.Path)
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Env = pkgs[0].Root, r.program.Env
	cmd.WaitDelay = time.Second
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	failed := cmd.Run()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	texts := outputs(&out)
	for _, pkg := range pkgs {
		text := texts[pkg.Path]
		during, why, err := read(text.text, r.results[pkg])
		ended := map[int]string{}
		switch {
		case err != nil:
			return nil, fmt.Errorf("the probe of %s: %w", pkg.Path, err)
		case during >= 0:
			ended[during] = "it ends the process: " + why
		case failed != nil && !text.finished:
			if ended = uncompiled(pkg, r.skip[pkg], text.text+errs.String()); len(ended) == 0 {
				return nil, fmt.Errorf("the probe of %s does not run: %s", pkg.Path, reason(text.text+errs.String()))
			}
		}
		if len(ended) > 0 {
			maps.Copy(r.skip[pkg], ended)
			again = append(again, pkg)
		}
	}
	return again, nil
}

func byRoot(run []*source.Package) map[string][]*source.Package {
	roots := map[string][]*source.Package{}
	for _, pkg := range run {
		roots[pkg.Root] = append(roots[pkg.Root], pkg)
	}
	return roots
}
