package flow

import (
	"context"
	"reflect"
	"slices"
	"time"

	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/seam"
	"github.com/jade-go/jade/internal/source"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// Node is a value that will exist when the flow runs. Nodes are made by the
// functions of this package within the build function of [New], and belong to
// the flow that is built there.
type Node[T any] struct{ n *node }

// Dependency is a node of any type.
type Dependency interface{ node() *node }

func (n Node[T]) node() *node { return n.n }

// Kind says what a node does.
type Kind string

const (
	KindIn         Kind = "in"          // the flow's input
	KindConst      Kind = "const"       // see Const
	KindStep       Kind = "step"        // see Step
	KindMap        Kind = "map"         // see Map
	KindAfter      Kind = "after"       // see After
	KindRequire    Kind = "require"     // see Require
	KindAlso       Kind = "also"        // see Also
	KindEither     Kind = "either"      // see Either
	KindEach       Kind = "each"        // see Each
	KindSettleEach Kind = "settle_each" // see SettleEach
	KindAny        Kind = "any"         // see Any
	KindRecover    Kind = "recover"     // see Recover
	KindTry        Kind = "try"         // see Try
	KindFallback   Kind = "fallback"    // see Fallback
	KindSleep      Kind = "sleep"       // see Sleep
	KindSignal     Kind = "signal"      // see Signal
)

// Role says what an edge is for.
type Role string

const (
	RoleData      Role = "data"      // the value is an argument, or may become the result
	RoleOrder     Role = "order"     // a success is waited for: After
	RoleCondition Role = "condition" // the value decides: Either
	RoleYes       Role = "yes"       // the result if the condition holds
	RoleNo        Role = "no"        // the result if it does not
	RoleEffect    Role = "effect"    // it runs too: Also
)

// node is a node as it is built. It does not change any more once New returns.
type node struct {
	b      *builder // nil as long as it is made of constants alone
	kind   Kind
	named  string // by Named
	called string // its function, if that has a name
	name   string
	place  observe.Place
	task   *named // of a step or an each
	sleep  time.Duration
	limit  int // of an Each or a SettleEach, which are both Elements here
	in     reflect.Type
	out    reflect.Type
	inputs []input
	index  int32
	maker
	box      func(v any) (cell, bool) // a cell that holds v, if that is of type out
	runAlone func(context.Context, *plan, Terms) Completion
}

// maker is how a node is made.
type maker struct {
	make   func(w wiring) cell
	mends  bool              // its cell is a mender
	guards bool              // its cell sees to functions that panic or call Goexit itself
	claims bool              // its cell claims the node: see state.claim
	again  func(point) maker // of a call of a task: see intercept.go

	undo    func(ctx context.Context, w wiring, out any) error // of a step: calls the Undo of the task; nil if it has none
	inner   untyped                                            // the flow that the task stands for
	element func() *node                                       // of an Each or a SettleEach: a step that calls the task for one element, with the index 1
}

// calls reports whether the node calls a task.
func (n *node) calls() bool {
	switch n.kind {
	case KindStep, KindEach, KindSleep, KindSignal:
		return true
	}
	return false
}

type input struct {
	n    *node
	role Role
}

// named is what a node's task tells of itself.
type named struct {
	name     string
	origin   *seam.Origin
	policies []task.Policy
	gates    []task.Gate // and the budgets; of a variant, those of the flow that it was made of
	shown    []any       // see ShownOf
	settles  bool        // of a SettleEach: it goes on without the elements that fail
}

func describe[In, Out any](t task.Task[In, Out]) *named {
	return &named{name: t.Name(), origin: task.ForEngines(seal, t).Origin(), policies: t.Policies(), gates: task.ForEngines(seal, t).Gates(), shown: task.ForEngines(seal, t).Shown()}
}

// standsIn reports whether the node goes on without what it fails of: the value of the task's Fallback does, or an element is a failure.
func (t *named) standsIn() bool {
	return t.settles || slices.ContainsFunc(t.policies, func(p task.Policy) bool { return p.Kind == "fallback" })
}

// degrades reports whether something may stand in for the task, or for a part of it.
func (t *named) degrades() bool {
	return t.standsIn() || t.origin.Engine != nil || slices.ContainsFunc(t.policies, func(p task.Policy) bool { return p.Kind == "recover" })
}

// builder collects the nodes of one flow, in build order.
type builder struct {
	nodes  []*node
	sealed bool
}

// add makes a node for the function called where, which its user called: skip
// frames up from add.
func add[T any](where string, skip int, n node, make func(w wiring) cell) Node[T] {
	file, line := source.Caller(skip)
	n.place = observe.Place{File: file, Line: line}
	n.out = reflect.TypeFor[T]()
	n.make = make
	n.box, n.runAlone = boxed[T], runAlone[T]
	for _, in := range n.inputs {
		if in.n == nil {
			panic(where + ": zero Node")
		}
		n.settleIn(where, in.n.b)
	}
	added := &n
	if n.b != nil {
		n.b.admit(added)
	}
	return Node[T]{added}
}

// settleIn says that n has an input in the flow of b.
func (n *node) settleIn(where string, b *builder) {
	switch {
	case b == nil:
	case b.sealed:
		panic(where + ": a node of a flow that is built already")
	case n.b != nil && n.b != b:
		panic(where + ": nodes of two flows")
	default:
		n.b = b
	}
}

// admit takes n in, and before it the constants that it is made of.
func (b *builder) admit(n *node) {
	for _, in := range n.inputs {
		if in.n.b == nil {
			b.admit(in.n)
		}
	}
	n.b = b
	b.nodes = append(b.nodes, n)
}

func data(nodes ...*node) []input { return as(RoleData, nodes...) }

func as(role Role, nodes ...*node) []input {
	inputs := make([]input, len(nodes))
	for i, n := range nodes {
		inputs[i] = input{n, role}
	}
	return inputs
}

func nodesOf[T any](ns []Node[T]) []*node {
	nodes := make([]*node, len(ns))
	for i, n := range ns {
		nodes[i] = n.n
	}
	return nodes
}

func dependencies(where string, ds []Dependency) []*node {
	nodes := make([]*node, len(ds))
	for i, d := range ds {
		if d == nil {
			panic(where + ": nil Dependency")
		}
		nodes[i] = d.node()
	}
	return nodes
}

func mustTask(where, name string) {
	if name == "" {
		panic(where + ": zero Task")
	}
}

// remembers reports whether the run needs a memory for the task: see engine.Remember.
func (t *named) remembers() bool {
	if inner, ok := t.origin.Engine.(interface{ remembers() bool }); ok && inner.remembers() {
		return true
	}
	return slices.ContainsFunc(t.policies, func(p task.Policy) bool { return p.Kind == engine.KindMemo || p.Kind == engine.KindBatch })
}
