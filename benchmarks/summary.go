package main

import "math"

// A summary is one line of the table: medians over the passes.
type summary struct {
	row       row
	yardstick float64 // in the row's unit; 0 without one
	jade      sample
	ratio     float64 // of Jade to the yardstick; 0 without one
	peers     []peer
	over      bool // Jade took more than its budget for time or memory
	overAlloc bool // Jade took more than its budget for allocations
}

type peer struct {
	name  string
	ratio float64 // to the yardstick, or to Jade if there is none
}

func (m measured) summary() summary {
	s := summary{row: m.row}
	samples := m.samples
	var base []sample
	if m.row.yardstick.run != nil {
		base, samples = samples[0], samples[1:]
		s.yardstick = medianOf(base, func(s sample) float64 { return s.value })
	} else {
		base = samples[0]
	}
	jade := samples[0]
	s.jade = sample{
		value:  medianOf(jade, func(s sample) float64 { return s.value }),
		allocs: math.Round(medianOf(jade, func(s sample) float64 { return s.allocs })),
		bytes:  math.Round(medianOf(jade, func(s sample) float64 { return s.bytes })),
	}
	if m.row.yardstick.run != nil {
		s.ratio = medianRatio(jade, base)
	}
	for i, c := range m.row.peers {
		s.peers = append(s.peers, peer{c.name, medianRatio(samples[1+i], base)})
	}
	b := m.row.budget
	s.over = b.ratio.exceededBy(s.ratio) || b.value.exceededBy(s.jade.value)
	s.overAlloc = b.allocs.exceededBy(s.jade.allocs) || b.bytes.exceededBy(s.jade.bytes)
	return s
}

// exceededBy compares what the table shows: two decimals.
func (l limit) exceededBy(v float64) bool {
	return l.set && math.Round(v*100) > math.Round(l.max*100)
}
