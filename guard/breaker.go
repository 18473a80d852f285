package guard

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jade-go/jade/internal/errtree"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// ErrOpen is why a call is rejected while a [Breaker] is open.
var ErrOpen = errors.New("the breaker is open")

// CircuitBreaker is the gate that [Breaker] makes.
type CircuitBreaker struct {
	settings
	share float64

	// term is what goes on: a closed breaker has an even number, any other an odd one. Tickets have it, so what began in an earlier term does not count.
	// It changes under the lock only.
	term  atomic.Uint64
	mu    sync.Mutex
	count window  // while it is closed: calls, and failures
	until instant // while it is not: nobody is let in before
	since instant // and it has not been closed since
	tries []probe // and calls that were let in
	well  int     // of them, that have succeeded
}

// probe is a call that finds out whether an open breaker may close. A ticket has its index.
type probe struct {
	begun instant
	state probeState
	turn  uint64 // how often the place was used, so that a late answer is not taken for another call's
}

type probeState uint8

const (
	probeFree probeState = iota // nobody has the place
	probeRuns
	probeWell // it has succeeded
)

// Breaker returns a gate that lets nobody in for a while when too many calls have failed: a circuit breaker. It opens when a share of the calls in its
// window has failed, from 0 to 1, and there were enough calls. After [OpenFor] it lets a call in, and others only when that has an answer: if it succeeds
// the breaker closes, and if it fails the breaker is open again. Other calls are rejected with [ErrOpen], and the rejection says how long to wait.
//
// A failure is one of any class but Business and Canceled; see [Failures]. A panic is one, and a call that was given up at a limit, though its
// function still runs. Calls that another gate has rejected do not count, and neither do those that were cancelled.
//
// A probe cannot be lost: if it has no result of its own, because it was cancelled or rejected, the next call is one. If it has no answer
// within OpenFor, another one is let in beside it.
//
// Options: [Name], [Min], [Window], [OpenFor], [Probes], [Failures]. A share that is not above 0 and at most 1 panics.
// Keys: one breaker for all of them.
func Breaker(share float64, opts ...Option) *CircuitBreaker {
	const where = "guard.Breaker"
	if !(share > 0 && share <= 1) {
		panic(fmt.Sprintf("%s: the share is %v, and must be above 0 and at most 1", where, share))
	}
	s := settings{min: 20, window: 10 * time.Second, openFor: 5 * time.Second, probes: 1}
	s = s.apply(where, opts, "Name", "Min", "Window", "OpenFor", "Probes", "Failures")
	if s.probes > 1<<indexBits {
		panic(fmt.Sprintf("%s: Probes is %d, and must be at most %d", where, s.probes, 1<<indexBits))
	}
	return newBreaker(share, s)
}

func newBreaker(share float64, s settings) *CircuitBreaker {
	return &CircuitBreaker{settings: s, share: share, count: newWindow(s.window), tries: make([]probe, s.probes)}
}

// Describe implements [task.Gate].
func (b *CircuitBreaker) Describe() task.Policy {
	return task.Policy{Gate: task.Admission{Kind: "breaker", Name: b.name, Share: b.share, Min: b.min, Window: b.window, Pause: b.openFor}}
}

// Fresh implements [task.Gate].
func (b *CircuitBreaker) Fresh() task.Gate { return newBreaker(b.share, b.settings) }

// Open reports whether calls are rejected, or let in only to find out how things are.
func (b *CircuitBreaker) Open() bool { return b.term.Load()%2 == 1 }

// Enter implements [task.Gate].
func (b *CircuitBreaker) Enter(context.Context, string) (ticket uint64, err error) {
	if term := b.term.Load(); term%2 == 0 {
		return term, nil
	}
	return b.enterOpen()
}

