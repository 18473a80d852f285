package dropped

import (
	"context"
	"time"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
)

func right(ctx context.Context, f future.Future[string]) error {
	ctx, scope := future.WithScope(ctx)
	defer scope.Close()
	future.Go(ctx, func(ctx context.Context) (string, error) { return load(ctx, "") })
	_ = future.Call(ctx, load, "")
	fetch.Go(ctx, "")
	page.Go(ctx, "")
	combinators.Then(ctx, f, load)
	combinators.Race(f, f)
	combinators.Tap(f, func(string) {})
	combinators.Finally(ctx, f, func(context.Context, future.Result[string]) {})
	recovery.OnError(f, func(error) {})
	f.OnDone(func(future.Result[string]) {})
	_, _ = fetch.Do(ctx, "")
	limited := fetch.Timeout(time.Second)
	limited = limited.Fallback("")
	in, cancel := deadline.Reserve(ctx, time.Second)
	defer cancel()
	_, err := limited.Do(in, "")
	_ = flow.New("right", func(id flow.Node[string]) flow.Node[string] { //jade:ignore dropped New checks the flow
		return flow.Also(flow.Step(fetch, id), flow.Step(audit, id))
	})
	return err
}
