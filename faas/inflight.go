package faas

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
)

// MaxInFlight limits how many invocations of the handler are in progress at once to n. One more is refused at once, and its function is not
// called. Its failure has the class system. [HTTP] and the other adapters for HTTP servers then answer 503 with Retry-After, before they read the body.
// See [Handler.Refused] for how that is logged and counted.
//
// An invocation is in progress until nothing of it runs any more. A function that ignores the end of its ctx is so even after the answer. So
// the handler never has more goroutines than n invocations have, whatever its backends do.
//
// A platform may have such a limit of its own, per process. Then n belongs a little above that. An n below 1 panics.
func MaxInFlight(n int) Option {
	if n < 1 {
		panic(fmt.Sprintf("faas.MaxInFlight: the limit is %d, and must be at least 1", n))
	}
	return func(s *settings) { s.inFlight = &inFlight{limit: int64(n)} }
}

// inFlight counts invocations in progress.
type inFlight struct {
	limit int64
	now   atomic.Int64
}

// enter returns a place for one more invocation, or nil.
func (f *inFlight) enter() *place {
	for {
		now := f.now.Load()
		if now >= f.limit {
			return nil
		}
		if f.now.CompareAndSwap(now, now+1) { // an Add that is taken back would refuse others meanwhile
			p := &place{in: f}
			p.holders.Store(1)
			return p
		}
	}
}

// place is what an invocation in progress takes. It is free again when nobody holds it. A nil place is that of a handler without a limit.
type place struct {
	in      *inFlight
	used    atomic.Bool  // by an invocation
	holders atomic.Int64 // the invocation, or the adapter before it; and what ignores the end of its ctx
}

// keepFor keeps the place taken until nothing of scope runs any more.
func (p *place) keepFor(scope *future.Scope) {
	if p == nil {
		return
	}
	p.holders.Add(1)
	go func() {
		defer p.release()
		scope.Wait()
	}()
}

func (p *place) release() {
	if p != nil && p.holders.Add(-1) == 0 {
		p.in.now.Add(-1)
	}
}

type placeKey struct{ of *inFlight }

// Admit takes a place for an invocation that is to come: see [MaxInFlight]. It is for adapters of platforms, which call it before they read
// the input. The returned ctx is that for [Handler.InvokeJSON], which uses the place. The adapter calls leave when the invocation is over, or if
// there is none.
//
// Failure: the handler has no place left. The error has the methods Class, HTTPStatus, Public and RetryAfter. The adapter gives it to [Handler.Refused].
func (h *Handler[In, Out]) Admit(ctx context.Context) (admitted context.Context, leave func(), err error) {
	f := h.inFlight
	if f == nil {
		return ctx, func() {}, nil
	}
	p := f.enter()
	if p == nil {
		return ctx, func() {}, &overload{h.name, f.limit}
	}
	return context.WithValue(ctx, placeKey{f}, p), func() {
		if p.used.CompareAndSwap(false, true) {
			p.release()
		}
	}, nil
}

// enter returns the place that an adapter has taken for the invocation, or a new one.
func (h *Handler[In, Out]) enter(ctx context.Context) (*place, error) {
	f := h.inFlight
	if f == nil {
		return nil, nil
	}
	if p, ok := ctx.Value(placeKey{f}).(*place); ok && p.used.CompareAndSwap(false, true) {
		return p, nil
	}
	if p := f.enter(); p != nil {
		p.used.Store(true)
		return p, nil
	}
	return nil, &overload{h.name, f.limit}
}

// overload is the failure of an invocation that a handler has no place for.
type overload struct {
	function string
	limit    int64
}

func (e *overload) Error() string {
	return fmt.Sprintf("%s: %d invocations are in progress, which is the limit", e.function, e.limit)
}

func (e *overload) Class() recovery.Class     { return recovery.ClassSystem }
func (e *overload) HTTPStatus() int           { return 503 }
func (e *overload) Public() string            { return "too many requests are in progress" }
func (e *overload) RetryAfter() time.Duration { return time.Second }
