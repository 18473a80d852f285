package durable

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/internal/must"
	"github.com/jade-go/jade/task"
)

// Perform makes a call of a run of g: with all policies of the task, and within the limit of the run. What an engine calls an activity or a step is a call
// of Perform. It makes runs, undos, tells and catches; sleeps and signals are for the engine itself.
//
// Cancellation: if ctx ends, the function of the call gets that, and Perform returns what it comes to.
// Failure: in the outcome, also if the call cannot be made: g has no such node, or the input is not of its type.
// Idempotency: the functions find the key of the call by [task.Key].
func Perform(ctx context.Context, g flow.Graph, c Call) Outcome {
	must.HaveCtx("durable.Perform", ctx)
	at, n, err := find(g, c)
	if err != nil {
		return Outcome{Failure: EncodeError(err)}
	}
	done, err := perform(ctx, at, n, c)
	if err != nil {
		return Outcome{Failure: EncodeError(err)}
	}
	return outcomeOf(ctx, done)
}

func perform(ctx context.Context, at flow.Graph, n flow.GraphNode, c Call) (done flow.Completion, err error) {
	takes := n
	if c.Verb == flow.VerbTell || c.Verb == flow.VerbCatch {
		takes = at.Node(0)
	}
	inputs, err := inputsOf(c, takes)
	if err != nil {
		return done, err
	}
	if c.Key != "" {
		ctx = task.WithKey(ctx, c.Key)
	}
	switch c.Verb {
	case flow.VerbRun:
		return n.Perform(ctx, inputs, flow.Terms{Key: c.Key, Begun: c.Begun, Limit: c.Limit, End: c.End, Late: c.Late.Err()}), nil
	case flow.VerbUndo:
		_, t := n.Types()
		out, err := decode(c.Value, t)
		if err != nil {
			return done, err
		}
		done.Err = n.Undo(ctx, inputs, out)
		return done, nil
	case flow.VerbTell:
		if at.OnError == 0 { // in memory it would be an unobserved failure of the scope
			slog.ErrorContext(ctx, "durable: an effect or an undo failed, and the flow has no OnError", "run", c.Run, "flow", at.Name, "error", c.Failure.Err())
		}
		done.Err = at.TellError(ctx, inputs[0], c.Failure.Err())
		return done, nil
	case flow.VerbCatch:
		done.Value, done.Err = at.CatchError(ctx, inputs[0], c.Failure.Err())
		return done, nil
	}
	return done, fmt.Errorf("durable.Perform: %s: a call with the verb %q is made by the engine", at.Name, c.Verb)
}

// find returns the flow that a call belongs to, and its node.
func find(g flow.Graph, c Call) (at flow.Graph, n flow.GraphNode, err error) {
	at, ok := g.Within(c.Path)
	if ok && c.Node != "" {
		n, ok = at.Named(c.Node)
	}
	if !ok {
		return at, n, fmt.Errorf("durable.Perform: %s: there is no node %q in %q: the run was started by another version of the flow", g.Name, c.Node, c.Path)
	}
	if c.Element != nil {
		n = n.Element(*c.Element)
	}
	return at, n, nil
}

// inputsOf are the inputs of a call, as n takes them.
func inputsOf(c Call, n flow.GraphNode) (inputs []any, err error) {
	types, own := n.Types()
	if n.Kind == flow.KindIn {
		types = append(types, own)
	}
	if len(types) != len(c.Inputs) {
		return nil, fmt.Errorf("durable.Perform: %s takes %d inputs, not %d: the run was started by another version of the flow", n.Name, len(types), len(c.Inputs))
	}
	for i, in := range c.Inputs {
		if in.Failure != nil {
			inputs = append(inputs, flow.Failed{Err: in.Failure.Err()})
			continue
		}
		v, err := decode(in.Value, types[i])
		if err != nil {
			return nil, fmt.Errorf("durable.Perform: %s: input %d: %w", n.Name, i, err)
		}
		inputs = append(inputs, v)
	}
	return inputs, nil
}

// outcomeOf is how a call has ended, as data.
func outcomeOf(ctx context.Context, c flow.Completion) (o Outcome) {
	if o.Failure = encodeErrorIn(ctx, c.Err); c.Err != nil {
		return o
	}
	var err error
	if o.Value, err = encode(c.Value); err != nil {
		return Outcome{Failure: EncodeError(err)}
	}
	o.Degraded = encodeErrorIn(ctx, c.Degraded)
	for _, l := range c.Losses {
		o.Losses = append(o.Losses, Loss{Node: l.Node, Task: l.Task, Class: l.Class, Failure: encodeErrorIn(ctx, l.Err), Place: l.Place, Count: l.Count})
	}
	return o
}
