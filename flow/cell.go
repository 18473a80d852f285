package flow

import "context"

// cell is a node's memory in one run, and what makes its value. Cells are made
// once for each pooled state and used by one run after another.
type cell interface {
	// exec makes the value. If that goes on elsewhere it reports pending, and at is told when it is over.
	exec(ctx context.Context, at nodeRef) (pending bool, err error)
	// boxed returns the value.
	boxed() any
	// fill sets the value; a nil is the zero value. It reports false if v is of another type.
	fill(v any) bool
	// reset lets go of it.
	reset()
}

// mender is a cell of a node that something is to be done for when its function has failed.
type mender interface {
	mend(ctx context.Context, at nodeRef, failure error) (pending bool, err error)
}

// discarder is a cell of a node whose task has a Discard.
type discarder interface {
	// discard gives that the value, which nothing in the run can use any more.
	discard(ctx context.Context)
}

// discard is told that the value of n, which has just been made, is too late.
func (st *state) discard(n int32) {
	if c, ok := st.cells[n].(discarder); ok {
		c.discard(st.run.ctx)
	}
}

// nodeRef is a node of a run that is being made elsewhere.
type nodeRef struct {
	st *state
	n  int32
}

// slot is the part of a cell that has the value. It is written by who makes the
// node and read by those that its completion has set off.
type slot[T any] struct{ v T }

func (s *slot[T]) value() *T  { return &s.v }
func (s *slot[T]) boxed() any { return s.v }

func (s *slot[T]) fill(v any) (ok bool) {
	if v == nil {
		s.reset()
		return true
	}
	s.v, ok = v.(T)
	return ok
}

func (s *slot[T]) reset() {
	var zero T
	s.v = zero
}

// given is the cell of a value that is there from the start: the input of the
// flow, or what another engine has made.
type given[T any] struct{ slot[T] }

func (*given[T]) exec(context.Context, nodeRef) (bool, error) { return false, nil }

// boxed returns a cell that holds v. A nil is the zero value of T.
func boxed[T any](v any) (cell, bool) {
	c := &given[T]{}
	return c, c.fill(v)
}

// wiring is what a cell is connected to when it is made: the cells and the
// failures of all nodes before it, by index.
type wiring struct {
	cells []cell
	errs  []error
}

// from returns where n's value will be.
func from[T any](w wiring, n Node[T]) *T {
	return w.cells[n.n.index].(interface{ value() *T }).value()
}

// failure returns where n's failure will be.
func failure(w wiring, n *node) *error { return &w.errs[n.index] }

// forwarder is the cell of a node that passes on the value of one of its inputs.
type forwarder interface {
	cell
	// take copies the value of the i-th of them.
	take(i int)
}

// passing is the part of a cell that passes values on.
type passing[T any] struct {
	slot[T]
	from []*T
	errs []*error
}

func pass[T any](w wiring, ns ...Node[T]) passing[T] {
	var p passing[T]
	for _, n := range ns {
		p.from = append(p.from, from(w, n))
		p.errs = append(p.errs, failure(w, n.n))
	}
	return p
}

func (p *passing[T]) take(i int) { p.v = *p.from[i] }
