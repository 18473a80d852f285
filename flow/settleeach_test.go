package flow_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/strange"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

type settledResults = []future.Result[int]

// below lists the numbers below n.
func below(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// settleEachOf is a flow that calls t for each number below its input.
func settleEachOf(t task.Task[int, int], limit int) *flow.Flow[int, settledResults] {
	return flow.New("list", func(in number) flow.Node[settledResults] { return flow.SettleEach(t, flow.Map(in, below), limit) })
}

// losses collects what Degraded is told.
type losses struct {
	mu   sync.Mutex
	told [][]flow.Loss
}

func (l *losses) in(f *flow.Flow[int, settledResults]) *flow.Flow[int, settledResults] {
	return f.Degraded(func(out settledResults, lost []flow.Loss) settledResults {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.told = append(l.told, lost)
		return out
	})
}

// one returns the only loss.
func (l *losses) one(t *testing.T) flow.Loss {
	t.Helper()
	require.Len(t, l.told, 1)
	require.Len(t, l.told[0], 1)
	return l.told[0][0]
}

// requireFailed checks that element i has failed with target, and has no value.
func requireFailed(t *testing.T, got settledResults, i int, target error) {
	t.Helper()
	failed, ok := got[i].Err.(*combinators.ElementError)
	require.True(t, ok, "%d: %v", i, got[i])
	require.Equal(t, i, failed.Index)
	require.NotEmpty(t, failed.Name)
	require.Zero(t, got[i].Value)
	require.ErrorIs(t, failed, target)
}

func TestSettleEach_aFailureStopsNoOtherElement(t *testing.T) {
	some := named("some", func(_ context.Context, n int) (int, error) {
		switch n {
		case 1:
			return 7, errSoldOut
		case 3:
			panic(errNoRoute)
		case 4:
			runtime.Goexit()
		case 5:
			return 0, context.Canceled
		}
		return 10 * n, nil
	})
	for _, limit := range []int{1, 2, 100} {
		for _, observed := range []bool{false, true} {
			ctx := plainCtx()
			if observed {
				ctx = observe.With(ctx, quiet{})
			}
			told := &losses{}
			f := told.in(settleEachOf(some, limit))
			for range 3 { // the memory of a run is used again
				told.told = nil
				got, err := f.Do(ctx, 7)
				require.NoError(t, err)
				require.Len(t, got, 7)
				for _, i := range []int{0, 2, 6} {
					require.Equal(t, future.Result[int]{Value: 10 * i}, got[i])
				}
				requireFailed(t, got, 1, errSoldOut)
				requireFailed(t, got, 3, errNoRoute)
				requireFailed(t, got, 4, future.ErrGoexit)
				requireFailed(t, got, 5, context.Canceled)
				require.Equal(t, "some[1]: sold out", got[1].Err.Error())
				lost := told.one(t)
				require.Equal(t, "some", lost.Node)
				require.Equal(t, 4, lost.Count)
				require.Equal(t, recovery.ClassCode, lost.Class, "a bug goes before what failed first")
			}
		}
	}
	got, err := settleEachOf(some, 1).Do(plainCtx(), 0)
	require.NoError(t, err)
	require.Equal(t, settledResults{}, got)
}

// lateBy are ways in which the time of a run is up after 100 ms.
var lateBy = map[string]struct {
	ctx func(ctx context.Context) (context.Context, context.CancelFunc)
	set func(f *flow.Flow[int, settledResults]) *flow.Flow[int, settledResults]
}{
	"Timeout": {set: func(f *flow.Flow[int, settledResults]) *flow.Flow[int, settledResults] { return f.Timeout(100 * ms) }},
	"Reserve": {set: func(f *flow.Flow[int, settledResults]) *flow.Flow[int, settledResults] {
		return f.Timeout(150 * ms).Reserve(50 * ms)
	}},
	"ctx": {ctx: func(ctx context.Context) (context.Context, context.CancelFunc) {
		return context.WithTimeout(ctx, 101010101*time.Nanosecond)
	}},
	"ctx that does not tell of its deadline": {ctx: func(ctx context.Context) (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithTimeout(ctx, 100*ms)
		return tacit{ctx}, cancel
	}},
}

// tacit is a ctx that ends by a deadline nobody knew of.
type tacit struct{ context.Context }

func (tacit) Deadline() (time.Time, bool) { return time.Time{}, false }

func TestSettleEach_answersAtTheLimitWithWhatIsThere(t *testing.T) {
	for name, way := range lateBy {
		for _, observed := range []bool{false, true} {
			t.Run(fmt.Sprint(name, observed), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					plain, scope := future.WithScope(plainCtx())
					if observed {
						plain = observe.With(plain, slowAtTheEnd{})
					}
					bin := new(bin)
					some := named("some", func(ctx context.Context, n int) (int, error) {
						switch n {
						case 1: // ignores its ctx
							time.Sleep(time.Hour)
							return 1, nil
						case 2:
							return 0, errSoldOut
						case 4:
							if err := wait(ctx, time.Minute); err != nil {
								return 0, ctx.Err()
							}
						case 5:
							<-ctx.Done()
							time.Sleep(ms)
							panic(errNoRoute)
						}
						return 10 + n, nil
					}).Discard(bin.Add)
					told := &losses{}
					f := told.in(settleEachOf(some, 3))
					if way.set != nil {
						f = way.set(f)
					}
					for range 2 {
						ctx := plain
						if way.ctx != nil {
							var cancel context.CancelFunc
							ctx, cancel = way.ctx(plain)
							defer cancel()
						}
						told.told = nil
						begun := time.Now()
						got, err := f.Do(ctx, 8)
						require.NoError(t, err)
						require.InDelta(t, 100*ms, time.Since(begun), float64(100*time.Nanosecond))
						require.Len(t, got, 8)
						if !observed {
							require.Equal(t, future.Result[int]{Value: 10}, got[0])
							require.Equal(t, future.Result[int]{Value: 13}, got[3])
							requireFailed(t, got, 2, errSoldOut)
							for _, i := range []int{1, 4, 5, 6, 7} {
								requireFailed(t, got, i, context.DeadlineExceeded)
								_, late := errors.AsType[*deadline.Error](got[i].Err)
								require.True(t, late, "%v", got[i].Err)
								require.Equal(t, recovery.ClassTimeout, recovery.Classify(got[i].Err))
							}
							require.Equal(t, 6, told.one(t).Count)
						}
						kept := slices.Clone(got)
						time.Sleep(2 * time.Hour)
						require.Equal(t, kept, got, "stragglers write nothing")
					}
					require.NoError(t, scope.Close())
					if !observed {
						require.Equal(t, []int{1, 1}, bin.read(), "what stragglers return is discarded")
					}
				})
			})
		}
	}
}

