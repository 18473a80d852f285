package journal_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/durable/journal"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/task"
)

var (
	seal       engine.Seal
	errSoldOut = errors.New("sold out")
)

// ledger counts the calls of tasks by key.
type ledger struct {
	mu    sync.Mutex
	calls map[string]int
}

func (l *ledger) note(ctx context.Context, what string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	key, _ := task.Key(ctx)
	if l.calls == nil {
		l.calls = map[string]int{}
	}
	l.calls[what+" "+key]++
}

func (l *ledger) plus(name string, n int, takes time.Duration) task.Task[int, int] {
	return task.New(name, func(ctx context.Context, to int) (int, error) {
		l.note(ctx, name)
		select {
		case <-time.After(takes):
			return to + n, nil
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
	}).Undo(func(ctx context.Context, _, _ int) error { l.note(ctx, "undo "+name); return nil })
}

func (l *ledger) fails(name string) task.Task[int, int] {
	return task.New(name, func(ctx context.Context, _ int) (int, error) { l.note(ctx, name); return 0, errSoldOut })
}

type number = flow.Node[int]

func sum2(a, b int) int { return a + b }

// flows are flows of every kind of node, and how a run of them ends.
func flows(l *ledger) map[string]*flow.Flow[int, int] {
	of := func(build func(in number) number) *flow.Flow[int, int] { return flow.New("shop", build) }
	inner := flow.New("inner", func(in number) number {
		return flow.Map2(flow.Step(l.plus("x", 1, 2*time.Millisecond), in), flow.Step(l.plus("y", 2, time.Millisecond), in), sum2)
	})
	return map[string]*flow.Flow[int, int]{
		"chain": of(func(in number) number {
			return flow.Step(l.plus("c", 3, 1), flow.Step(l.plus("b", 2, 1), flow.Step(l.plus("a", 1, 1), in)))
		}),
		"fan": of(func(in number) number {
			a, b := flow.Step(l.plus("a", 1, 3*time.Millisecond), in), flow.Step(l.plus("b", 2, time.Millisecond), in)
			return flow.Step(l.plus("c", 3, 1), flow.Map2(a, b, sum2))
		}),
		"any": of(func(in number) number {
			return flow.Any(flow.Step(l.plus("a", 1, time.Second), in), flow.Step(l.plus("b", 2, time.Millisecond), in))
		}),
		"failed": of(func(in number) number {
			return flow.Step(l.fails("z"), flow.Step(l.plus("b", 2, 1), flow.Step(l.plus("a", 1, 1), in)))
		}),
		"caught": of(func(in number) number { return flow.Step(l.fails("z"), flow.Step(l.plus("a", 1, 1), in)) }).
			OnError(func(ctx context.Context, _ int, _ error) { l.note(ctx, "told") }).
			Catch(func(ctx context.Context, in int, err error) (int, error) {
				l.note(ctx, "catch")
				return in + len(err.Error()), nil
			}),
		"recovered": of(func(in number) number {
			return flow.Recover(flow.Step(l.fails("z"), flow.Step(l.plus("a", 1, 1), in)), func(_ context.Context, err error) (int, error) { return len(err.Error()), nil })
		}),
		"each": of(func(in number) number {
			all := flow.Each(l.plus("e", 1, time.Millisecond), flow.Map(in, func(n int) []int { return []int{n, n + 1, n + 2} }), 2)
			return flow.Map(all, func(all []int) int { return all[0]*100 + all[1]*10 + all[2] })
		}),
		"settled": of(func(in number) number {
			moody := task.New("m", func(ctx context.Context, n int) (int, error) {
				l.note(ctx, "m")
				if n%2 == 0 {
					return 0, errSoldOut
				}
				return n, nil
			})
			all := flow.SettleEach(moody, flow.Map(in, func(n int) []int { return []int{n, n + 1, n + 2} }), 2)
			return flow.Step(task.New("sum", func(_ context.Context, all []future.Result[int]) (sum int, _ error) {
				for _, r := range all {
					if sum += r.Value; r.Err != nil {
						sum += len(r.Err.Error())
					}
				}
				return sum, nil
			}), all)
		}),
		"nested": of(func(in number) number { return flow.Step(l.plus("a", 1, 1), flow.Step(inner.Task(), in)) }),
		"nested once": of(func(in number) number {
			plain := task.New("x", func(ctx context.Context, n int) (int, error) { l.note(ctx, "x"); return n + 1, nil })
			inner := flow.New("inner", func(in number) number { return flow.Step(plain, in) })
			return flow.Step(inner.Task().Fallback(3), in)
		}),
		"late": of(func(in number) number { return flow.Fallback(flow.Step(l.plus("a", 1, time.Hour), in), 9) }).Timeout(50 * time.Millisecond),
		"late and fatal": of(func(in number) number {
			return flow.Map2(flow.Step(l.plus("a", 1, time.Hour), in), flow.Step(l.plus("b", 1, 1), in), sum2)
		}).Timeout(50 * time.Millisecond),
		"reserve": of(func(in number) number {
			return flow.Recover(flow.Step(l.plus("a", 1, time.Hour), in), func(context.Context, error) (int, error) { return 5, nil })
		}).Timeout(50 * time.Millisecond).Reserve(20 * time.Millisecond),
		"sleep": of(func(in number) number { return flow.Step(l.plus("a", 1, 1), flow.Sleep(in, 24*time.Hour)) }),
		"effect": of(func(in number) number {
			return flow.Also(flow.Step(l.plus("a", 1, 1), in), flow.Step(l.plus("log", 1, time.Second), in))
		}),
		"panic": of(func(in number) number {
			return flow.Step(task.New("p", func(context.Context, int) (int, error) { panic("oh") }), flow.Step(l.plus("a", 1, 1), in))
		}),
		"policies": of(func(in number) number {
			return flow.Step(l.fails("z").Retry(task.Retry{Attempts: 3, Delay: time.Millisecond, If: func(error) bool { return true }}).Fallback(4), in)
		}).Degraded(func(out int, lost []flow.Loss) int { return out*10 + len(lost) }),
	}
}

// run runs a flow on a journal in a folder. Recorded may stop it.
func run(ctx context.Context, dir, id string, f *flow.Flow[int, int], in int, recorded func(string) error) (v int, err error) {
	j, err := journal.Open(ctx, dir, journal.Unsynced(), journal.Recorded(seal, recorded))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	runs, err := journal.Register(j, f)
	if err != nil {
		return 0, err
	}
	v, err = runs.Run(ctx, id, in)
	if !errors.Is(err, errCrash) {
		time.Sleep(48 * time.Hour) // effects, and what is undone
	}
	return v, err
}

var errCrash = errors.New("a crash")

// TestFlow_answersAsDoDoes_whateverCrashes stops each flow after each record in turn, and goes on with it.
func TestFlow_answersAsDoDoes_whateverCrashes(t *testing.T) {
	for name := range flows(nil) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				before := &ledger{}
				memory, scope := future.WithScope(task.WithKey(context.Background(), "r"), future.Unobserved(func(error) {}))
				want, wantErr := flows(before)[name].Do(memory, 3)
				time.Sleep(48 * time.Hour)
				require.NoError(t, scope.Close())
				for crash := 0; ; crash++ {
					l := &ledger{}
					f := flows(l)[name]
					n, crashed := 0, false
					dir := t.TempDir()
					recorded := func(string) error {
						if n++; n == crash+1 {
							crashed = true
							return errCrash
						}
						return nil
					}
					got, err := run(context.Background(), dir, "r", f, 3, recorded)
					if crashed && !errors.Is(err, errCrash) { // it was answered before
						require.Equal(t, fmt.Sprint(want, wantErr), fmt.Sprint(got, err), "crash %d", crash)
					}
					if crashed {
						got, err = run(context.Background(), dir, "r", f, 3, nil)
					}
					require.Equal(t, want, got, "crash %d: %v", crash, err)
					require.Equal(t, fmt.Sprint(wantErr), fmt.Sprint(err), "crash %d", crash)
					if wantErr != nil {
						require.Equal(t, errors.Is(wantErr, context.DeadlineExceeded), errors.Is(err, context.DeadlineExceeded))
					}
					for call, times := range l.calls {
						require.LessOrEqual(t, times, 2*max(1, before.calls[call]), "crash %d: %s", crash, call)
						if !crashed || call != "undo a r/shop/a/undo" { // the loser of an any is begun again, as the first attempt may have succeeded
							require.Contains(t, before.calls, call, "crash %d", crash)
						}
					}
					for call := range before.calls {
						require.Contains(t, l.calls, call, "crash %d %v", crash, before.calls)
					}
					if !crashed {
						break
					}
				}
			})
		})
	}
}
