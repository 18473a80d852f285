package journal_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
)

// A limit that passes while no process is there: what is late is not begun, and what was done is undone.
func TestFlow_beginsNothingThatIsLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &ledger{}
		f := flow.New("shop", func(in number) number {
			return flow.Step(l.fails("ship"), flow.Step(l.plus("charge", 1, time.Millisecond), in))
		}).Timeout(time.Hour)
		dir := t.TempDir()
		_, err := run(context.Background(), dir, "r", f, 1, func(string) error { return errCrash })
		require.ErrorIs(t, err, errCrash)
		require.Equal(t, map[string]int{"charge r/shop/charge": 1}, l.calls)
		time.Sleep(2 * time.Hour)
		_, err = run(context.Background(), dir, "r", f, 1, nil)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, map[string]int{"charge r/shop/charge": 1, "undo charge r/shop/charge/undo": 1}, l.calls)
	})
}
