package guard_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/guard"
)

func TestRate_letsCallsInAtItsRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := guard.Rate(10, time.Second)
		require.True(t, enters(t, g, ""))
		_, err := g.Enter(bg(), "")
		require.ErrorIs(t, err, guard.ErrRate)
		require.Equal(t, 100*ms, rejection(t, err).Wait)
		time.Sleep(100*ms - 1)
		require.False(t, enters(t, g, ""))
		time.Sleep(1)
		require.True(t, enters(t, g, ""))
		require.False(t, enters(t, g, ""))
	})
}

func TestRate_burst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := guard.Rate(10, time.Second, guard.Burst(3))
		for range 2 {
			for range 3 {
				require.True(t, enters(t, g, ""))
			}
			require.False(t, enters(t, g, ""))
			time.Sleep(100 * ms)
			require.True(t, enters(t, g, ""))
			require.False(t, enters(t, g, ""))
			time.Sleep(time.Hour)
		}
	})
}

func TestRate_someWaitForTheirTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := guard.Rate(10, time.Second, guard.Queue(2))
		begun := time.Now()
		var in atomic.Int64
		var all sync.WaitGroup
		for n := range 4 {
			all.Go(func() {
				_, err := g.Enter(bg(), "")
				if n == 3 {
					require.ErrorIs(t, err, guard.ErrRate)
					return
				}
				require.NoError(t, err)
				require.Equal(t, time.Duration(n)*100*ms, time.Since(begun))
				in.Add(1)
			})
			synctest.Wait()
		}
		all.Wait()
		require.EqualValues(t, 3, in.Load())
	})
}

func TestRate_nobodyWaitsPastADeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := guard.Rate(1, time.Second, guard.Queue(100))
		require.True(t, enters(t, g, ""))
		ctx, cancel := context.WithTimeout(bg(), time.Second)
		defer cancel()
		begun := time.Now()
		_, err := g.Enter(ctx, "")
		require.ErrorIs(t, err, guard.ErrRate, "at the deadline is too late, which is known at once")
		require.Zero(t, time.Since(begun))
		require.Equal(t, time.Second, rejection(t, err).Wait)
		later, stop := context.WithTimeout(bg(), time.Second+1)
		defer stop()
		_, err = g.Enter(later, "")
		require.NoError(t, err, "who was rejected has taken no place")
		require.Equal(t, time.Second, time.Since(begun))
	})
}

func TestRate_whoGivesUpGivesItsPlaceBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, key := range []string{"", "user"} {
			g := guard.Rate(1, time.Second, guard.Queue(1))
			require.True(t, enters(t, g, key))
			ctx, cancel := context.WithCancel(bg())
			time.AfterFunc(100*ms, cancel)
			_, err := g.Enter(ctx, key)
			require.ErrorIs(t, err, context.Canceled)
			begun := time.Now()
			_, err = g.Enter(bg(), key)
			require.NoError(t, err)
			require.Equal(t, 900*ms, time.Since(begun))
		}
	})
}

func TestRate_eachKeyHasALimitOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := guard.Rate(1, time.Second)
		for range 3 {
			for key := range 1000 {
				require.True(t, enters(t, g, strconv.Itoa(key)))
				require.False(t, enters(t, g, strconv.Itoa(key)))
			}
			time.Sleep(time.Second)
		}
		require.True(t, enters(t, g, ""))
	})
}

// In no stretch of time are there more calls than the rate and the burst allow: by the log of all calls.
func TestRate_model(t *testing.T) {
	for seed := range uint64(100) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 2))
			calls, burst, queue := 1+random.IntN(10), 1+random.IntN(4), random.IntN(4)
			opts := []guard.Option{guard.Burst(burst)}
			if queue > 0 {
				opts = append(opts, guard.Queue(queue))
			}
			g := guard.Rate(calls, time.Second, opts...)
			interval := time.Second / time.Duration(calls)
			if time.Second%time.Duration(calls) != 0 {
				interval++
			}
			begun := time.Now()
			due := time.Duration(0) // of the reference: when the next call has its place
			var admitted []time.Duration
			for range 200 {
				at := time.Since(begun)
				place := max(due, at)
				wait := max(0, place-at-time.Duration(burst-1)*interval)
				_, err := g.Enter(bg(), "")
				if wait > time.Duration(queue)*interval {
					require.ErrorIs(t, err, guard.ErrRate)
					require.Equal(t, wait, rejection(t, err).Wait)
				} else {
					require.NoError(t, err)
					require.Equal(t, at+wait, time.Since(begun), "seed %d", seed)
					due = place + interval
					admitted = append(admitted, time.Since(begun))
				}
				time.Sleep(time.Duration(random.Int64N(int64(2*interval))) * time.Duration(random.IntN(2)))
			}
			for i := range admitted {
				for j := i; j < len(admitted); j++ {
					allowed := burst + int((admitted[j]-admitted[i])/interval)
					if j-i+1 > allowed {
						t.Fatalf("seed %d: %d calls in %s", seed, j-i+1, admitted[j]-admitted[i])
					}
				}
			}
		})
	}
}

func TestRate_limitHoldsExactlyUnderAThousandGoroutines(t *testing.T) {
	for _, key := range []string{"", "user"} {
		synctest.Test(t, func(t *testing.T) {
			g := guard.Rate(100, time.Second, guard.Burst(50))
			var in atomic.Int32
			var all sync.WaitGroup
			for range 1000 {
				all.Go(func() {
					for range 5 {
						if enters(t, g, key) {
							in.Add(1)
						}
						runtime.Gosched()
					}
				})
			}
			all.Wait()
			require.EqualValues(t, 50, in.Load(), "no time has passed")
			time.Sleep(100 * ms)
			for range 100 {
				all.Go(func() {
					if enters(t, g, key) {
						in.Add(1)
					}
				})
			}
			all.Wait()
			require.EqualValues(t, 60, in.Load())
		})
	}
}

// Memory is bounded under a million keys, and a busy key is limited all the same.
func TestRate_memoryIsBoundedUnderAMillionKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := guard.Rate(1, time.Second, guard.Keys(1024))
		enters(t, g, "first")
		before := allocated()
		busy := 0
		for n := range 1_000_000 {
			enters(t, g, fmt.Sprint("key ", n))
			if n%100 == 0 && enters(t, g, "busy") {
				busy++
			}
		}
		require.LessOrEqual(t, busy, 1, "no time has passed")
		require.Less(t, int64(allocated())-int64(before), int64(1<<20))
		runtime.KeepAlive(g)
	})
}

func allocated() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// A new key is never let in more often than a limit of its own would.
func TestRate_keysThatDoNotFitAreNeverLetInMoreOften(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 3))
			g := guard.Rate(10, time.Second, guard.Burst(2), guard.Keys(8))
			begun := time.Now()
			due := map[int]time.Duration{}
			for range 3000 {
				key, at := random.IntN(30), time.Since(begun)
				allowed := max(due[key], at)-at <= 100*ms
				if enters(t, g, strconv.Itoa(key)) {
					require.True(t, allowed)
					due[key] = max(due[key], at) + 100*ms
				}
				time.Sleep(time.Duration(random.IntN(5)) * ms)
			}
		})
	}
}
