package combinators_test

// build starts n.
func (n *simNode) build() {
	s := n.s
	if n.ctx >= 0 {
		n.from = s.ctxs[n.ctx]
	}
	n.home = n.homeScope()
	switch n.kind {
	case kOf:
		if n.call.ends == succeeds {
			n.complete(result{value: render(n.name)})
		} else {
			n.complete(result{flaw: word("fault " + n.name)})
		}
		return
	case kZero:
		n.complete(result{flaw: word("zero")})
		return
	}
	if n.kind == kEach && len(n.calls) == 0 {
		n.complete(result{value: render(n.name)})
		return
	}
	if n.kind.startsWork() && n.enter() {
		return
	}
	switch n.kind {
	case kPromise:
		return
	case kGo:
		n.begin(func(f *flaw) { n.complete(result{render(n.name), f}) })
		return
	case kEach:
		n.startWorkers()
		return
	case kQuorum:
		if n.n > len(n.in) {
			n.complete(result{flaw: word("fault quorum")})
			n.cancelEach(n.in)
			return
		}
	case kWithin, kAt, kPartial:
		s.at(s.now+n.limit, n.ring)
	case kAwait, kCollect: // a goroutine that waits
		s.then(n.subscribe)
		return
	}
	n.subscribe()
}

// startsWork reports whether the kind takes a ctx that can keep it from starting.
func (k kind) startsWork() bool {
	switch k {
	case kPromise, kGo, kThen, kThenN, kFlatMap, kRecover, kRecoverIs, kRecoverAs, kEach, kAwait, kCollect:
		return true
	}
	return false
}

// enter makes n a member of its ctx, or ends it with what that has ended with.
func (n *simNode) enter() (ended bool) {
	if n.from == nil {
		return false
	}
	if n.from.ended != nil {
		n.complete(result{flaw: n.from.ended})
		return true
	}
	n.from.members = append(n.from.members, n)
	return false
}

// homeScope is where n's failure is reported: its ctx's scope, or the outermost of those of its inputs.
func (n *simNode) homeScope() *simCtx {
	switch n.kind {
	case kOf, kZero:
		return nil
	case kQuorum, kEach:
		if n.kind == kQuorum && n.n > len(n.in) || n.kind == kEach && len(n.calls) == 0 {
			return nil // decided without any work
		}
	}
	if n.kind.startsWork() || n.kind == kFinally {
		return n.from.around()
	}
	var home *simCtx
	for _, i := range n.in {
		if of := n.s.nodes[i].home; of != nil && (home == nil || of.depth() < home.depth()) {
			home = of
		}
	}
	return home
}

// depth is how many scopes are around c.
func (c *simCtx) depth() (n int) {
	for c = c.parent.around(); c != nil; c = c.parent.around() {
		n++
	}
	return n
}

// subscribe has n told of each input, at once of those that are complete.
func (n *simNode) subscribe() {
	if n.done {
		return
	}
	n.arrived = make([]bool, len(n.in))
	if len(n.in) == 0 {
		n.decide(-1)
	}
	for index, i := range n.in {
		input := n.s.nodes[i]
		switch {
		case input.done && n.kind == kAllMap: // a map has no order
			n.s.then(func() { n.arrive(index) })
		case input.done:
			n.arrive(index)
		default:
			input.waiters = append(input.waiters, func() { n.arrive(index) })
		}
	}
}

func (n *simNode) complete(r result) {
	if n.done {
		return
	}
	n.done, n.res, n.at = true, r, n.s.now
	for _, told := range n.waiters {
		n.s.then(told)
	}
	if n.own != nil {
		n.s.endCtx(n.own, canceled(word("work is complete")))
	}
}

// begin runs n's function.
func (n *simNode) begin(finish func(*flaw)) {
	n.claimed = true
	n.act = n.s.begin(n.home, n.name, n.call, finish)
}

// stop ends the ctx of n's function.
func (n *simNode) stop(f *flaw) {
	if n.end != nil {
		return
	}
	n.end = f
	if n.act != nil {
		n.act.stop(f)
	}
	if n.own != nil {
		n.s.endCtx(n.own, f)
	}
	for _, w := range n.workers {
		w.stop(f)
	}
	if n.inner != nil {
		n.complete(result{flaw: f})
	}
}

// arrive tells n that an input is complete.
func (n *simNode) arrive(index int) {
	if n.done || n.claimed || n.decided {
		return
	}
	in := n.s.nodes[n.in[index]].res
	switch n.kind {
	case kThen, kFlatMap:
		n.body(in, in.flaw == nil)
	case kRecover, kRecoverIs, kRecoverAs:
		n.body(in, in.flaw != nil)
	case kFinally:
		n.body(in, true)
	case kMap, kTap, kOnError, kFallback, kShield, kWithin, kAt:
		n.complete(n.inline(in))
	default:
		n.arrived[index] = true
		n.order = append(n.order, arrival{at: n.s.now, index: index})
		if in.flaw == nil {
			n.ok++
		} else {
			n.failed++
		}
		n.decide(index)
	}
}

