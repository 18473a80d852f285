package combinators_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/future"
)

// plantRace has the graphs use a wrong Race.
func plantRace(race func(...text) text) func(*live) { return func(r *live) { r.race = race } }

// caught checks that the model finds plant in some random graph.
func caught(t *testing.T, lim limits, accounts bool, plant func(*live)) (why string) {
	t.Helper()
	for seed := range uint64(500) {
		if why = check(t, draw(seeded(seed), lim), accounts, plant); why != "" {
			return why
		}
	}
	t.Fatal("nobody noticed")
	return ""
}

// The model check must be able to fail: each of these is a Race that is nearly right.
func TestModel_catchesAWrongRace(t *testing.T) {
	races := limits{vertices: 6, only: []kind{kRace}}
	for name, wrong := range map[string]func(...text) text{
		"last wins": func(fs ...text) text {
			if len(fs) == 0 {
				return combinators.Race[string]()
			}
			last := combinators.Settle(fs...)
			return renderAs(last, func(rs []future.Result[string]) string { return rs[len(rs)-1].Value })
		},
		"only a success wins":   func(fs ...text) text { return combinators.Any(fs...) },
		"losers are left alone": func(fs ...text) text { return combinators.Race(shielded(fs)...) },
		"late by a nanosecond": func(fs ...text) text {
			return combinators.Finally(context.Background(), combinators.Race(fs...), func(context.Context, future.Result[string]) { time.Sleep(1) })
		},
		"never completes": func(fs ...text) text { return future.NewPromise[string](context.Background()).Future() },
		"another error": func(fs ...text) text {
			p := future.NewPromise[string](context.Background())
			race := combinators.Race(fs...)
			race.OnDone(func(r future.Result[string]) {
				if r.Err != nil {
					r.Err = errors.New("something else")
				}
				p.Complete(r.Get())
			})
			return p.Future()
		},
	} {
		t.Run(name, func(t *testing.T) { t.Log(caught(t, races, false, plantRace(wrong))) })
	}
}

func TestModel_catchesALostError(t *testing.T) {
	swallow := func(fs ...text) text {
		race := combinators.Race(fs...)
		race.OnDone(func(future.Result[string]) {}) // observes it for good
		return race
	}
	why := caught(t, limits{vertices: 6, only: []kind{kRace}}, true, plantRace(swallow))
	require.True(t, strings.HasPrefix(why, "lost"), why)
}

func TestModel_catchesALeak(t *testing.T) {
	forEver := make(chan int)
	future.Go(context.Background(), func(context.Context) (int, error) { return <-forEver, nil })
	err := goleak.Find(goleak.IgnoreCurrent())
	require.NoError(t, err, "what ran before is not counted")
	require.Error(t, goleak.Find(), "nobody noticed the planted goroutine")
	close(forEver)
	require.NoError(t, goleak.Find())
}

// A function that runs on after Close must be noticed.
func TestModel_catchesWorkThatOutlivesItsScope(t *testing.T) {
	outlive := func(r *live) {
		for i := range r.active {
			r.active[i].Add(1)
		}
	}
	why := caught(t, limits{vertices: 3, calm: true}, false, outlive)
	require.Contains(t, why, "functions ran")
}
