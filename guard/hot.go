package guard

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/task"
)

// Hot returns t with shared calls and kept results for its hot keys only. A key is the argument. It is hot if it is asked for at least perSecond times in a
// second. Calls for a hot key share one call, as with [Share], and its result is used for the time of keep. So the backend gets one call for a hot key in
// each such time, however many askers there are. Calls for cold keys are made as without Hot. For hot keys, what [Share] says of the argument, of the ctx
// and of values holds.
//
// Option: [Report].
// Failure: failures are not kept, and neither are values with which a policy of t has replaced a failure.
// Memory: the 1,024 keys that are asked for most, and the last values of those that are hot. When a key is no longer hot, its value stays until somebody
// asks for the key again, or until another key takes its place.
// Cost: a tenth of a microsecond for a cold key, if the stack of the goroutine has grown already.
func Hot[In comparable, Out any](t task.Task[In, Out], perSecond int, keep time.Duration, opts ...Option) task.Task[In, Out] {
	return hot("guard.Hot", t, perSecond, keep, func(in In) In { return in }, opts)
}

// HotBy is [Hot] for calls with the same key: see [ShareBy].
func HotBy[In, Out any](t task.Task[In, Out], perSecond int, keep time.Duration, key func(In) string, opts ...Option) task.Task[In, Out] {
	mustHaveKey("guard.HotBy", key == nil)
	return hot("guard.HotBy", t, perSecond, keep, key, opts)
}

// HotKeys lists the hot keys of all tasks that [Report] to it. The zero value is ready to use. Its methods may be called by any number of goroutines at once.
type HotKeys struct {
	mu  sync.Mutex
	ask []func(now time.Time) []HotKey
}

// HotKey is a key that is asked for often.
type HotKey struct {
	Task      string
	Key       string
	PerSecond int // how often it was asked for in this second or the last one, at least
}

// Keys returns the hot keys. The one with the most calls comes first.
func (h *HotKeys) Keys() (all []HotKey) {
	h.mu.Lock()
	asked := slices.Clone(h.ask)
	h.mu.Unlock()
	for _, ask := range asked {
		all = append(all, ask(time.Now())...)
	}
	slices.SortStableFunc(all, func(a, b HotKey) int {
		return cmp.Or(b.PerSecond-a.PerSecond, cmp.Compare(a.Task, b.Task), cmp.Compare(a.Key, b.Key))
	})
	return all
}

// Report makes a [Hot] report its hot keys to to.
func Report(to *HotKeys) Option {
	return Option{"Report", func(where string, s *settings) {
		if to == nil {
			panic(where + ": Report has a nil HotKeys")
		}
		s.report = to
	}}
}

func hot[In, Out any, K comparable](where string, t task.Task[In, Out], perSecond int, keep time.Duration, key func(In) K, opts []Option) task.Task[In, Out] {
	mustHaveTask(where, t.Name())
	if perSecond < 1 {
		panic(fmt.Sprintf("%s: the number of calls a second is %d, and must be at least 1", where, perSecond))
	}
	if keep <= 0 {
		panic(fmt.Sprintf("%s: the time to keep is %s, and must be positive", where, keep))
	}
	s := settings{}.apply(where, opts, "Report")
	first := true
	var shown HotKeys // on pages
	protecting := task.ForEngines(seal, t).Wrap(task.Policy{Kind: engine.KindHot, Limit: keep}, func(quiet any, next task.Func[In, Out]) task.Func[In, Out] {
		p := &protected[K, Out]{flights: flights[K, Out]{task: t.Name(), quiet: quiet}, sketch: newSketch[K, Out](perSecond), time: keep}
		p.have, p.keep = p.value, p.remember
		if first { // later ones are for fakes, which report nothing
			first = false
			shown.add(p.list)
			if s.report != nil {
				s.report.add(p.list)
			}
		}
		return func(ctx context.Context, in In) (Out, error) {
			k := key(in)
			if k != k { // it equals nothing; or it cannot be compared, which panics
				return next(ctx, in)
			}
			v, use := p.sketch.touch(k, time.Now())
			switch use {
			case useValue:
				return v, nil
			case useCall:
				return p.ask(ctx, k, func(ctx context.Context) (Out, error) { return next(ctx, in) })
			}
			return next(ctx, in)
		}
	})
	return task.ForEngines(seal, protecting).Showing(&shown)
}

func (h *HotKeys) add(ask func(now time.Time) []HotKey) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ask = append(h.ask, ask)
}

// protected is one task with its hot keys.
type protected[K comparable, Out any] struct {
	flights[K, Out]
	sketch *sketch[K, Out]
	time   time.Duration // to keep a value
}

func (p *protected[K, Out]) value(key K) (v Out, err error, ok bool) {
	v, ok = p.sketch.value(key, time.Now())
	return v, nil, ok
}

func (p *protected[K, Out]) remember(_ context.Context, key K, v Out, err error, degraded bool) {
	if err == nil && !degraded {
		p.sketch.keep(key, v, time.Now().Add(p.time))
	}
}

func (p *protected[K, Out]) list(now time.Time) (all []HotKey) {
	for key, rate := range p.sketch.hottest(now) {
		all = append(all, HotKey{Task: p.task, Key: fmt.Sprint(key), PerSecond: rate})
	}
	return all
}
