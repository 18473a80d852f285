package guard_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// half is a breaker that opens when two of four calls have failed.
func half(opts ...guard.Option) *guard.CircuitBreaker {
	return guard.Breaker(0.5, append([]guard.Option{guard.Min(4), guard.Window(10 * time.Second), guard.OpenFor(5 * time.Second)}, opts...)...)
}

func TestBreaker_opensWhenTooManyCallsHaveFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := half()
		ok, down := returns(nil).Gate(b), returns(errDown).Gate(b)
		for _, call := range []task.Task[int, int]{ok, down, ok} {
			call.Do(bg(), 1)
			require.False(t, b.Open())
		}
		down.Do(bg(), 1)
		require.True(t, b.Open())
		time.Sleep(time.Second)
		_, err := does(func(context.Context, int) (int, error) { t.Error("called"); return 0, nil }).Gate(b).Do(bg(), 1)
		require.ErrorIs(t, err, guard.ErrOpen)
		require.Equal(t, 4*time.Second, rejection(t, err).Wait)
	})
}

func TestBreaker_forgetsWhatIsOlderThanItsWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := half()
		for range 10 {
			returns(errDown).Gate(b).Do(bg(), 1)
			require.False(t, b.Open())
			time.Sleep(4 * time.Second)
		}
	})
}

func TestBreaker_aProbeDecides(t *testing.T) {
	for _, probe := range []error{nil, errWrong, errDown} {
		synctest.Test(t, func(t *testing.T) {
			b := opened(t)
			time.Sleep(5 * time.Second)
			returns(probe).Gate(b).Do(bg(), 1)
			require.Equal(t, probe == errDown, b.Open(), "%v", probe)
			if probe == errDown {
				_, err := b.Enter(bg(), "")
				require.Equal(t, 5*time.Second, rejection(t, err).Wait, "from now on")
			}
		})
	}
}

// opened is a breaker that has just opened.
func opened(t testing.TB, opts ...guard.Option) *guard.CircuitBreaker {
	b := half(opts...)
	for range 4 {
		returns(errDown).Gate(b).Do(bg(), 1)
	}
	require.True(t, b.Open())
	return b
}

func TestBreaker_onlyProbesAreLetIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := opened(t, guard.Probes(2))
		time.Sleep(5 * time.Second)
		var called atomic.Int32
		tk := does(func(context.Context, int) (int, error) { called.Add(1); time.Sleep(time.Second); return 0, nil }).Gate(b)
		var all sync.WaitGroup
		for range 1000 {
			all.Go(func() { tk.Do(bg(), 1) })
		}
		all.Wait()
		require.EqualValues(t, 2, called.Load())
		require.False(t, b.Open())
	})
}

// Whatever becomes of a probe, there is another one, or the breaker knows.
func TestBreaker_aProbeIsNeverLost(t *testing.T) {
	inner := guard.Slots(1)
	full, err := inner.Enter(bg(), "")
	require.NoError(t, err)
	defer inner.Left(full)
	for name, probe := range map[string]func(b *guard.CircuitBreaker){
		"cancelled": func(b *guard.CircuitBreaker) {
			ctx, cancel := context.WithCancel(bg())
			time.AfterFunc(100*ms, cancel)
			does(func(ctx context.Context, _ int) (int, error) { <-ctx.Done(); return 0, future.Cause(ctx) }).Gate(b).Do(ctx, 1)
			synctest.Wait()
		},
		"cancelled, and does not return": func(b *guard.CircuitBreaker) {
			ctx, cancel := context.WithCancel(bg())
			time.AfterFunc(100*ms, cancel)
			does(func(context.Context, int) (int, error) { time.Sleep(time.Hour); return 0, nil }).Gate(b).Do(ctx, 1)
			synctest.Wait()
		},
		"rejected inside":  func(b *guard.CircuitBreaker) { returns(nil).Gate(inner).Gate(b).Do(bg(), 1) },
		"a Fallback of it": func(b *guard.CircuitBreaker) { returns(nil).Gate(inner).Fallback(7).Gate(b).Do(bg(), 1) },
		"never answered":   func(b *guard.CircuitBreaker) { b.Enter(bg(), ""); time.Sleep(5 * time.Second) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := opened(t)
				time.Sleep(5 * time.Second)
				probe(b)
				require.True(t, b.Open(), "it is not known yet")
				_, err := returns(nil).Gate(b).Do(bg(), 1)
				require.NoError(t, err, "the next one is a probe")
				require.False(t, b.Open())
				time.Sleep(2 * time.Hour)
			})
		})
	}
	for name, fn := range map[string]func(context.Context, int) (int, error){
		"panic":  func(context.Context, int) (int, error) { panic("oh") },
		"Goexit": func(context.Context, int) (int, error) { runtime.Goexit(); return 0, nil },
		"late":   func(context.Context, int) (int, error) { time.Sleep(time.Minute); return 0, nil },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := opened(t)
				time.Sleep(5 * time.Second)
				does(fn).Gate(b).Timeout(time.Second).Do(bg(), 1)
				synctest.Wait()
				_, err := b.Enter(bg(), "")
				require.Equal(t, 5*time.Second, rejection(t, err).Wait, "it has failed, and is open again")
				time.Sleep(2 * time.Minute)
			})
		})
	}
}

