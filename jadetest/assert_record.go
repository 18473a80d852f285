package jadetest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/trace"
)

// Recording waits for the trace of one run. It may be used by several goroutines at once.
type Recording struct {
	calls *openCalls

	mu     sync.Mutex
	traces []*trace.Trace
	more   chan struct{} // closed when there is one more; made by who waits for that
}

// Record returns a ctx to run a flow or a task with, once, and where its trace will be.
// An observer that ctx has is still told of everything.
//
// Record differs from [trace.NewRecorder], which hands over the traces of any number of runs: a
// Recording has one, and waits for it.
func Record(ctx context.Context) (context.Context, *Recording) {
	r := &Recording{calls: newOpenCalls()}
	return observe.With(ctx, observe.Tee(observe.From(ctx), r.calls, trace.NewRecorder(r.add))), r
}

func (r *Recording) add(tr *trace.Trace) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.traces = append(r.traces, tr)
	if r.more != nil {
		close(r.more)
		r.more = nil
	}
}

// Trace returns the finished trace of the run. It waits for one that was begun in another goroutine, and for what the run
// has begun and not joined, as the effects of a flow.Also: up to 10 seconds, or in a bubble of [testing/synctest] up to
// one hour of its time. An effect that begins only when all else is over may be missing in it.
//
// It ends the test, with a line that says why, if none was begun with the ctx, or more than one,
// or if it is not over in time. Like [testing.T.FailNow] it is for the goroutine of the test.
func (r *Recording) Trace(t testing.TB) *trace.Trace {
	t.Helper()
	limit := 10 * time.Second
	if inBubble() {
		limit = time.Hour
	}
	late := time.NewTimer(limit)
	defer late.Stop()
	for {
		if runs := r.calls.outermost(); len(runs) > 1 {
			t.Fatalf("jadetest.Recording.Trace: %d runs have begun with the ctx of this recording: %s; make a recording for each", len(runs), strings.Join(runs, ", "))
			return nil
		}
		tr, more := r.first()
		if tr != nil {
			return tr
		}
		select {
		case <-more:
		case <-late.C:
			t.Fatalf("jadetest.Recording.Trace: %s", r.missing(limit))
			return nil
		}
	}
}

// missing says why there is no trace.
func (r *Recording) missing(waited time.Duration) string {
	if len(r.calls.outermost()) == 0 {
		return fmt.Sprintf("nothing has begun with the ctx of this recording within %v", waited)
	}
	return fmt.Sprintf("the run is not over after %v; what runs: %s", waited, strings.Join(r.calls.running(), ", "))
}

// first returns the trace or, if there is none yet, a channel that is closed when there is.
func (r *Recording) first() (*trace.Trace, <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.traces) > 0 {
		return r.traces[0], nil
	}
	if r.more == nil {
		r.more = make(chan struct{})
	}
	return nil, r.more
}
