package observe_test

import (
	"encoding"
	"testing"

	"github.com/jade-go/jade/observe"
	"github.com/stretchr/testify/require"
)

// Each status and each kind of call is read back from its name, and nothing else is read.
func TestText_isReadBack(t *testing.T) {
	for s := observe.StatusOK; s <= observe.StatusStraggler; s++ {
		var back observe.Status
		requireText(t, s, &back, s.String())
		require.Equal(t, s, back)
	}
	for k := observe.KindRun; k <= observe.KindAttempt; k++ {
		var back observe.Kind
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
	unknown := observe.StatusStraggler + 1
	require.Equal(t, "Status(6)", unknown.String())
	for _, name := range []string{"", "OK", "ok ", "run", unknown.String()} {
		require.EqualError(t, new(observe.Status).UnmarshalText([]byte(name)), `observe.Status: "`+name+`" is not one of ok, degraded, failed, canceled, skipped, straggler`)
	}
	for _, name := range []string{"", "Run", "node\n", "ok", "Kind(7)"} {
		require.ErrorContains(t, new(observe.Kind).UnmarshalText([]byte(name)), "observe.Kind: ")
	}
}
