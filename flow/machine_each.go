package flow

import (
	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
)

// severalCell is the cell of an Each or a SettleEach, for who does not know its types.
type severalCell interface {
	spread() []any
	assemble(values []any, failures []error)
	failed(i int, err error) *combinators.ElementError
	standby() (any, bool)
	isSettling() bool
}

// several is an Each or a SettleEach of a machine.
type several struct {
	p        *section
	n        int32
	cell     severalCell
	elements []any
	values   []any
	failures []error // of a SettleEach
	done     []bool
	calls    []*outstanding
	next     int
	running  int
	made     int
	over     bool
	losing
}

func (p *section) elementsOf(n int32) *several {
	cell := p.st.cells[n].(severalCell)
	in := cell.spread()
	g := &several{p: p, n: n, cell: cell, elements: in, values: make([]any, len(in)), done: make([]bool, len(in)), calls: make([]*outstanding, len(in))}
	if cell.isSettling() {
		g.failures = make([]error, len(in))
	}
	p.several[n] = g
	return g
}

// spread makes node n, which is an Each or a SettleEach.
func (p *section) spread(n int32) {
	if g := p.elementsOf(n); len(g.elements) == 0 {
		g.succeed()
	} else {
		g.more()
	}
}

// more begins elements, up to the limit of the node.
func (g *several) more() {
	p := g.p
	s := &p.st.plan.specs[g.n]
	for ; g.running < s.node.limit && g.next < len(g.elements); g.next++ {
		g.begin(nil)
	}
}

// begin begins the next element.
func (g *several) begin(late error) {
	p, i := g.p, g.next
	node := p.g.Nodes[g.n].Element(i)
	mv := Move{Verb: VerbRun, Inputs: []any{g.elements[i]}, Key: p.keyOf(node.Name), Late: late}
	mv.Limit, mv.End = p.limitOf(g.n)
	g.calls[i] = p.m.call(p, g.n, i, mv)
	g.running++
}

// put takes the result of an element, unless it has one.
func (g *several) put(i int, c Completion) {
	if g.over || g.done[i] {
		return
	}
	if g.calls[i] != nil {
		g.calls[i] = nil
		g.running--
	}
	g.done[i] = true
	switch {
	case c.Err == nil:
		g.values[i] = c.Value
		if c.Degraded != nil {
			g.lose(c.Degraded, recovery.Classify(c.Degraded) == recovery.ClassCode, c.Losses)
		}
	case g.cell.isSettling():
		if g.p.isLate(c.Err) {
			c.Err = g.p.st.demand.late
		}
		failure := g.cell.failed(i, c.Err)
		g.failures[i] = failure
		g.lose(failure, classOf(failure, c.Class) == recovery.ClassCode, nil)
	case future.IsCanceled(c.Err):
		g.fail(c.Err, c.Class)
		return
	default:
		g.fail(g.cell.failed(i, c.Err), c.Class)
		return
	}
	if g.made++; g.made == len(g.elements) {
		g.succeed()
		return
	}
	if !g.p.expired {
		g.more()
	}
}

func classOf(err error, known recovery.Class) recovery.Class {
	if known != recovery.ClassNone {
		return known
	}
	return recovery.Classify(err)
}

func (g *several) succeed() {
	g.over = true
	g.cell.assemble(g.values, g.failures)
	g.p.settle(g.n, Completion{Degraded: g.failure, Losses: g.inner, count: g.count})
}

// fail ends the node with err.
func (g *several) fail(err error, class recovery.Class) {
	g.drop()
	g.p.settle(g.n, Completion{Err: err, Class: class})
}

// drop cancels the elements that run.
func (g *several) drop() {
	g.over = true
	for _, c := range g.calls {
		g.p.m.drop(c)
	}
}

// lateElements gives up the elements of node n.
func (p *section) lateElements(n int32) {
	g := p.several[n]
	if g == nil { // none has begun
		g = p.elementsOf(n)
	}
	d, s := p.st.demand, &p.st.plan.specs[n]
	if g.cell.isSettling() && s.effect && !s.answer { // it is lost, which is told of
		g.fail(d.late, recovery.ClassNone)
		return
	}
	if len(g.elements) == 0 {
		g.succeed()
		return
	}
	v, ok := g.cell.standby()
	for i := range g.elements {
		switch {
		case g.over:
			return
		case g.done[i]:
		case g.calls[i] != nil && !d.spent && s.task.takesTime(): // it has what is reserved
		default:
			p.m.drop(g.calls[i])
			if ok {
				g.put(i, Completion{Value: v, Degraded: d.late})
			} else {
				g.put(i, Completion{Err: d.late})
			}
		}
	}
}
