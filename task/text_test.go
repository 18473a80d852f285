package task_test

import (
	"encoding"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/task"
)

// Each status and each kind of call is read back from its name, and nothing else is read.
func TestText_isReadBack(t *testing.T) {
	for s := task.StatusOK; s <= task.StatusStraggler; s++ {
		var back task.Status
		requireText(t, s, &back, s.String())
		require.Equal(t, s, back)
	}
	for k := task.KindRun; k <= task.KindAttempt; k++ {
		var back task.Kind
		requireText(t, k, &back, k.String())
		require.Equal(t, k, back)
	}
}

func requireText(t *testing.T, from encoding.TextMarshaler, to encoding.TextUnmarshaler, name string) {
	t.Helper()
	text, err := from.MarshalText()
	require.NoError(t, err)
	require.Equal(t, name, string(text))
	require.NoError(t, to.UnmarshalText(text))
}

func TestText_refusesWhatIsNoName(t *testing.T) {
	unknown := task.StatusStraggler + 1
	require.Equal(t, "Status(6)", unknown.String())
	for _, name := range []string{"", "OK", "ok ", "run", unknown.String()} {
		require.EqualError(t, new(task.Status).UnmarshalText([]byte(name)), `task.Status: "`+name+`" is not one of ok, degraded, failed, canceled, skipped, straggler`)
	}
	for _, name := range []string{"", "Run", "node\n", "ok", "Kind(7)"} {
		require.ErrorContains(t, new(task.Kind).UnmarshalText([]byte(name)), "task.Kind: ")
	}
}
