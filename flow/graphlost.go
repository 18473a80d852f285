package flow

import (
	"strings"
	"sync"
)

// lossesOf takes what the answer of a node that is made alone does without.
type lossesOf struct {
	mu   sync.Mutex
	lost []Loss
}

func (l *lossesOf) put(lost []Loss) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lost = lost
}

// of splits the losses: what the node of that name stands in for itself, and what the flow that it calls does without.
func (l *lossesOf) of(name string) (degraded error, inner []Loss) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var failures []error
	for _, loss := range l.lost {
		failures = append(failures, loss.Err)
		if node, nested := strings.CutPrefix(loss.Node, name+"/"); nested {
			loss.Node = node
			inner = append(inner, loss)
		}
	}
	switch len(failures) {
	case 0:
		return nil, nil
	case 1:
		return failures[0], inner
	}
	return lostError(failures), inner
}
