package combinators_test

import (
	"slices"
	"time"
)

// scopedLimits bound a random graph with scopes.
type scopedLimits struct {
	vertices int
	odd      bool // some failures and causes cannot be compared, and some waits have a strange ctx
	brief    bool // functions that run inline take no time
}

// drawScoped makes a random graph with scopes.
func drawScoped(src source, lim scopedLimits) *scopedGraph {
	d := &scopedDrawing{src: src, lim: lim, g: &scopedGraph{}}
	d.fine = src.IntN(3) == 0
	d.contexts(2 + src.IntN(6))
	at := time.Duration(0)
	for i := range 2 + src.IntN(lim.vertices-1) {
		d.vertex(i)
		if on := d.g.ends(d.g.vertices[i].ctx); on >= 0 && src.IntN(5) == 0 { // its ctx ends just now
			d.add(scopedOp{at: at, deed: doEnd, on: on, how: d.cause(), alone: true, pause: src.IntN(3), rank: 2 * i})
		}
		d.add(scopedOp{at: at, deed: doBuild, on: i, rank: 2*i + 1})
		if d.g.vertices[i].kind == kPromise {
			for range d.src.IntN(3) {
				d.add(scopedOp{at: at + d.when(), deed: doComplete, on: i, how: d.src.IntN(2) * (1 + d.flavor()), alone: d.half(), pause: d.pause()})
			}
		}
		switch {
		case d.fine && src.IntN(3) > 0:
			at += d.when() / 8
		case !d.fine && d.half():
			at += 250 * time.Millisecond
		}
	}
	d.troubles()
	for range d.src.IntN(len(d.g.vertices) + 3) {
		d.look()
	}
	d.order()
	d.g.dropEarly()
	return d.g
}

type scopedDrawing struct {
	src  source
	lim  scopedLimits
	g    *scopedGraph
	fine bool // things rarely happen at the same instant
}

func (d *scopedDrawing) add(o scopedOp) { d.g.ops = append(d.g.ops, o) }

func (d *scopedDrawing) half() bool { return d.src.IntN(2) == 0 }

// when is up to two seconds: one of a few instants, or any.
func (d *scopedDrawing) when() time.Duration {
	step := time.Duration(d.src.IntN(9)) * 250 * time.Millisecond
	if d.fine {
		step += time.Duration(d.src.IntN(250_000)) * time.Microsecond
	}
	return step
}

func (d *scopedDrawing) pause() int { return d.src.IntN(4) * d.src.IntN(6) }

func (d *scopedDrawing) flavor() int {
	if d.lim.odd && d.src.IntN(3) == 0 {
		return 1 + d.src.IntN(2)
	}
	return 0
}

// cause chooses one of newCause's.
func (d *scopedDrawing) cause() int {
	if d.lim.odd && d.src.IntN(4) > 0 {
		return 1 + d.src.IntN(2)
	}
	return 3 * d.src.IntN(2)
}

func (d *scopedDrawing) contexts(n int) {
	for i := range n {
		c := scopedCtx{kind: ctxKind(d.src.IntN(int(ctxTimeout) + 1)), parent: -1, limit: d.when()}
		if i > 0 && d.src.IntN(4) > 0 {
			c.parent = d.src.IntN(i)
		}
		switch {
		case i == 0:
			c.kind = ctxKind(d.src.IntN(2))
		case d.lim.odd && c.kind > ctxValue:
			c.kind = ctxCause
		}
		d.g.ctxs = append(d.g.ctxs, c)
	}
}

// ctx chooses one of the graph's, or none: most often one of a scope.
func (d *scopedDrawing) ctx() int {
	if d.src.IntN(7) == 0 {
		return -1
	}
	return d.src.IntN(len(d.g.ctxs))
}

// plain are the vertices before i that are futures of a text.
func (d *scopedDrawing) plain(i int) (plain []int) {
	for k := max(0, i-8); k < i; k++ {
		if d.g.vertices[k].kind != kSettle {
			plain = append(plain, k)
		}
	}
	return plain
}

