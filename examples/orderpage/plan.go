package main

import "time"

// step is one call of the page, as the report and the flags see it.
type step struct {
	name     string
	needs    []string // calls whose data it takes
	required bool
}

// plan lists the calls, each after those that it needs. It repeats what the
// arguments in orderPage say, for the report.
var plan = []step{
	{name: "item", required: true},
	{name: "address", required: true},
	{name: "coins"},
	{name: "coupons", needs: []string{"item", "address"}},
	{name: "freight", needs: []string{"item", "address"}},
	{name: "inspection", needs: []string{"item", "address"}},
}

// criticalPath returns the chain of calls that costs most, and what it costs:
// no schedule makes the page faster.
func criticalPath(calls map[string]call) (path []string, cost time.Duration) {
	type chain struct {
		path []string
		cost time.Duration
	}
	ends := map[string]chain{}
	for _, s := range plan {
		var before chain
		for _, need := range s.needs {
			if ends[need].cost > before.cost {
				before = ends[need]
			}
		}
		c, started := calls[s.name]
		if !started {
			continue
		}
		end := chain{append(append([]string{}, before.path...), s.name), before.cost + c.cost}
		ends[s.name] = end
		if end.cost > cost {
			path, cost = end.path, end.cost
		}
	}
	return path, cost
}
