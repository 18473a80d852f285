package jadedbos

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/jade-go/jade/flow"
)

// versionOf identifies what a replay of a run depends on: the structure of the flow (see [flow.Graph.Hash]), and whether it and the flows inside have
// functions for failures, and policies around them. Limits, and the policies of other tasks, may change while runs are in flight: a run has the limits of its start.
func versionOf(g flow.Graph) string {
	h := sha256.New()
	shape(h, g)
	return g.Hash() + "-" + hex.EncodeToString(h.Sum(nil)[:4])
}

func shape(w io.Writer, g flow.Graph) {
	_, _ = fmt.Fprintln(w, g.Catch > 0, g.OnError > 0) // a hash takes everything
	for _, n := range g.Nodes {
		if n.Flow != nil {
			_, _ = fmt.Fprintln(w, n.Name, len(n.Policies) > 0)
			shape(w, *n.Flow)
		}
	}
}
