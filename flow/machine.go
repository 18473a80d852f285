package flow

import (
	"fmt"
	"slices"
	"time"
)

// Machine is one run of a flow for an engine that makes the calls itself, perhaps in other processes. It decides what runs, what stands in for what has
// failed, and what the answer is: with the same code as [Flow.Do]. It makes no call.
//
// A machine is told what has happened, and returns the moves that follow from it. It has no goroutine of its own, no lock, no clock and no chance: a machine
// that is told the same in the same order makes the same moves. So an engine that has recorded what happened can do it all over again after a crash.
//
// Inline functions run inside of the methods: those of Map, MapErr, Either and Degraded. They run again when an engine replays a run, so they must depend on
// their arguments only.
//
// A nested flow is part of the machine if nothing is around its task: no policy and no Each. Otherwise the engine gets one call for it.
//
// Concurrency: one goroutine at a time.
type Machine struct {
	top   *section
	now   time.Time
	calls []*outstanding // by id, from 1 on; nil once they are over
	open  int            // of those the ones that the run waits for
	ready []readyNode    // nodes that can be made, in order
	moves []Move
	key   string

	alarms  []*outstanding // waits for limits
	kept    []success      // in the order in which they have come
	regrets []success      // that are being undone, one after another
}

// readyNode is a node that can be made.
type readyNode struct {
	p *section
	n int32
}

// Verb says what an engine is to do.
type Verb string

const (
	VerbRun    Verb = "run"    // call the node: GraphNode.Perform
	VerbSleep  Verb = "sleep"  // wait until Move.Until: for a Sleep, or for a limit
	VerbSignal Verb = "signal" // wait for the value of a Signal
	VerbUndo   Verb = "undo"   // undo a call, with its Inputs and what it returned as Value: GraphNode.Undo
	VerbTell   Verb = "tell"   // tell the functions of OnError of Move.Err: Graph.TellError
	VerbCatch  Verb = "catch"  // ask the functions of Catch for an answer: Graph.CatchError
	VerbDrop   Verb = "drop"   // nothing needs the call with that ID any more, and nobody waits for it: it may be cancelled
	VerbStop   Verb = "stop"   // nothing needs it, and it may be cancelled; but Done has to be told how it ends, as its success is undone
	VerbAnswer Verb = "answer" // the run has its answer, Move.Value or Move.Err: calls may still run for effects
)

// Move is what an engine is to do next.
type Move struct {
	ID      int // of a call: what Done is given, and a drop or a stop names
	Verb    Verb
	Path    []string  // names of the nodes around, outermost first
	Node    GraphNode // zero if the flow itself is meant
	Element int       // index of an element of an Each or a SettleEach; or -1
	Inputs  []any     // what the node gets, in the order of its edges: a value or a Failed; of a tell or a catch, the input of the flow
	Key     string    // idempotency key of the call: see task.Key
	Begun   time.Time // when the run that the node belongs to began
	Limit   time.Time // when the call is late; zero: never
	End     time.Time // until when what stands in for it may run
	Until   time.Time // of a sleep
	Late    error     // the call is late already: only what stands in for it runs
	Value   any       // of an answer, and of an undo
	Err     error     // of an answer, a tell or a catch
	Losses  []Loss    // of an answer
}

// outstanding is a call that the engine makes.
type outstanding struct {
	id      int
	p       *section
	n       int32 // none: the flow itself
	element int
	verb    Verb
	dropped bool
	inputs  []any

	unwanted bool             // nothing needs it, but what it comes to may have to be undone
	until    time.Time        // of an alarm
	on       func(Completion) // what follows from it, of a sleep, a tell or a catch
}

