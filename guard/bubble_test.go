package guard_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/task"
)

// Gates that were made and used outside of a bubble work in one, and in the next one, and outside again.
func TestBubble_gatesThatWereMadeOutsideWorkInside(t *testing.T) {
	everywhere := func(t *testing.T, test func(t *testing.T)) {
		test(t)
		for range 2 {
			synctest.Test(t, func(t *testing.T) {
				test(t)
				time.Sleep(time.Minute)
				test(t)
			})
		}
		test(t)
	}
	t.Run("Rate", func(t *testing.T) {
		g := guard.Rate(2, 1000*time.Hour, guard.Burst(2))
		for _, key := range []string{"", "user"} {
			first := true
			everywhere(t, func(t *testing.T) {
				inside := time.Now().Year() < 2020
				if inside && time.Since(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)) > time.Second {
					require.False(t, enters(t, g, key), "it remembers")
					return
				}
				require.True(t, enters(t, g, key))
				require.True(t, enters(t, g, key))
				require.False(t, enters(t, g, key))
				first = false
			})
			require.False(t, first)
		}
	})
	t.Run("Breaker", func(t *testing.T) {
		b := guard.Breaker(1, guard.Min(2), guard.OpenFor(time.Hour))
		fail := func() { returns(errDown).Gate(b).Do(bg(), 1) }
		fail()
		synctest.Test(t, func(t *testing.T) {
			fail()
			require.False(t, b.Open(), "it has forgotten what was outside")
			fail()
			require.True(t, b.Open())
			require.False(t, enters(t, b, ""))
		})
		require.True(t, enters(t, b, ""), "decades later")
		fail()
		fail()
		require.True(t, b.Open())
		synctest.Test(t, func(t *testing.T) {
			require.True(t, enters(t, b, ""), "decades before it has opened")
			require.False(t, b.Open())
		})
	})
	t.Run("Budget", func(t *testing.T) {
		b := guard.Budget(0.5, guard.Min(1), guard.Window(time.Hour))
		require.True(t, enters(t, b, ""))
		require.False(t, enters(t, b, ""))
		for range 2 {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Minute)
				if enters(t, b, "") {
					require.False(t, enters(t, b, ""))
				}
			})
		}
		require.True(t, enters(t, b, ""))
	})
	t.Run("Slots", func(t *testing.T) {
		g := guard.Slots(1, guard.Queue(1))
		everywhere(t, func(t *testing.T) {
			ticket, err := g.Enter(bg(), "")
			require.NoError(t, err)
			ctx, cancel := context.WithTimeout(bg(), 10*ms)
			defer cancel()
			_, err = g.Enter(ctx, "")
			require.ErrorIs(t, err, context.DeadlineExceeded)
			g.Left(ticket)
		})
	})
}

func TestFresh_hasTheSettingsAndNoMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, g := range map[string]task.Gate{
			"Slots":   guard.Slots(1, guard.Name("n")),
			"Rate":    guard.Rate(1, time.Second, guard.Burst(1)),
			"Breaker": guard.Breaker(1, guard.Min(1)),
			"Budget":  guard.Budget(0.5, guard.Min(1)),
		} {
			use := func(g task.Gate) error {
				ticket, err := g.Enter(bg(), "")
				if err == nil {
					g.Answered(ticket, outcome(errDown))
				}
				return err
			}
			require.NoError(t, use(g), name)
			require.Error(t, use(g), name)
			fresh := g.Fresh()
			require.Equal(t, g.Describe(), fresh.Describe(), name)
			require.NoError(t, use(fresh), name)
			require.Error(t, use(fresh), name)
		}
	})
}
