package diagram_test

import (
	"bytes"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/diagram"
	"github.com/jade-go/jade/trace"
)

// The scale of a waterfall ends, however far the times of a trace go.
func TestRun_longestTime(t *testing.T) {
	tr := &trace.Trace{Name: "far", Spans: []trace.Span{{Parent: -1, Flow: "far", End: math.MaxInt64}}}
	require.NoError(t, diagram.Run(tr).WriteHTML(new(bytes.Buffer)))
}
