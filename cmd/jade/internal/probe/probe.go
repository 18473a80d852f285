// Package probe finds out which flows a program has: it runs what builds them. For that it adds a test to each package, by an overlay of the go command, so
// nothing is written to the program's folders. Names that are not exported and packages main can be reached that way.
package probe

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
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
	Why    string // it has built no flow; empty: it has
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

// Run runs the targets of all packages of a program. The flags of progress get a line for what takes long.
func Run(ctx context.Context, p *source.Program, progress func(string)) ([]Result, error) {
	dir, err := os.MkdirTemp("", "jade-probe-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	skip := map[string]map[string]string{} // by package and target, what has ended the process
	for {
		results, ended, err := once(ctx, p, dir, skip)
		if err != nil || len(ended) == 0 {
			return results, err
		}
		for path, all := range ended {
			if skip[path] == nil {
				skip[path] = map[string]string{}
			}
			for _, e := range all {
				skip[path][e.target] = e.why
			}
			progress(fmt.Sprintf("%s: something does not build a flow, so the rest runs again", path))
		}
	}
}

// ending is a target during which the process ended.
type ending struct{ target, why string }

// once runs all targets that skip does not name.
func once(ctx context.Context, p *source.Program, dir string, skip map[string]map[string]string) (results []Result, ended map[string][]ending, err error) {
	overlay := map[string]string{}
	byPath := map[string]*Result{}
	var run []*source.Package
	for i, pkg := range p.Packages {
		if len(pkg.Targets) == 0 {
			continue
		}
		g := generate(pkg, p.Modules, skip[pkg.Path])
		if err := add(overlay, filepath.Join(dir, strconv.Itoa(i)), pkg, g); err != nil {
			return nil, nil, err
		}
		results = append(results, Result{Package: pkg, Reports: g.refused})
		run = append(run, pkg)
	}
	for i := range results {
		byPath[results[i].Package.Path] = &results[i]
	}
	if len(run) == 0 {
		return nil, nil, nil
	}
	ended, err = goTest(ctx, p.Options, overlay, dir, run, byPath, skip)
	return results, ended, err
}

// add adds the files of a package to the overlay. Its own tests are left out; but if a directive needs one of their names, those of the package itself are
// kept, without their TestMain.
func add(overlay map[string]string, base string, pkg *source.Package, g generated) error {
	put := func(name, suffix, text string) error {
		file := base + suffix
		overlay[filepath.Join(pkg.Dir, name)] = file
		return os.WriteFile(file, []byte(text), 0o600)
	}
	tests, err := filepath.Glob(filepath.Join(pkg.Dir, "*_test.go"))
	if err != nil {
		return err
	}
	keep := pkg.NeedsTests()
	for i, file := range tests {
		overlay[file] = ""
		text, err := os.ReadFile(file)
		if err != nil || !keep || bytes.Contains(text, []byte("\npackage "+pkg.Name+"_test")) || bytes.HasPrefix(text, []byte("package "+pkg.Name+"_test")) {
			continue
		}
		renamed := strings.ReplaceAll(string(text), "\nfunc TestMain(", "\nfunc jadeNoTestMain(")
		if err := put(filepath.Base(file), "-"+strconv.Itoa(i)+"_test.go", renamed); err != nil {
			return err
		}
	}
	if err := put("0jade_support.go", "-support.go", g.code); err != nil {
		return err
	}
	return put("jade_documents_test.go", "-documents.go", g.test)
}

// goTest runs the tests of the overlay.
func goTest(ctx context.Context, o source.Options, overlay map[string]string, dir string, run []*source.Package, results map[string]*Result, skip map[string]map[string]string) (map[string][]ending, error) {
	data, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		return nil, err
	}
	ended := map[string][]ending{}
	for root, pkgs := range byRoot(run) { // a command for each module
		args := []string{"test", "-json", "-vet=off", "-timeout=5m", "-ldflags=-s -w", "-run=^TestJadeDocuments$", "-overlay=" + file}
		if o.Tags != "" {
			args = append(args, "-tags="+o.Tags)
		}
		for _, pkg := range pkgs {
			args = append(args, pkg.Path)
		}
		cmd := exec.CommandContext(ctx, "go", args...)
		cmd.Dir, cmd.Env = root, o.Env
		cmd.WaitDelay = time.Second
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		failed := cmd.Run()
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		texts := outputs(&out)
		for _, pkg := range pkgs {
			e, err := read(texts[pkg.Path], results[pkg.Path])
			switch {
			case err != nil:
				return nil, fmt.Errorf("the probe of %s: %w", pkg.Path, err)
			case e.target != "":
				ended[pkg.Path] = []ending{e}
			case texts[pkg.Path].finished:
			case failed != nil:
				why := reason(texts[pkg.Path].text + errs.String())
				if ended[pkg.Path] = directives(pkg, skip[pkg.Path], why); len(ended[pkg.Path]) == 0 {
					return nil, fmt.Errorf("the probe of %s does not run: %s", pkg.Path, why)
				}
			}
		}
	}
	return ended, nil
}

