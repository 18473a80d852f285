package jadetemporal_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/worker"

	"github.com/jade-go/jade/durable/jadetemporal"
	"github.com/jade-go/jade/durable/jadetemporal/internal/kinds"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

func histories(t *testing.T) []string {
	files, err := filepath.Glob("testdata/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	return files
}

// Histories of a real server, which realserver has written, are replayed by the code of today: what would strand the runs of yesterday fails here.
func TestHistories_replay(t *testing.T) {
	e := jadetemporal.New(nil, "q")
	r := worker.NewWorkflowReplayer()
	for _, f := range kinds.Table() {
		_, err := jadetemporal.Register(e, r, f)
		require.NoError(t, err)
	}
	for _, f := range []kinds.Flow{kinds.Trip(), kinds.Refund(), kinds.Order(), kinds.Left(plus("patient", 0), nil)} {
		_, err := jadetemporal.Register(e, r, f)
		require.NoError(t, err)
	}
	for _, file := range histories(t) {
		require.NoError(t, r.ReplayWorkflowHistoryFromJSONFile(quiet{}, file), file)
	}
}

// replay replays the history of a run of a flow by another flow with its name.
func replay(t *testing.T, name string, build func(in flow.Node[int]) flow.Node[int]) error {
	t.Helper()
	r := worker.NewWorkflowReplayer()
	_, err := jadetemporal.Register(jadetemporal.New(nil, "q"), r, flow.New(name, build))
	require.NoError(t, err)
	return r.ReplayWorkflowHistoryFromJSONFile(quiet{}, "testdata/"+strings.ReplaceAll(name, " ", "_")+".json")
}

func TestHistories_refuseAChangedFlow(t *testing.T) {
	other := task.New("other", func(_ context.Context, n int) (int, error) { return n, nil })
	err := replay(t, "nested", func(in flow.Node[int]) flow.Node[int] { return flow.Step(other, in) })
	require.ErrorContains(t, err, "nested: the run was started with version ")
	require.ErrorContains(t, err, " of the flow, this worker has ")
}

// The hash of a graph does not see what a function of a Map does. The history does, if other calls follow from it.
func TestHistories_refuseAFunctionThatDecidesOtherwise(t *testing.T) {
	bad := task.New("bad", func(context.Context, int) (int, error) { return 0, nil })
	err := replay(t, "either", func(in flow.Node[int]) flow.Node[int] {
		return flow.Either(flow.Map(in, even), flow.Step(bad, in), in)
	})
	require.ErrorContains(t, err, "TMPRL1100") // nondeterminism
	require.NotContains(t, err.Error(), "was started with version")
}

func even(n int) bool { return n%2 != 0 } // which it is not: but the name is the same
