package guard_test

import (
	"context"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/observe"
)

// A share is reached exactly: 0.07 of 100 calls are 7, although 0.07*100 is a little more than 7 as a float64, and 0.29*100 a little less than 29.
func TestShares_areExact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, all := range []int{3, 7, 10, 49, 100, 1000} {
			for n := 1; n <= all; n++ {
				share := float64(n) / float64(all)
				breaker := guard.Breaker(share, guard.Min(all))
				for range all - n {
					breaker.Answered(0, observe.Outcome{})
				}
				for i := range n {
					require.False(t, breaker.Open(), "%d of %d", i, all)
					breaker.Answered(0, outcome(errDown))
				}
				require.True(t, breaker.Open(), "%d of %d", n, all)

				budget := guard.Budget(share, guard.Min(1))
				for range all {
					budget.Called()
				}
				for i := range n {
					require.True(t, enters(t, budget, ""), "%d of %d", i+1, all)
				}
				require.False(t, enters(t, budget, ""), "%d of %d", n+1, all)
			}
		}
	})
}

const (
	year    = 365 * 24 * time.Hour
	century = 100 * year
	longest = time.Duration(math.MaxInt64) // 292 years
)

func TestRate_ofCenturies(t *testing.T) {
	for name, g := range map[string]*guard.Limiter{
		"two":        guard.Rate(2, 2*century, guard.Burst(2)),
		"the most":   guard.Rate(2, longest-1, guard.Burst(2)),
		"with queue": guard.Rate(2, 2*century, guard.Burst(2), guard.Queue(math.MaxInt)),
	} {
		for _, key := range []string{"", "user"} {
			t.Run(name+key, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					refused := func() time.Duration {
						ctx, cancel := context.WithTimeout(bg(), time.Second)
						defer cancel()
						begun := time.Now()
						_, err := g.Enter(ctx, key)
						require.ErrorIs(t, err, guard.ErrRate)
						require.Zero(t, time.Since(begun), "it is known at once")
						return rejection(t, err).Wait
					}
					require.True(t, enters(t, g, key))
					require.True(t, enters(t, g, key))
					wait := refused()
					require.GreaterOrEqual(t, wait, century)
					time.Sleep(wait - 2*time.Second)
					require.Equal(t, 2*time.Second, refused())
					time.Sleep(2 * time.Second)
					require.True(t, enters(t, g, key))
					require.GreaterOrEqual(t, refused(), century)
				})
			})
		}
	}
}

// The numbers of Burst and Queue may be as large as an int.
func TestRate_withTheLargestNumbers(t *testing.T) {
	for _, per := range []time.Duration{time.Nanosecond, time.Second, century, longest} {
		synctest.Test(t, func(t *testing.T) {
			burst := guard.Rate(1, per, guard.Burst(math.MaxInt), guard.Queue(math.MaxInt))
			for range 1000 {
				if per < century { // more than fits into the longest time is not let in at once
					require.True(t, enters(t, burst, ""))
				}
			}
			queue := guard.Rate(1, per, guard.Queue(math.MaxInt))
			begun := time.Now()
			for n := range 3 {
				ctx, cancel := context.WithTimeout(bg(), time.Minute)
				_, err := queue.Enter(ctx, "")
				cancel()
				require.Equal(t, n == 0 || per <= time.Second, err == nil, "%s: %v", per, err)
			}
			if per <= time.Second {
				require.Equal(t, 2*per, time.Since(begun))
			}
		})
	}
}

func TestBreaker_ofCenturies(t *testing.T) {
	for _, d := range []time.Duration{century, 2 * century, longest} {
		synctest.Test(t, func(t *testing.T) {
			b := guard.Breaker(1, guard.Min(2), guard.Window(d), guard.OpenFor(d))
			b.Answered(0, outcome(errDown))
			time.Sleep(50 * year)
			require.False(t, b.Open())
			b.Answered(0, outcome(errDown))
			require.True(t, b.Open(), "the first failure still counts")
			_, err := b.Enter(bg(), "")
			require.Equal(t, d, rejection(t, err).Wait)
			time.Sleep(year)
			_, err = b.Enter(bg(), "")
			require.Equal(t, d-year, rejection(t, err).Wait)
			if d == century {
				time.Sleep(d - year)
				require.True(t, enters(t, b, ""))
				require.False(t, b.Open())
			}
		})
	}
}

