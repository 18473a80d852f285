package task

import "slices"

// Fresh returns the task with other gates: renew gets each gate, also those within a Wrap or a Hedge, and returns the new one. Budget says that the gate
// is the budget of a Retry or a Hedge. The middleware of each Wrap is called again, so the new task shares nothing with this one by package guard. A Hedge
// starts without measured times.
func (e engineSide[In, Out]) Fresh(renew func(g Gate, budget bool) Gate) Task[In, Out] {
	return Task[In, Out]{e.d.fresh(renew)}
}

func (d *definition[In, Out]) fresh(renew func(Gate, bool) Gate) *definition[In, Out] {
	c := *d
	c.policies = slices.Clone(d.policies)
	for i := range c.policies {
		c.policies[i].renew(renew)
	}
	switch {
	case d.wrapped != nil:
		c.wrap(d.wrapped.fresh(renew), d.middleware)
	case d.hedged != nil:
		h := d.hedged.around(d.hedged.inside.fresh(renew))
		h.renew(renew)
		c.starter, c.hedged = h, h
	case d.again != nil:
		c.fn = d.again(renew)
	}
	return &c
}

// Gates returns the gates and budgets of the task, from inner to outer, also those within a Wrap or a Hedge.
func (e engineSide[In, Out]) Gates() []Gate { return e.d.gates() }

func (d *definition[In, Out]) gates() (all []Gate) {
	switch {
	case d.wrapped != nil:
		all = d.wrapped.gates()
	case d.hedged != nil:
		all = d.hedged.inside.gates()
		if d.hedged.budget != nil {
			all = append(all, d.hedged.budget)
		}
	default:
		all = slices.Clone(d.beyond)
	}
	for _, p := range d.policies {
		for _, g := range []Gate{p.gate, p.budget} {
			if g != nil {
				all = append(all, g)
			}
		}
	}
	return all
}

// renew replaces the gate and the budget of the policy.
func (p *policy[In, Out]) renew(renew func(Gate, bool) Gate) {
	if p.gate != nil {
		p.gate = renew(p.gate, false)
	}
	if p.budget != nil {
		var about Policy
		p.called = nil
		p.pays(renew(p.budget, true), &about)
	}
}

// around returns a copy of the hedge around another task, without measured times.
func (h *hedge[In, Out]) around(inside *definition[In, Out]) *hedge[In, Out] {
	c := *h
	c.inside = inside
	if h.seen != nil {
		c.seen = &latencies{percentile: h.seen.percentile}
	}
	return &c
}
