package durable

import (
	"encoding/json"
	"fmt"

	"github.com/jade-go/jade/flow"
)

// EncodeSignal returns the value of a [flow.Signal] of g in JSON, for an engine.
//
// Failure: the flow has no signal of that name, or the signal has another type.
func EncodeSignal(g flow.Graph, name string, value any) (json.RawMessage, error) {
	n, ok := signalOf(g, name)
	if !ok {
		return nil, fmt.Errorf("durable: %s: there is no signal %q", g.Name, name)
	}
	raw, err := encode(value)
	if err != nil {
		return nil, fmt.Errorf("durable: %s: signal %s: %w", g.Name, name, err)
	}
	_, t := n.Types()
	if _, err := decode(raw, t); err != nil {
		return nil, fmt.Errorf("durable: %s: signal %s: want a %s, got a %T: %w", g.Name, name, n.Out, value, err)
	}
	return raw, nil
}

// signalOf looks for a signal in a flow and in those that run as parts of it.
func signalOf(g flow.Graph, name string) (flow.GraphNode, bool) {
	for _, n := range g.Nodes {
		if n.Kind == flow.KindSignal && n.Task == name {
			return n, true
		}
		if n.Flow == nil {
			continue
		}
		if in, ok := signalOf(*n.Flow, name); ok {
			return in, true
		}
	}
	return flow.GraphNode{}, false
}
