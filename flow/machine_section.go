package flow

import (
	"context"
	"fmt"

	"github.com/jade-go/jade/internal/engine"
	recovery "github.com/jade-go/jade/recover"
)

// untyped is a flow for who does not know its types.
type untyped interface {
	Graph() Graph
	machinePlan() *plan
	hooks() (tells, catches, degrades int)
	tell(ctx context.Context, in any, err error) error
	catch(ctx context.Context, in any, err error) (any, error)
	degrade(i int, out any, lost []Loss) any
}

// section is a flow that a machine runs: the one that it was made for, or one inside of that.
type section struct {
	m      *Machine
	g      Graph
	f      untyped
	st     *state
	outer  *section
	at     int32 // its node in the outer one
	path   []string
	key    string // of its nodes: the beginning
	around string // that of what is around the flow
	open   int    // calls of it that the run waits for

	calls   []*outstanding // by node: the one that is made for it
	subs    map[int32]*section
	several map[int32]*several

	sectionLimit
	sectionAnswer
}

func (m *Machine) section(g Graph, outer *section, at int32, key string) *section {
	st := newState(g.of.machinePlan(), false)
	p := &section{m: m, g: g, f: g.of, around: m.key, st: st, outer: outer, at: at, key: key, calls: make([]*outstanding, len(st.cells)), subs: map[int32]*section{}, several: map[int32]*several{}}
	if outer != nil {
		p.around = key
		p.path = append(outer.path[:len(outer.path):len(outer.path)], outer.st.plan.specs[at].name)
	}
	return p
}

// begin begins the section.
func (p *section) begin() {
	p.setLimit()
	t := change{st: p.st}
	d := p.st.demand
	d.open = true
	t.want(p.st.plan.out)
	t.answered = t.answered || d.phase[p.st.plan.out] == made // the input, or a constant
	p.follow(&t)
}

// follow does what follows from a change.
func (p *section) follow(t *change) {
	for t.ready.size > 0 {
		p.m.ready = append(p.m.ready, readyNode{p, t.ready.take(p.st.link)})
	}
	more, answered := t.rest, t.answered
	t.rest, t.answered = nil, false
	if more != nil {
		for _, c := range more.canceled {
			p.drop(c.n, c.cause)
		}
		for _, err := range more.effects {
			p.effectFailed(err)
		}
		for _, late := range more.late {
			p.giveUp(late)
		}
	}
	if answered {
		p.answer()
	}
}

// make makes node n, which is ready.
func (p *section) make(n int32) {
	d, s := p.st.demand, &p.st.plan.specs[n]
	if d.phase[n] != ready || p.left {
		return
	}
	d.phase[n] = running
	switch {
	case s.quick:
		p.settle(n, p.inline(n))
	case s.kind == KindRecover:
		p.run(n, []any{Failed{p.st.errs[s.inputs[0].n.index]}}, nil)
	case s.kind == KindEach:
		p.spread(n)
	case s.kind == KindSleep:
		p.calls[n] = p.m.call(p, n, -1, Move{Verb: VerbSleep, Until: p.m.now.Add(s.node.sleep), Key: p.keyOf(s.name)})
	case s.kind == KindSignal:
		p.calls[n] = p.m.call(p, n, -1, Move{Verb: VerbSignal, Key: p.keyOf(s.name)})
	default:
		if s.isSection() {
			p.descend(n)
			return
		}
		p.run(n, p.inputs(n), nil)
	}
}

// inline makes a node whose function is quick. It has a goroutine of its own, as it may end that.
func (p *section) inline(n int32) (c Completion) {
	beside(func() {
		returned := false
		defer func() {
			if !returned {
				c.Err = engine.Thrown(recover())
			}
		}()
		_, c.Err = p.st.cells[n].exec(context.Background(), nodeRef{})
		returned = true
	})
	return c
}

// inputs are the values of the inputs of node n.
func (p *section) inputs(n int32) (values []any) {
	for _, in := range p.st.plan.specs[n].inputs {
		values = append(values, p.st.cells[in.n.index].boxed())
	}
	return values
}

