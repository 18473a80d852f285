package diagram_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/diagram"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/trace"
)

// chromeEvent is what the tests read of an event.
type chromeEvent struct {
	Name, Cat, Ph string
	ID            int
	Ts, Dur       float64
	Pid, Tid      int
	Args          map[string]any
}

func chromeOf(t *testing.T, run *trace.Trace) []chromeEvent {
	t.Helper()
	var text, again strings.Builder
	d := diagram.Run(run)
	require.NoError(t, d.WriteChromeTrace(&text))
	require.NoError(t, diagram.Run(run).WriteChromeTrace(&again))
	require.Equal(t, text.String(), again.String(), "the same trace is written the same way")
	var file struct{ TraceEvents []chromeEvent }
	require.NoError(t, json.Unmarshal([]byte(text.String()), &file))
	return file.TraceEvents
}

func phase(events []chromeEvent, ph string) (found []chromeEvent) {
	for _, e := range events {
		if e.Ph == ph {
			found = append(found, e)
		}
	}
	return found
}

func TestWriteChromeTrace_everyCallAndEveryValue(t *testing.T) {
	ran(t, func(_ *flow.Flow[string, string], run *trace.Trace) {
		events := chromeOf(t, run)
		spans := phase(events, "X")
		require.Len(t, spans, len(run.Spans))
		for i, s := range run.Spans {
			require.Equal(t, s.Label(), spans[i].Name)
			require.InDelta(t, float64(s.Start)/1000, spans[i].Ts, 1e-6)
			require.InDelta(t, float64(s.Elapsed())/1000, spans[i].Dur, 1e-6)
			require.Equal(t, s.Status.String(), spans[i].Args["status"])
		}
		starts := map[int]chromeEvent{}
		for _, e := range phase(events, "s") {
			starts[e.ID] = e
		}
		ends := phase(events, "f")
		require.NotEmpty(t, ends)
		require.Len(t, starts, len(ends))
		for _, e := range ends {
			require.Contains(t, starts, e.ID)
			require.LessOrEqual(t, starts[e.ID].Ts, e.Ts, "an arrow does not go back in time")
		}
		checkLanes(t, events)
	})
}

// checkLanes checks that of two spans in one lane the later is inside the earlier, or after it.
func checkLanes(t *testing.T, events []chromeEvent) {
	t.Helper()
	spans := phase(events, "X")
	for i, a := range spans {
		for _, b := range spans[i+1:] {
			if a.Tid == b.Tid {
				require.True(t, b.Ts+b.Dur <= a.Ts+a.Dur+1e-6 || b.Ts >= a.Ts+a.Dur-1e-6, "%v and %v overlap", a, b)
			}
		}
	}
}

func TestWriteChromeTrace_lanesOfRandomTraces(t *testing.T) {
	for seed := range uint64(300) {
		checkLanes(t, chromeOf(t, randomTrace(rand.New(rand.NewPCG(seed, 0)))))
	}
}

// randomTrace has parts that overlap, nest, last no time, outlast what they are part of, and take the data of others.
func randomTrace(r *rand.Rand) *trace.Trace {
	unit := []time.Duration{ms, 1001, 1}[r.IntN(3)]
	run := &trace.Trace{Name: "random", Spans: []trace.Span{{Parent: -1, Kind: observe.KindRun, Flow: "random", End: 100 * unit}}}
	at := time.Duration(0)
	for i := 1; i < 40; i++ {
		parent := r.IntN(i)
		at = max(at+time.Duration(r.IntN(3))*unit, run.Spans[parent].Start)
		s := trace.Span{ID: i, Parent: parent, Kind: observe.KindNode, Node: fmt.Sprint("n", i), Start: at, End: at + time.Duration(r.IntN(20))*unit}
		if around := run.Spans[parent].End; r.IntN(2) == 0 && around > at {
			s.End = around
		}
		for k, other := range run.Spans[1:] {
			if other.Parent == parent && other.End <= at {
				s.Inputs = append(s.Inputs, fmt.Sprint("n", k+1))
			}
		}
		run.Spans = append(run.Spans, s)
	}
	return run
}

