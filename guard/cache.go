package guard

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/engine"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// Store keeps the entries of a [Cache]. Its methods are called by any number of goroutines at once. [NewLRU] makes a store, and the module
// guard/jadeotter has another one. To use any other cache library, write these two methods.
//
// Panics: a panic is logged. A Load that panics counts as a Load that found nothing.
type Store[K comparable, V any] interface {
	Load(key K) (Entry[V], bool)
	Save(key K, e Entry[V]) // keeps e until e.End at most
}

// Entry is what a [Store] keeps for a key: a value, or a failure.
type Entry[V any] struct {
	Value V
	Err   error     // see [Negative]; nil for a value
	Fresh time.Time // until then the entry is used, and no new value is made
	End   time.Time // until then the entry is used while a new value is made: see [Stale]
}

// Cache returns t with results kept in a store for ttl, across requests. Calls for an equal argument at the same time share one call. All that [Share]
// says holds here too: above all, the argument has to hold all that the result depends on, such as the tenant and the user.
//
// Options: [Stale], [Refresh], [Negative].
// Failure: without Negative, failures are not kept. Values with which a policy of t has replaced a failure are never kept.
// Concurrency: all askers get the same value, so nobody may change it.
// Tests: if package jadetest puts a fake in place of the function of t, the fake gets a new store.
func Cache[In comparable, Out any](t task.Task[In, Out], store Store[In, Out], ttl time.Duration, opts ...Option) task.Task[In, Out] {
	return cache("guard.Cache", t, store, ttl, func(in In) In { return in }, opts)
}

// CacheBy is [Cache] for calls with the same key: see [ShareBy].
func CacheBy[In, Out any](t task.Task[In, Out], store Store[string, Out], ttl time.Duration, key func(In) string, opts ...Option) task.Task[In, Out] {
	mustHaveKey("guard.CacheBy", key == nil)
	return cache("guard.CacheBy", t, store, ttl, key, opts)
}

// Stale lets a [Cache] use a value for d longer than its ttl. The first asker that gets such an old value starts a call for a new one in the background.
// If that call fails, the old value stays until its end, also with [Negative]. So an asker waits only if the value was not asked for in a while.
//
// The call in the background belongs to the scope of the asker. When that scope closes, the call is cancelled: see [Refresh].
func Stale(d time.Duration) Option {
	return Option{"Stale", func(where string, s *settings) {
		if d <= 0 {
			panic(fmt.Sprintf("%s: Stale is %s, and must be positive", where, d))
		}
		s.stale = d
	}}
}

// Refresh makes the background calls of [Stale] belong to the scope of ctx, for example the scope of the whole server. They still have the values of the
// asker's ctx. Without Refresh, the call belongs to the request: when the request ends, its scope cancels the call
// and waits until it has returned.
//
// With Refresh, no asker that leaves cancels such a call. So give the task a Timeout before it gets the Cache: otherwise a call that never ends would keep
// all askers waiting.
func Refresh(ctx context.Context) Option {
	return Option{"Refresh", func(where string, s *settings) {
		if ctx == nil {
			panic(where + ": Refresh has a nil context")
		}
		s.refresh = ctx
	}}
}

// Negative lets a [Cache] keep failures of these classes for d, for example that an item does not exist or that a service is down. Askers in that time
// get the same error.
func Negative(d time.Duration, classes ...recovery.Class) Option {
	return Option{"Negative", func(where string, s *settings) {
		switch {
		case d <= 0:
			panic(fmt.Sprintf("%s: Negative is %s, and must be positive", where, d))
		case len(classes) == 0:
			panic(where + ": Negative has no class")
		case slices.Contains(classes, recovery.ClassCanceled), slices.Contains(classes, recovery.ClassNone):
			panic(where + ": Negative cannot keep cancellations")
		}
		s.negative, s.kept = d, slices.Clone(classes)
	}}
}

func cache[In, Out any, K comparable](where string, t task.Task[In, Out], store Store[K, Out], ttl time.Duration, key func(In) K, opts []Option) task.Task[In, Out] {
	mustHaveTask(where, t.Name())
	if store == nil {
		panic(where + ": nil Store")
	}
	if ttl <= 0 {
		panic(fmt.Sprintf("%s: the ttl is %s, and must be positive", where, ttl))
	}
	s := settings{}.apply(where, opts, "Stale", "Refresh", "Negative")
	first := true
	return task.ForEngines(seal, t).Wrap(task.Policy{Kind: engine.KindCache, Limit: ttl}, func(quiet any, next task.Func[In, Out]) task.Func[In, Out] {
		c := &cached[K, Out]{flights: flights[K, Out]{task: t.Name(), quiet: quiet}, settings: s, ttl: ttl, store: store}
		c.have, c.keep = c.fresh, c.remember
		if first { // written once, here: later the middleware may be called by several goroutines at once
			first = false
		} else { // for a fake, which must not fill the store, and must be called whatever the store has
			c.store = NewLRU[K, Out](fakes)
		}
		return func(ctx context.Context, in In) (Out, error) {
			return c.get(ctx, key(in), func(ctx context.Context) (Out, error) { return next(ctx, in) })
		}
	})
}

