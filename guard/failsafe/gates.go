// Package failsafe makes gates of the policies of failsafe-go (https://failsafe-go.dev) that package guard has none of: limits that adapt to how long calls
// take, and to how many of them fail.
//
//	gate := failsafe.Limiter(func() adaptivelimiter.AdaptiveLimiter[any] {
//		return adaptivelimiter.NewBuilder[any]().WithLimits(1, 200, 20).Build()
//	})
//	item := task.New("item", fetchItem).Gate(gate)
//
// The gates use the permits of the policies, and not the executor of failsafe-go: a panic in that leaks permits, and one in a hedge ends the process.
// They do not wait: a call that finds no permit is rejected at once.
//
// Each function takes one that makes the policy, so that Fresh can make another. It panics if that is nil or returns nil.
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

// Limiter returns a gate that lets as many calls in at the same time as the limiter finds best, by how long they take. A call takes its place until all
// that it has started has returned. How long a call that was cancelled has taken does not count.
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

// permit is that of a ticket.
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

// Throttler returns a gate that rejects a part of the calls while many of them fail: the more fail, the more. What fails is what a breaker of package guard
// counts: not rejections, cancellations and failures of class business.
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

// Breaker returns a gate that lets nobody in while the circuit breaker is open. The Breaker of package guard loses no probe: a call that is never
// answered keeps a permit of this one's half-open state.
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

// recording is a gate that is told of successes and failures.
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
		g.success() // or nothing to complain of: the permit of a half-open breaker has to be given back
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
