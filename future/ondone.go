package future

// hook is a function that OnDone has registered. It belongs to the scope of
// its future and has no ctx.
type hook[T any] struct {
	node
	scope *Scope
	in    *state[T]
	fn    func(Result[T])
}

func onDone[T any](f Future[T], fn func(Result[T])) (stop func() bool) {
	if f.s == nil {
		var zero T
		f = Of(zero, ErrZero)
	}
	h := &hook[T]{scope: f.s.scope, in: f.s, fn: fn}
	h.act = h
	h.phase = callback
	if !f.s.push(&h.node) {
		resume(chain{&h.node, &h.node})
	}
	return h.stop
}

func (h *hook[T]) stop() bool {
	if !h.claim() {
		return false
	}
	h.in.abandon(&h.node, false)
	h.in, h.fn = nil, nil
	return true
}

func (h *hook[T]) settle(n *node) (chain, bool) {
	if !n.claim() {
		return chain{}, false
	}
	observe(h.in.err)
	return chain{}, true
}

func (h *hook[T]) run() chain {
	fn, at := h.fn, place{pc: entry(h.fn)}
	result := Result[T]{h.in.value, observe(h.in.err)}
	guard(func() { fn(result) }, func(err error) {
		if h.scope == nil {
			complain(at.label(), err)
			return
		}
		keep(&duty{of: &failure{err: err, scope: h.scope, pc: at.pc}})
	})
	h.in, h.fn = nil, nil
	return chain{}
}

func (h *hook[T]) cancel(*sweep, ending, reach) {}
func (h *hook[T]) over() bool                   { return false }
func (h *hook[T]) input() *core                 { return nil }
func (h *hook[T]) lobby() *lobby                { return nil }
func (h *hook[T]) place() place                 { return place{pc: entry(h.fn)} }
func (h *hook[T]) home() *Scope                 { return h.scope }
