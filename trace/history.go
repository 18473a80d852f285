package trace

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/jade-go/jade/observe"
)

// History keeps traces: the latest, the slowest of the last hour, and the
// latest of those that failed. Its memory is bounded by their number and by
// [MaxSpans]. It may be used by many goroutines at once; none waits for long.
type History struct {
	mu      sync.Mutex
	keep    int
	recent  ring
	failed  ring
	slowest []*Trace // the slowest first
}

// slowFor is how long a trace may be among the slowest.
const slowFor = time.Hour

// NewHistory returns a history that keeps as many of each sort.
func NewHistory(keep int) *History {
	if keep < 1 {
		panic(fmt.Sprintf("trace.NewHistory: the number of traces is %d, and must be at least 1", keep))
	}
	return &History{keep: keep}
}

// Add adds a trace. It is what to give to [NewRecorder].
func (h *History) Add(t *Trace) {
	if t == nil || len(t.Spans) == 0 {
		panic("trace.History.Add: a trace without spans")
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.recent.add(t, h.keep)
	switch t.Root().Status {
	case observe.StatusFailed, observe.StatusStraggler:
		h.failed.add(t, h.keep)
	}
	h.addSlow(t)
}

func (h *History) addSlow(t *Trace) {
	old := answered(t).Add(-slowFor)
	h.slowest = slices.DeleteFunc(h.slowest, func(s *Trace) bool { return answered(s).Before(old) })
	at, _ := slices.BinarySearchFunc(h.slowest, t, func(a, b *Trace) int { return cmp.Compare(b.Elapsed(), a.Elapsed()) })
	if at == h.keep {
		return
	}
	if len(h.slowest) == h.keep {
		h.slowest = h.slowest[:h.keep-1]
	}
	h.slowest = slices.Insert(h.slowest, at, t)
}

// answered is when the run was, so that a run of hours counts as one of those hours.
func answered(t *Trace) time.Time { return t.Start.Add(t.Elapsed()) }

// Recent returns the latest traces, the newest first.
func (h *History) Recent() []*Trace {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.recent.newestFirst()
}

// Failed returns the latest traces of runs that failed or were given up, the
// newest first. A run that nobody wanted any more is none of them.
func (h *History) Failed() []*Trace {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.failed.newestFirst()
}

// Slowest returns the slowest traces of the hour before the latest one, the slowest first.
func (h *History) Slowest() []*Trace {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.slowest)
}

// Find returns the trace of a run, if it is kept.
func (h *History) Find(run uint64) (t *Trace, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, all := range [][]*Trace{h.recent.kept, h.failed.kept, h.slowest} {
		if i := slices.IndexFunc(all, func(t *Trace) bool { return t.Run == run }); i >= 0 {
			return all[i], true
		}
	}
	return nil, false
}

// ring has the last traces that it was given.
type ring struct {
	kept []*Trace
	next int // where the next one goes, once it is full
}

func (r *ring) add(t *Trace, most int) {
	if len(r.kept) < most {
		r.kept = append(r.kept, t)
		return
	}
	r.kept[r.next] = t
	r.next = (r.next + 1) % most
}

func (r *ring) newestFirst() []*Trace {
	all := slices.Concat(r.kept[r.next:], r.kept[:r.next])
	slices.Reverse(all)
	return all
}
