package jadetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
)

// Load says what [Simulate] runs.
type Load struct {
	Latencies map[string]Latency // of the tasks, by the paths of their nodes; one that has none takes what its function takes
	Runs      int                // 0: 2,000
	Seed      uint64             // of the draws: the same seed, the same prediction
	Deadline  time.Duration      // of the caller's ctx; 0: none

	// PerSecond is how many runs begin in a second on average, at random times (a Poisson process). A run does not wait until earlier runs are over.
	// So the gates of package guard and their queues can fill up. 0: each run begins when the one before is over.
	PerSecond float64
	Context   func(context.Context) context.Context
}

// Prediction is how a flow answers.
type Prediction struct {
	Flow          string
	Runs          int
	P50, P90, P99 time.Duration // of the time until the answer, failures included
	Mean          time.Duration // of the time until the answer, failures included
	Degraded      float64       // share of the answers that came although some task had failed or something stood in for it
	Failed        float64       // share of the runs
	Rejected      float64       // share of the runs in which a gate has rejected a call
	Censored      float64       // share of the runs in which a call drew a [Sample] whose end was not recorded
}

// Simulate runs f many times in virtual time, and returns how f answers. Tasks take as long and fail as often as the latencies say. So you can try a
// Timeout, a Fallback or another shape of the flow before you deploy it. The engine is the real one, so the prediction has everything that the policies do.
// Each call, attempt and element draws a latency. The n-th call of a task draws the same latency in each flow that is simulated with the same seed. So
// the predictions for two variants of a flow differ only by the change.
//
// When the first run begins, gates and caches know of no earlier calls. They keep what they know from one run to the next: for example, a breaker that opens
// in one run rejects calls of later runs. With PerSecond of [Load], runs overlap. Then the prediction has the waits for slots and the rejected calls.
//
// What it leaves out: the time of the program itself, and queues for processors, connections and services, unless a gate stands for them.
// A function is called when its latency is over, and adds the time that it takes itself. So it should be a fake that answers at once (see [Replace]).
//
// A call with a Censored sample was given up when it was recorded, so nobody knows how long it would have taken. In the simulation it ends at its limit. If
// it has no limit, or the limit is longer than the recorded time, the result cannot be known, and the test fails. The test also fails if there is a latency
// for a name that is no task of f.
func Simulate[In, Out any](t *testing.T, f *flow.Flow[In, Out], in In, load Load) Prediction {
	t.Helper()
	switch {
	case load.Runs == 0:
		load.Runs = 2000
	case load.Runs < 0:
		t.Fatalf("jadetest.Simulate: %d runs", load.Runs)
	case load.PerSecond < 0:
		t.Fatalf("jadetest.Simulate: %g runs a second", load.PerSecond)
	}
	var known []string
	for _, task := range tasksOf(nil, f.Graph()) {
		known = append(known, task.path)
	}
	for name := range load.Latencies {
		if !slices.Contains(known, name) {
			t.Fatalf("jadetest.Simulate: %s has no task %s, but %s", f.Name(), name, strings.Join(known, ", "))
		}
	}
	s := &simulation{load: load, under: map[string]int{}, endless: map[string]*endless{}}
	if remembers(f.Graph()) {
		f = f.Fresh()
	}
	slowed := f.Intercept(func(path []string, n flow.GraphNode) flow.Interceptor {
		if n.Flow != nil {
			return nil
		}
		name := strings.Join(append(path, n.Name), "/")
		return s.interceptor(name, ownLimit(n), load.Latencies[name])
	})
	p := Prediction{Flow: f.Name(), Runs: load.Runs}
	stuck, err := enclosed(t, s.underWay, func(*testing.T) {
		var took []time.Duration
		answered := 0
		var sum time.Duration
		for _, r := range arrivals(slowed, in, s) {
			took = append(took, r.took)
			sum += r.took
			if r.censored {
				p.Censored++
			}
			if r.rejected {
				p.Rejected++
			}
			switch {
			case r.err != nil:
				p.Failed++
				continue
			case r.degraded:
				p.Degraded++
			}
			answered++
		}
		slices.Sort(took)
		p.P50, p.P90, p.P99 = percentile(took, 50), percentile(took, 90), percentile(took, 99)
		p.Mean = sum / time.Duration(load.Runs)
		p.Failed /= float64(load.Runs)
		p.Rejected /= float64(load.Runs)
		p.Censored /= float64(load.Runs)
		p.Degraded /= float64(max(answered, 1))
	})
	switch {
	case stuck != "":
		t.Fatalf("jadetest.Simulate: %s: %s", f.Name(), stuck)
	case err != nil:
		t.Fatalf("jadetest.Simulate: %s: %v", f.Name(), err)
	}
	if beyond := s.beyond(); beyond != "" {
		t.Fatalf("jadetest.Simulate: %s: %s", f.Name(), beyond)
	}
	return p
}

