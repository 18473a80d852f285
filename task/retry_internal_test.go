package task

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The wait after so many attempts was found by doubling, also of zero: each
// attempt took longer than the one before it.
func TestIssue_aWaitOfZeroWasDoubledForEachAttemptMade(t *testing.T) {
	begun := time.Now()
	require.Zero(t, Retry{Attempts: math.MaxInt}.wait(t.Context(), math.MaxInt))
	require.Less(t, time.Since(begun), 100*time.Millisecond)
}
