package jadetest

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// measured draws from samples, of which those that are Censored say only how long a call took at least.
type measured struct {
	samples []Sample // by how long they took; of two that took as long, the one that ended is first
	ended   int      // the index behind the last one that ended: beyond it nobody has seen a call end
}

func newMeasured(samples []Sample) measured {
	m := measured{samples: slices.Clone(samples)}
	slices.SortStableFunc(m.samples, func(a, b Sample) int {
		if c := cmp.Compare(a.Took, b.Took); c != 0 || a.Censored == b.Censored {
			return c
		}
		if b.Censored {
			return -1
		}
		return 1
	})
	for i, s := range m.samples {
		if !s.Censored {
			m.ended = i + 1
		}
	}
	return m
}

// draw draws a sample. For one that was given up it draws another of those that took longer, all alike: so a call that
// was given up early says nothing of how long the others take (Efron, "The two sample problem with censored data", 1967).
// The sample is Censored if nobody has seen a longer one end; then it has the longest time that was waited for one.
func (m measured) draw(r *rand.Rand) Sample {
	i := r.IntN(len(m.samples))
	for i < m.ended && m.samples[i].Censored {
		i += 1 + r.IntN(len(m.samples)-i-1)
	}
	if i >= m.ended {
		return m.samples[len(m.samples)-1]
	}
	return m.samples[i]
}
