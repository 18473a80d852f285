package task_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// ways are the ways to make a call, each with a ctx of another kind.
var ways = map[string]func(ctx context.Context, tk number) (int, error){
	"Do": func(ctx context.Context, tk number) (int, error) { return tk.Do(ctx, 1) },
	"Go": func(ctx context.Context, tk number) (int, error) { return tk.Go(ctx, 1).Await(ctx) },
	"Do, observed": func(ctx context.Context, tk number) (int, error) {
		return tk.Do(observe.With(ctx, new(recorder)), 1)
	},
	"Do in a function": func(ctx context.Context, tk number) (int, error) {
		return future.Go(ctx, func(ctx context.Context) (int, error) { return tk.Do(ctx, 1) }).Await(ctx)
	},
	"Do with a foreign ctx": func(ctx context.Context, tk number) (int, error) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		return tk.Do(ctx, 1)
	},
}

// gatedBy are tasks with g around fn in several places.
func gatedBy(g task.Gate, fn func(context.Context, int) (int, error)) map[string]number {
	return map[string]number{
		"gate":              does(fn).Gate(g),
		"gate, OnError":     does(fn).Gate(g).OnError(func(context.Context, int, error) {}),
		"gate, Timeout":     does(fn).Gate(g).Timeout(time.Hour),
		"Timeout, gate":     does(fn).Timeout(time.Hour).Gate(g),
		"Retry, gate":       does(fn).Retry(task.Retry{Attempts: 1}).Gate(g),
		"gate, Retry":       does(fn).Gate(g).Retry(task.Retry{Attempts: 1}),
		"Wrap, gate":        does(fn).Wrap(same).Gate(g),
		"gate, Wrap":        does(fn).Gate(g).Wrap(same),
		"gate in two gates": does(fn).Gate(newTurnstile("inner")).Gate(g).Gate(newTurnstile("outer")),
	}
}

// everyWay runs test for each way to call a task with each place of the gate, in a bubble.
func everyWay(t *testing.T, fn func(context.Context, int) (int, error), test func(t *testing.T, g *turnstile, call func(context.Context) (int, error))) {
	for where := range gatedBy(newTurnstile("g"), fn) {
		for how, way := range ways {
			t.Run(where+"/"+how, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					g := newTurnstile("g")
					tk := gatedBy(g, fn)[where]
					test(t, g, func(ctx context.Context) (int, error) { return way(ctx, tk) })
				})
			})
		}
	}
}

func TestGate_eachTicketIsAnsweredAndLeftOnce(t *testing.T) {
	t.Run("result", func(t *testing.T) {
		everyWay(t, func(_ context.Context, n int) (int, error) { return n + 1, nil }, func(t *testing.T, g *turnstile, call func(context.Context) (int, error)) {
			v, err := call(bg())
			require.NoError(t, err)
			require.Equal(t, 2, v)
			g.settled(t, 1) // at once: who comes next finds it free
			require.Equal(t, []string{"ok"}, g.statuses())
		})
	})
	t.Run("failure", func(t *testing.T) {
		everyWay(t, func(context.Context, int) (int, error) { return 0, errDown }, func(t *testing.T, g *turnstile, call func(context.Context) (int, error)) {
			_, err := call(bg())
			require.ErrorIs(t, err, errDown)
			g.settled(t, 1)
			require.Equal(t, []string{"failed"}, g.statuses())
			require.Equal(t, recovery.ClassDependency, g.outcomes[1][0].Class)
			require.ErrorIs(t, g.outcomes[1][0].Err, errDown)
		})
	})
	for how, c := range odd {
		t.Run(how, func(t *testing.T) {
			everyWay(t, func(context.Context, int) (int, error) { c.leave(); return 0, nil }, func(t *testing.T, g *turnstile, call func(context.Context) (int, error)) {
				_, err := call(bg())
				c.check(t, err)
				g.settled(t, 1)
				require.Equal(t, []string{"failed"}, g.statuses())
				require.Equal(t, recovery.ClassCode, g.outcomes[1][0].Class)
			})
		})
	}
}