func TestBudget_ofCenturies(t *testing.T) {
	for _, d := range []time.Duration{century, 2 * century, longest} {
		synctest.Test(t, func(t *testing.T) {
			b := guard.Budget(1, guard.Min(1), guard.Window(d))
			require.True(t, enters(t, b, ""))
			time.Sleep(50 * year)
			require.False(t, enters(t, b, ""), "the first one still counts")
			time.Sleep(century)
			require.Equal(t, d == century, enters(t, b, ""))
		})
	}
}

// rude is a ctx whose methods do what a test wants.
type rude struct {
	context.Context
	in func(method string)
}

func (c rude) Deadline() (time.Time, bool) { c.in("Deadline"); return c.Context.Deadline() }
func (c rude) Done() <-chan struct{}       { c.in("Done"); return c.Context.Done() }
func (c rude) Err() error                  { c.in("Err"); return c.Context.Err() }

// A ctx of a user may block or panic: that holds up nobody else, and takes nothing from anybody.
func TestEnter_withARudeCtx(t *testing.T) {
	for _, method := range []string{"Deadline", "Done", "Err"} {
		for _, key := range []string{"", "user"} {
			t.Run(method+key, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					rate := guard.Rate(1, time.Second, guard.Queue(3))
					require.True(t, enters(t, rate, key))
					hold := make(chan struct{})
					done := make(chan struct{})
					blocks := rude{bg(), func(called string) {
						if called == method {
							<-hold
						}
					}}
					go func() { defer close(done); _, _ = rate.Enter(blocks, key) }()
					synctest.Wait()
					ctx, cancel := context.WithTimeout(bg(), ms)
					_, _ = rate.Enter(ctx, key)
					cancel()
					close(hold)
					<-done

					panics := rude{bg(), func(called string) {
						if called == method {
							panic("rude")
						}
					}}
					rate = guard.Rate(1, time.Second, guard.Queue(1))
					require.True(t, enters(t, rate, key))
					require.Panics(t, func() { _, _ = rate.Enter(panics, key) })
					begun := time.Now()
					require.True(t, enters(t, rate, key))
					require.LessOrEqual(t, time.Since(begun), time.Second, "its place was given back")

					slots := guard.Slots(1, guard.Queue(1))
					ticket, err := slots.Enter(bg(), key)
					require.NoError(t, err)
					if method != "Deadline" {
						end := panics
						end.Context, cancel = context.WithTimeout(bg(), ms)
						defer cancel()
						require.Panics(t, func() { _, _ = slots.Enter(end, key) })
					}
					require.Zero(t, slots.Waiting())
					slots.Left(ticket)
					require.True(t, enters(t, slots, key))
					require.Zero(t, slots.InUse())
				})
			})
		}
	}
}

// Also a window that does not end before the other clock begins is forgotten.
func TestBubble_aWindowNoticesThatTheClockWentBack(t *testing.T) {
	b := guard.Breaker(1, guard.Min(3), guard.Window(time.Hour))
	budget := guard.Budget(1, guard.Min(1), guard.Window(time.Hour))
	for range 3 {
		synctest.Test(t, func(t *testing.T) {
			b.Answered(0, observe.Outcome{})
			time.Sleep(time.Minute)
			for range 2 {
				require.False(t, b.Open())
				b.Answered(0, outcome(errDown))
			}
			require.True(t, enters(t, budget, ""))
			time.Sleep(time.Second)
			require.False(t, enters(t, budget, ""))
		})
	}
}
