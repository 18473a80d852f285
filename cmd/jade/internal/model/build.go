package model

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jade-go/jade/cmd/jade/internal/probe"
	"github.com/jade-go/jade/cmd/jade/internal/source"
)

// builder joins what was found in the source and what probes have built.
type builder struct {
	program  *source.Program
	sites    source.Sites
	packages map[string]*Package
	flows    map[flowKey][]*Flow
	tasks    map[taskKey]*Task
	found    map[*Flow]candidate
	reached  map[source.Site]bool
}

// flowKey is a flow: where it was made, and its name.
type flowKey struct {
	pkg, file string
	line      int
	name      string
}

type taskKey struct{ pkg, file, name string }

// candidate is a flow that a target has built. Several targets may build the same one.
type candidate struct {
	built  probe.Built
	words  words
	target source.Target // zero for the variables of a package
	site   source.Site
	made   int // made-up durations in it
	key    flowKey
	hash   string
}

// Build describes what was found.
func Build(p *source.Program, results []probe.Result) *Model {
	b := &builder{
		program: p, sites: p.Sites(), packages: map[string]*Package{}, flows: map[flowKey][]*Flow{}, tasks: map[taskKey]*Task{}, found: map[*Flow]candidate{},
		reached: map[source.Site]bool{},
	}
	folders := map[string]bool{}
	for _, pkg := range p.Packages {
		folder, err := filepath.Rel(pkg.Root, pkg.Dir)
		if err != nil {
			folder = pkg.Path
		}
		title := pkg.Path
		switch {
		case len(p.Modules) > 1:
			folder = pkg.Path
		case folder == ".":
			folder = "root"
		default:
			title = filepath.ToSlash(folder)
		}
		for folder = filepath.ToSlash(folder); folders[folder]; {
			folder += "-2"
		}
		folders[folder] = true
		b.packages[pkg.Path] = &Package{Path: pkg.Path, Title: title, Name: pkg.Name, Folder: folder, Dir: pkg.Dir, Doc: pkg.Doc}
	}
	groups := map[flowKey][]candidate{}
	var keys []flowKey
	for _, r := range results {
		for _, c := range b.candidates(r) {
			if groups[c.key] == nil {
				keys = append(keys, c.key)
			}
			groups[c.key] = append(groups[c.key], c)
		}
	}
	for _, key := range keys {
		if !helped(groups[key], groups) {
			b.choose(key, groups[key])
		}
	}
	b.unreached()
	m := &Model{}
	for _, pkg := range p.Packages {
		if d := b.packages[pkg.Path]; len(d.Flows)+len(d.Missing) > 0 {
			m.Packages = append(m.Packages, d)
		}
	}
	b.describe(m)
	return m
}

// candidates are the flows of a result, and notes what is missing.
func (b *builder) candidates(r probe.Result) (all []candidate) {
	pkg := b.packages[r.Package.Path]
	for _, report := range r.Reports {
		var target source.Target
		if report.Target >= 0 {
			target = r.Package.Targets[report.Target]
			if report.Why != "" {
				pkg.Missing = append(pkg.Missing, Missing{target.Name, target.File, report.Why})
			}
		}
		for _, built := range report.Flows {
			c := candidate{built: built, words: words{report.Times}, target: target, hash: built.Graph.Hash()}
			at := built.Graph.Place
			c.site = b.site(b.sites.Flow(at.File, at.Line), pkg.Path, at.File)
			b.reached[c.site] = true
			c.key = flowKey{c.site.Package, at.File, at.Line, built.Graph.Name}
			c.made = c.words.count(built.Graph)
			all = append(all, c)
		}
	}
	return all
}

// unreached notes each place of the source that makes a flow which no target has built.
func (b *builder) unreached() {
	for _, site := range b.sites.Flows() {
		pkg := b.packages[site.Package]
		name := site.In[strings.LastIndex(site.In, ".")+1:]
		known := slices.ContainsFunc(pkg.Missing, func(m Missing) bool { return m.File == site.File && strings.HasSuffix(m.Name, name) })
		if !b.reached[site] && !known {
			pkg.Missing = append(pkg.Missing, Missing{site.In, site.File, "no function that is called makes this flow. `main`, functions that answer a request, and functions " +
				"that return nothing that may hold a flow are not called: build it in a function of its own"})
		}
	}
	for _, pkg := range b.packages {
		slices.SortStableFunc(pkg.Missing, func(x, y Missing) int { return cmp.Or(cmp.Compare(x.File, y.File), cmp.Compare(x.Name, y.Name)) })
	}
}

// site chooses one of several sites that the library cannot tell apart: that in the package, else the first.
func (b *builder) site(sites []source.Site, pkg, file string) source.Site {
	for _, s := range sites {
		if s.Package == pkg {
			return s
		}
	}
	if len(sites) > 0 {
		return sites[0]
	}
	return source.Site{Package: pkg, File: file}
}

// describe fills in what flows have, when all of them are known.
func (b *builder) describe(m *Model) {
	for _, pkg := range m.Packages {
		slices.SortStableFunc(pkg.Flows, func(x, y *Flow) int {
			return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.File, y.File), cmp.Compare(x.In, y.In), cmp.Compare(x.Hash, y.Hash))
		})
		taken := map[string]bool{}
		for _, f := range pkg.Flows {
			f.ID = unique(taken, f.Name)
		}
	}
	for _, pkg := range m.Packages {
		for _, f := range pkg.Flows {
			b.fill(f)
		}
	}
	for _, pkg := range m.Packages {
		slices.SortStableFunc(pkg.Tasks, func(x, y *Task) int { return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.File, y.File)) })
		taken := map[string]bool{}
		for _, t := range pkg.Tasks {
			t.ID = unique(taken, t.Name)
		}
	}
}

func (b *builder) fill(f *Flow) {
	c := b.found[f]
	f.Input, f.Output = b.value(f, c.built, c.built.In), b.value(f, c.built, c.built.Out)
	f.Rules = f.Output.Type == "struct {}"
	if d := c.built.Graph.Timeout; d > 0 {
		f.Limit = c.words.limit(d)
	}
	if d := c.built.Graph.Reserve; d > 0 {
		f.Reserve = c.words.limit(d)
	}
	f.Matrix = matrix(f.Package.Dir, f.Name)
	b.calls(f, c)
}

// matrix is the fault matrix of a flow that a test of its package keeps, if there is one.
func matrix(dir, name string) string {
	files, err := filepath.Glob(filepath.Join(dir, "testdata", "*.md"))
	if err != nil {
		return ""
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		head, _, _ := strings.Cut(string(text), "\n")
		cells := strings.Split(head, "|")
		if len(cells) > 2 && strings.TrimSpace(cells[1]) == name {
			return strings.TrimSpace(string(text))
		}
	}
	return ""
}

// unique makes an id of a name that no other one has.
func unique(taken map[string]bool, name string) string {
	id := slug(name)
	for n := 2; taken[id]; n++ {
		id = slug(name) + "-" + number(float64(n))
	}
	taken[id] = true
	return id
}

// slug is a name that is fit for a file and an anchor.
func slug(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '_':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() >= 60 {
			break
		}
	}
	return cmp.Or(strings.Trim(b.String(), "-"), "x")
}
