package flow

import (
	"context"
	"fmt"
)

// success is one of a call of a machine, which can be undone.
type success struct {
	p       *section // that knows of it, and the node that it belongs to there
	n       int32
	of      *section // whose call it is
	call    int32
	element int
	inputs  []any
	value   any
}

// undoes reports whether a success of the node is to be kept.
func (p *section) undoes(n int32) bool { return p.st.plan.specs[n].task.hasUndo() }

// succeeded is told how a call has ended. If that is a success that can be undone it is kept or, if nothing takes it any more, undone.
func (p *section) succeeded(n int32, element int, inputs []any, c Completion, taken bool) {
	if c.Err != nil || c.Degraded != nil && len(c.Losses) == 0 || !p.undoes(n) {
		return
	}
	s := success{p: p, n: n, of: p, call: n, element: element, inputs: inputs, value: c.Value}
	if !taken {
		p.m.undo(s)
		return
	}
	p.m.keep(s)
}

// keep is told of a success that belongs to a node of a section.
func (m *Machine) keep(s success) {
	switch p := s.p; {
	case !p.over:
		m.kept = append(m.kept, s)
	case p.used == nil || !p.used[s.n]:
		m.undo(s)
	case p.outer != nil:
		s.p, s.n = p.outer, p.at
		m.keep(s)
	}
}

// settleKept is called when a section has its answer: what that does not use is undone, and the rest belongs to the node of the section around.
func (p *section) settleKept() {
	kept := p.m.kept
	p.m.kept = nil
	for i := len(kept) - 1; i >= 0; i-- {
		if s := kept[i]; s.p == p && (p.used == nil || !p.used[s.n]) {
			p.m.undo(s)
		}
	}
	for _, s := range kept {
		switch {
		case s.p != p:
			p.m.kept = append(p.m.kept, s)
		case p.used != nil && p.used[s.n] && p.outer != nil:
			s.p, s.n = p.outer, p.at
			p.m.kept = append(p.m.kept, s)
		}
	}
}

// undo undoes a success, after those that are being undone.
func (m *Machine) undo(s success) {
	m.regrets = append(m.regrets, s)
	if len(m.regrets) == 1 {
		m.undoNext()
	}
}

func (m *Machine) undoNext() {
	s := m.regrets[0]
	node := s.of.g.Nodes[s.call]
	name := node.Name
	if s.element >= 0 {
		name = fmt.Sprintf("%s[%d]", name, s.element)
	}
	mv := Move{Verb: VerbUndo, Inputs: s.inputs, Value: s.value}
	if key := s.of.keyOf(name); key != "" {
		mv.Key = key + "/undo"
	}
	c := m.call(s.of, s.call, s.element, mv)
	c.on = func(c Completion) {
		m.regrets = m.regrets[1:]
		if c.Err != nil {
			s.of.effectFailed(s.of.st.plan.classed(s.call, undoFailed(c.Err), classOf(c.Err, c.Class)))
		}
		if len(m.regrets) > 0 {
			m.undoNext()
		}
	}
}

// Undo calls the Undo of the node's task for a call that was given inputs and returned out: see [VerbUndo].
func (n GraphNode) Undo(ctx context.Context, inputs []any, out any) error {
	if n.of == nil || n.of.undo == nil {
		return fmt.Errorf("flow.GraphNode.Undo: the task of %s has no Undo", n.Name)
	}
	w := wiring{make([]cell, n.of.index+1), make([]error, n.of.index+1)}
	if len(inputs) != len(n.inputs) {
		return n.misuse("has %d inputs, not %d", len(n.inputs), len(inputs))
	}
	for i, in := range n.inputs {
		c, ok := in.n.box(inputs[i])
		if !ok {
			return n.misuse("takes a %s as input %d, not a %T", in.n.out, i, inputs[i])
		}
		w.cells[in.n.index] = c
	}
	return isolated(func() error { return n.of.undo(ctx, w, out) })
}
