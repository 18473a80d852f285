package task

import (
	"math"
	"slices"
	"sync"
	"time"
)

// latencies are how long the last calls of a task took.
type latencies struct {
	percentile float64

	mu    sync.Mutex
	last  [128]time.Duration // a ring
	seen  int
	known time.Duration // the percentile of them, computed after every few calls; 0: not known
}

const (
	leastLatencies = 20 // calls before the first percentile is computed
	renewLatencies = 16 // calls before it is computed again
)

func (l *latencies) add(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last[l.seen%len(l.last)] = d
	l.seen++
	if l.seen == leastLatencies || l.seen > leastLatencies && l.seen%renewLatencies == 0 {
		all := slices.Sorted(slices.Values(l.last[:min(l.seen, len(l.last))]))
		i := int(math.Ceil(float64(len(all))*l.percentile/100)) - 1
		l.known = max(all[min(max(i, 0), len(all)-1)], 1)
	}
}

// threshold is the percentile, once it is known.
func (l *latencies) threshold() (d time.Duration, known bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.known, l.known > 0
}
