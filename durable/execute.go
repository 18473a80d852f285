package durable

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/jade-go/jade/flow"
)

// Execute runs a flow on an engine, from its beginning: what the engine has recorded it does again, without calling anything, and goes on from there. It
// returns when the run has its answer and nothing of it runs any more.
//
// Failure: what the run fails with, as [flow.Flow.Do] would; or a [*StoppedError], if the engine stops.
// Idempotency: run is the id of the run. The keys of its calls begin with it: see [task.Key].
// Concurrency: Execute makes no call and has no goroutine that outlives a method of the driver. Inline functions run on goroutines that it waits for.
func Execute(run string, g flow.Graph, in json.RawMessage, d Driver) (json.RawMessage, error) {
	input, err := decode(in, inputOf(g))
	if err != nil {
		return nil, fmt.Errorf("durable.Execute: %s: the input: %w", g.Name, err)
	}
	m, err := g.Machine(run, input)
	if err != nil {
		return nil, err
	}
	e := execution{run: run, g: g, m: m, d: d, calls: map[int]waiting{}}
	e.follow(m.Start(d.Now()))
	for !m.Idle() {
		id, o, err := d.Next()
		if err != nil {
			return nil, &StoppedError{err}
		}
		if id == Left {
			e.follow(m.Leave(d.Now(), o.Failure.Err()))
			continue
		}
		e.follow(m.Done(d.Now(), id, e.completion(id, o)))
	}
	return e.value, e.failure
}

// execution is one call of Execute.
type execution struct {
	run     string
	g       flow.Graph
	m       *flow.Machine
	d       Driver
	calls   map[int]waiting // that run, by id
	value   json.RawMessage
	failure error
}

// waiting is a call that runs.
type waiting struct {
	name string
	out  reflect.Type // of its value; nil: it has none
}

// follow makes moves, and those that follow at once.
func (e *execution) follow(moves []flow.Move) {
	for len(moves) > 0 {
		mv := moves[0]
		moves = moves[1:]
		switch mv.Verb {
		case flow.VerbDrop:
			delete(e.calls, mv.ID)
			e.d.Cancel(mv.ID)
		case flow.VerbStop:
			if s, ok := e.d.(Stopper); ok {
				s.Stop(mv.ID)
			}
		case flow.VerbAnswer:
			e.answer(mv)
		default:
			c, n, err := e.callOf(mv)
			if err != nil { // it cannot be stored: the call has failed
				moves = append(moves, e.m.Done(e.d.Now(), mv.ID, flow.Completion{Err: err})...)
				continue
			}
			e.calls[mv.ID] = waiting{n.Name, e.typeOf(mv, n)}
			e.d.Start(mv.ID, c, n)
		}
	}
}

// typeOf is the type of the value that a call has.
func (e *execution) typeOf(mv flow.Move, n flow.GraphNode) reflect.Type {
	switch mv.Verb {
	case flow.VerbRun, flow.VerbSignal:
		_, t := n.Types()
		return t
	case flow.VerbCatch:
		at, _ := e.g.Within(mv.Path)
		return outputOf(at)
	}
	return nil
}

func (e *execution) answer(mv flow.Move) {
	if e.failure = mv.Err; e.failure == nil {
		e.value, e.failure = encode(mv.Value)
	}
	if a, ok := e.d.(Answerer); ok {
		a.Answered(e.value, e.failure)
	}
}

// callOf is a move as data, and the node that it belongs to.
func (e *execution) callOf(mv flow.Move) (c Call, n flow.GraphNode, err error) {
	c = Call{
		Run: e.run, Path: mv.Path, Node: mv.Node.Name, Verb: mv.Verb, Key: mv.Key, Begun: mv.Begun, Limit: mv.Limit, End: mv.End, Until: mv.Until,
		Late: EncodeError(mv.Late), Failure: EncodeError(mv.Err),
	}
	n = mv.Node
	if mv.Verb == flow.VerbSignal {
		c.Signal = n.Task
	}
	if mv.Element >= 0 {
		c.Element, n = &mv.Element, n.Element(mv.Element)
	}
	if mv.Verb == flow.VerbUndo {
		if c.Value, err = encode(mv.Value); err != nil {
			return c, n, err
		}
	}
	for _, v := range mv.Inputs {
		in, err := inputAs(v)
		if err != nil {
			return c, n, err
		}
		c.Inputs = append(c.Inputs, in)
	}
	return c, n, nil
}

func inputAs(v any) (in Input, err error) {
	if failed, ok := v.(flow.Failed); ok {
		return Input{Failure: EncodeError(failed.Err)}, nil
	}
	in.Value, err = encode(v)
	return in, err
}

// completion is an outcome as the machine takes it.
func (e *execution) completion(id int, o Outcome) flow.Completion {
	w := e.calls[id]
	delete(e.calls, id)
	c := flow.Completion{Err: o.Failure.Err(), Degraded: o.Degraded.Err()}
	for _, l := range o.Losses {
		c.Losses = append(c.Losses, flow.Loss{Node: l.Node, Task: l.Task, Class: l.Class, Err: l.Failure.Err(), Place: l.Place, Count: l.Count})
	}
	if c.Err != nil || w.out == nil {
		return c
	}
	if c.Value, c.Err = decode(o.Value, w.out); c.Err != nil {
		c.Err = fmt.Errorf("durable.Execute: %s: the value: %w", w.name, c.Err)
	}
	return c
}

// inputOf and outputOf are the types of a flow.

func inputOf(g flow.Graph) reflect.Type {
	_, t := g.Node(0).Types()
	return t
}

func outputOf(g flow.Graph) reflect.Type {
	_, t := g.Node(g.Output).Types()
	return t
}
