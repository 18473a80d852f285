package main

import (
	"context"
	"testing"
	"time"

	"github.com/failsafe-go/failsafe-go/bulkhead"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/failsafe-go/failsafe-go/ratelimiter"
	"github.com/sony/gobreaker/v2"
	"golang.org/x/sync/singleflight"
	"golang.org/x/time/rate"

	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// What it costs to pass a gate that lets everybody in, without the call itself; and what it costs to share a call that nobody else asks for.

var gateSlots = row{
	name:      "gate-slots",
	work:      "pass a `guard.Slots` with free slots",
	yardstick: contender{"a channel as a semaphore", slotsByHand},
	jade:      contender{"jade", func(b *testing.B) { pass(b, guard.Slots(8)) }},
	others:    []contender{{"failsafe-go", slotsFailsafe}},
	budget:    budget{value: atMost(100), allocs: atMost(0)},
}

var gateRate = row{
	name:      "gate-rate",
	work:      "pass a `guard.Rate` that is not reached",
	yardstick: contender{"x/time/rate", rateXTime},
	jade:      contender{"jade", func(b *testing.B) { pass(b, guard.Rate(1_000_000_000, time.Second, guard.Burst(1_000_000))) }},
	others:    []contender{{"failsafe-go", rateFailsafe}},
	budget:    budget{value: atMost(100), allocs: atMost(0)},
}

var gateBreaker = row{
	name:      "gate-breaker",
	work:      "pass a `guard.Breaker` that is closed",
	yardstick: contender{"gobreaker", breakerGo},
	jade:      contender{"jade", func(b *testing.B) { pass(b, guard.Breaker(0.5)) }},
	others:    []contender{{"failsafe-go", breakerFailsafe}},
	budget:    budget{value: atMost(100), allocs: atMost(0)},
}

var sharedCall = row{
	name:      "share",
	work:      "`Task.Do` of a `guard.Share` that nobody else asks for",
	yardstick: contender{"`Task.Do` of a function that asks x/sync/singleflight", shareSingleflight},
	jade:      contender{"jade", func(b *testing.B) { doTask(b, guard.Share(nextTask)) }},
}

// pass passes a gate as a task does.
func pass(b *testing.B, g task.Gate) {
	b.ReportAllocs()
	ctx := context.Background()
	var last error
	for b.Loop() {
		ticket, err := g.Enter(ctx, "")
		g.Answered(ticket, observe.Outcome{})
		g.Left(ticket)
		last = err
	}
	expect(b, 0, last, 0)
}

func slotsByHand(b *testing.B) {
	b.ReportAllocs()
	ctx, slots := context.Background(), make(chan struct{}, 8)
	passed := false
	for b.Loop() {
		select {
		case slots <- struct{}{}:
			passed = true
		case <-ctx.Done():
		}
		<-slots
	}
	expect(b, passed, nil, true)
}

func slotsFailsafe(b *testing.B) {
	b.ReportAllocs()
	slots := bulkhead.New[int](8)
	passed := false
	for b.Loop() {
		passed = slots.TryAcquirePermit()
		slots.ReleasePermit()
	}
	expect(b, passed, nil, true)
}

func rateXTime(b *testing.B) {
	b.ReportAllocs()
	limiter := rate.NewLimiter(1_000_000_000, 1_000_000)
	passed := false
	for b.Loop() {
		passed = limiter.Allow()
	}
	expect(b, passed, nil, true)
}

func rateFailsafe(b *testing.B) {
	b.ReportAllocs()
	limiter := ratelimiter.NewBursty[int](1_000_000_000, time.Second)
	passed := false
	for b.Loop() {
		passed = limiter.TryAcquirePermit()
	}
	expect(b, passed, nil, true)
}

func breakerGo(b *testing.B) {
	b.ReportAllocs()
	breaker := gobreaker.NewTwoStepCircuitBreaker[int](gobreaker.Settings{Name: "gate"})
	var last error
	for b.Loop() {
		done, err := breaker.Allow()
		if err == nil {
			done(nil)
		}
		last = err
	}
	expect(b, 0, last, 0)
}

func breakerFailsafe(b *testing.B) {
	b.ReportAllocs()
	breaker := circuitbreaker.NewBuilder[int]().WithFailureRateThreshold(0.5, 20, 10*time.Second).Build()
	passed := false
	for b.Loop() {
		passed = breaker.TryAcquirePermit()
		breaker.RecordSuccess()
	}
	expect(b, passed, nil, true)
}

func shareSingleflight(b *testing.B) {
	var group singleflight.Group
	doTask(b, task.New("next", func(ctx context.Context, n int) (int, error) {
		v, err, _ := group.Do("41", func() (any, error) { return nextOf(ctx, n) })
		next, _ := v.(int)
		return next, err
	}))
}
