package flow

import (
	"fmt"
	"slices"
	"sync"

	"github.com/jade-go/jade/internal/seam"
	"github.com/jade-go/jade/observe"
)

// plan is a flow as it is compiled: nodes are indices, in build order, so every
// node comes after its inputs. It does not change.
type plan struct {
	name      string
	place     observe.Place
	specs     []spec
	out       int32
	counted   bool         // counters are enough, unless a run is observed: see counters.go
	remembers bool         // a call, perhaps of a nested flow, shares what it comes to in the run: see engine.Remember
	plain     bool         // and they are enough then too: no call has policies or elements, which have to be told of a limit
	effects   bool         // some node runs for an effect
	undoes    bool         // some success can be undone
	guarded   []int32      // nodes whose calls have gates
	left      []int32      // of a counted plan: for each node, a bit for each input that is not there from the start
	first     []int32      // of a counted plan: nodes that are ready at the start
	pools     [2]sync.Pool // of *state: with counters, and with demand

	failed map[int32]failedInput // of a plan of one node: its inputs that have failed; see GraphNode.alone

	root *plan // that it is a variant of: see intercept.go; nil if of none

	describe sync.Once // see calls.go
	calls    []observe.Call
	ran      observe.Call
	watched  int32 // sights of a run: one for itself, one for each node that is not quick
}

// spec is one node of a plan.
type spec struct {
	*node
	users  []use
	quick  bool  // its function, if it has one, is quick and runs inline
	call   bool  // it calls a task
	sight  int32 // of a node that is not: in those of a run
	own    bool  // it may be cancelled alone, so it has a ctx of its own
	effect bool  // it runs for an effect, so the answer does not cancel it
	answer bool  // it runs for the answer

	optional bool // no effect fails of it
	required bool // its failure is that of the run
}

// use is a place where a node is an input.
type use struct {
	node int32
	bit  int32 // of a counted plan: in its left
	role Role
}

// none is no node.
const none int32 = -1

// compile makes the plan of the nodes that b has, with out as the result.
func compile(name string, place observe.Place, b *builder, out *node) *plan {
	b.names(name)
	p := &plan{name: name, place: place, watched: 1, specs: make([]spec, len(b.nodes)), left: make([]int32, len(b.nodes)), counted: true}
	for i, n := range b.nodes {
		n.index = int32(i)
		call := n.calls()
		p.specs[i] = spec{node: n, quick: !call && n.kind != KindRecover, call: call}
		if !p.specs[i].quick {
			p.specs[i].sight = p.watched
			p.watched++
		}
		p.remembers = p.remembers || call && n.task.remembers()
		switch n.kind {
		case KindIn, KindConst, KindMap:
		case KindStep, KindEach, KindSleep, KindSignal:
			p.counted = p.counted && !n.task.degrades() && !n.task.undoes()
			p.undoes = p.undoes || n.task.undoes()
		default:
			p.counted = false
		}
		for k, in := range n.inputs {
			from := &p.specs[in.n.index]
			var bit int32
			if in.n.kind != KindIn && in.n.kind != KindConst && p.counted {
				bit = 1 << k // nine inputs at the most
				p.left[i] |= bit
			}
			from.users = append(from.users, use{int32(i), bit, in.role})
		}
	}
	p.out = out.index
	p.check()
	p.mark()
	p.findGuarded()
	for i := range p.specs {
		if s := &p.specs[i]; p.left[i] == 0 && s.kind != KindIn && s.kind != KindConst {
			p.first = append(p.first, int32(i))
		}
	}
	p.openPools()
	return p
}

func (p *plan) openPools() {
	p.plain = p.counted && !slices.ContainsFunc(p.specs, func(s spec) bool { return s.claims })
	for demand := range p.pools {
		p.pools[demand].New = func() any { return newState(p, demand == 0) }
	}
}

// check panics on what only a mistake can cause.
func (p *plan) check() {
	if in, out := &p.specs[0], &p.specs[p.out]; out.kind == KindConst && len(in.users) == 0 && in.out.Size() > 0 {
		panic(fmt.Sprintf("flow.New: %s: the result is the constant made at %s: nothing consumes the input (%s)", p.name, out.node.place, in.out))
	}
	tasks := map[string]*node{}
	for i := range p.specs {
		s := &p.specs[i]
		if len(s.users) == 0 && s.kind != KindIn && int32(i) != p.out {
			panic(fmt.Sprintf("flow.New: %s: nothing consumes %s (%s): make it an argument, or run it by After or Also", p.name, s.name, s.node.place))
		}
		if s.task == nil || s.kind == KindSleep {
			continue
		}
		other, known := tasks[s.task.name]
		if known && identity(other.task.origin) != identity(s.task.origin) {
			panic(fmt.Sprintf("flow.New: %s: two different tasks are called %s (made at %s and %s): see Task.Named",
				p.name, s.task.name, other.task.origin.Place, s.task.origin.Place))
		}
		tasks[s.task.name] = s.node
	}
}

// identity is what tasks have in common that are variants of one.
func identity(o *seam.Origin) any {
	if e, ok := o.Engine.(interface{ identity() any }); ok {
		return e.identity()
	}
	return o
}

// mark finds the nodes that have a ctx of their own, and those that run for an
// effect, or for the answer: all that such a node needs is one too.
//
// A node is given up alone where a run goes on without the node that needs it: where that has failed for
// want of another input and something takes the failure, or where another input was enough. So it is never a
// required node, whose failure is that of the run and whose ctx ends with the run, unless it runs for an effect too.
func (p *plan) mark() {
	taken, required := make([]bool, len(p.specs)), make([]bool, len(p.specs)) // what becomes of the failure of the node
	missed := make([]bool, len(p.specs))                                      // an effect fails of it
	p.specs[p.out].answer, required[p.out] = true, true
	for i := len(p.specs) - 1; i >= 0; i-- {
		s := &p.specs[i]
		s.own = s.own && (s.effect || !required[i])
		s.optional, s.required = !missed[i], required[i]
		stands := s.kind == KindFallback || s.kind == KindTry || s.kind == KindRecover
		takes, several := false, len(s.inputs) > 1
		switch s.kind {
		case KindAny, KindEither, KindRecover, KindTry, KindFallback:
			takes = true
		}
		for _, in := range s.inputs {
			from := &p.specs[in.n.index]
			taken[in.n.index] = taken[in.n.index] || takes || taken[i] || in.role == RoleEffect
			required[in.n.index] = required[in.n.index] || required[i] && (!takes || in.role == RoleCondition) && in.role != RoleEffect
			missed[in.n.index] = missed[in.n.index] || in.role == RoleEffect || missed[i] && !stands
			from.own = from.own || s.own || several && (takes || taken[i]) || in.role == RoleEffect
			from.effect = from.effect || s.effect || in.role == RoleEffect
			from.answer = from.answer || s.answer && in.role != RoleEffect
			p.effects = p.effects || in.role == RoleEffect
		}
	}
}

// start returns a state for one run.
func (p *plan) start(r *run) *state {
	kind := 1
	if p.plain || p.counted && r.observer == nil {
		kind = 0
	}
	st := p.pools[kind].Get().(*state)
	st.run = r
	r.st = st
	return st
}
