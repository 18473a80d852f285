package dropped

import (
	"context"
	"errors"
	"time"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/guard"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

func load(ctx context.Context, id string) (string, error) { return id, nil }

var (
	fetch = task.New("fetch", load)
	audit = task.New("audit", load)
	page  = flow.New("page", func(id flow.Node[string]) flow.Node[string] { return flow.Step(fetch, id) })
	_     = fetch.Timeout(time.Second) // want `the task that Task.Timeout returns is dropped: fetch stays as it was; assign the result`
)

type client struct{ get task.Task[string, string] }

func tasks(c *client) {
	fetch.Timeout(time.Second)                  // want `the task that Task.Timeout returns is dropped: fetch stays as it was; assign the result`
	c.get.Fallback("")                          // want `c.get stays as it was`
	(fetch).Named("x").Retry(task.Retry{})      // want `the task that Task.Retry returns is dropped`
	_ = fetch.Fallback("")                      // want `Task.Fallback returns is dropped`
	task.New("x", load)                         // want `the task that task.New returns is dropped: the call does nothing else`
	guard.Share(fetch)                          // want `the task that guard.Share returns is dropped`
	page.Timeout(time.Second)                   // want `the flow that Flow.Timeout returns is dropped: page stays as it was`
	page.Task()                                 // want `the task that Flow.Task returns is dropped`
	defer page.Reserve(time.Second)             // want `Flow.Reserve returns is dropped`
	task.Task[string, string].Timeout(c.get, 1) // want `c.get stays as it was`
	faas.FromFlow(page).Catch(nil)              // want `the handler that Handler.Catch returns is dropped`
	limited := fetch.Timeout(time.Second)       // want `the task that Task.Timeout returns is dropped`
	_ = limited
}

func nodes(t task.Task[string, string]) {
	flow.New("nodes", func(id flow.Node[string]) flow.Node[string] { // want `the flow that flow.New returns is dropped`
		a := flow.Step(t, id)
		flow.Step(audit, a)                                     // want `the node of flow.Step is dropped: nothing in the flow needs it; use it, or name it in flow.Also or flow.After`
		_ = flow.Fallback(a, "")                                // want `the node of flow.Fallback is dropped`
		flow.Map2(a, id, func(a, b string) string { return a }) // want `the node of flow.Map2 is dropped`
		unused := flow.Step(audit, a)                           // want `the node of flow.Step is dropped`
		_ = unused
		return a
	})
}

func futures(ctx context.Context, f, g future.Future[string]) {
	combinators.All(f, g)                                                                         // want `the future of combinators.All is dropped: the call does nothing else; use the future`
	combinators.Map(f, func(s string) string { return s })                                        // want `the future of combinators.Map is dropped`
	_ = combinators.Zip2(f, g)                                                                    // want `the future of combinators.Zip2 is dropped`
	combinators.Settle(f, g)                                                                      // want `the future of combinators.Settle is dropped`
	recovery.Fallback(f, "")                                                                      // want `the future of recovery.Fallback is dropped: the one that it got stays as it was; use the future`
	recovery.Recover(ctx, f, nil)                                                                 // want `the future of recovery.Recover is dropped`
	deadline.Within(f, time.Second)                                                               // want `the future of deadline.Within is dropped`
	future.Shield(f)                                                                              // want `the one that it got stays as it was`
	future.Go(context.Background(), func(ctx context.Context) (string, error) { return "", nil }) // want `the future of future.Go is dropped, and its ctx has no scope: nobody waits for it or sees its failure; use the ctx of a scope`
}

func others(ctx context.Context) {
	future.WithScope(ctx)                                   // want `the scope of future.WithScope is dropped: nobody can close it`
	inner, _ := future.WithScope(ctx)                       // want `the scope of future.WithScope is dropped: nobody can close it; give it a name and defer its Close`
	future.Named(inner, "x")                                // want `the ctx that future.Named returns is dropped: the ctx that it got stays as it was; assign the result`
	guard.WithMemory(ctx)                                   // want `the ctx that guard.WithMemory returns is dropped`
	recovery.Mark(recovery.ClassBusiness, errors.New("no")) // want `the result of recovery.Mark is dropped`
	future.NewPromise[string](ctx)                          // want `the result of future.NewPromise is dropped`
}
