package combinators_test

import (
	"iter"
	"slices"
)

// shrink makes a graph smaller for as long as fails says that it still fails.
func (g *scopedGraph) shrink(fails func(*scopedGraph) bool) *scopedGraph {
	for tries := 0; tries < 1000; {
		smaller := false
		for try := range g.simpler() {
			if tries++; fails(try) {
				g, smaller = try, true
				break
			}
		}
		if !smaller {
			break
		}
	}
	return g
}

// simpler yields graphs that lack one thing of g.
func (g *scopedGraph) simpler() iter.Seq[*scopedGraph] {
	return func(yield func(*scopedGraph) bool) {
		for i := len(g.vertices) - 1; i >= 0; i-- {
			if len(g.vertices) > 1 && !g.referenced(i) && !yield(g.without(i)) {
				return
			}
		}
		for i, o := range g.ops {
			if o.deed != doBuild && !yield(&scopedGraph{g.ctxs, g.vertices, slices.Delete(slices.Clone(g.ops), i, i+1)}) {
				return
			}
		}
		for i, v := range g.vertices {
			for k := range v.in {
				if less := slices.Delete(slices.Clone(v.in), k, k+1); v.kind.several() && v.kind != kZip && v.kind != kQuorum && !yield(g.with(i, func(v *scopedVertex) { v.in = less })) {
					return
				}
			}
			if v.work.wait != nil && !yield(g.with(i, func(v *scopedVertex) { v.work.wait = nil })) {
				return
			}
			if v.work.pause > 0 && !yield(g.with(i, func(v *scopedVertex) { v.work.pause = 0 })) {
				return
			}
		}
		for i, c := range g.ctxs {
			if c.kind == ctxValue {
				plain := slices.Clone(g.ctxs)
				for k := range plain {
					if plain[k].parent == i {
						plain[k].parent = c.parent
					}
				}
				moved := &scopedGraph{plain, slices.Clone(g.vertices), g.ops}
				used := false
				for k, v := range moved.vertices {
					if v.ctx == i {
						moved.vertices[k].ctx, used = c.parent, true
					}
				}
				if used && !yield(moved) {
					return
				}
			}
		}
	}
}

func (g *scopedGraph) with(i int, change func(*scopedVertex)) *scopedGraph {
	c := &scopedGraph{g.ctxs, slices.Clone(g.vertices), g.ops}
	change(&c.vertices[i])
	return c
}

// referenced reports whether another vertex, or somebody who waits, needs vertex i.
func (g *scopedGraph) referenced(i int) bool {
	needs := func(w work) bool { return w.wait != nil && slices.Contains(w.wait.on, i) }
	return slices.ContainsFunc(g.vertices, func(v scopedVertex) bool {
		return slices.Contains(v.in, i) || v.kind == kFlatMap && v.target == i || needs(v.work) || slices.ContainsFunc(v.works, needs)
	}) || slices.ContainsFunc(g.ops, func(o scopedOp) bool { return o.wait != nil && len(o.wait.on) > 1 && slices.Contains(o.wait.on, i) })
}

// without is g without vertex i, which nothing needs.
func (g *scopedGraph) without(i int) *scopedGraph {
	shift := func(k int) int {
		if k > i {
			k--
		}
		return k
	}
	shiftAll := func(list []int) []int {
		list = slices.Clone(list)
		for k := range list {
			list[k] = shift(list[k])
		}
		return list
	}
	shiftWait := func(w *wait) *wait {
		if w == nil {
			return nil
		}
		c := *w
		c.on = shiftAll(w.on)
		return &c
	}
	c := &scopedGraph{ctxs: g.ctxs, vertices: slices.Delete(slices.Clone(g.vertices), i, i+1)}
	for k := range c.vertices {
		v := &c.vertices[k]
		v.in, v.works, v.work.wait = shiftAll(v.in), slices.Clone(v.works), shiftWait(v.work.wait)
		for n := range v.works {
			v.works[n].wait = shiftWait(v.works[n].wait)
		}
		if v.kind == kFlatMap {
			v.target = shift(v.target)
		}
	}
	for _, o := range g.ops {
		switch {
		case o.deed == doEnd:
		case o.deed == doWatch && slices.Contains(o.wait.on, i), o.on == i:
			continue
		default:
			o.on, o.wait = shift(o.on), shiftWait(o.wait)
		}
		c.ops = append(c.ops, o)
	}
	return c
}
