package trace_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/trace"
)

// interval is a call inside a function, which waits for the last one that ended before it began.
type interval struct {
	start, end time.Duration
	waits      int
}

// again is when intervals end that are run again, with a change of one.
func again(all []interval, which int, by time.Duration) (end time.Duration) {
	ends := make([]time.Duration, len(all))
	for i, v := range all {
		var ready, was time.Duration
		if v.waits >= 0 {
			ready, was = ends[v.waits], all[v.waits].end
		}
		ends[i] = ready + v.end - was
		if i == which {
			ends[i] += by
		}
		end = max(end, ends[i])
	}
	return end
}

// The same as for flows, by time: an independent and slow way to the same numbers.
func TestCriticalPath_byTimeAgreesWithRunningAgain(t *testing.T) {
	loose := 0
	for seed := range uint64(2000) {
		random := rand.New(rand.NewPCG(seed, 3))
		all := make([]interval, 1+random.IntN(12))
		for i := range all {
			start := time.Duration(random.IntN(30))
			all[i] = interval{start, start + time.Duration(random.IntN(12)), -1}
		}
		slices.SortStableFunc(all, func(a, b interval) int { return int(a.start - b.start) })
		for i := range all {
			for j := range i {
				if w := all[i].waits; all[j].end <= all[i].start && (w < 0 || all[j].end >= all[w].end) {
					all[i].waits = j
				}
			}
		}
		end := again(all, 0, 0)
		tr := &trace.Trace{Spans: []trace.Span{{Parent: -1, Kind: observe.KindNode, Node: "node", End: end}}}
		for i, v := range all {
			tr.Spans = append(tr.Spans, trace.Span{ID: i + 1, Kind: observe.KindNode, Node: "part", Start: v.start, End: v.end})
		}
		path := tr.CriticalPath()
		for i, v := range all {
			require.Equal(t, end-again(all, i, v.start-v.end), path.Saving[i+1], "saving of span %d, seed %d", i+1, seed)
			slack := path.Slack[i+1]
			require.Equal(t, end, again(all, i, slack), "span %d has less slack, seed %d", i+1, seed)
			require.Equal(t, end+1, again(all, i, slack+1), "span %d has more slack, seed %d", i+1, seed)
			if slack > 0 {
				loose++
			}
		}
	}
	require.Greater(t, loose, 2000)
}

// Thousands of calls, one after the other, are no reason to wait for their path.
func TestCriticalPath_manyElements(t *testing.T) {
	const n = 10_000
	tr := took(1, n*ms, observe.StatusOK)
	tr.Spans = append(tr.Spans, trace.Span{ID: 1, Kind: observe.KindNode, Node: "each", End: n * ms})
	for i := range n {
		tr.Spans = append(tr.Spans, trace.Span{ID: i + 2, Parent: 1, Kind: observe.KindElement, Element: i, Start: time.Duration(i) * ms, End: time.Duration(i+1) * ms})
	}
	path := tr.CriticalPath()
	require.Len(t, path.Spans, n+1)
	require.Equal(t, n*ms, path.Saving[1])
	for i := range n {
		require.Equal(t, ms, path.Saving[i+2])
	}
}
