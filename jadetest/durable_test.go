package jadetest_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/jadetest"
	"github.com/jade-go/jade/task"
)

// mute is a test that Durable may fail.
type mute struct {
	testing.TB
	failed []string
}

func (m *mute) Error(args ...any) { m.failed = append(m.failed, fmt.Sprint(args...)) }

// bank charges once for each key.
type bank struct {
	mu      sync.Mutex
	done    map[string]int
	charges int
}

func (b *bank) charge(key string, cents int) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.done == nil {
		b.done = map[string]int{}
	}
	if _, ok := b.done[key]; !ok || key == "" {
		b.charges++
		b.done[key] = cents
	}
	return b.done[key]
}

func (b *bank) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.charges
}

func keyOf(ctx context.Context) string {
	key, _ := task.Key(ctx)
	return key
}

// paidOrder prices, charges by the key that keyed returns, and ships; at 0 nothing can be shipped.
func paidOrder(b *bank, keyed func(context.Context) string) *flow.Flow[int, string] {
	charge := task.New("charge", func(ctx context.Context, cents int) (int, error) { return b.charge(keyed(ctx), cents), nil }).
		Undo(func(context.Context, int, int) error { return nil })
	return flow.New("order", func(in number) flow.Node[string] {
		paid := flow.Step(charge, flow.Step(task.New("price", func(_ context.Context, n int) (int, error) { return n * 100, nil }), in))
		return flow.Step(task.New("ship", func(_ context.Context, cents int) (string, error) {
			if cents == 0 {
				return "", errors.New("nothing to ship")
			}
			return fmt.Sprint("paid ", cents), nil
		}), paid)
	})
}

func TestDurable_findsNothingWrong(t *testing.T) {
	for name, in := range map[string]int{"answers": 17, "fails, and is undone": 0} {
		for _, bubble := range []bool{true, false} {
			t.Run(fmt.Sprint(name, bubble), func(t *testing.T) {
				test := func(t *testing.T) {
					b := &bank{}
					d := jadetest.Durable(t, paidOrder(b, keyOf), in, jadetest.Effect("charges", b.count))
					require.Empty(t, d.Problems())
					require.Equal(t, 2*d.Records, d.Crashes)
					begun := map[string]bool{}
					for _, r := range d.Twice {
						begun[r.Node] = true
					}
					require.True(t, begun["price"] && begun["charge"] && begun["ship"], "%v", d)
					require.Equal(t, in == 0, begun["undo of charge"])
					require.Contains(t, d.String(), "  begun twice: charge (order/charge)\n")
				}
				if bubble {
					synctest.Test(t, test)
				} else {
					test(t)
				}
			})
		}
	}
}

func TestDurable_findsPlantedMistakes(t *testing.T) {
	wrapped := func(key func(ctx context.Context) string) *flow.Flow[int, int] {
		charge := takes("charge", ms).Wrap(func(next task.Func[int, int]) task.Func[int, int] {
			return func(ctx context.Context, n int) (int, error) { return next(task.WithKey(ctx, key(ctx)), n) }
		})
		return flow.New("wrapped", func(in number) number { return flow.Step(charge, flow.Step(takes("price", ms), in)) })
	}
	chance := func(n int) int { return n + rand.Int() }
	var calls int
	for name, c := range map[string]struct {
		find func(t testing.TB) *jadetest.Durability
		want string
	}{
		"a task that is not idempotent": {
			func(t testing.TB) *jadetest.Durability {
				b := &bank{}
				return jadetest.Durable(t, paidOrder(b, func(context.Context) string { return "" }), 17, jadetest.Effect("charges", b.count))
			},
			"order: charges: 2, and 1 without a crash: begun twice with the same key: charge (crash before record 2)",
		},
		"a key of its own": {
			func(t testing.TB) *jadetest.Durability {
				b := &bank{}
				return jadetest.Durable(t, paidOrder(b, func(context.Context) string { return fmt.Sprint(rand.Int()) }), 17, jadetest.Effect("charges", b.count))
			},
			"order: charges: 2, and 1 without a crash: begun twice with the same key: charge (crash before record 2)",
		},
		"another key in the ctx": {
			func(t testing.TB) *jadetest.Durability {
				return jadetest.Durable(t, wrapped(func(context.Context) string { return fmt.Sprint(rand.Int()) }), 17)
			},
			"wrapped: charge has another key after a crash: use the one that task.Key returns, or make it of the input (crash before record 2)",
		},
		"a Map with chance, before a call": {
			func(t testing.TB) *jadetest.Durability {
				return jadetest.Durable(t, flow.New("dice", func(in number) number {
					paid := flow.Step(takes("charge", ms), flow.Map(flow.Step(takes("price", ms), in), chance))
					return flow.Map(flow.Step(takes("ship", ms), paid), func(int) int { return 1 })
				}), 17)
			},
			"dice: charge gets another input after a crash: let what runs inline before it, such as the function of a Map, depend on its arguments only (crash before record 2, and 3 more)",
		},
		"a Map with the time, in the answer": {
			func(t testing.TB) *jadetest.Durability {
				return jadetest.Durable(t, flow.New("clock", func(in number) number {
					return flow.Map(flow.Step(takes("charge", ms), in), func(int) int { return int(time.Now().UnixNano()) })
				}), 17)
			},
			"clock: two runs without a crash answer differently: ",
		},
		"another way after a crash": {
			func(t testing.TB) *jadetest.Durability {
				calls = 0
				return jadetest.Durable(t, flow.New("way", func(in number) number {
					even := flow.Map(flow.Step(takes("price", ms), in), func(int) bool { calls++; return calls%2 == 0 || calls < 3 })
					return flow.Either(even, flow.Step(takes("a", ms), in), flow.Step(takes("b", ms), in))
				}), 17)
			},
			"way: b is not called any more after a crash, or in another order: ",
		},
		"an undo that fails": {
			func(t testing.TB) *jadetest.Durability {
				return jadetest.Durable(t, flow.New("stuck", func(in number) number {
					a := flow.Step(takes("a", ms).Undo(func(context.Context, int, int) error { return errors.New("locked") }), in)
					return flow.Step(task.New("z", func(context.Context, int) (int, error) { return 0, errors.New("no") }), a)
				}), 17)
			},
			"stuck: the undo of a failed, and is not repeated: locked",
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := &mute{TB: t}
				d := c.find(m)
				require.Len(t, m.failed, len(d.Problems()))
				require.NotEmpty(t, d.Problems(), "%v", d)
				require.Contains(t, d.Problems()[0], c.want, "%v", d)
				require.True(t, strings.HasPrefix(m.failed[0], "jadetest.Durable: "))
				require.Contains(t, d.String(), d.Problems()[0])
			})
		})
	}
}

