package trace_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/trace"
)

// The critical path of a large trace takes no longer than the trace is long: with the square of it, each of these took seconds.
func TestCriticalPath_ofLargeTraces(t *testing.T) {
	const size = 10_000
	node := func(i int, start, end time.Duration) trace.Span {
		return trace.Span{ID: i, Kind: observe.KindNode, Node: "n" + strconv.Itoa(i), Start: start, End: end}
	}
	for name, shape := range map[string]func(i int) trace.Span{
		"a chain": func(i int) trace.Span {
			s := node(i, time.Duration(i-1), time.Duration(i))
			if i > 1 {
				s.Inputs = []string{"n" + strconv.Itoa(i-1)}
			}
			return s
		},
		"a ladder": func(i int) trace.Span {
			s := node(i, time.Duration((i-1)/2), time.Duration((i-1)/2+1))
			for k := range 2 {
				s.Inputs = append(s.Inputs, "n"+strconv.Itoa((i-1)/2*2-k))
			}
			return s
		},
		"side by side": func(i int) trace.Span {
			s := node(i, 0, time.Duration(i))
			s.After = []string{"n0"}
			return s
		},
		"elements one after the other": func(i int) trace.Span {
			return trace.Span{ID: i, Kind: observe.KindElement, Start: time.Duration(i - 1), End: time.Duration(i)}
		},
		"elements at once": func(i int) trace.Span { return trace.Span{ID: i, Kind: observe.KindElement} },
		"elements that end the other way around": func(i int) trace.Span {
			return trace.Span{ID: i, Kind: observe.KindElement, Start: time.Duration(i), End: 3*size - time.Duration(i)}
		},
		"flows in flows": func(i int) trace.Span {
			return trace.Span{ID: i, Parent: i - 1, Kind: observe.Kind(i % 2), Node: "n" + strconv.Itoa(i), Start: time.Duration(i), End: 3*size - time.Duration(i)}
		},
	} {
		t.Run(name, func(t *testing.T) {
			tr := &trace.Trace{Name: "large", Spans: []trace.Span{{Parent: -1, Kind: observe.KindRun, Flow: "large"}}}
			for i := 1; i <= size; i++ {
				tr.Spans = append(tr.Spans, shape(i))
			}
			last := slices.MaxFunc(tr.Spans, func(a, b trace.Span) int { return int(a.End - b.End) })
			tr.Spans[0].End, tr.Spans[0].Inputs = last.End, []string{last.Node}
			least := time.Hour
			for range 5 {
				begun := time.Now()
				path := tr.CriticalPath()
				least = min(least, time.Since(begun))
				require.NotEmpty(t, path.Spans)
			}
			t.Log(least)
			require.Less(t, least, 100*time.Millisecond*slow)
		})
	}
}
