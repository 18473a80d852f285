package guard

import (
	"context"

	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/task"
)

// Share returns t with one call for all askers that have equal arguments at the same time. If a call for an equal argument runs, an asker
// waits for that call and gets its result. When that call is over, the next asker begins a new one. [Memo] and [Cache] keep results for longer.
//
// All policies of t belong to the shared call. Policies that are added to the returned task belong to each asker: in
// Share(t.Timeout(50*ms)).Timeout(20*ms) the shared call has 50 ms, and an asker gives up after 20 ms. Put a Hedge inside: if it is outside, both
// of its tries share one call.
//
// Ctx: the call has the values of the first asker's ctx, but not its deadline, and it does not end with it. So an argument, or the key of [ShareBy],
// has to hold all that the result depends on, such as the tenant and the user. Otherwise one user may get the data of another. Observers see
// how long each asker waits, but not the calls that the function of t makes.
// Cancellation: an asker whose ctx ends stops waiting. When the last asker has left, the call is cancelled, and that asker's scope waits for its end.
// The ctx of the call ends when t returns. If t is a flow, its effects end then too.
// Failure: all askers get the same error. If a policy of t has replaced a failure, all askers are degraded.
// Panics: a panic of the function is the failure of all askers.
// Circles: if a shared call needs its own result, directly or through other shared calls, it fails with class Code instead of hanging.
// Discard: the function of [task.Task.Discard] of t may get a value that other askers have too. Do not share values that have to be closed.
// Concurrency: all askers get the same value, so nobody may change it.
// Cost: about 4 microseconds more for an asker that begins a call, and less for one that joins it.
func Share[In comparable, Out any](t task.Task[In, Out]) task.Task[In, Out] {
	return share("guard.Share", t, func(in In) In { return in })
}

// ShareBy is [Share] for calls with the same key, which key makes of the argument. Use it for arguments that cannot be compared, or if the result depends
// only on a part of the argument. The call has the argument of the first asker.
//
// Panics: a panic of key is the failure of the asker.
func ShareBy[In, Out any](t task.Task[In, Out], key func(In) string) task.Task[In, Out] {
	mustHaveKey("guard.ShareBy", key == nil)
	return share("guard.ShareBy", t, key)
}

func share[In, Out any, K comparable](where string, t task.Task[In, Out], key func(In) K) task.Task[In, Out] {
	mustHaveTask(where, t.Name())
	return task.ForEngines(seal, t).Wrap(task.Policy{Kind: engine.KindShare}, func(quiet any, next task.Func[In, Out]) task.Func[In, Out] {
		shared := &flights[K, Out]{task: t.Name(), quiet: quiet}
		return func(ctx context.Context, in In) (Out, error) {
			return shared.ask(ctx, key(in), func(ctx context.Context) (Out, error) { return next(ctx, in) })
		}
	})
}

func mustHaveTask(where, name string) {
	if name == "" {
		panic(where + ": zero Task")
	}
}

func mustHaveKey(where string, none bool) {
	if none {
		panic(where + ": nil function")
	}
}