// perfetto reads events as Perfetto's trace processor does (src/trace_processor/importers: json_trace_parser, slice_tracker,
// flow_tracker): in the order of their times, to the nanosecond. It returns how many calls it has to leave out, and which
// of them its arrows join.
func perfetto(events []chromeEvent) (dropped int, arrows [][2]int) {
	type slice struct {
		call     int
		from, to int64
	}
	nanos := func(us float64) int64 { return int64(us * 1000) }
	stacks := map[int][]slice{} // of each lane
	begun := map[int]int{}      // of each arrow, the call that it leaves
	calls := map[int]int{}      // of each event
	for i, e := range events {
		if e.Ph == "X" {
			calls[i] = len(calls)
		}
	}
	order := make([]int, len(events))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(nanos(events[a].Ts), nanos(events[b].Ts)) })
	for _, i := range order {
		e, stack := events[i], stacks[events[i].Tid]
		switch e.Ph {
		case "X":
			s := slice{calls[i], nanos(e.Ts), nanos(e.Ts) + nanos(e.Dur)}
			for len(stack) > 0 {
				top := stack[len(stack)-1]
				if top.to > s.from || top.to == s.from && top.from == top.to && s.from == s.to {
					break
				}
				stack = stack[:len(stack)-1]
			}
			if len(stack) > 0 && s.from < stack[len(stack)-1].to && s.to > stack[len(stack)-1].to {
				dropped++
				break
			}
			stacks[e.Tid] = append(stack, s)
		case "s":
			begun[e.ID] = stack[len(stack)-1].call
		case "f":
			arrows = append(arrows, [2]int{begun[e.ID], stack[len(stack)-1].call})
		}
	}
	return dropped, arrows
}

// joined are the calls that arrows are to join.
func joined(run *trace.Trace) (arrows [][2]int) {
	for _, e := range run.Edges() {
		if e.From < e.To && run.Spans[e.From].End <= run.Spans[e.To].Start {
			arrows = append(arrows, [2]int{e.From, e.To})
		}
	}
	return arrows
}

func TestWriteChromeTrace_asPerfettoReadsIt(t *testing.T) {
	total := 0
	check := func(run *trace.Trace) {
		dropped, arrows := perfetto(chromeOf(t, run))
		require.Zero(t, dropped, "no call is left out")
		require.ElementsMatch(t, joined(run), arrows, "each arrow joins its calls, not what is beside or inside them")
		total += len(arrows)
	}
	ran(t, func(_ *flow.Flow[string, string], run *trace.Trace) { check(run) })
	for seed := range uint64(300) {
		check(randomTrace(rand.New(rand.NewPCG(seed, 0))))
	}
	require.Greater(t, total, 300)
	dropped, _ := perfetto([]chromeEvent{{Ph: "X", Dur: 1}, {Ph: "X", Ts: 0.5, Dur: 0.501}})
	require.Equal(t, 1, dropped, "the control: calls that overlap in a lane")
}

// A time is written so that no reader loses a nanosecond of it.
func TestWriteChromeTrace_timesToTheNanosecond(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 0))
	run := &trace.Trace{Name: "times", Spans: []trace.Span{{Parent: -1, Kind: observe.KindRun, Flow: "times", End: 24 * time.Hour}}}
	for i := range 2000 {
		at := time.Duration(1000 + i)
		if i%2 == 0 {
			at = time.Duration(random.Int64N(int64(1) << (1 + i%46)))
		}
		run.Spans = append(run.Spans, trace.Span{ID: i + 1, Kind: observe.KindNode, Node: "n", Start: at, End: 2 * at})
	}
	lost := 0
	for i, e := range phase(chromeOf(t, run), "X") {
		s := run.Spans[i]
		require.Equal(t, s.Start, time.Duration(e.Ts*1000), "%v is written as %v", s.Start, e.Ts)
		require.Equal(t, s.Elapsed(), time.Duration(e.Dur*1000), "%v is written as %v", s.Elapsed(), e.Dur)
		require.InDelta(t, float64(s.Start)/1000, e.Ts, 1e-4)
		if time.Duration(float64(s.Start)/1000*1000) != s.Start {
			lost++
		}
	}
	require.NotZero(t, lost, "the control: a plain division loses some")
}

func TestWriteChromeTrace_golden(t *testing.T) {
	ran(t, func(_ *flow.Flow[string, string], run *trace.Trace) {
		var text strings.Builder
		require.NoError(t, diagram.Run(run).WriteChromeTrace(&text))
		var lines bytes.Buffer
		require.NoError(t, json.Indent(&lines, regexp.MustCompile(`"place":"[^"]*"`).ReplaceAll([]byte(text.String()), []byte(`"place":"its place"`)), "", " "))
		const file = "testdata/chat.golden.trace.json"
		if *update {
			require.NoError(t, os.WriteFile(file, lines.Bytes(), 0o644))
		}
		golden, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, string(golden), lines.String(), "%s: go test ./diagram -update", file)
	})
}

func TestWriteChromeTrace_aFlowHasNotRun(t *testing.T) {
	err := diagram.Flow(chat().Graph()).WriteChromeTrace(&strings.Builder{})
	require.EqualError(t, err, "diagram: WriteChromeTrace: the diagram is of a flow that has not run")
}
