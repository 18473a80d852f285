package combinators_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
)

// law runs body in bubbles with many seeds. What body returns must be equal.
func law(t *testing.T, body func(l *lab) (left, right text)) {
	t.Helper()
	seed, replay := baseSeed(t)
	for range scaled(300) {
		synctest.Test(t, func(t *testing.T) {
			ctx, scope := future.WithScope(context.Background())
			l := &lab{Rand: rand.New(rand.NewPCG(seed, 7)), ctx: ctx}
			left, right := body(l)
			time.Sleep(time.Hour)
			a, okA := left.Peek()
			b, okB := right.Peek()
			require.True(t, okA && okB, "JADE_SEED=%d: both sides complete", seed)
			require.Equal(t, tell(a).String(), tell(b).String(), "JADE_SEED=%d", seed)
			_ = scope.Close()
		})
		if seed++; replay {
			return
		}
	}
}

// lab makes random futures and functions that take random times.
type lab struct {
	*rand.Rand
	ctx   context.Context
	named int
}

func (l *lab) pause() time.Duration { return time.Duration(1 + l.Int64N(int64(time.Second))) }

// future is one of all sorts.
func (l *lab) future() text {
	l.named++
	name := fmt.Sprintf("f%d", l.named)
	c := call{takes: l.pause(), ends: ends(max(0, l.IntN(7)-3))}
	switch l.IntN(5) {
	case 0:
		return text{}
	case 1:
		if c.ends == succeeds {
			return future.Of(name, nil)
		}
		return future.Of("", error(fault(name)))
	case 2:
		p := future.NewPromise[string](l.ctx)
		time.AfterFunc(c.takes, func() {
			if c.ends == succeeds {
				p.Complete(name, nil)
			} else {
				p.Complete("", fault(name))
			}
		})
		return p.Future()
	}
	f := future.Go(l.ctx, func(context.Context) (string, error) {
		time.Sleep(c.takes)
		return name, c.finish(name)
	})
	if l.IntN(6) == 0 {
		f.Cancel(fault("cancel"))
	}
	return f
}

// step is a function that says what it was called with, and may fail.
func (l *lab) step(name string) func(context.Context, string) (string, error) {
	c := call{takes: l.pause(), ends: ends(max(0, l.IntN(8)-4))}
	return func(_ context.Context, in string) (string, error) {
		time.Sleep(c.takes)
		return render(name, in), c.finish(name)
	}
}

func identity(_ context.Context, v string) (string, error) { return v, nil }

func TestLaw_thenIdentity(t *testing.T) {
	t.Run("right", func(t *testing.T) {
		law(t, func(l *lab) (text, text) { f := l.future(); return combinators.Then(l.ctx, f, identity), f })
	})
	t.Run("left", func(t *testing.T) {
		law(t, func(l *lab) (text, text) {
			step := l.step("s")
			return combinators.Then(l.ctx, future.Of("v", nil), step), future.Call(l.ctx, step, "v")
		})
	})
}

func TestLaw_thenAssociativity(t *testing.T) {
	law(t, func(l *lab) (text, text) {
		f, g, h := l.future(), l.step("g"), l.step("h")
		both := func(ctx context.Context, v string) (string, error) {
			v, err := g(ctx, v)
			if err != nil {
				return "", err
			}
			return h(ctx, v)
		}
		return combinators.Then(l.ctx, combinators.Then(l.ctx, f, g), h), combinators.Then(l.ctx, f, both)
	})
}

func TestLaw_mapComposition(t *testing.T) {
	law(t, func(l *lab) (text, text) {
		f := l.future()
		g, h := func(v string) string { return "g" + v }, func(v string) string { return "h" + v }
		return combinators.Map(combinators.Map(f, g), h), combinators.Map(f, func(v string) string { return h(g(v)) })
	})
}

func TestLaw_flatMap(t *testing.T) {
	lift := func(l *lab, step func(context.Context, string) (string, error)) func(context.Context, string) text {
		return func(_ context.Context, v string) text { return future.Call(l.ctx, step, v) }
	}
	t.Run("left identity", func(t *testing.T) {
		law(t, func(l *lab) (text, text) {
			step := l.step("s")
			return combinators.FlatMap(l.ctx, future.Of("v", nil), lift(l, step)), future.Call(l.ctx, step, "v")
		})
	})
	t.Run("right identity", func(t *testing.T) {
		law(t, func(l *lab) (text, text) {
			f := l.future()
			return combinators.FlatMap(l.ctx, f, func(_ context.Context, v string) text { return future.Of(v, nil) }), f
		})
	})
	t.Run("associativity", func(t *testing.T) {
		law(t, func(l *lab) (text, text) {
			f, g, h := l.future(), lift(l, l.step("g")), lift(l, l.step("h"))
			return combinators.FlatMap(l.ctx, combinators.FlatMap(l.ctx, f, g), h),
				combinators.FlatMap(l.ctx, f, func(ctx context.Context, v string) text { return combinators.FlatMap(l.ctx, g(ctx, v), h) })
		})
	})
	t.Run("agrees with Then", func(t *testing.T) {
		law(t, func(l *lab) (text, text) {
			f, step := l.future(), l.step("s")
			return combinators.FlatMap(l.ctx, f, lift(l, step)), combinators.Then(l.ctx, f, step)
		})
	})
}

