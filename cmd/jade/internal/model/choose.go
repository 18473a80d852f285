package model

import (
	"slices"

	"github.com/jade-go/jade/flow"
)

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
