package guard

import "time"

// buckets is how many parts a window has.
const buckets = 10

// window counts two kinds of calls over the last stretch of time. That is nine full parts, and the part that has begun. It has no lock.
type window struct {
	part  time.Duration
	turn  int64 // number of the part that counts now
	parts [buckets]tally
	sum   tally
}

// tally is a number of calls, and the number of marked calls, such as failures. Its user says what is marked.
type tally struct{ all, marked int }

func newWindow(length time.Duration) window { return window{part: length / buckets} }

// at moves the window on to t. If the clock went back, it is another clock, and the window forgets its counts.
func (w *window) at(t instant) {
	if turn := int64(t) / int64(w.part); turn != w.turn {
		w.move(turn)
	}
}

//go:noinline
func (w *window) move(turn int64) {
	switch passed := turn - w.turn; {
	case passed < 0 || passed >= buckets:
		w.parts, w.sum = [buckets]tally{}, tally{}
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
