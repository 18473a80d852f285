package jadetest

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
)

// injection is what is to go wrong in one run, which finds it by its ctx.
type injection struct {
	faults  map[string]*Injected // by the path of the task
	limit   time.Duration        // of the whole run
	due     time.Duration        // when the answer is; 0: there is no limit
	release chan struct{}        // closed when the verdict is in: what hangs may return
	leave   func(cause error)    // ends the caller's ctx

	mu     sync.Mutex
	fired  map[string]bool
	failed map[string]bool // those that failed: neither a nil nor a call that was only slow
	runs   map[string]int  // calls of functions that are under way, by the path of the task
}

type injectionKey struct{}

func newInjection(limit time.Duration, faults ...*Injected) *injection {
	inj := &injection{faults: map[string]*Injected{}, limit: limit, fired: map[string]bool{}, failed: map[string]bool{}, runs: map[string]int{}}
	for _, f := range faults {
		inj.faults[f.Task] = f
	}
	return inj
}

// interceptor injects the fault that a run has for the task of node n, whose path is name.
func interceptor(name string, n flow.GraphNode) flow.Interceptor {
	own := ownLimit(n)
	mark, unmark := labelled(name)
	return func(ctx context.Context, _ any, call func(context.Context) (any, error)) (any, error) {
		inj, ok := ctx.Value(injectionKey{}).(*injection)
		if !ok {
			return call(ctx)
		}
		defer inj.enter(name)()
		mark()
		defer unmark()
		fault := inj.faults[name]
		if fault == nil || fault.Fault == FaultRejected { // which is for the gate to do
			return call(ctx)
		}
		return inj.befall(ctx, fault, own, call)
	}
}

// ownLimit is the shortest Timeout of the task, or zero if it has none.
func ownLimit(n flow.GraphNode) (limit time.Duration) {
	for _, p := range n.Policies {
		if p.Limit > 0 && (limit == 0 || p.Limit < limit) {
			limit = p.Limit
		}
	}
	return limit
}

func (inj *injection) befall(ctx context.Context, fault *Injected, own time.Duration, call func(context.Context) (any, error)) (any, error) {
	inj.note(fault.Task, fault.Fault < FaultNil || fault.Fault == FaultHang)
	switch fault.Fault {
	case FaultPanic:
		panic(fault)
	case FaultGoexit:
		runtime.Goexit()
	case FaultNil:
		return nil, nil
	case FaultSlow:
		return inj.slow(ctx, fault.Task, 2*own, call)
	case FaultTooSlow:
		return inj.slow(ctx, fault.Task, 2*inj.limit, call)
	case FaultHang:
		<-inj.release
	case FaultCallerLeaves:
		inj.leave(fault)
		select {
		case <-ctx.Done():
			return nil, future.Cause(ctx)
		case <-inj.release: // its ctx does not end with the caller's
		}
	}
	return nil, fault
}

func (inj *injection) slow(ctx context.Context, name string, d time.Duration, call func(context.Context) (any, error)) (any, error) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return call(ctx)
	case <-ctx.Done():
		cause := future.Cause(ctx)
		inj.note(name, errors.Is(cause, context.DeadlineExceeded)) // or else it was not needed any more
		return nil, cause
	case <-inj.release:
		return nil, context.Canceled
	}
}

// note notes that the fault of a task has befallen it, and whether it failed of it.
func (inj *injection) note(name string, failed bool) {
	inj.mu.Lock()
	defer inj.mu.Unlock()
	inj.fired[name] = true
	inj.failed[name] = inj.failed[name] || failed
}

// enter notes that a function is called, and returns what notes that it has returned.
func (inj *injection) enter(name string) (leave func()) {
	inj.mu.Lock()
	defer inj.mu.Unlock()
	inj.runs[name]++
	return func() {
		inj.mu.Lock()
		defer inj.mu.Unlock()
		inj.runs[name]--
	}
}

// hit reports whether the fault of a task has befallen it.
func (inj *injection) hit(name string) bool {
	inj.mu.Lock()
	defer inj.mu.Unlock()
	return inj.fired[name]
}

// failures lists the tasks that have failed of their faults.
func (inj *injection) failures() (names []string) {
	inj.mu.Lock()
	defer inj.mu.Unlock()
	for name := range inj.faults {
		if inj.failed[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// underWay names the tasks whose functions have not returned.
func (inj *injection) underWay() (names []string) {
	inj.mu.Lock()
	defer inj.mu.Unlock()
	for name, n := range inj.runs {
		if n > 0 {
			names = append(names, name)
		}
	}
	return names
}

// cancels reports whether a task has said, because of a fault, that it was cancelled.
func (inj *injection) cancels() bool {
	for name, fault := range inj.faults {
		if fault.Fault == FaultCanceled && inj.hit(name) {
			return true
		}
	}
	return false
}