// directives are the targets of comments //jade:flow, any of which may not compile.
func directives(pkg *source.Package, skip map[string]string, why string) (all []ending) {
	for i, t := range pkg.Targets {
		if _, known := skip[strconv.Itoa(i)]; t.Expression != "" && !known {
			all = append(all, ending{strconv.Itoa(i), "the comment //jade:flow does not compile: " + why})
		}
	}
	return all
}

func byRoot(run []*source.Package) map[string][]*source.Package {
	roots := map[string][]*source.Package{}
	for _, pkg := range run {
		roots[pkg.Root] = append(roots[pkg.Root], pkg)
	}
	return roots
}

// output is what the test of a package has printed.
type output struct {
	text     string
	finished bool
}

// outputs sorts the events of go test -json by package.
func outputs(r *bytes.Buffer) map[string]output {
	all := map[string]output{}
	texts := map[string]*strings.Builder{}
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		var e struct{ Action, Package, ImportPath, Output string }
		if json.Unmarshal(line, &e) == nil {
			path := e.Package
			if path == "" {
				path, _, _ = strings.Cut(e.ImportPath, " ")
				path = strings.TrimSuffix(path, ".test")
			}
			if texts[path] == nil {
				texts[path] = &strings.Builder{}
			}
			texts[path].WriteString(e.Output)
			if e.Action == "pass" {
				all[path] = output{finished: true}
			}
		}
		if err != nil {
			break
		}
	}
	for path, text := range texts {
		all[path] = output{text.String(), all[path].finished}
	}
	return all
}

// read reads the reports in what a test has printed, and says during which target the process has ended, if it has.
func read(out output, result *Result) (ending, error) {
	var encoded strings.Builder
	target := ""
	var rest []string
	for line := range strings.Lines(out.text) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "#jade-begin "):
			target, rest = strings.TrimPrefix(line, "#jade-begin "), nil
		case line == "#jade-end":
			data, err := base64.StdEncoding.DecodeString(encoded.String())
			encoded.Reset()
			if err != nil {
				return ending{}, err
			}
			var r struct {
				Name string
				Report
			}
			if err := json.Unmarshal(data, &r); err != nil {
				return ending{}, err
			}
			r.Report.Target = -1
			if r.Name != "" {
				if r.Report.Target, err = strconv.Atoi(r.Name); err != nil {
					return ending{}, err
				}
			}
			result.Reports = append(result.Reports, r.Report)
			target = ""
		case strings.HasPrefix(line, "#jade "):
			encoded.WriteString(strings.TrimPrefix(line, "#jade "))
		default:
			rest = append(rest, line)
		}
	}
	if target == "" {
		return ending{}, nil
	}
	return ending{target, "it ends the process: " + reason(strings.Join(rest, "\n"))}, nil
}

// reason is the line of an output that says most.
func reason(text string) string {
	last := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case line == "", strings.HasPrefix(line, "#"), strings.HasPrefix(line, "FAIL"), strings.HasPrefix(line, "exit status"), strings.HasPrefix(line, "==="), strings.HasPrefix(line, "---"):
		case strings.HasPrefix(line, "panic:"), strings.HasPrefix(line, "fatal error:"), strings.Contains(line, ".go:"):
			return line
		default:
			last = line
		}
	}
	if last == "" {
		return "it says nothing"
	}
	return last
}
