package guard

import (
	"context"

	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/task"
)

// Share returns t with one call for all that ask for the same at the same time. An asker that comes while a call for an equal argument runs
// waits for that call and gets its result. A later asker begins a new call: see [Memo] and [Cache] for values that stay.
//
// All policies of t belong to the shared call. Policies that are added to what Share returns belong to each asker: in
// Share(t.Timeout(50*ms)).Timeout(20*ms) the shared call has 50 ms, and an asker gives up after 20. A Hedge belongs inside: the tries
// of one that is added outside would share one call.
//
// Ctx: the call has the values of the first asker's ctx, but neither its deadline nor its end. So an argument, or the key of [ShareBy], has to hold
// all that the result depends on, such as the tenant and the user: else one user gets what another may see. Observers see the wait of each asker, and
// not what the function of t calls.
// Cancellation: an asker whose ctx ends waits no longer. When the last one has left, the call is cancelled, and that asker's scope joins it.
// The ctx of the call ends when t returns: an effect of a flow that is shared ends then, too.
// Failure: all askers get the same error. If something has stood in for it in t, all are degraded.
// Panics: a panic of the function is the failure of all askers.
// Circles: a shared call that needs its own result, by itself or by way of other shared calls, gets a failure of class Code, and does not hang.
// Discard: [task.Task.Discard] of t may get a value that others have too. Do not share what has to be closed.
// Concurrency: all askers have the same value, so nobody may change it.
// Cost: a call costs about a microsecond more; an asker that joins one, less.
func Share[In comparable, Out any](t task.Task[In, Out]) task.Task[In, Out] {
	return share("guard.Share", t, func(in In) In { return in })
}

// ShareBy is [Share] for calls with the same key. It is for arguments that cannot be compared, or of which only a part counts. The call has the argument
// of the first asker.
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
