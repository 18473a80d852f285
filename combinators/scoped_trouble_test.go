package combinators_test

import (
	"cmp"
	"slices"
)

// troubles are cancellations and the ends of ctxs and scopes.
func (d *scopedDrawing) troubles() {
	for range d.src.IntN(4) {
		d.add(scopedOp{at: d.when(), deed: doCancel, on: d.src.IntN(len(d.g.vertices)), how: d.cause(), alone: d.half(), pause: d.pause()})
	}
	for i, c := range d.g.ctxs {
		switch {
		case c.kind == ctxValue:
		case c.kind <= ctxHooked:
			for range d.src.IntN(3) {
				d.add(scopedOp{at: d.when(), deed: doEnd, on: i, alone: d.half(), pause: d.pause()})
			}
		case d.lim.odd || d.half():
			d.add(scopedOp{at: d.when(), deed: doEnd, on: i, how: d.cause(), alone: d.half(), pause: d.pause()})
		}
	}
}

// look adds somebody who watches.
func (d *scopedDrawing) look() {
	n := len(d.g.vertices)
	o := scopedOp{at: d.when(), deed: doWatch, alone: d.half(), pause: d.pause()}
	on := d.src.IntN(n)
	switch d.src.IntN(6) {
	case 0:
		o.wait = &wait{how: byPeek, on: []int{on}, ctx: withBackground}
	case 1, 2:
		o.wait = &wait{how: []int{byOnDone, byOnDone, byStopped}[d.src.IntN(3)], on: []int{on}, ctx: withBackground}
		o.crash = len(d.g.homes(on)) > 0 && d.src.IntN(4) == 0
	default:
		o.wait = d.wait(n)
	}
	if o.wait == nil {
		return
	}
	if d.g.vertices[o.wait.on[0]].kind == kSettle && d.src.IntN(3) == 0 {
		o.wait.how, o.crash = byReading, false
	}
	o.on = slices.Max(o.wait.on)
	d.add(o)
}

// dropEarly removes what would happen to a vertex before it exists.
func (g *scopedGraph) dropEarly() {
	built := map[int]bool{}
	g.ops = slices.DeleteFunc(g.ops, func(o scopedOp) bool {
		if o.deed == doBuild {
			built[o.on] = true
		}
		if o.deed == doWatch {
			return slices.ContainsFunc(o.wait.on, func(i int) bool { return !built[i] })
		}
		return o.deed != doEnd && !built[o.on]
	})
}

// order sorts what happens. At one instant, what is not a build comes in any place among those.
func (d *scopedDrawing) order() {
	for i := range d.g.ops {
		o := &d.g.ops[i]
		if o.rank == 0 {
			o.rank = 2 * d.src.IntN(len(d.g.vertices)+1)
		}
	}
	slices.SortStableFunc(d.g.ops, func(a, b scopedOp) int { return cmp.Or(cmp.Compare(a.at, b.at), a.rank-b.rank) })
}
