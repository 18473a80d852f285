package guard

import (
	"context"

	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/task"
)

// Memo returns t with each result remembered for the rest of the request or run: see [WithMemory]. Calls for an equal argument at the same time share one
// call. All that [Share] says holds here too. If the ctx has no memory, nothing is remembered or shared.
//
// Failure: failures are not remembered, and neither are values with which a policy of t has replaced a failure. The next asker calls again.
// Concurrency: all askers get the same value, so nobody may change it.
// Memory: one value for each argument, as long as the ctx with the memory is in use.
func Memo[In comparable, Out any](t task.Task[In, Out]) task.Task[In, Out] {
	return memo("guard.Memo", t, func(in In) In { return in })
}

// MemoBy is [Memo] for calls with the same key: see [ShareBy].
func MemoBy[In, Out any](t task.Task[In, Out], key func(In) string) task.Task[In, Out] {
	mustHaveKey("guard.MemoBy", key == nil)
	return memo("guard.MemoBy", t, key)
}

func memo[In, Out any, K comparable](where string, t task.Task[In, Out], key func(In) K) task.Task[In, Out] {
	mustHaveTask(where, t.Name())
	return task.ForEngines(seal, t).Wrap(task.Policy{Kind: engine.KindMemo}, func(quiet any, next task.Func[In, Out]) task.Func[In, Out] {
		id := new(byte) // of this task
		fresh := func() *remembered[K, Out] {
			r := &remembered[K, Out]{flights: flights[K, Out]{task: t.Name(), quiet: quiet}}
			r.have, r.keep = r.value, r.remember
			return r
		}
		return func(ctx context.Context, in In) (Out, error) {
			r, ok := partOf(ctx, id, fresh)
			if !ok {
				return next(ctx, in)
			}
			k := key(in)
			if v, _, ok := r.value(k); ok {
				return v, nil
			}
			return r.ask(ctx, k, func(ctx context.Context) (Out, error) { return next(ctx, in) })
		}
	})
}

// remembered has the results of one task in one request.
type remembered[K comparable, Out any] struct {
	flights[K, Out]
	values map[K]Out // under the lock of flights
}

func (r *remembered[K, Out]) value(key K) (v Out, err error, ok bool) {
	if key != key { // or cannot be compared, which panics: not under the lock
		return v, nil, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	v, ok = r.values[key]
	return v, nil, ok
}

func (r *remembered[K, Out]) remember(_ context.Context, key K, v Out, err error, degraded bool) {
	if err != nil || degraded {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.values == nil {
		r.values = map[K]Out{}
	}
	r.values[key] = v
}
