package flow_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// door is a gate that counts.
type door struct {
	mu             sync.Mutex
	tickets        uint64
	answered, left map[uint64]int
	statuses       []string
	inside, most   int
	early          bool
	refuses        error
}

func newDoor() *door { return &door{answered: map[uint64]int{}, left: map[uint64]int{}} }

func (d *door) Describe() task.Policy { return task.Policy{Gate: task.Admission{Kind: "door"}} }
func (d *door) Fresh() task.Gate      { return newDoor() }

func (d *door) Enter(context.Context, string) (uint64, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.refuses != nil {
		return 0, d.refuses
	}
	d.tickets++
	d.inside++
	d.most = max(d.most, d.inside)
	return d.tickets, nil
}

func (d *door) Answered(ticket uint64, o observe.Outcome) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.answered[ticket]++
	d.early = d.early || d.left[ticket] > 0
	d.statuses = append(d.statuses, o.Status.String())
}

func (d *door) Left(ticket uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.left[ticket]++
	d.inside--
}

func (d *door) said() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]string(nil), d.statuses...)
}

func (d *door) settled(t testing.TB, tickets int) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	require.EqualValues(t, tickets, d.tickets)
	for ticket := uint64(1); ticket <= d.tickets; ticket++ {
		require.Equal(t, 1, d.answered[ticket], "ticket %d is answered", ticket)
		require.Equal(t, 1, d.left[ticket], "ticket %d has left", ticket)
	}
	require.False(t, d.early)
}

func (d *door) taken() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.inside
}

// gatedFlows are flows with one call of tk, which g is around.
func gatedFlows(g task.Gate, tk task.Task[int, int]) map[string]*flow.Flow[int, int] {
	last := func(vs []int) int { return vs[len(vs)-1] }
	flows := map[string]*flow.Flow[int, int]{}
	for name, tk := range map[string]task.Task[int, int]{
		"gate": tk.Gate(g), "gate, Fallback": tk.Gate(g).Fallback(0), "Timeout, gate": tk.Timeout(time.Hour).Gate(g), "gate, Timeout": tk.Gate(g).Timeout(time.Hour),
		"two gates": tk.Gate(newDoor()).Gate(g), "gate, Recover": tk.Gate(g).Recover(func(_ context.Context, _ int, err error) (int, error) { return 0, err }),
	} {
		flows[name+"/step"] = flow.New("f", func(in flow.Node[int]) flow.Node[int] { return flow.Step(tk, in) })
		flows[name+"/optional"] = flow.New("f", func(in flow.Node[int]) flow.Node[int] { return flow.Fallback(flow.Step(tk, in), 0) })
		flows[name+"/each"] = flow.New("f", func(in flow.Node[int]) flow.Node[int] {
			return flow.Map(flow.Each(tk, flow.Map(in, func(n int) []int { return []int{n} }), 1), last)
		})
		flows[name+"/settle each"] = flow.New("f", func(in flow.Node[int]) flow.Node[int] {
			return flow.Map(flow.SettleEach(tk, flow.Map(in, func(n int) []int { return []int{n} }), 1), func(rs []future.Result[int]) int { return rs[0].Value })
		})
		inner := flow.New("inner", func(in flow.Node[int]) flow.Node[int] { return flow.Step(tk, in) })
		flows[name+"/nested"] = flow.New("f", func(in flow.Node[int]) flow.Node[int] { return flow.Step(inner.Task(), in) })
	}
	inner := flow.New("inner", func(in flow.Node[int]) flow.Node[int] { return flow.Step(tk, in) })
	flows["around a flow"] = flow.New("f", func(in flow.Node[int]) flow.Node[int] { return flow.Step(inner.Task().Gate(g), in) })
	return flows
}

// everyFlow runs test for each flow, alone and observed.
func everyFlow(t *testing.T, tk task.Task[int, int], test func(t *testing.T, g *door, f *flow.Flow[int, int], ctx context.Context)) {
	for name := range gatedFlows(newDoor(), tk) {
		for how, ctx := range map[string]context.Context{"alone": context.Background(), "observed": observe.With(context.Background(), silent{})} {
			t.Run(name+"/"+how, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					g := newDoor()
					test(t, g, gatedFlows(g, tk)[name], ctx)
				})
			})
		}
	}
}

func TestGate_inAFlowEachTicketIsAnsweredAndLeftOnce(t *testing.T) {
	for how, fn := range map[string]func(context.Context, int) (int, error){
		"result":  func(_ context.Context, n int) (int, error) { return n, nil },
		"failure": func(context.Context, int) (int, error) { return 0, errNoRoute },
		"panic":   func(context.Context, int) (int, error) { panic("oh") },
		"Goexit":  func(context.Context, int) (int, error) { goexit(); return 0, nil },
	} {
		t.Run(how, func(t *testing.T) {
			everyFlow(t, task.New("t", fn), func(t *testing.T, g *door, f *flow.Flow[int, int], ctx context.Context) {
				for range 2 { // the state of a run is used again
					f.Do(ctx, 1)
				}
				synctest.Wait()
				g.settled(t, 2)
				want := "failed"
				if how == "result" {
					want = "ok"
				}
				require.Equal(t, []string{want, want}, g.said())
			})
		})
	}
}

func TestGate_inAFlowAStragglerIsAnsweredAtTheLimitAndLeavesWhenItReturns(t *testing.T) {
	slow := task.New("t", func(_ context.Context, n int) (int, error) { time.Sleep(time.Second); return n, nil })
	everyFlow(t, slow, func(t *testing.T, g *door, f *flow.Flow[int, int], ctx context.Context) {
		f.Timeout(100*time.Millisecond).Do(ctx, 1)
		synctest.Wait()
		require.Equal(t, []string{"failed"}, g.said())
		require.Equal(t, 1, g.taken())
		time.Sleep(time.Second)
		synctest.Wait()
		g.settled(t, 1)
	})
	everyFlow(t, slow, func(t *testing.T, g *door, f *flow.Flow[int, int], ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
		defer cancel()
		f.Do(ctx, 1)
		synctest.Wait()
		require.Equal(t, []string{"failed"}, g.said())
		require.Equal(t, 1, g.taken())
		time.Sleep(time.Second)
		synctest.Wait()
		g.settled(t, 1)
	})
}

func TestGate_inAFlowACancelledCallIsNoFailure(t *testing.T) {
	slow := task.New("t", func(_ context.Context, n int) (int, error) { time.Sleep(time.Second); return n, nil })
	everyFlow(t, slow, func(t *testing.T, g *door, f *flow.Flow[int, int], ctx context.Context) {
		ctx, cancel := context.WithCancel(ctx)
		time.AfterFunc(100*time.Millisecond, cancel)
		_, err := f.Do(ctx, 1)
		require.ErrorIs(t, err, context.Canceled)
		time.Sleep(time.Second)
		synctest.Wait()
		g.settled(t, 1)
		require.NotEqual(t, []string{"failed"}, g.said())
	})
}

func TestGate_inAFlowARejectionIsTheFailureOfTheNode(t *testing.T) {
	tk := task.New("t", func(_ context.Context, n int) (int, error) { return n, nil })
	everyFlow(t, tk, func(t *testing.T, g *door, f *flow.Flow[int, int], ctx context.Context) {
		g.refuses = &task.RejectedError{Err: errNoRoute, Wait: time.Second}
		v, err := f.Do(ctx, 1)
		if err == nil {
			require.Zero(t, v, "something stands in")
		} else {
			require.ErrorIs(t, err, errNoRoute)
		}
		synctest.Wait()
		g.settled(t, 0)
	})
}