// Without its list nobody knows how many elements there are.
func TestSettleEach_failsWithItsInput(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		of := func(source task.Task[int, int]) *flow.Flow[int, settledResults] {
			return flow.New("list", func(in number) flow.Node[settledResults] {
				return flow.SettleEach(plus("some", 1), flow.Map(flow.Step(source, in), below), 2)
			})
		}
		_, err := of(failing("source", errSoldOut)).Do(ctx, 3)
		require.ErrorIs(t, err, errSoldOut)
		_, elapsed, err := took(ctx, of(obedient("source")).Timeout(100*ms), 3)
		require.Equal(t, 100*ms, elapsed)
		_, late := errors.AsType[*deadline.Error](err)
		require.True(t, late, "%v", err)
	})
}

func TestSettleEach_whoHasLeftGetsTheCause(t *testing.T) {
	for name, leave := range map[string]func(cancel context.CancelCauseFunc, scope *future.Scope, f future.Future[settledResults]){
		"ctx": func(cancel context.CancelCauseFunc, _ *future.Scope, _ future.Future[settledResults]) {
			cancel(errNoRoute)
		},
		"scope":  func(_ context.CancelCauseFunc, scope *future.Scope, _ future.Future[settledResults]) { scope.Close() },
		"Cancel": func(_ context.CancelCauseFunc, _ *future.Scope, f future.Future[settledResults]) { f.Cancel(nil) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				around, cancel := context.WithCancelCause(plainCtx())
				defer cancel(nil)
				ctx, scope := future.WithScope(around)
				defer scope.Close()
				told := &losses{}
				run := told.in(settleEachOf(obedient("some"), 3)).Timeout(time.Minute).Go(ctx, 10)
				synctest.Wait()
				leave(cancel, scope, run)
				synctest.Wait()
				r, done := run.Peek()
				require.True(t, done)
				require.True(t, future.IsCanceled(r.Err), "%v", r.Err)
				require.Empty(t, told.told)
			})
		})
	}
}

