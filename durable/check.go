package durable

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/jade-go/jade/flow"
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
			c.flow(*n.Flow, name, path+n.Name+"/")
		}
	}
	c.typeOf(out, name+": the result"+inside(path))
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
	case flow.KindStep, flow.KindEach, flow.KindSettleEach, flow.KindRecover:
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
