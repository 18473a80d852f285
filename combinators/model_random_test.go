package combinators_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"
)

// source is where the choices of a random graph come from.
type source interface{ IntN(n int) int }

func seeded(seed uint64) source { return rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15)) }

// tape makes choices from bytes; when they are used up it always says 0.
type tape struct{ bytes []byte }

func (t *tape) IntN(n int) int {
	if len(t.bytes) == 0 || n == 1 {
		return 0
	}
	b := int(t.bytes[0])
	t.bytes = t.bytes[1:]
	return b % n
}

// limits bound a random graph.
type limits struct {
	vertices int
	calm     bool   // nothing is cancelled or closed before the end
	only     []kind // of the last vertex; its inputs are leaves
	accounts bool   // every failure must have been observed or reported
}

// horizon is when everything of a random graph has happened.
const horizon = time.Minute

// draw makes a random graph.
func draw(src source, lim limits) *graph {
	d := &drawing{src: src, g: &graph{}}
	d.g.surrounds = []surround{{parent: -1, scope: true}}
	for range src.IntN(4) {
		d.surround(lim.calm)
	}
	count := 1 + src.IntN(lim.vertices)
	at := time.Duration(0)
	for i := range count {
		if len(lim.only) == 0 {
			d.vertex(i, kind(src.IntN(int(kinds))))
		} else if i < count-1 {
			d.vertex(i, kind(src.IntN(int(kGo)+1)))
		} else {
			d.vertex(i, lim.only[src.IntN(len(lim.only))])
		}
		d.add(op{at: at, deed: doBuild, on: i})
		if d.g.vertices[i].kind == kPromise {
			for range 1 + src.IntN(2) {
				d.add(op{at: at + d.duration(), deed: doComplete, on: i, how: src.IntN(2)})
			}
		}
		if src.IntN(3) > 0 {
			at += d.duration() / 8
		}
	}
	if !lim.calm {
		d.troubles(count)
	}
	for range src.IntN(count + 1) {
		d.add(op{at: d.duration(), deed: doWatch, on: src.IntN(count), how: src.IntN(5)})
	}
	d.add(op{at: horizon, deed: doEnd, on: 0})
	slices.SortStableFunc(d.g.ops, func(a, b op) int { return int(a.at - b.at) })
	d.g.dropEarly()
	return d.g
}

type drawing struct {
	src source
	g   *graph
}

func (d *drawing) add(o op) { d.g.ops = append(d.g.ops, o) }

// duration is between a nanosecond and about two seconds, and rarely the same twice.
func (d *drawing) duration() time.Duration {
	return time.Duration(1 + d.src.IntN(8)*int(250*time.Millisecond) + d.src.IntN(250)*1e6 + d.src.IntN(200)*5000 + d.src.IntN(256))
}

func (d *drawing) surround(calm bool) {
	s := surround{parent: d.src.IntN(len(d.g.surrounds)), scope: d.src.IntN(2) == 0}
	if !s.scope && !calm && d.src.IntN(4) == 0 {
		s.limit = d.duration()
	}
	d.g.surrounds = append(d.g.surrounds, s)
}

func (d *drawing) ctx() int {
	if d.src.IntN(10) == 0 {
		return -1
	}
	return d.src.IntN(len(d.g.surrounds))
}

func (d *drawing) call() call {
	c := call{takes: d.duration(), heeds: d.src.IntN(3) > 0}
	switch d.src.IntN(8) {
	case 0, 1:
		c.ends = fails
	case 2:
		c.ends = panics
	case 3:
		c.ends = exits
	}
	return c
}

func (d *drawing) inputs(i, least, most int) []int {
	in := make([]int, least+d.src.IntN(most-least+1))
	for k := range in {
		in[k] = max(0, i-1-d.src.IntN(min(i, 8)))
	}
	return in
}

func (d *drawing) vertex(i int, k kind) {
	if i == 0 && k > kGo && k != kEach {
		k = kGo
	}
	v := vertex{kind: k, ctx: d.ctx(), call: d.call()}
	switch {
	case k <= kGo:
	case k == kEach:
		for range d.src.IntN(6) {
			v.calls = append(v.calls, d.call())
		}
		v.n = 1 + d.src.IntN(4)
	case k == kThenN || k == kZip || k == kAwait:
		v.in = d.inputs(i, 2, 9)
	case k >= kAll:
		v.in = d.inputs(i, 0, 5)
		v.n = 1 + d.src.IntN(len(v.in)+1)
	default:
		v.in = d.inputs(i, 1, 1)
	}
	v.limit = d.duration()
	v.target = d.src.IntN(3)
	if k == kFlatMap {
		v.target = d.src.IntN(i+3) - 3
	}
	if k.quick() && v.call.ends == exits {
		v.call.ends = panics // with a complete input, Goexit would end the goroutine that builds the graph
	}
	d.g.vertices = append(d.g.vertices, v)
}

// troubles are the cancellations.
func (d *drawing) troubles(count int) {
	for range d.src.IntN(4) {
		d.add(op{at: d.duration(), deed: doCancel, on: d.src.IntN(count)}.because(d.src.IntN(4)))
	}
	for i, s := range d.g.surrounds {
		if s.limit == 0 && d.src.IntN(3) == 0 {
			d.add(op{at: d.duration(), deed: doEnd, on: i}.because(d.src.IntN(4)))
		}
	}
}

func (o op) because(how int) op {
	o.how = how
	switch how {
	case 1:
		o.err, o.cause = fault("cause"), word("fault cause")
	case 2:
		o.err, o.cause = context.DeadlineExceeded, word("deadline")
	case 3:
		o.err = &wrapped{}
		o.cause = word("wrapped")
	}
	return o
}

// wrapped is an error of a type that cannot be compared by mistake.
type wrapped struct{ _ [1]func() }

func (*wrapped) Error() string { return "wrapped" }

// dropEarly removes what would happen to a vertex before it exists.
func (g *graph) dropEarly() {
	built := map[int]bool{}
	g.ops = slices.DeleteFunc(g.ops, func(o op) bool {
		switch o.deed {
		case doBuild:
			built[o.on] = true
		case doComplete, doCancel, doWatch:
			return !built[o.on]
		}
		return false
	})
}
