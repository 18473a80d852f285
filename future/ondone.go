package future

// hook is a function that OnDone has registered. It belongs to the scope of
// its future and has no ctx.
type hook[T any] struct {
	node  node
	scope *Scope
	in    *state[T]
	fn    func(Result[T])
	name  string // of what it belongs to; empty if reports name fn
}

func onDone[T any](f Future[T], fn func(Result[T])) (stop func() bool) {
	if f.s == nil {
		var zero T
		f = Of(zero, ErrZero)
	}
	h := &hook[T]{scope: f.s.core.scope, in: f.s, fn: fn}
	h.node.act, h.node.phase = h, callback
	if !f.s.core.push(&h.node) {
		resume(chain{&h.node, &h.node})
	}
	return h.stop
}

func (h *hook[T]) stop() bool {
	if !h.node.drop() {
		return false
	}
	h.in.core.remove(&h.node, false)
	h.in, h.fn = nil, nil
	return true
}

func (h *hook[T]) settle(*node) (chain, bool) {
	h.in.core.failed.observe() // fn will see it
	return chain{}, true
}

func (h *hook[T]) run() chain {
	fn, at := h.fn, h.place()
	result := Result[T]{h.in.value, h.in.core.failed.error()}
	guard(func() { fn(result) }, func(err error) { h.scope.fail(at.label(), err) })
	h.in, h.fn = nil, nil
	return chain{}
}

func (h *hook[T]) place() place { return place{pc: entry(h.fn), given: h.name} }
func (h *hook[T]) home() *Scope { return h.scope }