// A straggler is answered when its caller is, and has left when it returns.
func TestGate_aStragglerIsAnsweredAtTheLimitAndLeavesWhenItReturns(t *testing.T) {
	slow := func(_ context.Context, n int) (int, error) { time.Sleep(time.Second); return n, nil }
	for what, end := range map[string]func() (context.Context, context.CancelFunc){
		"deadline": func() (context.Context, context.CancelFunc) { return context.WithTimeout(bg(), 100*ms) },
		"cancelled": func() (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(bg())
			timer := time.AfterFunc(100*ms, cancel)
			return ctx, func() { timer.Stop(); cancel() }
		},
	} {
		t.Run(what, func(t *testing.T) {
			everyWay(t, slow, func(t *testing.T, g *turnstile, call func(context.Context) (int, error)) {
				ctx, cancel := end()
				defer cancel()
				begun := time.Now()
				_, err := call(ctx)
				require.Error(t, err)
				require.Equal(t, 100*ms, time.Since(begun))
				synctest.Wait()
				want := map[string]string{"deadline": "failed", "cancelled": "canceled"}[what]
				require.Equal(t, []string{want}, g.statuses(), "the caller has its answer")
				require.Equal(t, 1, g.occupied(), "and the function still runs")
				time.Sleep(time.Second)
				synctest.Wait()
				g.settled(t, 1)
			})
		})
	}
	t.Run("own Timeout", func(t *testing.T) {
		for where, put := range map[string]func(number, task.Gate) number{
			"around": func(tk number, g task.Gate) number { return tk.Gate(g).Timeout(100 * ms) },
			"inside": func(tk number, g task.Gate) number { return tk.Timeout(100 * ms).Gate(g) },
			"both":   func(tk number, g task.Gate) number { return tk.Timeout(100 * ms).Gate(g).Timeout(200 * ms) },
			"around, and a Fallback": func(tk number, g task.Gate) number {
				return tk.Gate(g).Timeout(100 * ms).OnError(func(context.Context, int, error) {})
			},
		} {
			for how, way := range ways {
				t.Run(where+"/"+how, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						g := newTurnstile("g")
						_, err := way(bg(), put(does(slow), g))
						futuretest.Late(t, err)
						synctest.Wait()
						require.Equal(t, []string{"failed"}, g.statuses())
						require.Equal(t, recovery.ClassTimeout, g.outcomes[1][0].Class)
						require.Equal(t, 1, g.occupied())
						time.Sleep(time.Second)
						synctest.Wait()
						g.settled(t, 1)
					})
				})
			}
		}
	})
}

// Slots are taken as long as a function runs: so scopes are not needed to know when it has returned.
func TestGate_leftComesOnlyWhenEveryAttemptHasReturned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newTurnstile("g")
		var running, made atomic.Int32
		tk := does(func(context.Context, int) (int, error) {
			running.Add(1)
			defer running.Add(-1)
			time.Sleep(time.Duration(made.Add(1)) * time.Second)
			return 0, nil
		}).Timeout(100 * ms).Retry(task.Retry{Attempts: 3}).Gate(g)
		_, err := tk.Do(bg(), 1)
		futuretest.Late(t, err)
		require.EqualValues(t, 3, running.Load())
		for range 3 {
			require.Equal(t, 1, g.occupied())
			time.Sleep(time.Second)
			synctest.Wait()
		}
		require.Zero(t, running.Load())
		g.settled(t, 1)
	})
}

func TestGate_handlersInsideOfItKeepItOccupied(t *testing.T) {
	handlers := map[string]func(number, func()) number{
		"Recover": func(tk number, wait func()) number {
			return tk.Recover(func(context.Context, int, error) (int, error) { wait(); return 1, nil })
		},
		"OnError": func(tk number, wait func()) number {
			return tk.OnError(func(context.Context, int, error) { wait() })
		},
		"If": func(tk number, wait func()) number {
			return tk.Retry(task.Retry{Attempts: 2, If: func(error) bool { wait(); return false }})
		},
	}
	for name, handler := range handlers {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newTurnstile("g")
				tk := handler(fails(errDown), func() { time.Sleep(time.Second) }).Gate(g).Timeout(100 * ms)
				_, err := tk.Do(bg(), 1)
				futuretest.Late(t, err)
				synctest.Wait()
				require.Equal(t, 1, g.answered())
				require.Equal(t, 1, g.occupied(), "the handler runs")
				time.Sleep(time.Second)
				synctest.Wait()
				g.settled(t, 1)
			})
		})
	}
}

// Gates and their keys are user code: what they do instead of returning is the failure of the call.
func TestGate_whatAGateDoesInsteadOfReturningIsTheFailureOfTheCall(t *testing.T) {
	for how, c := range odd {
		for where, test := range map[string]struct {
			task    func(g *turnstile) number
			tickets int
		}{
			"Enter": {func(g *turnstile) number {
				g.enter = func(context.Context, string) error { c.leave(); return nil }
				return plus().Gate(g)
			}, 0},
			"key": {func(g *turnstile) number {
				return plus().GateBy(g, func(int) string { c.leave(); return "" })
			}, 0},
			"Answered": {func(g *turnstile) number {
				g.answer = func(observe.Outcome) { c.leave() }
				return plus().Gate(g)
			}, 1},
			"Left": {func(g *turnstile) number {
				g.left = func() { c.leave() }
				return plus().Gate(g)
			}, 1},
		} {
			for around, put := range map[string]func(number) number{
				"alone":   func(tk number) number { return tk },
				"Timeout": func(tk number) number { return tk.Timeout(time.Hour) },
				"OnError": func(tk number) number { return tk.OnError(func(context.Context, int, error) {}) },
				"gate":    func(tk number) number { return tk.Gate(newTurnstile("outer")) },
			} {
				for name, way := range ways {
					t.Run(fmt.Sprintf("%s/%s/%s/%s", how, where, around, name), func(t *testing.T) {
						synctest.Test(t, func(t *testing.T) {
							g := newTurnstile("g")
							_, err := way(bg(), put(test.task(g)))
							c.check(t, err)
							g.settled(t, test.tickets)
						})
					})
				}
			}
		}
	}
}

