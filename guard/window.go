package guard

import "time"

// buckets is how many parts a window has.
const buckets = 10

// window counts two kinds of calls over the last stretch of time. That is nine full parts, and the part that has begun. It has no lock.
type window struct {
	part   time.Duration
	latest instant
	turn   int64 // number of the part that counts now
	parts  [buckets]tally
	sum    tally
}

// tally is a number of calls, and the number of marked calls, such as failures. Its user says what is marked.
type tally struct{ all, marked int }

// share is the share of marked calls. It is the float64 nearest to the quotient, as the literal 0.29 and the constant 1.0/3 are. So 29 of 100
// calls are a share of 0.29. A product with the share would be rounded twice.
func (t tally) share() float64 { return float64(t.marked) / float64(t.all) }

func newWindow(length time.Duration) window { return window{part: length / buckets} }

// at moves the window on to t. If the clock went back, it is another clock, and the window forgets its counts.
func (w *window) at(t instant) {
	turn := int64(t / instant(w.part))
	if turn != w.turn || t < w.latest {
		w.move(turn, t < w.latest)
	}
	w.latest = t
}

//go:noinline
func (w *window) move(turn int64, back bool) {
	switch passed := turn - w.turn; {
	case back || passed >= buckets:
		w.clear()
	default:
		for ; passed > 0; passed-- {
			old := &w.parts[(w.turn+passed)%buckets]
			w.sum.all -= old.all
			w.sum.marked -= old.marked
			*old = tally{}
		}
	}
	w.turn = turn
}

// add counts calls at the time that the window was moved to.
func (w *window) add(all, marked int) {
	p := &w.parts[w.turn%buckets]
	p.all += all
	p.marked += marked
	w.sum.all += all
	w.sum.marked += marked
}

// clear forgets all calls.
func (w *window) clear() { w.parts, w.sum = [buckets]tally{}, tally{} }
