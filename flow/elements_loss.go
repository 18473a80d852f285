package flow

import (
	"slices"

	recovery "github.com/jade-go/jade/recover"
)

// losing is what the value of an Each or a SettleEach does without.
type losing struct {
	failure error // of the first element that something stands in for, or that has failed; a bug goes first
	code    bool  // it is a bug
	count   int   // such elements
	inner   []Loss
}

// lose notes that something stands in for an element, or for a part of it, or that it has failed. Several parts of one name are one loss.
func (l *losing) lose(failure error, code bool, inner []Loss) {
	if l.failure == nil || code && !l.code {
		l.failure, l.code = failure, code
	}
	if len(inner) == 0 {
		l.count++
	}
	for _, in := range inner {
		if at := slices.IndexFunc(l.inner, func(known Loss) bool { return known.Node == in.Node }); at >= 0 {
			l.inner[at].Count += in.Count
		} else {
			l.inner = append(l.inner, in)
		}
	}
}

// isCode reports whether the failure of an element is a bug.
func (g *elements[A, R]) isCode(err error) bool {
	return recovery.ClassifyIn(g.ctx, err) == recovery.ClassCode
}