func TestLaw_combinatorsOfOneAreThatOne(t *testing.T) {
	first := func(vs []string) string { return vs[0] }
	for name, of := range map[string]func(*lab, text) text{
		"All": func(_ *lab, f text) text { return combinators.Map(combinators.All(f), first) },
		"AllMap": func(_ *lab, f text) text {
			return combinators.Map(combinators.AllMap(map[int]text{7: f}), func(m map[int]string) string { return m[7] })
		},
		"Race":    func(_ *lab, f text) text { return combinators.Race(f) },
		"Shield":  func(_ *lab, f text) text { return future.Shield(f) },
		"Tap":     func(_ *lab, f text) text { return combinators.Tap(f, func(string) {}) },
		"OnError": func(_ *lab, f text) text { return recovery.OnError(f, func(error) {}) },
		"Finally": func(l *lab, f text) text {
			return combinators.Finally(l.ctx, f, func(context.Context, future.Result[string]) {})
		},
		"Recover that fails alike": func(l *lab, f text) text {
			return recovery.Recover(l.ctx, f, func(_ context.Context, err error) (string, error) { return "", err })
		},
		"Settle": func(l *lab, f text) text {
			return combinators.Then(l.ctx, combinators.Settle(f), func(_ context.Context, rs []future.Result[string]) (string, error) { return rs[0].Get() })
		},
	} {
		t.Run(name, func(t *testing.T) {
			law(t, func(l *lab) (text, text) { f := l.future(); return of(l, f), f })
		})
	}
}

func TestLaw_fallback(t *testing.T) {
	t.Run("is Recover with a constant", func(t *testing.T) {
		law(t, func(l *lab) (text, text) {
			f := l.future()
			return recovery.Fallback(f, "v"), recovery.Recover(l.ctx, f, func(context.Context, error) (string, error) { return "v", nil })
		})
	})
	t.Run("once is enough", func(t *testing.T) {
		law(t, func(l *lab) (text, text) {
			f := l.future()
			return recovery.Fallback(recovery.Fallback(f, "v"), "w"), recovery.Fallback(f, "v")
		})
	})
	t.Run("OnError tells of exactly the failures", func(t *testing.T) {
		law(t, func(l *lab) (text, text) {
			f, told := l.future(), "ok"
			seen := recovery.OnError(f, func(err error) { told = describe(err).String() })
			say := func(context.Context, []future.Result[string]) (string, error) { return told, nil }
			want := func(_ context.Context, rs []future.Result[string]) (string, error) {
				return describe(rs[0].Err).String(), nil
			}
			return combinators.Then(l.ctx, combinators.Settle(seen), say), combinators.Then(l.ctx, combinators.Settle(f), want)
		})
	})
}

func TestLaw_order(t *testing.T) {
	join := func(parts []string) string { return render("all", parts...) }
	t.Run("All is Zip", func(t *testing.T) {
		law(t, func(l *lab) (text, text) {
			fs := lo.Times(2+l.IntN(8), func(int) text { return l.future() })
			return combinators.Map(combinators.All(fs...), join), zipN("all", fs)
		})
	})
	t.Run("Then is Then behind Zip", func(t *testing.T) {
		law(t, func(l *lab) (text, text) {
			fs := lo.Times(2+l.IntN(8), func(int) text { return l.future() })
			step := l.step("s")
			many := func(ctx context.Context, in ...string) (string, error) { return step(ctx, render("all", in...)) }
			return thenN(l.ctx, fs, many), combinators.Then(l.ctx, zipN("all", fs), step)
		})
	})
	t.Run("Each of quick successes is a map", func(t *testing.T) {
		law(t, func(l *lab) (text, text) {
			in := lo.Times(l.IntN(20), func(i int) time.Duration { return l.pause() })
			each := combinators.Each(l.ctx, 1+l.IntN(6), in, func(_ context.Context, d time.Duration) (string, error) {
				time.Sleep(d)
				return d.String(), nil
			})
			return combinators.Map(each, join), future.Of(join(lo.Map(in, func(d time.Duration, _ int) string { return d.String() })), nil)
		})
	})
}

func TestLaw_dominance(t *testing.T) {
	three := func(l *lab) []text {
		return []text{future.Shield(l.future()), future.Shield(l.future()), future.Shield(l.future())}
	}
	t.Run("Race takes what AsCompleted yields first", func(t *testing.T) {
		law(t, func(l *lab) (text, text) {
			fs := three(l)
			first := future.Go(l.ctx, func(ctx context.Context) (string, error) {
				for _, r := range combinators.AsCompleted(ctx, fs...) {
					return r.Get()
				}
				return "", nil
			})
			return combinators.Race(shielded(fs)...), first
		})
	})
	t.Run("Any is a quorum of one", func(t *testing.T) {
		law(t, func(l *lab) (text, text) {
			fs := three(l)
			one := combinators.Map(combinators.Quorum(1, shielded(fs)...), func(vs []string) string { return vs[0] })
			return combinators.Any(shielded(fs)...), one
		})
	})
	t.Run("Quorum of all is All, but for the errors", func(t *testing.T) {
		law(t, func(l *lab) (text, text) {
			fs := three(l)
			join := func(vs []string) string { return render("all", vs...) }
			quorum := combinators.Map(combinators.Quorum(len(fs), shielded(fs)...), join)
			one := recovery.Recover(l.ctx, quorum, func(_ context.Context, err error) (string, error) {
				return "", err.(interface{ Unwrap() []error }).Unwrap()[0]
			})
			return unjoin(l, one), unjoin(l, combinators.Map(combinators.All(fs...), join))
		})
	})
}

// unjoin takes the only part of a joined failure, also of a cancellation.
func unjoin(l *lab, f text) text {
	return combinators.Then(l.ctx, combinators.Settle(f), func(_ context.Context, rs []future.Result[string]) (string, error) {
		if joined, ok := rs[0].Err.(interface{ Unwrap() []error }); ok {
			return "", joined.Unwrap()[0]
		}
		return rs[0].Get()
	})
}

func shielded(fs []text) []text {
	return lo.Map(fs, func(f text, _ int) text { return future.Shield(f) })
}