// enterOpen is Enter if the breaker is not closed.
//
//go:noinline
func (b *CircuitBreaker) enterOpen() (ticket uint64, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	term := b.term.Load()
	if term%2 == 0 {
		return term, nil
	}
	t := now()
	if t < b.since { // another clock
		b.close()
		return b.term.Load(), nil
	}
	if t < b.until {
		return 0, &task.RejectedError{Wait: b.until.sub(t), Err: ErrOpen}
	}
	for i := range b.tries {
		p := &b.tries[i]
		if p.state == probeFree || p.state == probeRuns && t.sub(p.begun) >= b.openFor {
			p.state, p.begun = probeRuns, t
			p.turn++
			return ticketOf(term, i, p.turn), nil
		}
	}
	return 0, &task.RejectedError{Err: ErrOpen}
}

// A ticket of a probe has the term, the index of the probe and its turn.
const (
	indexBits = 16
	turnBits  = 16
)

func ticketOf(term uint64, index int, turn uint64) uint64 {
	return term | uint64(index)<<(64-indexBits) | turn%(1<<turnBits)<<(64-indexBits-turnBits)
}

func (p *probe) has(ticket uint64) bool {
	return p.state == probeRuns && p.turn%(1<<turnBits) == ticket>>(64-indexBits-turnBits)%(1<<turnBits)
}

// verdict is what an outcome says about what was called.
type verdict uint8

const (
	nothing verdict = iota
	works
	fails
)

// judge is what a call says that has not simply succeeded.
//
//go:noinline
func (b *CircuitBreaker) judge(status observe.Status, class recovery.Class, err error) verdict {
	switch {
	case status == observe.StatusSkipped, status == observe.StatusCanceled, class == recovery.ClassCanceled:
		return nothing
	case err == nil:
		return works
	}
	if _, rejected := errtree.Find[*task.RejectedError](err); rejected {
		return nothing
	}
	counts := class != recovery.ClassBusiness
	if b.failures != nil {
		counts = slices.Contains(b.failures, class)
	}
	if counts {
		return fails
	}
	return works
}

// Answered implements [task.Gate].
func (b *CircuitBreaker) Answered(ticket uint64, o observe.Outcome) {
	v := works
	if o.Err != nil || o.Status != observe.StatusOK {
		v = b.judge(o.Status, o.Class, o.Err)
	}
	term := ticket % (1 << (64 - indexBits - turnBits))
	b.mu.Lock()
	if v == works && term%2 == 0 { // the common one
		if term == b.term.Load() {
			b.count.at(now())
			b.count.add(1, 0)
		}
		b.mu.Unlock()
		return
	}
	b.learn(ticket, term, v)
	b.mu.Unlock()
}

// learn takes the result of a call. The caller has the lock.
//
//go:noinline
func (b *CircuitBreaker) learn(ticket, term uint64, v verdict) {
	switch {
	case term != b.term.Load():
	case term%2 == 1:
		b.probed(ticket, v)
	case v == fails:
		b.failed()
	}
}

// Left implements [task.Gate].
func (b *CircuitBreaker) Left(uint64) {}

// failed counts a failure of a closed breaker.
func (b *CircuitBreaker) failed() {
	t := now()
	b.count.at(t)
	b.count.add(1, 1)
	if sum := b.count.sum; sum.all >= b.min && float64(sum.marked) >= b.share*float64(sum.all) {
		b.open(t)
	}
}

// probed takes the result of a probe.
func (b *CircuitBreaker) probed(ticket uint64, v verdict) {
	p := &b.tries[ticket>>(64-indexBits)]
	switch {
	case !p.has(ticket): // another one has its place
	case v == fails:
		b.open(now())
	case v == nothing:
		p.state = probeFree
	default:
		p.state = probeWell
		if b.well++; b.well == b.probes {
			b.close()
		}
	}
}

// open begins a term in which nobody is let in for a while. It may have been open before.
func (b *CircuitBreaker) open(t instant) {
	b.count.clear()
	clear(b.tries)
	b.well, b.since, b.until = 0, t, t.add(b.openFor)
	b.term.Store((b.term.Load() + 1) | 1)
	b.wrap()
}

func (b *CircuitBreaker) close() {
	b.count.clear()
	b.term.Add(1)
	b.wrap()
}

// wrap keeps the term within what a ticket holds. (Even at a million terms a second that takes an hour.)
func (b *CircuitBreaker) wrap() {
	if b.term.Load() >= math.MaxUint32-1 {
		b.term.Store(b.term.Load() % 2)
	}
}