// inline is what a quick function makes of its input.
func (n *simNode) inline(in result) result {
	thrown := n.call.result(n.name)
	if n.call.ends == fails {
		thrown = nil // it has no error to return
	}
	switch n.kind {
	case kMap:
		if in.flaw == nil {
			return result{render(n.name, in.value), thrown}
		}
	case kTap:
		if in.flaw == nil {
			return result{in.value, thrown}
		}
	case kOnError:
		if in.flaw != nil && thrown != nil {
			return result{flaw: in.flaw.both(thrown)}
		}
	case kFallback:
		if in.flaw != nil && !in.flaw.isCanceled() && (n.home == nil || n.home.ended == nil) {
			return result{value: render(n.name, "fallback")}
		}
	}
	return in
}

// body runs n's function, if there is a reason to.
func (n *simNode) body(in result, runs bool) {
	if !runs {
		n.complete(in)
		return
	}
	n.claimed = true
	n.s.then(func() {
		if n.end != nil {
			n.complete(result{flaw: n.end})
			return
		}
		arg, ok := n.argument(in)
		if !ok {
			n.complete(in)
			return
		}
		n.begin(func(f *flaw) { n.returned(in, arg, f) })
	})
}

// argument is what n's function is called with; ok is false if it is not called.
func (n *simNode) argument(in result) (arg string, ok bool) {
	var found *flaw
	switch n.kind {
	case kRecover:
		if !in.flaw.isCanceled() {
			found = in.flaw
		}
	case kRecoverIs:
		if in.flaw.find(func(f *flaw) bool { return f.matches(n.target) }) != nil {
			found = in.flaw
		}
	case kRecoverAs:
		if n.target == 0 {
			found = in.flaw.find(func(f *flaw) bool { return f.what == "canceled" })
		} else if !in.flaw.isCanceled() {
			found = in.flaw.find((*flaw).isFault)
		}
	default:
		return in.String(), true
	}
	return found.String(), found != nil
}

// matches reports whether f is what RecoverIs asks for: the targets are
// context.Canceled, context.DeadlineExceeded and the fault of the first vertex.
func (f *flaw) matches(target int) bool {
	switch target {
	case 0:
		return f.what == "canceled"
	case 1:
		return f.isDeadline()
	}
	return f.what == "fault v0"
}

// returned goes on when n's function is over, with f.
func (n *simNode) returned(in result, arg string, f *flaw) {
	switch {
	case n.kind == kFinally:
		if f.thrown() {
			in.flaw = in.flaw.both(f)
		}
		n.complete(in)
	case f != nil && f.thrown():
		n.complete(result{flaw: in.flaw.both(f)})
	case n.kind == kFlatMap && f == nil && n.returnsZero():
		n.complete(result{flaw: word("zero")})
	case f != nil && n.kind == kFlatMap: // returned as a future that has failed
		inner := &simNode{s: n.s}
		inner.complete(result{flaw: f})
		n.forward(inner)
	case f != nil:
		n.complete(result{flaw: f})
	case n.kind == kFlatMap:
		n.forward(n.makeInner())
	default:
		n.complete(result{value: render(n.name, arg)})
	}
}

// returnsZero reports whether a FlatMap's function returns the zero Future.
func (n *simNode) returnsZero() bool {
	return n.target == innerZero || n.target >= 0 && n.s.isZero(n.target)
}

// isZero reports whether vertex i is the zero Future: a limit on a complete future is that future.
func (s *sim) isZero(i int) bool {
	switch n := s.nodes[i]; n.kind {
	case kZero:
		return true
	case kWithin, kAt:
		return s.isZero(n.in[0])
	}
	return false
}

// makeInner is the future that a FlatMap's function returns.
func (n *simNode) makeInner() *simNode {
	if n.target >= 0 {
		return n.s.nodes[n.target]
	}
	inner := &simNode{vertex: n.vertex, s: n.s, name: n.name + ".inner"}
	inner.kind = kGo
	switch n.target {
	case innerOwn:
		n.own = &simCtx{parent: n.from, ended: n.end}
		inner.from = n.own
	case innerScope:
		inner.from = n.from
	}
	inner.home = inner.from.around()
	if !inner.enter() {
		inner.begin(func(f *flaw) { inner.complete(result{render(inner.name), f}) })
	}
	return inner
}

func (n *simNode) forward(inner *simNode) {
	n.inner = inner
	switch {
	case n.end != nil:
		n.complete(result{flaw: n.end})
	case inner.done:
		n.complete(inner.res)
	default:
		inner.waiters = append(inner.waiters, func() { n.complete(inner.res) })
	}
}
