package main

import "slices"

// A measured row has a sample of each contender from each pass.
type measured struct {
	row     row
	samples [][]sample // by contender, in the order of row.contenders, then by pass
}

// measure runs the rows that many times over. In each pass the contenders of a
// row run one after another, so that what disturbs the machine for seconds
// disturbs them alike, and each pass begins with another of them.
func measure(rows []row, passes int, take func(row, contender) (sample, error), progress func(pass int, r row)) ([]measured, error) {
	all := make([]measured, len(rows))
	for i, r := range rows {
		all[i] = measured{r, make([][]sample, len(r.contenders()))}
	}
	for pass := range passes {
		for i, r := range rows {
			progress(pass, r)
			contenders := r.contenders()
			for k := range contenders {
				k = (k + pass) % len(contenders)
				s, err := take(r, contenders[k])
				if err != nil {
					return nil, err
				}
				all[i].samples[k] = append(all[i].samples[k], s)
			}
		}
	}
	return all, nil
}

// median is the middle of vs, or the mean of the two in the middle.
func median(vs []float64) float64 {
	sorted := slices.Sorted(slices.Values(vs))
	n := len(sorted)
	if n == 0 {
		return 0
	}
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// medianOf is the median of one part of the samples.
func medianOf(samples []sample, part func(sample) float64) float64 {
	vs := make([]float64, len(samples))
	for i, s := range samples {
		vs[i] = part(s)
	}
	return median(vs)
}

// medianRatio is the median over the passes of what a took for what b took in
// the same pass: it is steadier than the ratio of two medians while the
// machine's speed drifts.
func medianRatio(a, b []sample) float64 {
	vs := make([]float64, len(a))
	for i := range a {
		vs[i] = a[i].value / b[i].value
	}
	return median(vs)
}