// A gate that hangs does not delay the answer.
func TestGate_aGateThatBlocksDoesNotDelayTheAnswerAtALimit(t *testing.T) {
	for where, block := range map[string]func(g *turnstile, wait func()){
		"Enter":    func(g *turnstile, wait func()) { g.enter = func(context.Context, string) error { wait(); return nil } },
		"Answered": func(g *turnstile, wait func()) { g.answer = func(observe.Outcome) { wait() } },
		"Left":     func(g *turnstile, wait func()) { g.left = wait },
	} {
		for what, put := range map[string]func(context.Context, number) (int, error){
			"Timeout": func(ctx context.Context, tk number) (int, error) { return tk.Timeout(100*ms).Do(ctx, 1) },
			"ctx": func(ctx context.Context, tk number) (int, error) {
				ctx, cancel := context.WithTimeout(ctx, 100*ms)
				defer cancel()
				return tk.Do(ctx, 1)
			},
			"ctx, observed": func(ctx context.Context, tk number) (int, error) {
				ctx, cancel := context.WithTimeout(observe.With(ctx, new(recorder)), 100*ms)
				defer cancel()
				return tk.Do(ctx, 1)
			},
			"Timeout inside a Retry": func(ctx context.Context, tk number) (int, error) {
				return tk.Timeout(50*ms).Retry(task.Retry{Attempts: 2}).Do(ctx, 1)
			},
		} {
			for name, tk := range map[string]number{"result": plus(), "late": takes(time.Hour, nil)} {
				t.Run(where+"/"+what+"/"+name, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						g := newTurnstile("g")
						hold := make(chan struct{})
						block(g, func() { <-hold })
						begun := time.Now()
						put(bg(), tk.Gate(g))
						require.LessOrEqual(t, time.Since(begun), 100*ms)
						close(hold)
						time.Sleep(2 * time.Hour)
						synctest.Wait()
						g.settled(t, int(g.tickets))
					})
				})
			}
		}
	}
}

// Who waits in a gate gives up with its ctx.
func TestGate_cancelledWhileItWaits(t *testing.T) {
	everyWay(t, func(_ context.Context, n int) (int, error) { t.Error("called"); return n, nil }, func(t *testing.T, g *turnstile, call func(context.Context) (int, error)) {
		g.enter = func(ctx context.Context, _ string) error { <-ctx.Done(); return future.Cause(ctx) }
		for _, end := range []error{context.DeadlineExceeded, context.Canceled} {
			ctx, cancel := context.WithTimeout(bg(), 100*ms)
			if end == context.Canceled {
				time.AfterFunc(50*ms, cancel)
			}
			_, err := call(ctx)
			require.ErrorIs(t, err, end)
			_, is := errors.AsType[*task.RejectedError](err)
			require.False(t, is, "it was not rejected")
			cancel()
			synctest.Wait()
			g.settled(t, 0)
		}
	})
}

// What a Wrap hides from a gate around it keeps the gate occupied too.
func TestGate_aStragglerInsideOfAWrapKeepsItOccupied(t *testing.T) {
	slow := func(_ context.Context, n int) (int, error) { time.Sleep(time.Second); return n, nil }
	for name, inner := range map[string]number{
		"Timeout":          does(slow).Timeout(100 * ms),
		"Timeout, Retry":   does(slow).Timeout(100 * ms).Retry(task.Retry{Attempts: 1}),
		"gate, Timeout":    does(slow).Gate(newTurnstile("inner")).Timeout(100 * ms),
		"Timeout, Wrap":    does(slow).Timeout(100 * ms).Wrap(same),
		"Hedge, Timeout":   does(slow).Hedge(time.Hour, nil).Timeout(100 * ms),
		"Timeout, Recover": does(slow).Timeout(100 * ms).Recover(func(_ context.Context, _ int, err error) (int, error) { return 0, err }),
	} {
		for how, way := range ways {
			t.Run(name+"/"+how, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					g := newTurnstile("g")
					_, err := way(bg(), inner.Wrap(same).Gate(g))
					require.ErrorIs(t, err, context.DeadlineExceeded)
					synctest.Wait()
					require.Equal(t, []string{"failed"}, g.statuses())
					require.Equal(t, 1, g.occupied(), "the function runs")
					time.Sleep(time.Second)
					synctest.Wait()
					g.settled(t, 1)
				})
			})
		}
	}
	t.Run("but not what has returned", func(t *testing.T) {
		g := newTurnstile("g")
		tk := plus().Timeout(time.Hour).Wrap(same).Gate(g)
		for n := range 100 {
			_, err := tk.Do(bg(), 1)
			require.NoError(t, err)
			g.settled(t, n+1)
		}
	})
}
