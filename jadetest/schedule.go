package jadetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
)

// seedVariable replays one schedule.
const seedVariable = "JADETEST_SEED"

// Schedules calls fn n times, with the seeds 1 to n, each time in a bubble of [testing/synctest] and with a ctx
// that makes whatever Jade runs with it begin and end in another order: each call of a task, alone or in a flow, waits
// for up to a millisecond of virtual time before it begins and after its function has returned. The first seed that fails ends the test
// and is named in its output; with the environment variable JADETEST_SEED set to it, that one alone runs.
//
// A seed gives the same waits in every run of the test, if fn makes the same calls; of several calls of one name at once, which has which is chance. fn may use t as usual, and [Pause] where it is
// to be shaken that calls no task. It must not use what would cross a network.
// When fn has returned its ctx ends, and what it has started is joined.
func Schedules(t *testing.T, n int, fn func(t *testing.T, ctx context.Context)) {
	t.Helper()
	first, last := uint64(1), uint64(n)
	switch replay := os.Getenv(seedVariable); {
	case n < 1:
		panic(fmt.Sprintf("jadetest.Schedules: the number of schedules is %d, and must be at least 1", n))
	case fn == nil:
		panic("jadetest.Schedules: nil function")
	case replay != "":
		seed, err := strconv.ParseUint(replay, 10, 64)
		if err != nil {
			t.Fatalf("jadetest.Schedules: %s: %v", seedVariable, err)
		}
		first, last = seed, seed
	}
	for seed := first; seed <= last; seed++ {
		replay := fmt.Sprintf("jadetest.Schedules: seed %d of %d; %s=%[1]d replays it", seed, n, seedVariable)
		inOneBubble(t, replay, func(t *testing.T) {
			defer func() {
				p := recover()
				if p != nil || t.Failed() {
					t.Error(replay)
				}
				if p != nil {
					panic(p)
				}
			}()
			schedule(t, seed, fn)
		})
	}
}

// inOneBubble is synctest.Test that says which schedule it was if that ends in a deadlock.
func inOneBubble(t *testing.T, replay string, fn func(*testing.T)) {
	t.Helper()
	explainCrossings()
	defer func() {
		if p := recover(); p != nil {
			panic(fmt.Sprintf("%v (%s)", p, replay))
		}
	}()
	synctest.Test(t, fn)
}

func schedule(t *testing.T, seed uint64, fn func(*testing.T, context.Context)) {
	d := &dealer{seed: seed, counts: map[string]int{}}
	ctx, end := context.WithCancelCause(context.WithValue(without(t.Context()), dealerKey{}, d))
	ctx, scope := future.WithScope(observe.With(ctx, d), future.Unobserved(func(error) {}))
	defer func() { _ = scope.Close() }()
	defer end(errors.New("the schedule is over"))
	fn(t, ctx)
}

// Pause waits for up to a millisecond of virtual time, as a call of a task does in [Schedules]; with another ctx not at all. Pauses
// of one name are told apart by their order.
func Pause(ctx context.Context, name string) {
	if d, ok := ctx.Value(dealerKey{}).(*dealer); ok {
		d.pause("pause " + name)
	}
}

// dealer decides how long what waits. It is an observer: that is where all tasks come by.
type dealer struct {
	seed uint64

	mu     sync.Mutex
	counts map[string]int // of what has the same name
}

type dealerKey struct{}

// Begin implements [observe.Observer].
func (d *dealer) Begin(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
	if c.Kind != observe.KindNode && c.Kind != observe.KindElement {
		return ctx, nil
	}
	name := fmt.Sprintf("%s/%s/%s/%s/%d", strings.Join(c.Path, "/"), c.Flow, c.Node, c.Task, c.Element)
	d.pause("begin " + name)
	return ctx, func(o observe.Outcome) {
		if o.Status != observe.StatusSkipped && o.Status != observe.StatusStraggler {
			d.pause("end " + name)
		}
	}
}

func (d *dealer) pause(name string) { time.Sleep(d.deal(name)) }

// deal says how long something waits: by its name and how often that came, not by when it comes.
func (d *dealer) deal(name string) time.Duration {
	d.mu.Lock()
	d.counts[name]++
	count := d.counts[name]
	d.mu.Unlock()
	return time.Duration(draws(d.seed, name, count).Int64N(int64(time.Millisecond)))
}

// draws is a source of numbers for something that has a name and a number.
func draws(seed uint64, name string, i int) *rand.Rand {
	h := uint64(14695981039346656037) // FNV-1a
	for _, b := range []byte(name) {
		h = (h ^ uint64(b)) * 1099511628211
	}
	return rand.New(rand.NewPCG(seed, (h+uint64(i))*0x9e3779b97f4a7c15))
}
