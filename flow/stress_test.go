package flow_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/task"
)

// visitor is the input of the flows under stress: a value of its own, and how many functions run for it.
type visitor struct {
	n     int
	alive *atomic.Int32
	kept  *atomic.Pointer[context.Context] // a ctx that one of the functions keeps
}

// restless is a task that takes some turns of the scheduler, and ends in all the ways there are.
func restless(name string) task.Task[visitor, visitor] {
	return task.New(name, func(ctx context.Context, v visitor) (visitor, error) {
		v.alive.Add(1)
		defer v.alive.Add(-1)
		v.kept.Store(&ctx)
		for range rand.IntN(6) {
			runtime.Gosched()
		}
		switch mood := v.n * len(name) % 31; {
		case mood == 3:
			return v, errSoldOut
		case mood == 5:
			panic(errNoRoute)
		case mood == 7:
			runtime.Goexit()
		case mood == 11:
			<-ctx.Done()
			return v, context.Cause(ctx)
		}
		return v, nil
	})
}

// crowded are flows of every kind of plan. What each answers, if it does, is the visitor.
func crowded() map[string]*flow.Flow[visitor, visitor] {
	type node = flow.Node[visitor]
	first := func(a, _ visitor) visitor { return a }
	counted := flow.New("counted", func(in node) node {
		a, b := flow.Step(restless("a"), in), flow.Step(restless("bb"), in)
		list := flow.Map(in, func(v visitor) []visitor { return []visitor{v, v, v} })
		each := flow.Each(restless("each"), list, 2)
		c := flow.Step(restless("ccccc"), flow.Map2(a, b, first))
		return flow.Map2(c, each, func(v visitor, all []visitor) visitor { return all[v.n%3] })
	})
	wanted := flow.New("wanted", func(in node) node {
		good := flow.Recover(flow.Step(restless("aa"), in), func(context.Context, error) (visitor, error) { return visitor{}, errNoRoute })
		any := flow.Any(flow.Step(restless("bbb"), in), good, flow.Step(restless("cccc"), in))
		tried := flow.Try(flow.Step(restless("ddddd"), in))
		either := flow.Either(flow.Map(any, func(v visitor) bool { return v.n%2 == 0 }), flow.Step(restless("eeeeee"), in), any)
		checked := flow.After(either, flow.Require(flow.Map(in, func(v visitor) bool { return v.n%13 > 0 }), errSoldOut))
		return flow.Also(flow.Map2(checked, tried, func(v visitor, _ future.Result[visitor]) visitor { return v }),
			flow.Step(restless("fffffff"), in))
	})
	nested := flow.New("nested", func(in node) node {
		return flow.Map2(flow.Step(counted.Task(), in), flow.Step(wanted.Task().Retry(task.Retry{Attempts: 2}), in), first)
	})
	return map[string]*flow.Flow[visitor, visitor]{
		"counted": counted, "wanted": wanted, "nested": nested,
		"limited": nested.Timeout(50 * time.Millisecond), "hurried": nested.Timeout(50 * time.Microsecond), "caught": wanted.Catch(func(_ context.Context, v visitor, _ error) (visitor, error) { return v, nil }),
	}
}

// rounds is how many visitors each flow has; JADE_SEED repeats one, if the scheduler plays along.
func rounds() (n int, seed uint64) {
	n, seed = 400, uint64(time.Now().UnixNano())
	if os.Getenv("JADE_STRESS") != "" {
		n *= 100
	}
	if text := os.Getenv("JADE_SEED"); text != "" {
		seed, _ = strconv.ParseUint(text, 10, 64)
	}
	return n, seed
}

