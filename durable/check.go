package durable

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

// Check reports the types that JSON would change, of the values that cross the wire when an engine runs the flow: the input and the result
// of the flow, and what its calls take and return; in flows inside of it too. It is for a test, or for the start of a program. An engine need not be there.
//
// The error joins one line for each part of a type, such as
//
//	durable: checkout: node charge: Payment.card: an unexported field is lost in JSON: export it, or give Payment MarshalJSON and UnmarshalJSON
//
// A part that several nodes have is reported once. These are reported: unexported fields and fields with the tag json:"-"; interfaces, except for the error of a
// [future.Result]; functions, channels, complex numbers, uintptr; two fields with the same name in JSON; keys of maps that are no string, integer or encoding.TextMarshaler;
// embedded pointers to unexported structs; a type with one of MarshalJSON and UnmarshalJSON, or of MarshalText and UnmarshalText; methods that JSON does not
// call, as those with a pointer receiver of a map's values, or that it calls for more than they are written for, as those of an embedded time.Time;
// pointers to what may be nil itself.
//
// A flow inside of which something waits, or can be undone, has to be a part of the run: these are reported too, if a policy or an Each is around that flow.
//
// Check trusts a type that has both methods. It does not look at values: a NaN, for example, fails the run that has it.
func Check(g flow.Graph) error {
	c := checker{reported: map[problemKey]bool{}}
	c.flow(g, g.Name, "")
	return errors.Join(c.errs...)
}

type checker struct {
	errs     []error
	reported map[problemKey]bool
}

// problemKey is what makes two problems one.
type problemKey struct {
	owner reflect.Type
	field string
	what  string
}

// flow checks g, which is a flow, or one inside of that whose nodes are at path.
func (c *checker) flow(g flow.Graph, name, path string) {
	if len(g.Nodes) == 0 || g.Output < 0 || g.Output >= len(g.Nodes) {
		c.errs = append(c.errs, fmt.Errorf("durable: %s: the graph has no nodes: get it from the method Graph of a flow", name))
		return
	}
	_, in := g.Nodes[0].Types()
	_, out := g.Nodes[g.Output].Types()
	if in == nil || out == nil {
		c.errs = append(c.errs, fmt.Errorf("durable: %s: the graph was read from JSON and has no types: get it from the method Graph of the flow", name))
		return
	}
	c.typeOf(in, name+": the input"+inside(path))
	for _, n := range g.Nodes {
		if crosses(n.Kind) {
			at := name + ": node " + path + n.Name
			takes, gives := n.Types()
			for _, t := range takes {
				c.typeOf(t, at)
			}
			c.typeOf(gives, at)
		}
		if n.Flow != nil {
			c.apart(n, name, path)
			c.flow(*n.Flow, name, path+n.Name+"/")
		}
	}
	c.typeOf(out, name+": the result"+inside(path))
}

// apart checks a node that calls a flow in one call, as something is around it: what goes on in there has no record of its own.
func (c *checker) apart(n flow.GraphNode, name, path string) {
	if n.Kind == flow.KindStep && len(n.Policies) == 0 {
		return
	}
	around := "its task has a policy"
	if n.Kind != flow.KindStep {
		around = "it is called for each element"
	}
	for _, in := range waitsIn(*n.Flow, path+n.Name+"/", hasUndo(n)) {
		c.errs = append(c.errs, fmt.Errorf("durable: %s: node %s, but the flow around it is one call, as %s: %s", name, in.what, around, in.remedy))
	}
}

// inner is something in a flow that one call cannot do durably.
type inner struct{ what, remedy string }

// waitsIn lists what waits in a flow, and what can be undone there, unless the node around has an Undo itself.
func waitsIn(g flow.Graph, path string, undone bool) (all []inner) {
	for _, n := range g.Nodes {
		switch at := path + n.Name; {
		case n.Kind == flow.KindSleep, n.Kind == flow.KindSignal:
			all = append(all, inner{at + " waits", "a crash would begin the wait anew: take away what is around the flow"})
		case hasUndo(n) && !undone:
			all = append(all, inner{at + " has an Undo", "give the task of the flow an Undo, or take away what is around it"})
		}
		if n.Flow != nil {
			all = append(all, waitsIn(*n.Flow, path+n.Name+"/", undone || hasUndo(n))...)
		}
	}
	return all
}

func hasUndo(n flow.GraphNode) bool {
	return slices.ContainsFunc(n.Policies, func(p task.Policy) bool { return p.Kind == "undo" })
}

func inside(path string) string {
	if path == "" {
		return ""
	}
	return " of node " + path[:len(path)-1]
}

// crosses reports whether an engine makes the nodes of a kind. It works out the others itself, and their values do not leave the process.
func crosses(k flow.Kind) bool {
	switch k {
	case flow.KindStep, flow.KindEach, flow.KindSettleEach, flow.KindRecover, flow.KindSignal:
		return true
	}
	return false
}

func (c *checker) typeOf(t reflect.Type, at string) {
	for _, p := range inspect(t) {
		if !c.reported[p.problemKey] {
			c.reported[p.problemKey] = true
			c.errs = append(c.errs, fmt.Errorf("durable: %s: %s", at, p))
		}
	}
}
