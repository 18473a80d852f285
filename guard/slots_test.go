package guard_test

import (
	"context"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/internal/notes"
)

func TestSlots_limitHoldsExactlyUnderAThousandGoroutines(t *testing.T) {
	for _, queue := range []int{0, 10, 1000} {
		var opts []guard.Option
		if queue > 0 {
			opts = append(opts, guard.Queue(queue))
		}
		const slots = 8
		g := guard.Slots(slots, opts...)
		var inside, most, made, refused atomic.Int32
		tk := does(func(context.Context, int) (int, error) {
			n := inside.Add(1)
			defer inside.Add(-1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			for range rand.IntN(20) {
				runtime.Gosched()
			}
			made.Add(1)
			return 0, nil
		}).Gate(g)
		var all sync.WaitGroup
		for range 1000 {
			all.Go(func() {
				ctx, cancel := context.WithCancel(bg())
				defer cancel()
				if rand.IntN(4) == 0 {
					go func() { runtime.Gosched(); cancel() }()
				}
				if _, err := tk.Do(ctx, 1); err != nil {
					refused.Add(1)
				}
			})
		}
		all.Wait()
		require.LessOrEqual(t, most.Load(), int32(slots))
		require.GreaterOrEqual(t, made.Load()+refused.Load(), int32(1000))
		require.Eventually(t, func() bool { return g.InUse() == 0 }, time.Minute, time.Millisecond, "stragglers leave")
		require.Zero(t, g.Waiting())
	}
}

func TestSlots_rejectsWhatHasNoPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := guard.Slots(2, guard.Queue(1), guard.Name("stock"))
		tk := does(func(context.Context, int) (int, error) { time.Sleep(time.Second); return 0, nil }).Gate(g)
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				_, err := tk.Do(bg(), 1)
				require.NoError(t, err)
			})
		}
		synctest.Wait()
		require.Equal(t, 2, g.InUse())
		require.Equal(t, 1, g.Waiting())
		_, err := tk.Do(bg(), 1)
		require.ErrorIs(t, err, guard.ErrFull)
		require.EqualError(t, err, "item: rejected by stock: all slots are in use")
		begun := time.Now()
		all.Wait()
		require.Equal(t, 2*time.Second, time.Since(begun))
		synctest.Wait()
		require.Zero(t, g.InUse()+g.Waiting())
	})
}

func TestSlots_whoComesFirstIsServedFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := guard.Slots(1, guard.Queue(10))
		var order notes.List[int]
		tk := does(func(_ context.Context, n int) (int, error) { order.Add(n); time.Sleep(time.Second); return 0, nil }).Gate(g)
		var all sync.WaitGroup
		for n := range 5 {
			ctx, cancel := context.WithCancel(bg())
			defer cancel()
			if n == 2 {
				time.AfterFunc(500*ms, cancel) // leaves the queue
			}
			all.Go(func() { tk.Do(ctx, n) })
			synctest.Wait()
		}
		all.Wait()
		require.Equal(t, []int{0, 1, 3, 4}, order.All())
	})
}

func TestSlots_nobodyWaitsPastADeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := guard.Slots(1, guard.Queue(1))
		hold := make(chan struct{})
		tk := does(func(context.Context, int) (int, error) { <-hold; return 0, nil }).Gate(g)
		go tk.Do(bg(), 1)
		synctest.Wait()
		for _, wait := range []func() error{
			func() error { _, err := tk.Timeout(time.Second).Do(bg(), 1); return err },
			func() error {
				ctx, cancel := context.WithTimeout(bg(), time.Second)
				defer cancel()
				_, err := tk.Do(ctx, 1)
				return err
			},
			func() error {
				ctx, cancel := context.WithTimeout(bg(), time.Second)
				defer cancel()
				_, err := g.Enter(ctx, "")
				return err
			},
		} {
			begun := time.Now()
			require.ErrorIs(t, wait(), context.DeadlineExceeded)
			require.Equal(t, time.Second, time.Since(begun))
			synctest.Wait()
			require.Zero(t, g.Waiting())
			require.Equal(t, 1, g.InUse())
		}
		close(hold)
		synctest.Wait()
		require.Zero(t, g.InUse())
	})
}

