package outerctx

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/task"
)

type userKey struct{}

var process = context.Background()

func right(ctx context.Context, f future.Future[item], t task.Task[string, item]) {
	future.Go(ctx, func(ctx context.Context) (item, error) { return load(ctx, "shadowed") })
	future.Go(ctx, func(own context.Context) (item, error) {
		return load(context.WithoutCancel(ctx), "an audit that has to end")
	})
	lasting := future.Named(context.WithoutCancel(ctx), "audit")
	server, stop := context.WithCancel(context.Background())
	defer stop()
	future.Go(ctx, func(own context.Context) (item, error) {
		_, _ = load(lasting, "a")
		_, _ = load(server, "a")
		_, _ = load(process, "a")
		if user, ok := ctx.Value(userKey{}).(string); ok && ctx.Err() == nil {
			return load(own, user)
		}
		return item{}, context.Cause(ctx)
	})
	// What shall outlive the function is started with the ctx of the scope.
	future.Go(ctx, func(own context.Context) (item, error) {
		future.Go(ctx, func(ctx context.Context) (item, error) { return load(ctx, "prefetch") })
		future.Go(future.Named(ctx, "prefetch"), func(ctx context.Context) (item, error) { return load(ctx, "prefetch") })
		t.Go(ctx, "prefetch")
		prefetch(ctx, "b")
		slog.InfoContext(ctx, "prefetched")
		return load(own, "a")
	})
	combinators.FlatMap(ctx, f, func(_ context.Context, i item) future.Future[item] {
		return combinators.Then(ctx, t.Go(ctx, i.id), func(ctx context.Context, i item) (item, error) { return load(ctx, i.id) })
	})
	// It waits for both.
	future.Go(ctx, func(own context.Context) (item, error) {
		select {
		case <-ctx.Done():
			return item{}, context.Cause(ctx)
		case <-own.Done():
			return item{}, context.Cause(own)
		}
	})
	// A quick function has no ctx of its own.
	combinators.Map(f, func(i item) string { return name(ctx, i) })
	// Not Jade's.
	run(ctx, func(own context.Context) error { _, err := load(ctx, "a"); return err })
}

func prefetch(ctx context.Context, id string) future.Future[item] { return future.Call(ctx, load, id) }

func name(ctx context.Context, i item) string { return i.id }

func run(ctx context.Context, fn func(context.Context) error) { _ = fn(ctx) }

func page(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("id")
	_, _ = future.Run(r.Context(), func(ctx context.Context) (item, error) {
		inner := r.WithContext(ctx)
		<-time.After(time.Millisecond)
		_ = inner.Context()
		return load(ctx, id)
	})
}

func excepted(ctx context.Context) {
	future.Go(ctx, func(own context.Context) (item, error) {
		//jade:ignore outerctx the item must be loaded even if this call is late
		_, _ = load(ctx, "a")
		_, _ = load(own, "b")     //jade:ignore outerctx nothing to except // want `//jade:ignore outerctx excepts nothing here: remove it`
		_, _ = load(ctx, "c")     //jade:ignore quick,outerctx two checks in one comment
		return load(ctx, "inner") //jade:ignore outerctx the reason
	})
}
