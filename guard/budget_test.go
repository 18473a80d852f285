package guard_test

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/guard"
)

func TestBudget_allowsAShareOfTheCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := guard.Budget(0.1, guard.Min(1))
		require.True(t, enters(t, b, ""), "anyway")
		require.False(t, enters(t, b, ""))
		for range 30 {
			b.Called()
		}
		require.True(t, enters(t, b, ""))
		require.True(t, enters(t, b, ""))
		_, err := b.Enter(bg(), "")
		require.ErrorIs(t, err, guard.ErrSpent)
		time.Sleep(time.Minute)
		require.True(t, enters(t, b, ""))
		require.False(t, enters(t, b, ""), "the calls are forgotten")
	})
}

func TestBudget_model(t *testing.T) {
	for seed := range uint64(100) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 5))
			share, least := 0.05+0.9*random.Float64(), 1+random.IntN(5)
			b := guard.Budget(share, guard.Min(least), guard.Window(10*time.Second))
			var calls, extras []int64
			recent := func(all []int64, part int64) (n int) {
				for _, p := range all {
					if part-p < 10 {
						n++
					}
				}
				return n
			}
			for range 300 {
				part := guard.Part(time.Second)
				if random.IntN(2) == 0 {
					b.Called()
					calls = append(calls, part)
					continue
				}
				extra := recent(extras, part) + 1
				allowed := extra <= least || float64(extra) <= share*float64(recent(calls, part))
				require.Equal(t, allowed, enters(t, b, ""))
				if allowed {
					extras = append(extras, part)
				}
				time.Sleep(time.Duration(random.IntN(3)) * 300 * ms)
			}
		})
	}
}
