package forecast

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/trace"
)

// Whatever a trace says, a forecast comes without a panic.
func FuzzOf(f *testing.F) {
	cut := trace.Span{Node: "a", End: 50, Status: observe.StatusFailed, Class: recovery.ClassTimeout}
	for _, t := range []*trace.Trace{
		traceOf("page", observe.StatusDegraded, cut, trace.Span{Node: "b", Start: 50, End: 60}),
		traceOf("page", observe.StatusFailed, trace.Span{Node: "a", End: 5, Status: observe.StatusCanceled}, cut),
	} {
		text, err := json.Marshal(t)
		require.NoError(f, err)
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		read := new(trace.Trace)
		if json.Unmarshal(text, read) != nil {
			return
		}
		traces := []*trace.Trace{read}
		for name := range look(traces).calls {
			for _, c := range []Changes{limit(name, 7), {Faster: map[string]time.Duration{name: 7}}, {Drop: map[string]bool{name: true}}} {
				_, _ = Of(traces, c)
			}
		}
	})
}
