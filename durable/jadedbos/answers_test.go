package jadedbos_test

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/durable/jadedbos"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// moody fails for some inputs.
var moody = named("moody", func(ctx context.Context, n int) (int, error) {
	switch n % 6 {
	case 1:
		return 0, fmt.Errorf("item %d: %w", n, errSoldOut)
	case 2:
		panic(fmt.Sprintf("item %d", n))
	case 3:
		runtime.Goexit()
	case 4:
		return 0, recovery.Mark(recovery.ClassBusiness, errNoRoute)
	}
	return n, nil
})

func length(_ context.Context, err error) (int, error) { return len(err.Error()), nil }

func sum(ns []int) (total int) {
	for _, n := range ns {
		total += n
	}
	return total
}

func upTo(n int) (ns []int) {
	for i := range n + 1 {
		ns = append(ns, i)
	}
	return ns
}

func flows() map[string]*flow.Flow[int, int] {
	inner := flow.New("inner", func(in number) number { return flow.Step(plus("one", 1), flow.Step(moody, in)) })
	stale := plus("stale", 100)
	return map[string]*flow.Flow[int, int]{
		"input":  of(func(in number) number { return in }),
		"const":  of(func(in number) number { return flow.Map2(in, flow.Const(7), func(a, b int) int { return a + b }) }),
		"step":   of(func(in number) number { return flow.Step(moody, in) }),
		"chain":  of(func(in number) number { return flow.Step(plus("b", 1), flow.Step(plus("a", 1), flow.Step(moody, in))) }),
		"map":    of(func(in number) number { return flow.Map(flow.Step(moody, in), func(n int) int { return 10 / (n - 5) }) }),
		"maperr": of(func(in number) number { return flow.MapErr(in, func(n int) (int, error) { return n, errSoldOut }) }),
		"step2": of(func(in number) number {
			return flow.Step2(task.New2("add", func(_ context.Context, a, b int) (int, error) { return a + b, nil }), flow.Step(moody, in), in)
		}),
		"either": of(func(in number) number {
			return flow.Either(flow.Map(in, func(n int) bool { return n%2 == 0 }), flow.Step(moody, in), flow.Step(plus("odd", 1), in))
		}),
		"after": of(func(in number) number { return flow.After(flow.Step(plus("one", 1), in), flow.Step(moody, in)) }),
		"require": of(func(in number) number {
			return flow.After(flow.Step(moody, in), flow.Require(flow.Map(in, func(n int) bool { return n < 5 }), errNoRoute))
		}),
		"also": of(func(in number) number { return flow.Also(flow.Step(plus("one", 1), in), flow.Step(moody, in)) }),
		"any": of(func(in number) number {
			return flow.Any(flow.Step(moody, in), flow.Step(failing("bad", errNoRoute), in))
		}),
		"loser": of(func(in number) number {
			return flow.Any(flow.Step(endless("endless"), in), flow.Step(plus("one", 1), in))
		}),
		"recover": of(func(in number) number { return flow.Recover(flow.Step(moody, in), length) }),
		"unrecover": of(func(in number) number {
			return flow.Recover(flow.Step(moody, in), func(_ context.Context, err error) (int, error) { return 0, fmt.Errorf("again: %w", err) })
		}),
		"fallback": of(func(in number) number { return flow.Fallback(flow.Step(moody, in), -1) }),
		"try": of(func(in number) number {
			return flow.Map(flow.Try(flow.Step(moody, in)), func(r future.Result[int]) int {
				if r.Err != nil {
					return len(r.Err.Error())
				}
				return r.Value
			})
		}),
		"each": of(func(in number) number { return flow.Map(flow.Each(moody, flow.Map(in, upTo), 1), sum) }),
		"settleeach": of(func(in number) number {
			return flow.Map(flow.SettleEach(moody, flow.Map(in, upTo), 2), func(rs []future.Result[int]) (n int) {
				for _, r := range rs {
					n += r.Value
					if r.Err != nil {
						n += 1000 + len(r.Err.Error())
					}
				}
				return n
			})
		}),
		"nested": of(func(in number) number { return flow.Step(inner.Task(), flow.Step(plus("zero", 0), in)) }),
		"inner":  of(func(in number) number { return flow.Step(inner.Task().Fallback(-7), in) }),
		"innercatch": of(func(in number) number {
			return flow.Step(inner.Catch(func(_ context.Context, in int, err error) (int, error) { return in + len(err.Error()), nil }).Task(), in)
		}),
		"catch":    of(func(in number) number { return flow.Step(moody, in) }).Catch(func(_ context.Context, in int, err error) (int, error) { return in + 1000, nil }),
		"uncaught": of(func(in number) number { return flow.Step(moody, in) }).Catch(func(_ context.Context, in int, err error) (int, error) { return 0, fmt.Errorf("no: %w", err) }),
		"onerror":  of(func(in number) number { return flow.Step(moody, in) }).OnError(func(context.Context, int, error) {}),
		"panics":   of(func(in number) number { return flow.Step(moody, in) }).OnError(func(context.Context, int, error) { panic("told") }),
		"retry":    of(func(in number) number { return flow.Step(moody.Retry(task.Retry{Attempts: 2}), in) }),
		"timeout":  of(func(in number) number { return flow.Step(endless("endless").Timeout(20*time.Millisecond), in) }),
		"taskback": of(func(in number) number {
			return flow.Step(endless("endless").Timeout(20*time.Millisecond).Fallback(5), in)
		}),
		"recovered": of(func(in number) number {
			return flow.Step(moody.Recover(func(_ context.Context, n int, err error) (int, error) { return n + len(err.Error()), nil }), in)
		}),
		"late": of(func(in number) number {
			return flow.Map2(flow.Step(moody, in), flow.Step(endless("endless"), in), func(a, b int) int { return a + b })
		}).Timeout(100 * time.Millisecond),
		"degrade": of(func(in number) number {
			return flow.Map2(flow.Step(plus("one", 1), in), flow.Fallback(flow.Step(endless("endless"), in), 40), func(a, b int) int { return a + b })
		}).Timeout(100 * time.Millisecond),
		"degraded": of(func(in number) number { return flow.Fallback(flow.Step(moody, in), 1) }).Degraded(func(out int, lost []flow.Loss) int { return out + 100*len(lost) }),
		"reserve": of(func(in number) number {
			return flow.Recover(flow.Step(endless("endless"), in), func(context.Context, error) (int, error) { return 3, nil })
		}).Timeout(200 * time.Millisecond).Reserve(100 * time.Millisecond),
		"sleep": of(func(in number) number { return flow.Sleep(flow.Step(moody, in), 20*time.Millisecond) }),
		"shared": of(func(in number) number {
			a := flow.Step(moody, in)
			return flow.Any(flow.Step(plus("one", 1), a), flow.Step(stale, a), flow.Const(9))
		}),
	}
}

