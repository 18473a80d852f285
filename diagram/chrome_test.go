package diagram_test

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/diagram"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
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
		starts, ends := phase(events, "s"), phase(events, "f")
		require.Len(t, starts, len(ends))
		require.NotEmpty(t, starts)
		for i := range starts {
			require.Equal(t, starts[i].ID, ends[i].ID)
			require.LessOrEqual(t, starts[i].Ts, ends[i].Ts, "an arrow does not go back in time")
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

// randomTrace has parts that overlap, nest, last no time, and outlast what they are part of.
func randomTrace(r *rand.Rand) *trace.Trace {
	run := &trace.Trace{Name: "random", Spans: []trace.Span{{Parent: -1, Kind: task.RunCall, Flow: "random", End: 100 * ms}}}
	at := time.Duration(0)
	for i := 1; i < 40; i++ {
		parent := r.IntN(i)
		at = max(at+time.Duration(r.IntN(3))*ms, run.Spans[parent].Start)
		run.Spans = append(run.Spans, trace.Span{
			ID: i, Parent: parent, Kind: task.NodeCall, Node: string(rune('a' + i%26)), Start: at, End: at + time.Duration(r.IntN(20))*ms,
		})
	}
	return run
}

func TestWriteChromeTrace_aFlowHasNotRun(t *testing.T) {
	err := diagram.Flow(chat().Graph()).WriteChromeTrace(&strings.Builder{})
	require.EqualError(t, err, "diagram: WriteChromeTrace: the diagram is of a flow that has not run")
}