// Whatever a call does, its slot is free when it has returned.
func TestSlots_noSlotIsLost(t *testing.T) {
	for name, fn := range map[string]func(context.Context, int) (int, error){
		"result":  func(context.Context, int) (int, error) { return 0, nil },
		"failure": func(context.Context, int) (int, error) { return 0, errDown },
		"panic":   func(context.Context, int) (int, error) { panic("oh") },
		"Goexit":  func(context.Context, int) (int, error) { runtime.Goexit(); return 0, nil },
	} {
		t.Run(name, func(t *testing.T) {
			g := guard.Slots(1)
			for range 3 {
				_, err := does(fn).Gate(g).Do(bg(), 1)
				require.NotErrorIs(t, err, guard.ErrFull)
				require.Zero(t, g.InUse())
			}
		})
	}
}

// slotsModel is what Slots is: places, and a queue.
type slotsModel struct {
	slots, queue int
	inside       int
	line         []int
}

func (m *slotsModel) come(id int) string {
	switch {
	case m.inside < m.slots:
		m.inside++
		return "in"
	case len(m.line) < m.queue:
		m.line = append(m.line, id)
		return "waits"
	}
	return "rejected"
}

func (m *slotsModel) leave() (next int) {
	if len(m.line) == 0 {
		m.inside--
		return -1
	}
	next = m.line[0]
	m.line = m.line[1:]
	return next
}

func (m *slotsModel) giveUp(id int) {
	for i, other := range m.line {
		if other == id {
			m.line = append(m.line[:i:i], m.line[i+1:]...)
			return
		}
	}
}

// Random comings, goings and cancellations, one after another, against the model.
func TestSlots_model(t *testing.T) {
	for seed := range uint64(200) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 1))
			m := &slotsModel{slots: 1 + random.IntN(3), queue: 1 + random.IntN(4)}
			g := guard.Slots(m.slots, guard.Queue(m.queue))
			type caller struct {
				cancel context.CancelFunc
				result chan error
			}
			callers := map[int]caller{}
			var inside, waiting []int
			admitted := func(id int) {
				select {
				case err := <-callers[id].result:
					require.NoError(t, err, "seed %d: caller %d", seed, id)
					inside = append(inside, id)
				default:
					t.Fatalf("seed %d: caller %d still waits", seed, id)
				}
			}
			for id := range 60 {
				switch what := random.IntN(4); {
				case what == 0 && len(inside) > 0:
					inside = inside[1:]
					g.Left(0)
					synctest.Wait()
					if next := m.leave(); next >= 0 {
						admitted(next)
						waiting = waiting[1:]
					}
				case what == 1 && len(waiting) > 0:
					i := random.IntN(len(waiting))
					gone := waiting[i]
					waiting = append(waiting[:i:i], waiting[i+1:]...)
					m.giveUp(gone)
					callers[gone].cancel()
					require.ErrorIs(t, <-callers[gone].result, context.Canceled)
				default:
					ctx, cancel := context.WithCancel(bg())
					defer cancel()
					c := caller{cancel, make(chan error, 1)}
					callers[id] = c
					go func() { _, err := g.Enter(ctx, ""); c.result <- err }()
					synctest.Wait()
					switch m.come(id) {
					case "in":
						admitted(id)
					case "waits":
						require.Empty(t, c.result)
						waiting = append(waiting, id)
					default:
						require.ErrorIs(t, <-c.result, guard.ErrFull)
					}
				}
				require.Equal(t, m.inside, g.InUse())
				require.Equal(t, len(m.line), g.Waiting())
			}
			for _, id := range waiting {
				callers[id].cancel()
			}
			synctest.Wait()
		})
	}
}

// lapsed is a ctx that has ended once over is true, although nobody has noticed.
type lapsed struct {
	context.Context
	over *atomic.Bool
}

func (c lapsed) Err() error {
	if c.over.Load() {
		return context.DeadlineExceeded
	}
	return nil
}

// A call whose deadline passes when it gets its slot hands the slot on.
func TestSlots_aDeadlineThatPassesAtTheHandOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := guard.Slots(1, guard.Queue(2))
		ticket, err := g.Enter(bg(), "")
		require.NoError(t, err)
		var over atomic.Bool
		var all sync.WaitGroup
		all.Go(func() {
			_, err := g.Enter(lapsed{bg(), &over}, "")
			require.ErrorIs(t, err, context.DeadlineExceeded)
		})
		synctest.Wait()
		all.Go(func() { require.True(t, enters(t, g, "")) })
		synctest.Wait()
		over.Store(true)
		g.Left(ticket)
		all.Wait()
		require.Zero(t, g.InUse())
	})
}