// renamed gives each flow of the table a name of its own: all are registered at one engine.
func renamed(f *flow.Flow[int, int], name string) *flow.Flow[int, int] {
	return flow.New(name, func(in number) number { return flow.Step(f.Task(), in) })
}

func TestRun_answersAsDo(t *testing.T) {
	for _, database := range databases(t) {
		t.Run(database.name, func(t *testing.T) {
			e, err := jadedbos.Open(context.Background(), database.config(t))
			require.NoError(t, err)
			t.Cleanup(func() { closed(t, e) })
			table, registered := map[string]*flow.Flow[int, int]{}, map[string]*jadedbos.Flow[int, int]{}
			for name, f := range flows() {
				table[name] = renamed(f, name)
				registered[name], err = jadedbos.Register(e, table[name])
				require.NoError(t, err)
			}
			require.NoError(t, e.Launch())
			for _, name := range slices.Sorted(maps.Keys(table)) {
				t.Run(name, func(t *testing.T) {
					for in := range 7 {
						want, wantErr := table[name].Do(scoped(t), in)
						got, gotErr := registered[name].Run(limited(t), fmt.Sprint(name, in), in)
						same(t, in, want, wantErr, got, gotErr)
					}
				})
			}
		})
	}
}

// same compares an answer with that of Do.
func same(t *testing.T, in, want int, wantErr error, got int, gotErr error) {
	t.Helper()
	assert.Equal(t, want, got, "input %d", in)
	if wantErr == nil {
		assert.NoError(t, gotErr, "input %d", in)
		return
	}
	if assert.Error(t, gotErr, "input %d", in) {
		assert.Equal(t, withoutTimes(wantErr.Error()), withoutTimes(gotErr.Error()), "input %d", in)
		assert.Equal(t, recovery.Classify(wantErr), recovery.Classify(gotErr), "input %d", in)
	}
}

// withoutTimes leaves out how long something has taken.
func withoutTimes(text string) string { return elapsed.ReplaceAllString(text, "elapsed") }

var elapsed = regexp.MustCompile(`elapsed [0-9.]+m?s`)
