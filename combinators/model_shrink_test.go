package combinators_test

import "slices"

// shrink makes a failing graph smaller for as long as it still fails.
func shrink(g *graph, fails func(*graph) bool) *graph {
	for tries := 0; tries < 2000; {
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
func (g *graph) simpler() func(yield func(*graph) bool) {
	return func(yield func(*graph) bool) {
		for i := len(g.vertices) - 1; i >= 0; i-- {
			if !g.referenced(i) && len(g.vertices) > 1 && !yield(g.without(i)) {
				return
			}
		}
		for i, o := range g.ops {
			if o.deed == doCancel || o.deed == doWatch || o.deed == doEnd && o.on > 0 {
				c := g.copy()
				c.ops = slices.Delete(c.ops, i, i+1)
				if !yield(c) {
					return
				}
			}
		}
		for i, v := range g.vertices {
			for k := range v.in {
				if len(v.in) < 3 {
					break
				}
				c := g.copy()
				c.vertices[i].in = slices.Delete(slices.Clone(v.in), k, k+1)
				if !yield(c) {
					return
				}
			}
		}
	}
}

func (g *graph) copy() *graph {
	return &graph{slices.Clone(g.vertices), slices.Clone(g.surrounds), slices.Clone(g.ops)}
}

func (g *graph) referenced(i int) bool {
	return slices.ContainsFunc(g.vertices, func(v vertex) bool {
		return slices.Contains(v.in, i) || v.kind == kFlatMap && v.target == i
	})
}

// without is g without vertex i, which nothing refers to.
func (g *graph) without(i int) *graph {
	c := g.copy()
	shift := func(k int) int {
		if k > i {
			k--
		}
		return k
	}
	c.vertices = slices.Delete(c.vertices, i, i+1)
	for k := range c.vertices {
		v := &c.vertices[k]
		v.in = slices.Clone(v.in)
		for at := range v.in {
			v.in[at] = shift(v.in[at])
		}
		if v.kind == kFlatMap {
			v.target = shift(v.target)
		}
	}
	c.ops = slices.DeleteFunc(c.ops, func(o op) bool { return o.deed != doEnd && o.on == i })
	for k := range c.ops {
		if c.ops[k].deed != doEnd {
			c.ops[k].on = shift(c.ops[k].on)
		}
	}
	return c
}
