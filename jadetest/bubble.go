package jadetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jade-go/jade/internal/chance"
)

// enclosed runs body in a bubble and returns how that ended: with an error if it panicked or, in
// words, why virtual time cannot pass. Then the bubble is given up. Tasks names those whose functions are under way.
func enclosed(t *testing.T, tasks func() []string, body func(*testing.T)) (stuck string, err error) {
	showLabels()
	explainCrossings()
	var bubble atomic.Pointer[string]
	ended := make(chan error, 1)
	go func() {
		err := errors.New("the function in the bubble did not return")
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("panic: %v", p)
			}
			ended <- err
		}()
		synctest.Test(t, func(t *testing.T) {
			own := caller().bubble
			bubble.Store(&own)
			body(t)
		})
		err = nil
	}()
	look := time.NewTicker(250 * time.Millisecond)
	defer look.Stop()
	var w watchdog
	for {
		select {
		case err := <-ended:
			return "", err
		case <-look.C:
			own := bubble.Load()
			if own == nil {
				continue
			}
			if g, stuck := w.stuck(*own); stuck {
				return why(g, tasks()), nil
			}
		}
	}
}

// why says who waits for what is outside of the bubble, so that virtual time cannot pass.
func why(g living, tasks []string) string {
	at := g.String()
	if slices.Contains(tasks, g.task) {
		tasks = []string{g.task}
		if i := slices.IndexFunc(g.frames, frame.users); i < 0 { // it works for the function of the task, as a connection does
			for _, other := range allLiving() {
				if other.bubble == g.bubble && other.task == g.task && slices.ContainsFunc(other.frames, frame.users) {
					at = other.place() + ", by " + at
					break
				}
			}
		}
	}
	slices.Sort(tasks)
	waits, remedy := "something waits for what is outside of the test, or for a lock whose holder sleeps", "put a fake in its place, see jadetest.Replace"
	if foreign(g.state) {
		waits = "something waits for a channel or a WaitGroup that was made outside of the bubble that each run is in"
		remedy = "make it in the run, or " + remedy
	}
	return fmt.Sprintf("%s: virtual time cannot pass, as %s (%s): %s", strings.Join(tasks, ", "), waits, at, remedy)
}

// foreign reports whether a goroutine with that state, which no other of its bubble can wake, waits for something that could have been made in it.
func foreign(state string) bool {
	return strings.HasPrefix(state, "chan ") || strings.HasPrefix(state, "select") || state == "sync.WaitGroup.Wait"
}

// leftBehind lists the goroutines of the caller's bubble that have not ended.
func leftBehind() (left []living) {
	all := allLiving()
	for _, g := range all[1:] {
		if g.bubble == all[0].bubble && !g.makesBubble() {
			left = append(left, g)
		}
	}
	return left
}

// named names goroutines, and the tasks that have started them.
func named(all []living) (names []string) {
	for _, g := range all {
		name := g.String()
		if g.task != "" {
			name += ", of " + g.task
		}
		names = append(names, name)
	}
	return distinct(names)
}

// watchdog looks, from outside of a bubble, for what keeps virtual time from passing.
type watchdog struct {
	id, seen int
}

// stuck reports a goroutine of the bubble that has been waiting for something outside of it for a while.
func (w *watchdog) stuck(bubble string) (living, bool) {
	for _, g := range allLiving() {
		if g.bubble != bubble || g.durable() || !g.waits() || g.makesBubble() {
			continue
		}
		if w.id != g.id {
			w.id, w.seen = g.id, 0
		}
		w.seen++
		return g, w.seen > 4
	}
	w.id = 0
	return living{}, false
}

// without is ctx without chance: what is random, such as the jitter of a Retry, is always as it is on average.
func without(ctx context.Context) context.Context {
	return context.WithValue(ctx, chance.Key{}, func() float64 { return 0.5 })
}