// A late answer of a probe that was given up does not speak for another one.
func TestBreaker_aProbeThatComesTooLateDoesNotCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := opened(t)
		time.Sleep(5 * time.Second)
		lost, err := b.Enter(bg(), "")
		require.NoError(t, err)
		time.Sleep(5 * time.Second)
		second, err := b.Enter(bg(), "")
		require.NoError(t, err)
		b.Answered(lost, outcome(errDown))
		require.True(t, b.Open())
		b.Answered(second, observe.Outcome{})
		require.False(t, b.Open())
		b.Answered(second, outcome(errDown))
		require.True(t, enters(t, b, ""))
	})
}

func TestBreaker_whatCountsAsAFailure(t *testing.T) {
	rejected := &task.RejectedError{Err: errors.New("full")}
	for name, c := range map[string]struct {
		outcome observe.Outcome
		counts  bool // as a failure
		ignored bool // does not count at all
	}{
		"dependency":            {outcome: outcome(errDown), counts: true},
		"timeout":               {outcome: outcome(context.DeadlineExceeded), counts: true},
		"panic":                 {outcome: outcome(future.ErrGoexit), counts: true},
		"unknown":               {outcome: outcome(errors.New("oh")), counts: true},
		"replaced":              {outcome: observe.OutcomeOf(bg(), nil, errDown, time.Now()), counts: true},
		"business":              {outcome: outcome(errWrong)},
		"result":                {},
		"cancelled":             {outcome: outcome(&future.CanceledError{Cause: errDown}), ignored: true},
		"rejected":              {outcome: outcome(rejected), ignored: true},
		"rejected, and wrapped": {outcome: outcome(errors.Join(errors.New("oh"), rejected)), ignored: true},
		"skipped":               {outcome: observe.Outcome{Status: observe.StatusSkipped, Err: errDown, Class: recovery.ClassDependency}, ignored: true},
	} {
		t.Run(name, func(t *testing.T) {
			answer := func(b *guard.CircuitBreaker, o observe.Outcome) {
				ticket, err := b.Enter(bg(), "")
				require.NoError(t, err)
				b.Answered(ticket, o)
				b.Left(ticket)
			}
			b := guard.Breaker(1, guard.Min(1))
			answer(b, c.outcome)
			require.Equal(t, c.counts, b.Open())
			b = guard.Breaker(1, guard.Min(2))
			answer(b, c.outcome)
			if !c.counts {
				answer(b, outcome(errDown))
				require.False(t, b.Open())
				answer(b, outcome(errDown))
				require.Equal(t, c.ignored, b.Open(), "two of two, or two of three")
			}
		})
	}
	b := guard.Breaker(1, guard.Min(1), guard.Failures(recovery.ClassTimeout))
	returns(errDown).Gate(b).Do(bg(), 1)
	require.False(t, b.Open())
	b = guard.Breaker(1, guard.Min(1), guard.Failures(recovery.ClassTimeout))
	returns(context.DeadlineExceeded).Gate(b).Do(bg(), 1)
	require.True(t, b.Open())
}

// What began before the breaker opened says nothing about what came after.
func TestBreaker_callsOfAnEarlierTermDoNotCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := half()
		var old []uint64
		for range 10 {
			ticket, err := b.Enter(bg(), "")
			require.NoError(t, err)
			old = append(old, ticket)
		}
		for range 4 {
			returns(errDown).Gate(b).Do(bg(), 1)
		}
		time.Sleep(5 * time.Second)
		require.True(t, enters(t, b, ""))
		require.False(t, b.Open())
		for _, ticket := range old {
			b.Answered(ticket, outcome(errDown))
		}
		require.False(t, b.Open())
	})
}

// breakerModel is a breaker that keeps all calls, and counts them anew each time.
type breakerModel struct {
	share         float64
	min           int
	part, openFor time.Duration
	log           []struct {
		part   int64
		failed bool
	}
	open   bool
	opened time.Time
}

func (m *breakerModel) lets(at time.Time) bool { return !m.open || at.Sub(m.opened) >= m.openFor }

func (m *breakerModel) answered(at time.Time, failed bool) {
	part := guard.Part(m.part)
	switch {
	case m.open && !failed:
		m.open, m.log = false, nil
		return
	case m.open:
		m.opened = at
		return
	}
	m.log = append(m.log, struct {
		part   int64
		failed bool
	}{part, failed})
	all, bad := 0, 0
	for _, call := range m.log {
		if part-call.part < 10 {
			all++
			if call.failed {
				bad++
			}
		}
	}
	if failed && all >= m.min && float64(bad) >= m.share*float64(all) {
		m.open, m.opened, m.log = true, at, nil
	}
}

func TestBreaker_model(t *testing.T) {
	for seed := range uint64(200) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 4))
			m := &breakerModel{share: 0.1 + 0.9*random.Float64(), min: 1 + random.IntN(8), part: time.Second, openFor: time.Duration(1+random.IntN(20)) * time.Second}
			b := guard.Breaker(m.share, guard.Min(m.min), guard.Window(10*m.part), guard.OpenFor(m.openFor))
			bad := random.Float64()
			for n := range 300 {
				ticket, err := b.Enter(bg(), "")
				require.Equal(t, m.lets(time.Now()), err == nil, "seed %d, call %d", seed, n)
				if err == nil {
					failed := random.Float64() < bad
					o := observe.Outcome{}
					if failed {
						o = outcome(errDown)
					}
					b.Answered(ticket, o)
					b.Left(ticket)
					m.answered(time.Now(), failed)
				}
				require.Equal(t, m.open, b.Open(), "seed %d, call %d", seed, n)
				time.Sleep(time.Duration(random.IntN(3)) * 500 * ms)
			}
		})
	}
}
