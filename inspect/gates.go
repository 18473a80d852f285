package inspect

import (
	"reflect"
	"slices"
	"strconv"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/task"
)

// gate is one line of the page: a gate, its present state, and the nodes that it is around.
type gate struct {
	of      task.Gate
	About   string
	InUse   string // empty for a gate that does not count
	Waiting string
	State   string // of a breaker
	Class   string // of the style of State
	Around  []string
}

// gates returns the gates of all flows, in the order of the flows. A gate that is around several nodes is listed once.
func (h *handler) gates() (all []gate) {
	for _, g := range h.graphs {
		all = gatesIn(all, g, g.Name)
	}
	return all
}

func gatesIn(all []gate, g flow.Graph, path string) []gate {
	var seal engine.Seal
	for _, n := range g.Nodes {
		at := path + "/" + n.Name
		for _, of := range flow.GatesOf(seal, n) {
			all = around(all, of, at)
		}
		if n.Flow != nil {
			all = gatesIn(all, *n.Flow, at)
		}
	}
	return all
}

// around adds a gate of the node at, or the node to a gate that is known.
func around(all []gate, of task.Gate, at string) []gate {
	if reflect.ValueOf(of).Comparable() {
		i := slices.IndexFunc(all, func(known gate) bool { return reflect.ValueOf(known.of).Comparable() && known.of == of })
		if i >= 0 {
			if !slices.Contains(all[i].Around, at) {
				all[i].Around = append(all[i].Around, at)
			}
			return all
		}
	}
	return append(all, stateOf(of, at))
}

// stateOf returns the present state of the gate. If one of its methods panics, the page shows no state.
func stateOf(of task.Gate, at string) (g gate) {
	g = gate{of: of, Around: []string{at}, About: reflect.TypeOf(of).String()}
	defer func() {
		if recover() != nil {
			g.State, g.Class = "not known: a method of the gate has panicked", "failed"
		}
	}()
	g.About = of.Describe().Gate.String()
	if of, ok := of.(interface{ InUse() int }); ok {
		g.InUse = strconv.Itoa(of.InUse())
	}
	if of, ok := of.(interface{ Waiting() int }); ok {
		g.Waiting = strconv.Itoa(of.Waiting())
	}
	if of, ok := of.(interface{ Open() bool }); ok {
		g.State, g.Class = "closed: lets calls in", "ok"
		if of.Open() {
			g.State, g.Class = "open: rejects calls", "failed"
		}
	}
	return g
}
