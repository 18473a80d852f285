package task_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// scene is a random task with gates in random places, and a function that does something random each time.
type scene struct {
	random  *rand.Rand
	words   []string // how the task was made
	gates   []*turnstile
	running atomic.Int32
	broken  atomic.Bool // a gate was left too early
}

func newScene(seed uint64) *scene { return &scene{random: rand.New(rand.NewPCG(seed, 6))} }

func (s *scene) upTo(d time.Duration) time.Duration {
	return time.Duration(1 + s.random.Int64N(int64(d)))
}

// fn is a function that takes some time, with or without respect for its ctx, and ends in one of many ways.
func (s *scene) fn() func(context.Context, int) (int, error) {
	type way struct {
		takes    time.Duration
		stubborn bool
		ends     int
	}
	var ways [32]way
	for i := range ways {
		ways[i] = way{time.Duration(s.random.IntN(3)) * s.upTo(100*ms), s.random.IntN(2) == 0, s.random.IntN(8)}
	}
	var made atomic.Int32
	return func(ctx context.Context, n int) (int, error) {
		s.running.Add(1)
		defer s.running.Add(-1)
		w := ways[int(made.Add(1))%len(ways)]
		if w.stubborn {
			time.Sleep(w.takes)
		} else if _, err := after(w.takes, 0, nil)(ctx); err != nil {
			return 0, err
		}
		switch w.ends {
		case 0:
			panic(errBoom)
		case 1:
			runtime.Goexit()
		case 2, 3:
			return 0, errDown
		}
		return n, nil
	}
}

// gate is one that sometimes refuses, sometimes waits, and checks that it is not left too early if it is around everything.
func (s *scene) gate() *turnstile {
	g := newTurnstile(fmt.Sprint("gate ", len(s.gates)))
	var asked atomic.Int32
	every, wait := 2+s.random.IntN(6), s.random.IntN(3) == 0
	g.enter = func(ctx context.Context, _ string) error {
		n := int(asked.Add(1))
		if wait && n%3 == 0 {
			if _, err := after(20*ms, 0, nil)(ctx); err != nil {
				return err
			}
		}
		if n%every == 0 {
			return &task.RejectedError{Wait: time.Duration(n) * ms, Err: errFull}
		}
		return nil
	}
	s.gates = append(s.gates, g)
	return g
}

func (s *scene) task() number {
	tk := does(s.fn())
	for range 1 + s.random.IntN(5) {
		word := ""
		switch s.random.IntN(9) {
		case 0, 1, 2:
			word, tk = "Gate", tk.Gate(s.gate())
		case 3:
			word, tk = "Timeout", tk.Timeout(s.upTo(150*ms))
		case 4:
			word, tk = "Retry", tk.Retry(task.Retry{Attempts: 1 + s.random.IntN(3), Delay: time.Duration(s.random.IntN(2)) * 5 * ms, If: always, Budget: s.budget()})
		case 5:
			word, tk = "Fallback", tk.Fallback(7)
		case 6:
			word, tk = "Recover", tk.Recover(func(context.Context, int, error) (int, error) { time.Sleep(10 * ms); return 8, nil })
		case 7:
			word, tk = "Hedge", tk.Hedge(s.upTo(50*ms), s.budget())
		case 8:
			word, tk = "Wrap", tk.Wrap(func(inside task.Func[int, int]) task.Func[int, int] {
				return func(ctx context.Context, n int) (int, error) { return inside(ctx, n) }
			})
		}
		s.words = append(s.words, word)
	}
	if s.random.IntN(4) == 0 {
		s.words = append(s.words, "in a flow")
		tk = s.flow(tk).Task()
	}
	outer := s.gate()
	outer.left = func() {
		if s.running.Load() > 0 {
			s.broken.Store(true)
		}
	}
	return tk.Gate(outer)
}

// flow is a flow with a call of tk in one of several ways, perhaps with a limit.
func (s *scene) flow(tk number) *flow.Flow[int, int] {
	how := s.random.IntN(4)
	f := flow.New("f", func(n flow.Node[int]) flow.Node[int] {
		two := func() flow.Node[[]int] { return flow.Map(n, func(n int) []int { return []int{n, n} }) }
		switch how {
		case 0:
			return flow.Map(flow.Each(tk, two(), 2), func([]int) int { return 1 })
		case 1:
			return flow.Map(flow.SettleEach(tk, two(), 1), func([]future.Result[int]) int { return 1 })
		case 2:
			return flow.Any(flow.Step(tk, n), flow.Fallback(flow.Step(tk, n), 2))
		}
		return flow.Step(tk, n)
	})
	s.words = append(s.words, [...]string{"each", "settle each", "any", "step"}[how])
	if s.random.IntN(2) == 0 {
		f = f.Timeout(s.upTo(200 * ms))
	}
	return f
}

// twice reports whether there are several calls beside each other: then functions of one may run when another has left.
func (s *scene) twice() bool {
	last := s.words[len(s.words)-1]
	return last != "Do" && last != "Go" && last != "step"
}

func (s *scene) budget() task.Gate {
	if s.random.IntN(2) == 0 {
		return nil
	}
	return s.gate()
}

// call calls the task in a random way with a ctx that ends sooner or later.
func (s *scene) call(tk number) {
	ctx, cancel := context.WithCancel(bg())
	defer cancel()
	if s.random.IntN(2) == 0 {
		ctx = observe.With(ctx, new(recorder))
	}
	switch s.random.IntN(3) {
	case 0:
		ctx, cancel = context.WithTimeout(ctx, s.upTo(200*ms))
		defer cancel()
	case 1:
		timer := time.AfterFunc(s.upTo(200*ms), cancel)
		defer timer.Stop()
	}
	inScope := s.random.IntN(2) == 0
	if inScope {
		var scope *future.Scope
		ctx, scope = future.WithScope(ctx, future.Unobserved(func(error) {}))
		defer scope.Close()
	}
	how := s.random.IntN(3)
	s.words = append(s.words, [...]string{"Do", "Go", "flow"}[how])
	switch how {
	case 0:
		tk.Do(ctx, 1)
	case 1:
		tk.Go(ctx, 1).Await(ctx)
	case 2:
		s.flow(tk).Do(ctx, 1)
	}
}

// Whatever the policies, the function and the caller do: each ticket is answered once and left once, and not too early.
func TestGate_randomCalls(t *testing.T) {
	seeds := uint64(3000)
	if testing.Short() {
		seeds = 300
	}
	for seed := range seeds {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(seed)
			s.call(s.task())
			time.Sleep(time.Minute) // virtual: until all stragglers have returned
			synctest.Wait()
			said := fmt.Sprintf("seed %d: %s", seed, strings.Join(s.words, " "))
			require.Zero(t, s.running.Load(), said)
			require.False(t, s.broken.Load() && !s.twice(), "%s: left while a function runs", said)
			for _, g := range s.gates {
				g.settled(t, int(g.tickets), said)
			}
		})
	}
}
