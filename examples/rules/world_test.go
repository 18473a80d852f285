package main

import (
	"bytes"
	"context"
	"log"
	"maps"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/jade-go/jade/future"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const ms = time.Millisecond

var tea = Request{User: "mei", Subject: "tea"}

// world is what befalls the calls in a test, and the record of them.
type world struct {
	takes map[string]time.Duration // by call
	fails map[string]error         // by call
	log   bytes.Buffer             // what the pages log

	mu    sync.Mutex
	asked map[string]time.Duration // by call: when, since the page was asked for
	begun time.Time
}

func (w *world) befall(ctx context.Context, call string) error {
	w.mu.Lock()
	w.asked[call] = time.Since(w.begun)
	w.mu.Unlock()
	if takes := w.takes[call]; takes > 0 {
		select {
		case <-time.After(takes):
		case <-ctx.Done():
			return future.Cause(ctx)
		}
	}
	return w.fails[call]
}

func (w *world) services() *services { return &services{w.befall} }

func (w *world) logger() *log.Logger { return log.New(&w.log, "rules: ", 0) }

// ask asks for a page in a scope, and returns how long the answer took.
func (w *world) ask(t *testing.T, p *page, r Request) (answer Answer, took time.Duration, err error) {
	w.asked, w.begun = map[string]time.Duration{}, time.Now()
	answer, err = future.Run(t.Context(), func(ctx context.Context) (Answer, error) { return p.Do(ctx, r) })
	return answer, time.Since(w.begun), err
}

// before returns the calls that were made before a time, but for those of the rules.
func (w *world) before(passed time.Duration) map[string]time.Duration {
	early := maps.Clone(w.asked)
	maps.DeleteFunc(early, func(call string, at time.Duration) bool {
		return call == "muted" || call == "banned" || at >= passed
	})
	return early
}

// onEach runs a test for each of the pages, in a bubble and a world of its own.
func onEach(t *testing.T, test func(t *testing.T, w *world, p *page)) {
	for i, p := range newPages(new(world).services(), nil) {
		t.Run(p.Name(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &world{takes: map[string]time.Duration{}, fails: map[string]error{}}
				test(t, w, newPages(w.services(), w.logger())[i])
			})
		})
	}
}
