package guard

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/task"
)

// ErrMissing is the failure of an asker if the call of a [Batch] has returned no value for its key.
var ErrMissing = errors.New("the batch has no value for the key")

// Batch returns a task for one key. It collects the keys of calls in one request or run, and makes one call of t for all of them. So code that asks for
// one thing at a time, in several nodes or in a flow.Each, makes one query. A batch begins with its first asker, and takes more keys until the time of
// window is over or it has most keys. If the ctx has no memory (see [WithMemory]), t is called for each key alone.
//
//	prices := guard.Batch(task.New("prices", fetchPrices), 100, time.Millisecond) // fetchPrices(ctx, ids) (map[string]Price, error)
//	flow.Each(prices, ids, 50)
//
// Order: t gets each key once, in the order of the first askers for each.
// Failure: if the call fails, all askers get its failure. If a policy of t has replaced a failure, all askers are degraded. If the call returns no value
// for a key, only askers for that key fail, with [ErrMissing].
// Ctx: the call has the values of the first asker's ctx, but not its deadline, and it does not end with it. Policies of t belong to the call.
// Circles: the call must not wait for a shared call that asks for a key of the same batch. Such a call fails with class Code.
// Cancellation: an asker whose ctx ends stops waiting. When the last asker of a batch has left, its call is cancelled, and that asker's scope waits for
// its end.
// Cost: an asker waits up to window longer.
func Batch[K comparable, V any](t task.Task[[]K, map[K]V], most int, window time.Duration) task.Task[K, V] {
	mustHaveTask("guard.Batch", t.Name())
	if most < 1 {
		panic(fmt.Sprintf("guard.Batch: the number of keys is %d, and must be at least 1", most))
	}
	if window <= 0 {
		panic(fmt.Sprintf("guard.Batch: the window is %s, and must be positive", window))
	}
	about := append(slices.Clip(t.Policies()), task.Policy{Kind: engine.KindBatch, Limit: window})
	return task.ForEngines(seal, task.Task[K, V]{}).Of(t.Name(), t.Place(), about, task.ForEngines(seal, t).Gates(), func(renew func(task.Gate, bool) task.Gate) task.Func[K, V] {
		if renew != nil {
			return batched(task.ForEngines(seal, t).Fresh(renew), most, window)
		}
		return batched(t, most, window)
	})
}

func batched[K comparable, V any](t task.Task[[]K, map[K]V], most int, window time.Duration) task.Func[K, V] {
	var c collector[K, V]
	task.ForEngines(seal, t).Wrap(task.Policy{}, func(quiet any, call task.Func[[]K, map[K]V]) task.Func[[]K, map[K]V] {
		c = collector[K, V]{task: t.Name(), call: call, quiet: quiet, most: most, window: window}
		return call
	})
	id := new(byte) // of this task
	return func(ctx context.Context, key K) (v V, err error) {
		shared, ok := partOf(ctx, id, c.fresh)
		if key != key || !ok {
			apart, pass := task.ForEngines(seal, t).Apart(ctx, ctx, c.quiet)
			values, err := c.call(apart, []K{key})
			pass(ctx)
			return valueOf(c.task, values, key, err)
		}
		values, err := shared.ask(ctx, key)
		return valueOf(c.task, values, key, err)
	}
}

func valueOf[K comparable, V any](name string, values map[K]V, key K, err error) (v V, _ error) {
	if err != nil {
		return v, err
	}
	v, ok := values[key]
	if !ok {
		return v, fmt.Errorf("%s: %v: %w", name, key, ErrMissing)
	}
	return v, nil
}

// collector collects the keys of one task in one request.
type collector[K comparable, V any] struct {
	task   string // its name
	call   task.Func[[]K, map[K]V]
	quiet  any // see task.ForEngines, Apart
	most   int
	window time.Duration

	mu   sync.Mutex
	open *batch[K, V] // the batch that takes more keys; nil: there is none
}

// batch is a flight for several keys. All fields but the flight are written under the lock of the collector, while the batch is open.
type batch[K comparable, V any] struct {
	*flight[map[K]V]
	keys []K
	has  map[K]bool
	full chan struct{} // closed when it takes no more keys
}

func (c *collector[K, V]) fresh() *collector[K, V] {
	return &collector[K, V]{task: c.task, call: c.call, quiet: c.quiet, most: c.most, window: c.window}
}

func (c *collector[K, V]) ask(ctx context.Context, key K) (values map[K]V, err error) {
	b := c.join(key, nil)
	if b == nil {
		ready := newFlight[map[K]V](ctx, c.quiet)
		if b = c.join(key, ready); b.flight != ready {
			_ = ready.scope.Close()
		}
	}
	from := voyageOf(ctx)
	from.waitFor(b.self) // no circle: a batch that takes keys has called nothing yet
	defer func() { c.leave(ctx, from, b) }()
	values, err = b.result.Await(ctx)
	b.pass(ctx)
	return values, err
}

// leave is called when an asker stops waiting. The last one ends the batch.
func (c *collector[K, V]) leave(ctx context.Context, from *voyage, b *batch[K, V]) {
	defer from.stopWaiting(b.self)
	c.mu.Lock()
	b.askers--
	last := b.askers == 0
	if last && c.open == b {
		c.open = nil
	}
	c.mu.Unlock()
	if last {
		b.end(ctx, c.task)
	}
}

// join adds a key to the open batch. If there is none, a new batch begins with the flight ready. If ready is nil, join returns nil.
func (c *collector[K, V]) join(key K, ready *flight[map[K]V]) *batch[K, V] {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.open
	switch {
	case b != nil:
	case ready == nil:
		return nil
	default:
		b = &batch[K, V]{flight: ready, has: map[K]bool{}, full: make(chan struct{})}
		c.open = b
		b.result = future.Go(b.ctx, func(ctx context.Context) (map[K]V, error) { return c.run(ctx, b) })
	}
	b.askers++
	if !b.has[key] {
		b.has[key] = true
		b.keys = append(b.keys, key)
	}
	if len(b.keys) == c.most {
		c.open = nil
		close(b.full)
	}
	return b
}

// run waits for more keys, and then makes the call.
func (c *collector[K, V]) run(ctx context.Context, b *batch[K, V]) (map[K]V, error) {
	wait := time.NewTimer(c.window)
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-b.full:
	case <-ctx.Done():
		return nil, future.Cause(ctx)
	}
	c.mu.Lock()
	if c.open == b {
		c.open = nil
	}
	keys := b.keys
	c.mu.Unlock()
	defer func() { b.alone = engine.Alone(ctx) }()
	return c.call(ctx, keys)
}
