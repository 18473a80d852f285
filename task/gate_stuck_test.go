package task_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// A gate that does not return from Answered or Left keeps neither the caller from its answer, nor the other gates of the call from theirs.
func TestGate_aStuckGateKeepsNothingFromTheOtherGates(t *testing.T) {
	stuckIn := map[string]func(g *turnstile, hold chan struct{}){
		"Answered": func(g *turnstile, hold chan struct{}) { g.answer = func(observe.Outcome) { <-hold } },
		"Left":     func(g *turnstile, hold chan struct{}) { g.left = func() { <-hold } },
	}
	functions := map[string]func(context.Context, int) (int, error){
		"result":  func(_ context.Context, n int) (int, error) { return n, nil },
		"failure": func(context.Context, int) (int, error) { return 0, errDown },
		"panic":   func(context.Context, int) (int, error) { panic("oh") },
		"late":    func(_ context.Context, n int) (int, error) { time.Sleep(time.Second); return n, nil },
	}
	tasks := map[string]func(tk number, gates [3]*turnstile) number{
		"gates": func(tk number, g [3]*turnstile) number { return tk.Gate(g[0]).Gate(g[1]).Gate(g[2]) },
		"gates, OnError": func(tk number, g [3]*turnstile) number {
			return tk.Gate(g[0]).Gate(g[1]).Gate(g[2]).OnError(func(context.Context, int, error) {})
		},
		"Timeout around":         func(tk number, g [3]*turnstile) number { return tk.Gate(g[0]).Gate(g[1]).Gate(g[2]).Timeout(50 * ms) },
		"Timeout inside":         func(tk number, g [3]*turnstile) number { return tk.Timeout(time.Hour).Gate(g[0]).Gate(g[1]).Gate(g[2]) },
		"a short Timeout inside": func(tk number, g [3]*turnstile) number { return tk.Timeout(50 * ms).Gate(g[0]).Gate(g[1]).Gate(g[2]) },
		"Timeouts between": func(tk number, g [3]*turnstile) number {
			return tk.Gate(g[0]).Timeout(50 * ms).Gate(g[1]).Timeout(60 * ms).Gate(g[2])
		},
		"Wrap between": func(tk number, g [3]*turnstile) number { return tk.Gate(g[0]).Wrap(same).Gate(g[1]).Gate(g[2]) },
		"Hedge between": func(tk number, g [3]*turnstile) number {
			return tk.Gate(g[0]).Hedge(time.Hour, nil).Gate(g[1]).Gate(g[2])
		},
		"Retry between": func(tk number, g [3]*turnstile) number {
			return tk.Gate(g[0]).Retry(task.Retry{Attempts: 1}).Gate(g[1]).Gate(g[2])
		},
	}
	for stuck, block := range stuckIn {
		for at, place := range []string{"inner", "middle", "outer"} {
			for what, fn := range functions {
				for order, with := range tasks {
					for how, way := range ways {
						t.Run(stuck+"/"+place+"/"+what+"/"+order+"/"+how, func(t *testing.T) {
							synctest.Test(t, func(t *testing.T) {
								gates := [3]*turnstile{newTurnstile("inner"), newTurnstile("middle"), newTurnstile("outer")}
								hold := make(chan struct{})
								release := sync.OnceFunc(func() { close(hold) })
								defer release()
								block(gates[at], hold)
								ctx, cancel := context.WithTimeout(bg(), 100*ms)
								defer cancel()
								begun := time.Now()
								_, err := way(ctx, with(does(fn), gates))
								require.LessOrEqual(t, time.Since(begun), 100*ms)
								_, rejected := errors.AsType[*task.RejectedError](err)
								require.False(t, rejected)
								time.Sleep(2 * time.Second)
								synctest.Wait()
								for i, g := range gates {
									switch inWork := at == 0 && (order == "Wrap between" || order == "Hedge between"); {
									case i == at:
									case inWork: // what is inside is work under the tickets of the gates around
										require.Equal(t, 1, g.answered())
									default:
										g.settled(t, 1, "before the stuck gate has returned")
									}
								}
								release()
								time.Sleep(time.Second)
								synctest.Wait()
								for _, g := range gates {
									g.settled(t, 1)
								}
							})
						})
					}
				}
			}
		}
	}
}
