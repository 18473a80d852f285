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

	"github.com/jade-go/jade/internal/engine"
)

// enclosed runs body in a bubble and returns how that ended: with an error if it panicked or, in
// words, why virtual time cannot pass. Then the bubble is given up, and tasks names those to blame.
func enclosed(t *testing.T, tasks func() []string, body func(*testing.T)) (stuck string, err error) {
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
				names := tasks()
				slices.Sort(names)
				return fmt.Sprintf("%s: virtual time cannot pass, as something waits for what is outside of the test, or for a lock whose holder sleeps (%s): put a fake in its place, see jadetest.Replace",
					strings.Join(names, ", "), g), nil
			}
		}
	}
}

// leftBehind lists the goroutines of the caller's bubble that have not ended.
func leftBehind() (names []string) {
	all := allLiving()
	for _, g := range all[1:] {
		if g.bubble == all[0].bubble && !g.makesBubble() {
			names = append(names, g.String())
		}
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
	return context.WithValue(ctx, engine.ChanceKey{}, func() float64 { return 0.5 })
}
