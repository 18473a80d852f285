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

// ErrOpen is why a [Breaker] rejects a call: it is open.
var ErrOpen = errors.New("the breaker is open")

// CircuitBreaker is the gate that [Breaker] makes.
type CircuitBreaker struct {
	settings
	share float64

	// term counts how often the breaker has opened or closed: it is even while the breaker is closed, and odd while it is not. A ticket has the term in
	// which its call began, so that calls of an earlier term do not count. It changes under the lock only.
	term  atomic.Uint64
	mu    sync.Mutex
	count window  // while it is closed: calls, and failures
	until instant // while it is open: nobody is let in before
	since instant // when it last opened
	tries []probe // calls that were let in since
	well  int     // how many of them have succeeded
}

// probe is a call that finds out whether an open breaker may close. A ticket has its index.
type probe struct {
	begun instant
	state probeState
	turn  uint64 // how often the place was used: so the late answer of one call is not taken for that of the next
}

type probeState uint8

const (
	probeFree probeState = iota // nobody has the place
	probeRuns
	probeWell // it has succeeded
)

// Breaker returns a gate that rejects all calls for a while when too many have failed: a circuit breaker. It opens when the share of failed calls in its
// [Window] reaches share, and there were at least [Min] calls. A share of 0.5 is half of the calls. While it is open, calls are rejected with [ErrOpen],
// and the rejection says how long to wait. After [OpenFor] the breaker lets one call in as a probe; others are rejected until the probe has an answer. If
// the probe succeeds, the breaker closes. If it fails, the breaker stays open for OpenFor again. [Probes] asks for more than one probe.
//
// Failures of all classes count but Business and Canceled; see [Failures]. A panic counts, and so does a call that was given up at a limit, even if its
// function still runs. Calls that another gate has rejected do not count, and neither do calls that were cancelled.
//
// A probe cannot be lost. If a probe was cancelled or rejected by another gate, it has no result, and the next call becomes a probe. If a probe has no
// answer within OpenFor, another call is let in as a probe beside it.
//
// Options: [Name], [Min], [Window], [OpenFor], [Probes], [Failures]. A share that is not above 0 and at most 1 panics.
// Keys: there is one breaker, whatever the key is.
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

// Open reports whether the breaker is not closed: it rejects calls, or lets only probes in.
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

// verdict is what an outcome says about the service that was called.
type verdict uint8

const (
	nothing verdict = iota
	works
	fails
)

// judge returns the verdict of a call that has not simply succeeded.
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
	if sum := b.count.sum; sum.all >= b.min && sum.share() >= b.share {
		b.open(t)
	}
}

// probed takes the result of a probe.
func (b *CircuitBreaker) probed(ticket uint64, v verdict) {
	p := &b.tries[ticket>>(64-indexBits)]
	switch {
	case !p.has(ticket): // another probe has taken its place
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

// open begins a term in which nobody is let in for OpenFor. The breaker may have been open before.
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