// slowAtTheStart is an observer that takes a minute to be told that a node begins.
type slowAtTheStart struct{}

func (slowAtTheStart) Begin(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
	if c.Kind == observe.KindNode {
		time.Sleep(time.Minute)
	}
	return ctx, nil
}

func TestSettleEach_thatHasNotBegunAtTheLimit(t *testing.T) {
	for _, fallback := range []bool{false, true} {
		inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
			told := &losses{}
			some := plus("some", 1)
			if fallback {
				some = some.Fallback(7)
			}
			got, elapsed, err := took(observe.With(ctx, slowAtTheStart{}), told.in(settleEachOf(some, 2).Timeout(100*ms)), 3)
			require.NoError(t, err)
			require.Equal(t, 100*ms, elapsed)
			require.Len(t, got, 3)
			for i := range got {
				if fallback {
					require.Equal(t, future.Result[int]{Value: 7}, got[i])
				} else {
					requireFailed(t, got, i, context.DeadlineExceeded)
				}
			}
			require.Equal(t, 3, told.one(t).Count)
			require.Equal(t, recovery.ClassTimeout, told.one(t).Class)
		})
	}
}

// What nested flows answer without, and elements that have failed, are losses side by side.
func TestSettleEach_lossesOfNestedFlows(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		gate := named("gate", func(_ context.Context, n int) (int, error) {
			if n%4 == 0 {
				return 0, errNoRoute
			}
			return n, nil
		})
		extra := named("extra", func(ctx context.Context, n int) (int, error) {
			if n%2 == 1 {
				return 0, errSoldOut
			}
			return n, wait(ctx, time.Hour)
		})
		inner := flow.New("inner", func(in number) number {
			return flow.Map2(flow.Step(gate, in), flow.Fallback(flow.Step(extra, in), 0), sum2)
		})
		told := &losses{}
		got, elapsed, err := took(ctx, told.in(settleEachOf(inner.Task(), 8).Timeout(100*ms)), 8)
		require.NoError(t, err)
		require.Equal(t, 100*ms, elapsed)
		for i, r := range got {
			if i%4 == 0 {
				requireFailed(t, got, i, errNoRoute)
			} else {
				require.Equal(t, future.Result[int]{Value: i}, r)
			}
		}
		require.Len(t, told.told, 1)
		counts := map[string]int{}
		for _, l := range told.told[0] {
			counts[l.Node] = l.Count
		}
		require.Equal(t, map[string]int{"inner": 2, "inner/extra": 6}, counts)
	})
}

// A SettleEach that nothing needs any more is cancelled, and what it has made is discarded.
func TestSettleEach_loser(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, scope := future.WithScope(plainCtx())
		bin := new(bin)
		some := named("some", func(ctx context.Context, n int) (int, error) {
			if n == 0 {
				return 5, nil
			}
			return 0, wait(ctx, time.Hour)
		}).Discard(bin.Add)
		f := of(func(in number) number {
			slow := flow.Map(flow.SettleEach(some, flow.Map(in, below), 3), func(all settledResults) int { return len(all) })
			return flow.Any(slow, flow.Step(named("quick", func(ctx context.Context, _ int) (int, error) { return 9, wait(ctx, 10*ms) }), in))
		})
		v, elapsed, err := took(ctx, f, 5)
		require.NoError(t, err)
		require.Equal(t, 9, v)
		require.Equal(t, 10*ms, elapsed)
		require.NoError(t, scope.Close())
		require.Equal(t, []int{5}, bin.read())
	})
}

