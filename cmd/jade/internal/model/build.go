package model

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jade-go/jade/cmd/jade/internal/probe"
	"github.com/jade-go/jade/cmd/jade/internal/source"
	"github.com/jade-go/jade/flow"
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

// helped reports whether flows exist only because a helper was called with made-up arguments: another target that calls the helper has built a flow at the
// same place, with the name that it really has.
func helped(all []candidate, groups map[flowKey][]candidate) bool {
	for _, c := range all {
		called := false
		for key, others := range groups {
			if key.name == c.key.name || key.file != c.key.file || key.line != c.key.line || key.pkg != c.key.pkg {
				continue
			}
			called = called || slices.ContainsFunc(others, func(o candidate) bool { return slices.Contains(o.target.Calls, c.target.Name) })
		}
		if !called {
			return false
		}
	}
	return true
}

// count is how many made-up durations are in a graph.
func (w words) count(g flow.Graph) (n int) {
	add := func(made bool) {
		if made {
			n++
		}
	}
	add(w.isMade(g.Timeout))
	add(w.isMade(g.Reserve))
	for _, node := range g.Nodes {
		for _, p := range node.Policies {
			add(w.isMade(p.Limit))
			add(w.isMade(p.Retry.Delay))
			add(w.isMade(p.Hedge.After))
		}
		if node.Flow != nil {
			n += w.count(*node.Flow)
		}
	}
	return n
}

// choose makes a flow of each structure among the candidates: of the one that says most about it.
func (b *builder) choose(key flowKey, all []candidate) {
	pkg := b.packages[key.pkg]
	var hashes []string
	for _, c := range all {
		if !slices.Contains(hashes, c.hash) {
			hashes = append(hashes, c.hash)
		}
	}
	for _, hash := range hashes {
		var best candidate
		var builders []string
		for _, c := range all {
			if c.hash != hash {
				continue
			}
			if best.hash == "" || better(c, best) {
				best = c
			}
			if name := c.target.Name; name != "" && !slices.Contains(builders, name) {
				builders = append(builders, name)
			}
		}
		slices.Sort(builders)
		f := &Flow{
			Package: pkg, Name: key.name, Doc: best.site.Doc, File: best.site.File, In: best.site.In, Builder: builders,
			Graph: best.words.drawn(best.built.Graph, pkg.Name), Hash: hash,
		}
		b.found[f] = best
		b.flows[key] = append(b.flows[key], f)
		pkg.Flows = append(pkg.Flows, f)
	}
}

// better reports whether a says more about a flow than c: one of a directive, with fewer made-up durations, from a function that calls the other's.
func better(a, c candidate) bool {
	switch {
	case (a.target.Expression != "") != (c.target.Expression != ""):
		return a.target.Expression != ""
	case a.made != c.made:
		return a.made < c.made
	case slices.Contains(a.target.Calls, c.target.Name):
		return true
	}
	return false
}

// drawn is the graph for charts: without made-up durations, and with types as the package writes them.
func (w words) drawn(g flow.Graph, pkg string) flow.Graph {
	g.In, g.Out = unqualified(g.In, pkg), unqualified(g.Out, pkg)
	if w.isMade(g.Timeout) {
		g.Timeout = 0
	}
	if w.isMade(g.Reserve) {
		g.Reserve = 0
	}
	g.Nodes = slices.Clone(g.Nodes)
	for i := range g.Nodes {
		n := &g.Nodes[i]
		n.In, n.Out = unqualified(n.In, pkg), unqualified(n.Out, pkg)
		n.Policies = slices.Clone(n.Policies)
		for k := range n.Policies {
			if p := &n.Policies[k]; w.isMade(p.Limit) {
				p.Limit = 0
			} else if w.isMade(p.Retry.Delay) {
				p.Retry.Delay, p.Retry.MaxDelay = 0, 0
			}
		}
		if n.Flow != nil {
			inner := w.drawn(*n.Flow, pkg)
			n.Flow = &inner
		}
	}
	g.Edges = slices.Clone(g.Edges)
	for i := range g.Edges {
		g.Edges[i].Type = unqualified(g.Edges[i].Type, pkg)
	}
	return g
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
