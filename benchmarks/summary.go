package main

import "math"

// A summary is one line of the table: medians over the passes.
type summary struct {
	row       row
	yardstick float64 // in the row's unit; 0 without one
	jade      sample
	ratio     float64 // of Jade to the yardstick; 0 without one
	others    []other
}

type other struct {
	name  string
	ratio float64 // to the yardstick, or to Jade if there is none
}

func (m measured) summary() summary {
	s := summary{row: m.row}
	samples := m.samples
	base := samples[0]
	if m.row.hasYardstick() {
		samples = samples[1:]
		s.yardstick = medianOf(base, func(s sample) float64 { return s.value })
		s.ratio = medianRatio(samples[0], base)
	}
	s.jade = sample{
		value:  medianOf(samples[0], func(s sample) float64 { return s.value }),
		allocs: math.Round(medianOf(samples[0], func(s sample) float64 { return s.allocs })),
		bytes:  math.Round(medianOf(samples[0], func(s sample) float64 { return s.bytes })),
	}
	for i, c := range m.row.others {
		s.others = append(s.others, other{c.name, medianRatio(samples[1+i], base)})
	}
	return s
}

func (s summary) overRatio() bool { return s.row.budget.ratio.exceededBy(s.ratio) }

func (s summary) overValue() bool { return s.row.budget.value.exceededBy(s.jade.value) }

func (s summary) overMemory() bool {
	b := s.row.budget
	return b.allocs.exceededBy(s.jade.allocs) || b.bytes.exceededBy(s.jade.bytes)
}

// exceededBy compares what the table shows: two decimals.
func (l limit) exceededBy(v float64) bool {
	return l.set && math.Round(v*100) > math.Round(l.max*100)
}