func (d *scopedDrawing) inputs(i, least, most int) (in []int) {
	from := d.plain(i)
	for range least + d.src.IntN(most-least+1) {
		in = append(in, from[d.src.IntN(len(from))])
	}
	return in
}

func (d *scopedDrawing) work(i int) work {
	w := work{takes: d.when(), pause: d.pause(), heeds: heed(d.src.IntN(4)), flavor: d.flavor()}
	switch d.src.IntN(12) {
	case 0, 1, 2, 3:
		w.ends = fails
	case 4:
		w.ends = panics
	case 5:
		w.ends = exits
	case 6:
		w.ends = cancels
	}
	if i > 0 && d.src.IntN(5) == 0 {
		w.wait = d.wait(i)
		if w.wait != nil && d.half() {
			w.wait.ctx = withOwn
		}
	}
	return w
}

// wait is a wait for some of the vertices before i.
func (d *scopedDrawing) wait(i int) *wait {
	w := &wait{how: []int{byAwait, byAwait, byAwait2, byCollect}[d.src.IntN(4)], ctx: withBackground}
	switch d.src.IntN(4) {
	case 0:
		if w.ctx = withPatience; d.lim.odd && d.half() {
			w.ctx = withStrange
		}
	case 1:
		w.ctx = d.ctx()
	}
	switch {
	case w.how == byAwait:
		w.on = []int{d.src.IntN(i)}
	case len(d.plain(i)) == 0:
		return nil
	case w.how == byAwait2:
		w.on = d.inputs(i, 2, 3)
	default:
		w.on = d.inputs(i, 1, 4)
		w.leave = d.src.IntN(3)
	}
	return w
}

// kindsOfScoped are drawn with these weights.
var kindsOfScoped = slices.Concat(
	slices.Repeat([]kind{kGo, kThen, kMap, kFinally, kOnError}, 4),
	slices.Repeat([]kind{kPromise, kThenN, kFlatMap, kRecover, kAll, kSettle, kRace}, 3),
	slices.Repeat([]kind{kTap, kFallback, kWithin, kAny, kQuorum, kEach, kRecoverIs, kRecoverAs, kZip}, 2),
	[]kind{kOf, kShield, kPartial},
)

func (d *scopedDrawing) vertex(i int) {
	k := kindsOfScoped[d.src.IntN(len(kindsOfScoped))]
	if len(d.plain(i)) == 0 {
		k = []kind{kOf, kPromise, kGo, kEach}[d.src.IntN(4)]
	}
	v := scopedVertex{kind: k, ctx: d.ctx(), work: d.work(i), limit: d.when(), target: d.src.IntN(3), named: d.src.IntN(3) == 0}
	switch {
	case k == kOf || k == kPromise || k == kGo:
	case k == kEach:
		for range d.src.IntN(5) {
			v.works = append(v.works, d.work(i))
		}
		v.n = 1 + d.src.IntN(3)
	case k == kThenN || k == kZip:
		v.in = d.inputs(i, 2, 4)
	case k.several():
		v.in = d.inputs(i, 0, 4)
		v.n = 1 + d.src.IntN(len(v.in)+1)
	default:
		v.in = d.inputs(i, 1, 1)
	}
	switch {
	case k.quick():
		v.work.wait = nil
		if v.work.ends != panics {
			v.work.ends = succeeds
		}
		if d.lim.brief || d.src.IntN(3) > 0 {
			v.work.takes = 0
		}
	case k == kFlatMap:
		from := d.plain(i)
		if v.target = innerOwn - d.src.IntN(2); d.half() {
			v.target = from[d.src.IntN(len(from))]
		}
		v.works = []work{d.work(i)}
	case k == kRecover && v.work.flavor == 0 && d.half():
		v.work.ends = passes
	}
	d.g.vertices = append(d.g.vertices, v)
}