// run has the engine call node n.
func (p *section) run(n int32, inputs []any, late error) {
	s := &p.st.plan.specs[n]
	mv := Move{Verb: VerbRun, Inputs: inputs, Key: p.keyOf(s.name), Late: late}
	mv.Limit, mv.End = p.limitOf(n)
	p.calls[n] = p.m.call(p, n, -1, mv)
}

func (p *section) keyOf(name string) string {
	if p.key == "" {
		return ""
	}
	return p.key + "/" + name
}

// descend makes node n, which calls a flow: a section of the machine.
func (p *section) descend(n int32) {
	sub := p.m.section(*p.g.Nodes[n].Flow, p, n, p.keyOf(p.st.plan.specs[n].name))
	sub.st.cells[0].fill(p.inputs(n)[0])
	p.subs[n] = sub
	sub.begin()
}

// isSection reports whether the node calls a flow, and nothing is around that.
func (s *spec) isSection() bool {
	return s.kind == KindStep && len(s.task.policies) == 0 && s.inner != nil
}

// done is told how a call has ended.
func (p *section) done(call *outstanding, c Completion) {
	switch {
	case call.on != nil:
		call.on(c)
	case call.unwanted:
		p.succeeded(call.n, call.element, call.inputs, c, false)
	case call.element >= 0:
		g := p.several[call.n]
		p.succeeded(call.n, call.element, call.inputs, c, !g.over)
		g.put(call.element, c)
	default:
		p.calls[call.n] = nil
		p.succeeded(call.n, -1, call.inputs, c, p.isRunning(call.n))
		p.arrive(call.n, c)
	}
}

// arrive is told how the call of node n has ended.
func (p *section) arrive(n int32, c Completion) {
	s := &p.st.plan.specs[n]
	if s.kind == KindSleep {
		c.Value = p.inputs(n)[0]
	}
	if c.Err == nil && !p.st.cells[n].fill(c.Value) {
		c = failedAs(fmt.Errorf("flow.Machine: %s of %s makes a %s, not a %T", s.name, p.st.plan.name, s.node.out, c.Value))
	}
	if in := s.inputs; c.Err == nil && s.kind == KindRecover {
		p.st.take(p.st.errs[in[0].n.index])
	}
	p.settle(n, c)
}

// settle is told how node n has ended, whose value is in its cell.
func (p *section) settle(n int32, c Completion) {
	st, d, s := p.st, p.st.demand, &p.st.plan.specs[n]
	if !p.isRunning(n) {
		return // nothing needs it any more
	}
	var err error
	canceled := false
	switch {
	case c.Err != nil:
		e := p.failedWith(n, c.Err, c.Class)
		err, canceled = e, e.class == recovery.ClassCanceled
	case c.Degraded != nil && s.answer:
		d.lose(n, p.failedWith(n, c.Degraded, recovery.ClassNone), c.Losses, max(1, c.count))
	}
	t := change{st: st}
	t.made(n, err, canceled)
	p.follow(&t)
}

func (p *section) isRunning(n int32) bool {
	phase := p.st.demand.phase[n]
	return phase == running || phase == held
}

// failedWith is err as the failure of node n.
func (p *section) failedWith(n int32, err error, class recovery.Class) *Error {
	if p.isLate(err) {
		err, class = p.st.demand.late, recovery.ClassTimeout
	}
	e := p.st.errorOf(context.Background(), n, err)
	if class != recovery.ClassNone && e.plan == p.st.plan && e.node == n {
		e.class = class
	}
	return e
}

// isLate reports whether err only says that the ctx of a call has ended at the limit.
func (p *section) isLate(err error) bool {
	return p.st.demand.late != nil && engine.IsForeignDeadline(err)
}

// drop cancels what runs for node n, because of cause.
func (p *section) drop(n int32, cause error) {
	p.m.drop(p.calls[n])
	if sub := p.subs[n]; sub != nil {
		sub.abandon(cause)
	}
	if g := p.several[n]; g != nil {
		g.drop()
	}
}

// dropAll cancels all that runs for the section.
func (p *section) dropAll(cause error) {
	for n := range p.calls {
		p.drop(int32(n), cause)
	}
}