// Flows of many kinds are the same after each crash.
func TestDurable_kindsOfNodes(t *testing.T) {
	undone := func(name string, d time.Duration) task.Task[int, int] {
		return takes(name, d).Undo(func(context.Context, int, int) error { return nil })
	}
	inner := flow.New("inner", func(in number) number {
		return flow.Map2(flow.Step(takes("x", 2*ms), in), flow.Step(takes("y", ms), in), sum)
	})
	of := func(build func(in number) number) *flow.Flow[int, int] { return flow.New("kinds", build) }
	for name, f := range map[string]*flow.Flow[int, int]{
		"one call": of(func(in number) number { return flow.Step(takes("a", ms), in) }),
		"no call":  of(func(in number) number { return flow.Map(in, func(n int) int { return n + 1 }) }),
		"beside": of(func(in number) number {
			return flow.Map2(flow.Step(takes("a", ms), in), flow.Step(takes("b", 2*ms), in), sum)
		}),
		"any": of(func(in number) number {
			return flow.Any(flow.Step(undone("a", time.Second), in), flow.Step(undone("b", ms), in))
		}),
		"each": of(func(in number) number {
			all := flow.Each(undone("e", ms), flow.Map(in, func(n int) []int { return []int{n, n + 1, n + 2} }), 2)
			return flow.Map(all, func(all []int) int { return len(all) })
		}),
		"nested":      of(func(in number) number { return flow.Step(takes("a", ms), flow.Step(inner.Task(), in)) }),
		"nested once": of(func(in number) number { return flow.Step(takes("a", ms), flow.Step(inner.Task().Fallback(3), in)) }),
		"retried": of(func(in number) number {
			return flow.Step(takes("a", ms).Retry(task.Retry{Attempts: 3}).Timeout(time.Second), in)
		}),
		"a day": of(func(in number) number { return flow.Step(takes("a", ms), flow.Sleep(in, 24*time.Hour)) }),
		"limit": of(func(in number) number { return flow.Fallback(flow.Step(undone("a", time.Hour), in), 9) }).Timeout(50 * ms),
		"effect": of(func(in number) number {
			return flow.Also(flow.Step(takes("a", ms), in), flow.Step(takes("log", time.Hour), in))
		}),
		"caught": of(func(in number) number {
			return flow.Step(task.New("z", func(context.Context, int) (int, error) { return 0, errors.New("no") }), flow.Step(undone("a", ms), in))
		}).OnError(func(context.Context, int, error) {}).Catch(func(context.Context, int, error) (int, error) { return 3, nil }),
		"signal": of(func(in number) number {
			return flow.Map2(flow.Signal[int]("yes", flow.Step(takes("a", ms), in)), in, sum)
		}),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := jadetest.Durable(t, f, 3, jadetest.Signaled("yes", 4))
				require.Equal(t, name == "no call", d.Crashes == 0)
				t.Log(d)
			})
		})
	}
}
