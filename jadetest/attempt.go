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

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/task"
	"github.com/jade-go/jade/trace"
)

// outcome is what became of one run.
type outcome struct {
	answered bool
	took     time.Duration
	value    any
	err      error
	crash    error // that the caller of the flow got instead of an answer
	trace    *trace.Trace
	left     []string // what still runs when all is over
	stuck    string   // why virtual time cannot pass
}

// attempt runs f once, in a bubble of its own. The functions that f calls may do what they
// like: whatever comes of it is in the outcome, unless it ends the process.
func attempt[In, Out any](t *testing.T, f *flow.Flow[In, Out], in In, s *settings, inj *injection) outcome {
	var bubble atomic.Int64
	result := make(chan outcome, 1)
	go func() {
		o := outcome{crash: errors.New("the test function did not return")}
		defer func() {
			if p := recover(); p != nil && len(o.left) == 0 { // or else it says that something is left
				o.crash = fmt.Errorf("panic: %v", p)
			}
			result <- o
		}()
		synctest.Test(t, func(*testing.T) {
			bubble.Store(int64(ownBubble()))
			o = observe(f, in, s, inj)
		})
	}()
	look := time.NewTicker(250 * time.Millisecond)
	defer look.Stop()
	var w watchdog
	for {
		select {
		case o := <-result:
			return o
		case <-look.C:
			if g, stuck := w.stuck(int(bubble.Load())); stuck {
				tasks := inj.underWay()
				slices.Sort(tasks)
				return outcome{stuck: fmt.Sprintf("%s waits in virtual time for something outside of the test (%s in %s): put a fake in its place, see jadetest.Replace",
					strings.Join(tasks, ", "), g.state, g.place)}
			}
		}
	}
}

// observe is the part of an attempt that is in the bubble.
func observe[In, Out any](f *flow.Flow[In, Out], in In, s *settings, inj *injection) (o outcome) {
	inj.release = make(chan struct{})
	ctx, leave := context.WithCancelCause(context.Background())
	defer leave(nil)
	inj.leave = func(cause error) { leave(cause) }
	if s.deadline > 0 {
		limited, cancel := context.WithTimeout(ctx, s.deadline)
		defer cancel()
		ctx = limited
	}
	for _, around := range s.around {
		ctx = around(ctx)
	}
	var recorded atomic.Pointer[trace.Trace]
	ctx = task.Observe(ctx, task.Tee(task.ObserverOf(ctx), trace.NewRecorder(func(tr *trace.Trace) { recorded.CompareAndSwap(nil, tr) })))
	ctx, scope := future.WithScope(context.WithValue(ctx, injectionKey{}, inj), future.Grace(patience), future.Unobserved(func(error) {}))

	begun := time.Now()
	answers := make(chan outcome, 1)
	go func() {
		a := outcome{answered: true, crash: errors.New("the goroutine of the caller ended")}
		defer func() {
			if p := recover(); p != nil {
				a.crash = fmt.Errorf("panic: %v", p)
			}
			a.took = time.Since(begun)
			answers <- a
		}()
		var v Out
		v, a.err = f.Do(ctx, in)
		a.value, a.crash = v, nil
	}()
	select {
	case o = <-answers:
	case <-time.After(inj.limit + patience):
		o.took = time.Since(begun)
	}
	close(inj.release)
	leave(errors.New("the verdict is in"))
	if late, ok := errors.AsType[*future.StragglerError](scope.Close()); ok {
		o.left = late.Names
	}
	synctest.Wait()
	o.left = append(o.left, leftBehind()...)
	o.trace = recorded.Load()
	return o
}

// patience is how much virtual time something gets that should have ended.
const patience = time.Minute

// leftBehind lists the goroutines of the caller's bubble that have not ended.
func leftBehind() (places []string) {
	all := goroutines()
	for _, g := range all[1:] {
		if g.bubble == all[0].bubble && !g.testing() {
			places = append(places, g.place)
		}
	}
	slices.Sort(places)
	return slices.Compact(places)
}

// watchdog looks, from outside of a bubble, for what keeps virtual time from passing.
type watchdog struct {
	id, seen int
}

// stuck reports a goroutine of the bubble that has been waiting for something outside of it for a while.
func (w *watchdog) stuck(bubble int) (parked, bool) {
	for _, g := range goroutines() {
		if g.bubble != bubble || bubble == 0 || g.durable() || !g.waiting() || g.testing() {
			continue
		}
		if w.id != g.id {
			w.id, w.seen = g.id, 0
		}
		w.seen++
		return g, w.seen > 4
	}
	w.id = 0
	return parked{}, false
}