// fakes is how many entries the store of a fake has.
const fakes = 1024

// cached is one cache.
type cached[K comparable, Out any] struct {
	flights[K, Out]
	settings
	ttl      time.Duration
	store    Store[K, Out]
	renewing map[K]bool // under the lock of flights
}

func (c *cached[K, Out]) get(ctx context.Context, key K, fn func(context.Context) (Out, error)) (Out, error) {
	if key != key { // it equals nothing; or it cannot be compared, which panics
		return fn(ctx)
	}
	if e, ok := c.load(key); ok {
		switch now := time.Now(); {
		case now.Before(e.Fresh):
			return e.Value, e.Err
		case now.Before(e.End) && e.Err == nil:
			c.renew(ctx, key, fn)
			return e.Value, nil
		}
	}
	return c.ask(ctx, key, fn)
}

// fresh returns what the store has, if it is fresh.
func (c *cached[K, Out]) fresh(key K) (v Out, err error, ok bool) {
	if e, ok := c.load(key); ok && time.Now().Before(e.Fresh) {
		return e.Value, e.Err, true
	}
	return v, nil, false
}

// remember puts the result of a call into the store, if it is to be kept.
func (c *cached[K, Out]) remember(ctx context.Context, key K, v Out, err error, degraded bool) {
	now := time.Now()
	switch {
	case err == nil && !degraded:
		c.save(key, Entry[Out]{Value: v, Fresh: now.Add(c.ttl), End: now.Add(c.ttl).Add(c.stale)})
	case err != nil && c.negative > 0 && slices.Contains(c.kept, recovery.ClassifyIn(ctx, err)):
		if e, ok := c.load(key); ok && e.Err == nil && now.Before(e.End) { // a stale value stays
			return
		}
		c.save(key, Entry[Out]{Err: err, Fresh: now.Add(c.negative), End: now.Add(c.negative)})
	}
}

// beginRenewal reports whether the caller is to have a new value made: nobody else does.
func (c *cached[K, Out]) beginRenewal(key K) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all[key] != nil || c.renewing[key] {
		return false
	}
	if c.renewing == nil {
		c.renewing = map[K]bool{}
	}
	c.renewing[key] = true
	return true
}

func (c *cached[K, Out]) endRenewal(key K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.renewing, key)
}

// renew makes a new value in the background, unless somebody is making one already.
func (c *cached[K, Out]) renew(ctx context.Context, key K, fn func(context.Context) (Out, error)) {
	if !c.beginRenewal(key) {
		return
	}
	ctx = context.WithValue(ctx, voyageKey{}, nil) // no flight waits for it
	in := context.WithoutCancel(ctx)               // of the scope, but not ended with this call
	if c.refresh != nil {
		in = engine.WithValues(c.refresh, ctx)
	}
	// A promise ends when its scope begins to close; without a scope it does not.
	lives := future.NewPromise[struct{}](in)
	work := future.Go(future.Named(lives.Context(), c.task+": refresh"), func(ctx context.Context) (none struct{}, _ error) {
		defer lives.Complete(none, nil)
		defer c.endRenewal(key)
		if _, err := c.ask(ctx, key, fn); err != nil && !future.IsCanceled(err) {
			slog.LogAttrs(ctx, slog.LevelWarn, MessageStale, slog.String("task", c.task),
				slog.String("class", recovery.ClassifyIn(ctx, err).String()), slog.String("error", recovery.Text(err)))
		}
		return none, nil
	})
	if r, over := work.Peek(); over && r.Err != nil { // the scope is closed: nothing was called
		c.endRenewal(key)
	}
}

// Messages of the records that gates and caches write to [slog.Default].
const (
	MessageStale = "stale"       // level Warn: the background call of a Cache has failed, and the old value stays until its end
	MessageStore = "store panic" // level Error: a Store has panicked
)

func (c *cached[K, Out]) load(key K) (e Entry[Out], ok bool) {
	defer func() {
		if r := recover(); r != nil {
			e, ok = Entry[Out]{}, false
			c.complain(r)
		}
	}()
	return c.store.Load(key)
}

func (c *cached[K, Out]) save(key K, e Entry[Out]) {
	defer func() {
		if r := recover(); r != nil {
			c.complain(r)
		}
	}()
	c.store.Save(key, e)
}

func (c *cached[K, Out]) complain(r any) {
	slog.Error(MessageStore, "task", c.task, "error", fmt.Sprint(r))
}