// Machine returns a machine for one run with the input in. Key is the idempotency key of the run: keys of its calls begin with it. The limits of the run are those
// that the graph says, also if they are not those of the flow: an engine keeps the limits of a run that goes on with newer code.
func (g Graph) Machine(key string, in any) (*Machine, error) {
	if g.of == nil {
		return nil, fmt.Errorf("flow.Graph.Machine: %s was not made by Flow.Graph", g.Name)
	}
	m := &Machine{key: key}
	if key != "" {
		key += "/" + g.Name
	}
	m.top = m.section(g, nil, none, key)
	if !m.top.st.cells[0].fill(in) {
		return nil, fmt.Errorf("flow.Graph.Machine: %s takes a %s, not a %T", g.Name, g.In, in)
	}
	return m, nil
}

// Start begins the run at a time. The limits of the run count from then.
func (m *Machine) Start(now time.Time) []Move {
	m.now = now
	m.top.begin()
	return m.turn()
}

// Done says how the call with the id has ended. What a dropped call has come to changes nothing.
func (m *Machine) Done(now time.Time, id int, c Completion) []Move {
	m.now = now
	if id < 1 || id > len(m.calls) || m.calls[id-1] == nil {
		return nil
	}
	call := m.calls[id-1]
	m.close(call)
	if !slices.Contains(m.alarms, call) {
		m.ring()
	}
	if !call.dropped {
		call.p.done(call, c)
	}
	return m.turn()
}

// Leave says that nobody waits for the answer any more, because of cause. All calls are dropped. The answer, if there is none yet, is cause.
func (m *Machine) Leave(now time.Time, cause error) []Move {
	m.now = now
	m.ring()
	m.top.leave(cause)
	return m.turn()
}

// Idle reports whether the run is over: it has its answer, and no call of it is waited for.
func (m *Machine) Idle() bool { return m.top.over && m.open == 0 }

// turn makes the nodes that are ready, and returns the moves that have come together.
func (m *Machine) turn() []Move {
	for len(m.ready) > 0 {
		next := m.ready[0]
		m.ready = m.ready[1:]
		next.p.make(next.n)
	}
	m.top.rest()
	moves := m.moves
	m.moves = nil
	return moves
}

// call begins a call.
func (m *Machine) call(p *section, n int32, element int, mv Move) *outstanding {
	c := &outstanding{id: len(m.calls) + 1, p: p, n: n, element: element, verb: mv.Verb, inputs: mv.Inputs}
	m.calls = append(m.calls, c)
	m.open++
	p.open++
	mv.ID, mv.Path, mv.Element, mv.Begun = c.id, p.path, element, p.begun
	if n != none {
		mv.Node = p.g.Nodes[n]
	}
	m.moves = append(m.moves, mv)
	return c
}

// ring does what follows from limits that have passed, although the engine has not said so yet.
func (m *Machine) ring() {
	for {
		m.alarms = slices.DeleteFunc(m.alarms, func(c *outstanding) bool { return c.dropped || m.calls[c.id-1] == nil })
		var first *outstanding
		for _, c := range m.alarms {
			if !c.until.After(m.now) && (first == nil || c.until.Before(first.until)) {
				first = c
			}
		}
		if first == nil {
			return
		}
		m.drop(first)
		first.on(Completion{})
	}
}

// drop says that nothing needs a call any more; nil: there is none.
func (m *Machine) drop(c *outstanding) {
	if c == nil || c.dropped || m.calls[c.id-1] == nil {
		return
	}
	if c.verb == VerbRun && c.p.undoes(c.n) { // its success has to be undone: the run waits for it
		if !c.unwanted {
			m.moves = append(m.moves, Move{ID: c.id, Verb: VerbStop, Element: -1})
		}
		c.unwanted = true
		return
	}
	c.dropped = true
	m.open--
	c.p.open--
	m.moves = append(m.moves, Move{ID: c.id, Verb: VerbDrop, Element: -1})
}

// close is told that a call is over.
func (m *Machine) close(c *outstanding) {
	m.calls[c.id-1] = nil
	if !c.dropped {
		m.open--
		c.p.open--
	}
}
