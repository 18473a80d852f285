package flow

// sectionAnswer is how a section of a machine ends.
type sectionAnswer struct {
	decided bool         // what the answer is: the output, or a failure
	over    bool         // it has been given
	left    bool         // nobody waits for it
	used    []bool       // by node: what the answer uses; nil: nothing
	failure error        // what is being told, or caught
	hook    *outstanding // the call of OnError or Catch that the answer waits for
}

// answer is called when the output is made, or has failed.
func (p *section) answer() {
	if p.decided {
		return
	}
	p.decided = true
	if err := p.st.errs[p.st.plan.out]; err != nil {
		p.fail(err)
		return
	}
	p.used = p.st.use()
	c := Completion{Value: p.st.cells[p.st.plan.out].boxed()}
	if p.st.demand.hasLosses() {
		c.Losses, c.Degraded = p.st.losses()
	}
	_, _, degrades := p.f.hooks()
	for i := 0; i < degrades && len(c.Losses) > 0; i++ {
		beside(func() {
			defer func() { _ = recover() }() // the answer stays as it was
			c.Value = p.f.degrade(i, c.Value, c.Losses)
		})
	}
	p.finish(c)
}

// fail answers with a failure, after OnError was told and Catch has had its say.
func (p *section) fail(err error) {
	p.failure = err
	tells, _, _ := p.f.hooks()
	switch {
	case tells == 0:
		p.catch()
	case p.expired:
		p.tell(err)
		p.catch()
	default:
		p.hook = p.tell(err)
		p.hook.on = func(c Completion) {
			p.hook = nil
			if c.Err != nil {
				p.failure = c.Err
			}
			p.catch()
		}
	}
}

// tell has the functions of OnError called.
func (p *section) tell(err error) *outstanding {
	c := p.m.call(p, none, -1, Move{Verb: VerbTell, Inputs: p.input(), Err: err, Key: p.around})
	c.on = func(Completion) {}
	return c
}

func (p *section) input() []any { return []any{p.st.cells[0].boxed()} }

// catch has the functions of Catch called, if there is time for them.
func (p *section) catch() {
	if _, catches, _ := p.f.hooks(); catches == 0 || p.left || p.spent && p.spares() {
		p.finish(Completion{Err: p.failure})
		return
	}
	mv := Move{Verb: VerbCatch, Inputs: p.input(), Err: p.failure, Key: p.around}
	if p.spares() {
		mv.Limit, mv.End = p.end, p.end
	}
	p.hook = p.m.call(p, none, -1, mv)
	p.hook.on = func(c Completion) {
		p.hook = nil
		if c.Err == nil {
			c.Degraded = p.failure
		}
		p.finish(c)
	}
}

// cutShort is called when the time of the run is over: the answer waits for no function of OnError or Catch any more.
func (p *section) cutShort() {
	if p.hook == nil {
		return
	}
	hook := p.hook
	switch {
	case hook.verb == VerbTell: // it goes on beside the answer
		p.hook = nil
		hook.on = func(Completion) {}
		p.catch()
	case p.spares():
		p.hook = nil
		p.m.drop(hook)
		p.finish(Completion{Err: p.failure})
	}
}

// finish gives the answer.
func (p *section) finish(c Completion) {
	p.over = true
	p.settleKept()
	p.m.drop(p.alarm)
	if p.outer == nil {
		p.m.moves = append(p.m.moves, Move{Verb: VerbAnswer, Element: -1, Value: c.Value, Err: c.Err, Losses: c.Losses})
		return
	}
	outer := p.outer
	if !p.left {
		outer.arrive(p.at, c)
	}
}

// rest sees to the limit of effects, once the answer is given: while some run there is one.
func (p *section) rest() {
	for n := range p.calls {
		if sub := p.subs[int32(n)]; sub != nil {
			sub.rest()
		}
	}
	switch busy := p.busy(); {
	case !p.over || p.limit.IsZero():
	case !busy:
		p.m.drop(p.finality)
		p.finality = nil
	case p.finality == nil:
		p.finality = p.wait(p.end, func() {
			late := p.lateAt(p.end)
			p.endEffects(late)
		})
	}
}

// busy reports whether calls of the section run, other than waiting for its limit.
func (p *section) busy() bool {
	n := p.open
	if p.finality != nil && !p.finality.dropped && p.m.calls[p.finality.id-1] != nil {
		n--
	}
	return n > 0
}

// effectFailed is told that an effect has failed.
func (p *section) effectFailed(err error) {
	p.tell(err) // also if the flow has no OnError: then the engine reports it
}

// endEffects fails the effects that still run, because of late.
func (p *section) endEffects(late error) {
	for n := range p.calls {
		i := int32(n)
		if sub := p.subs[i]; sub != nil {
			sub.endEffects(late)
		}
		if d := p.st.demand; d.phase[n] == running || d.phase[n] == held {
			p.drop(i, late)
			p.settle(i, Completion{Err: late})
		}
	}
}

// leave is told that nobody waits for the answer any more.
func (p *section) leave(cause error) {
	if p.left {
		return
	}
	p.left = true
	p.dropAll(cause)
	if p.over {
		return
	}
	p.decided = true
	p.m.drop(p.hook)
	p.hook = nil
	if tells, _, _ := p.f.hooks(); tells > 0 {
		p.tell(cause)
	}
	p.finish(Completion{Err: cause})
}

// abandon is told that nothing needs the section any more: it is a nested flow whose ctx has ended.
func (p *section) abandon(cause error) { p.leave(cause) }
