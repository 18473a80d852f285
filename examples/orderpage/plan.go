package main

import (
	"time"

	"github.com/jade-go/jade/flow"
)

// plan names the calls of the page, for the flags. What they are is read off the
// flow; the futures make the same ones.
var plan = planOf(newOrderPage(new(shop), time.Second).Graph())

func planOf(g flow.Graph) (names []string) {
	for _, n := range g.Nodes {
		if n.Kind == flow.KindStep {
			names = append(names, n.Name)
		}
	}
	return names
}