// String is the prediction in one line.
func (p Prediction) String() string {
	censored := ""
	if p.Censored > 0 {
		censored = fmt.Sprintf(", %.1f %% with a call that was recorded without its end", 100*p.Censored)
	}
	rejected := ""
	if p.Rejected > 0 {
		rejected = fmt.Sprintf(", rejected %.1f %%", 100*p.Rejected)
	}
	return fmt.Sprintf("%s: p50 %s, p90 %s, p99 %s, degraded %.1f %%, failed %.1f %%%s%s (%d runs)",
		p.Flow, rounded(p.P50), rounded(p.P90), rounded(p.P99), 100*p.Degraded, 100*p.Failed, rejected, censored, p.Runs)
}

func rounded(d time.Duration) time.Duration { return d.Round(100 * time.Microsecond) }

// percentile is the least of the sorted times that q in a hundred do not exceed.
func percentile(sorted []time.Duration, q int) time.Duration {
	return sorted[max(0, (len(sorted)*q+99)/100-1)]
}

type simulation struct {
	load Load

	mu      sync.Mutex
	under   map[string]int
	endless map[string]*endless
}

// simulated is one run of a simulation.
type simulated struct {
	number int
	took   time.Duration
	err    error

	mu       sync.Mutex
	calls    map[string]int
	degraded bool
	censored bool
	rejected bool
}

type simulatedKey struct{}

func simulateOne[In, Out any](f *flow.Flow[In, Out], in In, s *simulation, i int) *simulated {
	r := &simulated{number: i, calls: map[string]int{}}
	ctx, leave := context.WithCancelCause(context.Background())
	defer leave(nil)
	if s.load.Deadline > 0 {
		limited, cancel := context.WithTimeout(ctx, s.load.Deadline)
		defer cancel()
		ctx = limited
	}
	if s.load.Context != nil {
		ctx = s.load.Context(ctx)
	}
	ctx = observe.With(context.WithValue(without(ctx), simulatedKey{}, r), observe.Tee(observe.From(ctx), r))
	ctx, scope := future.WithScope(ctx, future.Unobserved(func(error) {}))
	begun := time.Now()
	_, r.err = f.Do(ctx, in)
	r.took = time.Since(begun)
	leave(errors.New("the run is over"))
	_ = scope.Close()
	return r
}

// Begin implements [observe.Observer].
func (r *simulated) Begin(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
	if c.Kind == observe.KindAttempt {
		return ctx, nil // there may be another one
	}
	return ctx, func(o observe.Outcome) {
		if o.Status == observe.StatusDegraded || o.Status == observe.StatusFailed {
			r.mu.Lock()
			r.degraded = true
			r.rejected = r.rejected || isRejected(o.Err)
			r.mu.Unlock()
		}
	}
}

// draw is the latency of the next call of a task.
func (r *simulated) draw(seed uint64, name string, l Latency) Sample {
	r.mu.Lock()
	r.calls[name]++
	n := r.calls[name]
	r.mu.Unlock()
	sample := l(draws(seed, fmt.Sprint(name, " ", r.number), n))
	r.mu.Lock()
	r.censored = r.censored || sample.Censored
	r.mu.Unlock()
	return sample
}

func (s *simulation) interceptor(name string, own time.Duration, l Latency) flow.Interceptor {
	mark, unmark := labelled(name)
	return func(ctx context.Context, _ any, call func(context.Context) (any, error)) (any, error) {
		s.count(name, 1)
		defer s.count(name, -1)
		mark()
		defer unmark()
		r, ok := ctx.Value(simulatedKey{}).(*simulated)
		if !ok || l == nil {
			return call(ctx)
		}
		sample := r.draw(s.load.Seed, name, l)
		if sample.Censored {
			return nil, s.wait(ctx, name, own, sample.Took)
		}
		timer := time.NewTimer(sample.Took)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return nil, future.Cause(ctx)
		}
		if sample.Err != nil {
			return nil, sample.Err
		}
		return call(ctx)
	}
}

func (s *simulation) count(name string, by int) {
	s.mu.Lock()
	s.under[name] += by
	s.mu.Unlock()
}

// underWay names the tasks whose functions have not returned.
func (s *simulation) underWay() (names []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, n := range s.under {
		if n > 0 {
			names = append(names, name)
		}
	}
	return names
}