// As an effect it runs on after the answer; its failed elements fail nothing.
func TestSettleEach_asAnEffect(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		f := of(func(in number) number {
			return flow.Also(in, flow.SettleEach(d.ends("mail", 10*ms, errSoldOut), flow.Map(in, below), 1))
		}).OnError(func(context.Context, int, error) { t.Error("told") })
		v, elapsed, err := took(ctx, f, 3)
		require.NoError(t, err)
		require.Equal(t, 3, v)
		require.Zero(t, elapsed)
		time.Sleep(time.Second)
		require.Contains(t, d.ByTime(), "30ms mail ends")
	})
}

func TestSettleEach_elementsThatFailWithWhatCannotBeCompared(t *testing.T) {
	for name, err := range strange.Errors {
		t.Run(name, func(t *testing.T) {
			got, failed := settleEachOf(failing("some", err), 3).Do(plainCtx(), 10)
			require.NoError(t, failed)
			for _, r := range got {
				require.Error(t, r.Err)
			}
		})
	}
}

// Calls that end at about the limit, with all sorts of ends: each element has one result, and nothing changes later.
func TestSettleEach_atTheLimitAsARace(t *testing.T) {
	for range 100 {
		ctx, scope := future.WithScope(plainCtx())
		some := named("some", func(ctx context.Context, n int) (int, error) {
			for begun := time.Now(); time.Since(begun) < time.Duration(rand.IntN(200))*time.Microsecond; {
				runtime.Gosched()
			}
			switch n % 8 {
			case 1:
				return 0, ctx.Err()
			case 2:
				panic("oh")
			case 3:
				runtime.Goexit()
			}
			return 7, nil
		})
		switch rand.IntN(3) {
		case 1:
			some = some.Retry(task.Retry{Attempts: 2})
		case 2:
			some = some.Timeout(100 * time.Microsecond)
		}
		got, err := settleEachOf(some, 1+rand.IntN(8)).Timeout(500*time.Microsecond).Do(ctx, 50)
		if err == nil { // the list may be late
			require.Len(t, got, 50)
			for range 20 {
				for i, r := range got {
					if (r.Value == 7) == (r.Err != nil) && i%8 != 1 {
						t.Fatalf("%d: %v", i, r)
					}
				}
				runtime.Gosched()
			}
		}
		_ = scope.Close()
	}
}

// The cost of an element at the limit does not grow with their number.
func TestSettleEach_manyElementsAtTheLimit(t *testing.T) {
	for _, limit := range []int{1, 10_000} {
		inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
			got, err := settleEachOf(obedient("some"), limit).Timeout(100*ms).Do(ctx, 10_000)
			require.NoError(t, err)
			for i := range got {
				if got[i].Err == nil {
					t.Fatal(i)
				}
			}
		})
	}
}

// Another engine has the results a moment before the deadline of its ctx, as a run has.
func TestSettleEach_onAnotherEngine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		around, scope := future.WithScope(plainCtx())
		ctx, cancel := context.WithTimeout(around, 100*ms)
		defer cancel()
		some := named("some", func(ctx context.Context, n int) (int, error) { return n, wait(ctx, time.Duration(n)*60*ms) })
		g := settleEachOf(some, 3).Graph()
		begun := time.Now()
		v, err := g.Node(g.Output).Run(ctx, []any{below(3)})
		require.NoError(t, err)
		require.Equal(t, 99*ms, time.Since(begun))
		got := v.(settledResults)
		require.Equal(t, future.Result[int]{Value: 1}, got[1])
		requireFailed(t, got, 2, context.DeadlineExceeded)
		require.ErrorContains(t, got[2].Err, "some[2]: ")
		require.NoError(t, scope.Close())
	})
}

