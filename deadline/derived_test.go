package deadline_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
)

// A ctx that the standard library derived from that of late work can only say
// Canceled. Its cause says that it was a deadline, and Jade's own work takes it for one.
func TestWithin_aDerivedCtxKeepsThatItWasADeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var cause error
		var below future.Future[int]
		done := make(chan struct{})
		f := deadline.Within(future.Go(bg(), func(ctx context.Context) (int, error) {
			defer close(done)
			derived, cancel := context.WithCancel(ctx)
			defer cancel()
			below = future.NewPromise[int](derived).Future()
			<-derived.Done()
			cause = context.Cause(derived)
			return 0, cause
		}), time.Second)
		_, err := f.Await(bg())
		require.Equal(t, recovery.ClassTimeout, recovery.Classify(err))
		<-done
		require.ErrorIs(t, cause, context.Canceled, "as the ctx itself says")
		require.ErrorIs(t, cause, context.DeadlineExceeded)
		require.False(t, future.IsCanceled(cause))
		require.Equal(t, recovery.ClassTimeout, recovery.Classify(cause))
		_, err = below.Await(bg())
		require.IsType(t, (*deadline.Error)(nil), err)
	})
}
