package future_test

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jade-go/jade/future"
)

// crowdSize is how many wait for one promise.
func crowdSize() int {
	if fullSize() {
		return 1_000_000
	}
	return 30_000
}

// longest repeats op until stop is set and returns how long the longest took.
func longest(ready chan<- struct{}, stop *atomic.Bool, op func()) (most time.Duration) {
	op()
	close(ready)
	for !stop.Load() {
		start := time.Now()
		op()
		most = max(most, time.Since(start))
		runtime.Gosched()
	}
	return most
}

// crowdWaits are ways to wait that can be given up one by one.
var crowdWaits = map[string]func(p *future.Promise[int]) (giveUp func()){
	"OnDone": func(p *future.Promise[int]) func() {
		stop := p.Future().OnDone(func(future.Result[int]) {})
		return func() { stop() }
	},
	"quick functions": func(p *future.Promise[int]) func() {
		f := future.Shield(p.Future())
		return func() { f.Cancel(nil) }
	},
}

// What others do to a promise meanwhile never waits for a walk through all who wait for it.
func TestManyWaiters_whoGiveUpHoldNobodyElseUp(t *testing.T) {
	for how, wait := range crowdWaits {
		for what, op := range map[string]func(p *future.Promise[int]){
			"Done":           func(p *future.Promise[int]) { p.Future().Done() },
			"Peek":           func(p *future.Promise[int]) { p.Future().Peek() },
			"OnDone":         func(p *future.Promise[int]) { p.Future().OnDone(func(future.Result[int]) {})() },
			"a continuation": func(p *future.Promise[int]) { future.Shield(p.Future()).Cancel(nil) },
		} {
			t.Run(how+"/"+what, func(t *testing.T) {
				// A busy machine takes the processor away from everybody. So the
				// best of several tries counts, and what is slow without a crowd says nothing.
				const limit = 50 * time.Millisecond
				took, noise := time.Hour, time.Hour
				for range 4 {
					one, lasted := longestWhileACrowdGivesUp(crowdSize(), 0, wait, op)
					if took = min(took, one); took < limit {
						return
					}
					one, _ = longestWhileACrowdGivesUp(100, lasted, wait, op)
					noise = min(noise, one)
				}
				if took > 20*noise {
					t.Errorf("the longest took %v, want less than %v; with no crowd it took %v", took, limit, noise)
				}
			})
		}
	}
}

// longestWhileACrowdGivesUp has half of n give up, for at least a time. It
// returns how long the longest op took meanwhile, and how long it all lasted.
func longestWhileACrowdGivesUp(n int, least time.Duration, wait func(*future.Promise[int]) func(), op func(*future.Promise[int])) (most, lasted time.Duration) {
	p := future.NewPromise[int](bg())
	defer p.Complete(1, nil)
	giveUps := make([]func(), 0, n/2)
	for i := range n {
		if giveUp := wait(p); i%2 == 0 {
			giveUps = append(giveUps, giveUp)
		}
	}
	runtime.GC()
	var stop atomic.Bool
	ready, result := make(chan struct{}), make(chan time.Duration, 1)
	go func() { result <- longest(ready, &stop, func() { op(p) }) }()
	<-ready
	start := time.Now()
	for _, giveUp := range giveUps {
		giveUp()
	}
	for time.Since(start) < least {
		wait(p)()
	}
	lasted = time.Since(start)
	stop.Store(true)
	return <-result, lasted
}

// To give up is quick too, for each: nobody pays at once for all the others.
func TestManyWaiters_eachGivesUpQuickly(t *testing.T) {
	for how, wait := range crowdWaits {
		t.Run(how, func(t *testing.T) {
			var slowest time.Duration
			for range 3 {
				p := future.NewPromise[int](bg())
				var giveUps []func()
				for range crowdSize() {
					giveUps = append(giveUps, wait(p))
				}
				runtime.GC()
				start := time.Now()
				for _, giveUp := range giveUps {
					giveUp()
				}
				slowest = time.Since(start)
				p.Complete(1, nil)
				if slowest < time.Duration(len(giveUps))*200*time.Microsecond {
					return
				}
			}
			t.Errorf("%v for all of them", slowest)
		})
	}
}
