// Package failsafe makes gates of policies of failsafe-go (https://failsafe-go.dev): a limit that adapts to how long calls take, a throttler that adapts to
// how many calls fail, and a circuit breaker. Package guard has no adaptive gates.
//
//	gate := failsafe.Limiter(func() adaptivelimiter.AdaptiveLimiter[any] {
//		return adaptivelimiter.NewBuilder[any]().WithLimits(1, 200, 20).Build()
//	})
//	item := task.New("item", fetchItem).Gate(gate)
//
// The gates use only the permits of the policies, and not the executor of failsafe-go. In that executor, a panic of a call leaks its permit, and a panic in
// a hedge ends the process. The gates do not wait: a call that finds no permit is rejected at once.
//
// Each function of this package takes a function create, which makes the policy. So the method Fresh of the gate can make a new one. A create that is nil,
// or that returns nil, panics.
package failsafe

import (
	"context"
	"errors"
	"reflect"
	"sync"

	"github.com/failsafe-go/failsafe-go/adaptivelimiter"
	"github.com/failsafe-go/failsafe-go/adaptivethrottler"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"

	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// Limiter returns a gate that limits how many calls are in progress at the same time. The limiter finds the limit itself, from how long calls take. A call
// keeps its place until everything that it has started has returned. The time of a cancelled call does not count.
func Limiter[R any](create func() adaptivelimiter.AdaptiveLimiter[R]) task.Gate {
	const where = "failsafe.Limiter"
	mustHave(where, create == nil)
	l := &limiter[R]{create: create, of: create(), permits: map[uint64]*permit{}}
	mustMake(where, l.of)
	return l
}

type limiter[R any] struct {
	create func() adaptivelimiter.AdaptiveLimiter[R]
	of     adaptivelimiter.AdaptiveLimiter[R]

	mu      sync.Mutex
	last    uint64
	permits map[uint64]*permit
}

// permit is the permit of a ticket.
type permit struct {
	adaptivelimiter.Permit
	dropped bool
}

func (l *limiter[R]) Describe() task.Policy {
	return task.Policy{Gate: task.Admission{Kind: "adaptive limiter"}}
}

func (l *limiter[R]) Fresh() task.Gate { return Limiter(l.create) }

func (l *limiter[R]) Enter(context.Context, string) (ticket uint64, err error) {
	p, ok := l.of.TryAcquirePermit()
	if !ok {
		return 0, &task.RejectedError{Err: adaptivelimiter.ErrExceeded}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last++
	l.permits[l.last] = &permit{Permit: p}
	return l.last, nil
}

func (l *limiter[R]) Answered(ticket uint64, o observe.Outcome) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p := l.permits[ticket]; p != nil {
		p.dropped = o.Status == observe.StatusSkipped || o.Class == recovery.ClassCanceled
	}
}

func (l *limiter[R]) Left(ticket uint64) {
	l.mu.Lock()
	p := l.permits[ticket]
	delete(l.permits, ticket)
	l.mu.Unlock()
	switch {
	case p == nil:
	case p.dropped:
		p.Drop()
	default:
		p.Record()
	}
}

// Throttler returns a gate that rejects a part of the calls while calls fail. The more calls fail, the more it rejects. It counts the same failures as a
// breaker of package guard: no rejections, no cancellations, and no failures of class business.
func Throttler[R any](create func() adaptivethrottler.AdaptiveThrottler[R]) task.Gate {
	const where = "failsafe.Throttler"
	mustHave(where, create == nil)
	of := create()
	mustMake(where, of)
	return &recording{
		kind: "adaptive throttler", fresh: func() task.Gate { return Throttler(create) },
		try: of.TryAcquirePermit, refusal: adaptivethrottler.ErrExceeded, success: of.RecordSuccess, failure: of.RecordFailure,
	}
}

// Breaker returns a gate that lets nobody in while the circuit breaker is open. If a call in the half-open state is never answered, this breaker never gets
// its permit back. The Breaker of package guard does not have this problem.
//
// A call that was rejected or cancelled, or failed with class Business, counts as a success, because failsafe-go has no way to give a permit back.
func Breaker[R any](create func() circuitbreaker.CircuitBreaker[R]) task.Gate {
	const where = "failsafe.Breaker"
	mustHave(where, create == nil)
	of := create()
	mustMake(where, of)
	return &recording{
		kind: "breaker", fresh: func() task.Gate { return Breaker(create) },
		try: of.TryAcquirePermit, refusal: circuitbreaker.ErrOpen, success: of.RecordSuccess, failure: of.RecordFailure,
	}
}

// recording is a gate that records successes and failures of calls.
type recording struct {
	kind             string
	fresh            func() task.Gate
	try              func() bool
	refusal          error
	success, failure func()
}

func (g *recording) Describe() task.Policy { return task.Policy{Gate: task.Admission{Kind: g.kind}} }
func (g *recording) Fresh() task.Gate      { return g.fresh() }
func (g *recording) Left(uint64)           {}

func (g *recording) Enter(context.Context, string) (uint64, error) {
	if !g.try() {
		return 0, &task.RejectedError{Err: g.refusal}
	}
	return 0, nil
}

func (g *recording) Answered(_ uint64, o observe.Outcome) {
	var rejected *task.RejectedError
	switch {
	case o.Err == nil, o.Class == recovery.ClassBusiness, o.Class == recovery.ClassCanceled, o.Status == observe.StatusSkipped, errors.As(o.Err, &rejected):
		g.success() // also for a call without a result of its own: a half-open breaker must get its permit back
	default:
		g.failure()
	}
}

func mustHave(where string, none bool) {
	if none {
		panic(where + ": nil function")
	}
}

func mustMake(where string, policy any) {
	if v := reflect.ValueOf(policy); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		panic(where + ": the function has returned nil")
	}
}