// Runs of the same flows, of all sorts, at once, whose callers leave and whose scopes close when they like: each
// answers with its own visitor or a failure that it may have, and when a scope is closed nothing of its run runs.
func TestStress_crowds(t *testing.T) {
	flows := crowded()
	n, seed := rounds()
	var answered sync.Map // that a flow has answered with a value at all
	var all sync.WaitGroup
	for name, f := range flows {
		for k := range 4 {
			all.Go(func() {
				r := rand.New(rand.NewPCG(seed, uint64(len(name)*10+k)))
				for i := range n / 4 {
					v := visitor{n: i*4 + k, alive: new(atomic.Int32), kept: new(atomic.Pointer[context.Context])}
					got, err := visit(r, f, v)
					if err == nil {
						answered.Store(name, true)
						if got != v {
							t.Errorf("JADE_SEED=%d: %s: visitor %d was told of %d", seed, name, v.n, got.n)
						}
					} else if why := unexpected(err); why != "" {
						t.Errorf("JADE_SEED=%d: %s: visitor %d: %s: %v", seed, name, v.n, why, err)
					}
					if left := v.alive.Load(); left != 0 {
						t.Errorf("JADE_SEED=%d: %s: visitor %d: %d functions run after the scope is closed", seed, name, v.n, left)
					}
					if ctx := v.kept.Load(); ctx != nil && (*ctx).Err() == nil {
						t.Errorf("JADE_SEED=%d: %s: visitor %d: a ctx outlives its run", seed, name, v.n)
					}
					if t.Failed() {
						return
					}
				}
			})
		}
	}
	all.Wait()
	delete(flows, "hurried") // which may be late each time
	for name := range flows {
		_, some := answered.Load(name)
		require.True(t, some, "%s has never answered with a value", name)
	}
}

// When many runs reach their limit at once, quick functions wait for a processor, which is no reason to fail: of 1,000 runs up to 60 did.
// (A few may on a machine that takes the processors away.)
func TestStress_manyDegradeAtOneLimit(t *testing.T) {
	hang := named("hang", func(ctx context.Context, n int) (int, error) { return n, untilDone(ctx) })
	f := of(func(in number) number {
		return flow.Map(flow.Fallback(flow.Step(hang, in), 7), func(n int) int { return n + 1 })
	}).Timeout(100 * ms).Degraded(func(v int, _ []flow.Loss) int { return v })
	var failed atomic.Int32
	var runs sync.WaitGroup
	for range 1000 {
		runs.Go(func() {
			if _, err := f.Do(t.Context(), 1); err != nil {
				failed.Add(1)
			}
		})
	}
	runs.Wait()
	require.LessOrEqual(t, failed.Load(), int32(20))
}

// visit runs f in a scope of its own, in one of the ways there are, and returns when the scope is closed.
func visit(r *rand.Rand, f *flow.Flow[visitor, visitor], v visitor) (got visitor, err error) {
	around, leave := context.WithCancel(context.Background())
	defer leave()
	if r.IntN(4) == 0 {
		var end context.CancelFunc
		around, end = context.WithTimeout(around, time.Duration(r.IntN(100))*time.Microsecond)
		defer end()
	}
	ctx, scope := future.WithScope(around, future.Unobserved(func(error) {}))
	defer scope.Close()
	patience, asks := r.IntN(200), r.IntN(3)
	impatient := r.IntN(3) == 0 || v.n%31 != 0 // some of those that wait for their ctx have nobody else to end them
	if impatient {
		var left sync.WaitGroup
		defer left.Wait()
		done := make(chan struct{})
		defer close(done)
		left.Go(func() {
			for range 100 * patience {
				select {
				case <-done:
					return
				default:
					runtime.Gosched()
				}
			}
			leave()
		})
	}
	switch asks {
	case 0:
		return f.Do(ctx, v)
	case 1:
		return f.Go(ctx, v).Await(ctx)
	}
	answer := f.Go(ctx, v)
	for range patience {
		if _, done := answer.Peek(); done {
			break
		}
		runtime.Gosched()
	}
	_ = scope.Close()
	return answer.Await(context.Background())
}

// unexpected says what is wrong with the failure of a run.
func unexpected(err error) string {
	switch {
	case errors.Is(err, errSoldOut), errors.Is(err, errNoRoute), errors.Is(err, future.ErrGoexit):
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), future.IsCanceled(err):
	default:
		return "nobody has said that"
	}
	return ""
}
