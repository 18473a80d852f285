package flow

import (
	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/errtree"
)

// This file is how the failure of a run is traced back to where it came from: by what it is, never by its text.

func init() {
	engine.OriginOf = originOf
	engine.Root = func(err error) error {
		if e, ok := err.(*Error); ok && e != nil && e.plan != nil {
			return e.root
		}
		return err
	}
}

func originOf(err error) (o engine.Origin, ok bool) {
	e := errorIn(err)
	if e != nil && e.node == none { // what the function of OnError or Catch was told of
		e = errorIn(e.Err)
	}
	if e == nil || e.node == none {
		return o, false
	}
	return engine.Origin{Flow: e.Flow, Node: e.Node, Of: e.plan.blamed(e.node)}, true
}

// errorIn looks for the failure of a run in err, which may be anybody's.
func errorIn(err error) *Error {
	if e, ok := errtree.Find[*Error](err); ok && e != nil && e.plan != nil {
		return e
	}
	return nil
}

// blamed names the calls that a failure of node n is made of: of an Any all that it tried, of a Require and of a
// map what they went by.
func (p *plan) blamed(n int32) []string {
	s := &p.specs[n]
	if !s.quick {
		return []string{s.name}
	}
	return originsOf(p).names(s.inputs)
}