// The caller leaves while the last element runs, which fails for that reason: the run may not know it yet.
func TestSettleEach_whoLeavesDuringTheLastElement(t *testing.T) {
	for range 300 {
		ctx, cancel := context.WithCancel(plainCtx())
		some := named("some", func(context.Context, int) (int, error) {
			cancel()
			return 0, context.Canceled
		})
		_, err := settleEachOf(some, 1).Do(ctx, 1)
		require.True(t, future.IsCanceled(err), "%v", err)
	}
}

// An effect that is cut off is lost, also if some of its elements were in time.
func TestSettleEach_asAnEffectThatIsCutOff(t *testing.T) {
	slow := named("slow", func(_ context.Context, n int) (int, error) { time.Sleep(50 * ms); return n, nil })
	send := named("send", func(ctx context.Context, n int) (int, error) {
		if n == 0 {
			return 0, nil
		}
		return 0, untilDone(ctx)
	})
	effect := func(in number) flow.Node[settledResults] { return flow.SettleEach(send, flow.Map(in, below), 2) }
	for what, c := range map[string]struct {
		build func(in number) number
		limit time.Duration
		want  string
	}{
		"by the end of the scope":     {func(in number) number { return flow.Also(in, effect(in)) }, 0, "send canceled"},
		"by the limit, once answered": {func(in number) number { return flow.Also(in, effect(in)) }, 10 * ms, "send failed"},
		"by the limit that the answer had": {func(in number) number {
			return flow.Also(flow.Fallback(flow.Step(obedient("hang"), in), 7), effect(in))
		}, 10 * ms, "send failed"},
		"before it begins": {func(in number) number { return flow.Also(in, effect(flow.Step(slow, in))) }, 10 * ms, "send skipped"},
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var seen effects
				var failed []string
				f := of(c.build).OnError(func(_ context.Context, _ int, err error) {
					e, _ := errors.AsType[*flow.Error](err)
					failed = append(failed, e.Node)
				})
				if c.limit > 0 {
					f = f.Timeout(c.limit)
				}
				ctx, scope := future.WithScope(observe.With(plainCtx(), &seen))
				_, err := f.Do(ctx, 4)
				require.NoError(t, err)
				time.Sleep(100 * ms)
				require.NoError(t, scope.Close())
				require.Equal(t, []string{c.want}, seen.lost.All())
				require.Len(t, slices.Compact(failed), 1, "OnError is told")
			})
		})
	}
}

// One that the limit keeps from beginning is lost too, whatever it waits for.
func TestSettleEach_asAnEffectThatTheLimitPrevents(t *testing.T) {
	send := named("send", func(context.Context, int) (int, error) { t.Error("sent"); return 0, nil })
	list := func() flow.Node[[]int] { return flow.Const([]int{1, 2, 3}) }
	hang := func(in number) number { return flow.Fallback(flow.Step(obedient("hang"), in), 7) }
	for what, build := range map[string]func(in number) number{
		"a gate": func(in number) number {
			gate := hang(in)
			return flow.Also(gate, flow.After(flow.SettleEach(send, list(), 2), gate))
		},
		"an observer": func(in number) number { return flow.Also(hang(in), flow.SettleEach(send, list(), 2)) },
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				seen := &effects{}
				failed := 0
				ctx, scope := future.WithScope(observe.With(plainCtx(), slowToSend{seen}))
				_, err := of(build).Timeout(100*ms).Reserve(50*ms).OnError(func(context.Context, int, error) { failed++ }).Do(ctx, 4)
				require.NoError(t, err)
				time.Sleep(time.Second)
				require.NoError(t, scope.Close())
				require.Equal(t, 1, failed, "OnError is told")
				require.Len(t, seen.lost.All(), 1)
			})
		})
	}
}

// slowToSend is an observer that takes a while to be told that "send" begins.
type slowToSend struct{ *effects }

func (s slowToSend) Begin(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
	if c.Kind == observe.KindNode && c.Node == "send" {
		time.Sleep(60 * ms)
	}
	return s.effects.Begin(ctx, c)
}
