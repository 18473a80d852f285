package outerctx

import (
	"context"
	"database/sql"
	"net/http"
	"time"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

type item struct{ id string }

func load(ctx context.Context, id string) (item, error) { return item{id}, ctx.Err() }

var db *sql.DB

func started(ctx context.Context) {
	future.Go(ctx, func(own context.Context) (item, error) {
		return load(ctx, "a") // want `ctx is the ctx around the function that future.Go gets: load goes on when that function is cancelled or late; pass own`
	})
	future.Go(ctx, func(context.Context) (item, error) {
		return load(ctx, "a") // want `give the function's own ctx a name, and pass that`
	})
	future.Go(ctx, func(_ context.Context) (item, error) {
		return load(ctx, "a") // want `give the function's own ctx a name`
	})
	future.Call(ctx, func(own context.Context, id string) (item, error) { return load(ctx, id) }, "a") // want `future.Call gets`
}

func continued(ctx context.Context, f future.Future[item]) {
	combinators.Then(ctx, f, func(c context.Context, i item) (item, error) {
		return load(ctx, i.id) // want `pass c`
	})
	combinators.Then2(ctx, f, f, func(c context.Context, i, j item) (item, error) {
		return load(ctx, i.id) // want `combinators.Then2 gets`
	})
	combinators.FlatMap(ctx, f, func(c context.Context, i item) future.Future[item] {
		v, err := load(ctx, i.id) // want `pass c`
		return future.Of(v, err)
	})
	combinators.Each(ctx, 2, []string{"a"}, func(c context.Context, id string) (item, error) {
		return load(ctx, id) // want `pass c`
	})
	combinators.Finally(ctx, f, func(c context.Context, _ future.Result[item]) {
		_, _ = db.ExecContext(ctx, "delete") // want `db.ExecContext goes on`
	})
	recovery.Recover(ctx, f, func(c context.Context, err error) (item, error) {
		return load(ctx, "spare") // want `recovery.Recover gets`
	})
}

func scopes(ctx context.Context) {
	_, _ = future.Run(ctx, func(scope context.Context) (item, error) {
		f := future.Go(scope, func(own context.Context) (item, error) {
			return load(scope, "a") // want `scope is the ctx around`
		})
		return f.Await(ctx) // want `f.Await goes on`
	})
	_, _ = deadline.Run(ctx, time.Second, func(own context.Context) (item, error) {
		return load(ctx, "a") // want `deadline.Run gets`
	})
}

func tasks(ctx context.Context) {
	t := task.New("item", func(own context.Context, id string) (item, error) {
		return load(ctx, id) // want `task.New gets`
	})
	t = t.Recover(func(own context.Context, id string, err error) (item, error) {
		return load(ctx, id) // want `Task.Recover gets`
	})
	t = t.OnError(func(own context.Context, id string, err error) {
		_, _ = load(ctx, id) // want `Task.OnError gets`
	})
	t = t.Wrap(func(next task.Func[string, item]) task.Func[string, item] {
		return func(own context.Context, id string) (item, error) {
			return next(ctx, id) // want `Task.Wrap gets: next goes on`
		}
	})
	flow.New("page", func(id flow.Node[string]) flow.Node[item] {
		n := flow.Step(task.New("nested", func(own context.Context, id string) (item, error) {
			return load(ctx, id) // want `task.New gets`
		}), id)
		return flow.Recover(n, func(own context.Context, err error) (item, error) {
			return t.Do(ctx, "spare") // want `flow.Recover gets: t.Do goes on`
		})
	}).Catch(func(own context.Context, id string, err error) (item, error) {
		return load(ctx, id) // want `Flow.Catch gets`
	})
}

// Contexts that are made from the outer one are the outer one.
func derived(ctx context.Context) {
	outside, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	type key struct{}
	named := future.Named(outside, "x")
	future.Go(ctx, func(own context.Context) (item, error) {
		_, _ = load(outside, "a")                               // want `outside is the ctx around`
		_, _ = load(named, "a")                                 // want `named is the ctx around`
		_, _ = load(context.WithValue(ctx, key{}, 1), "a")      // want `ctx is the ctx around`
		_, _ = load(future.Named(context.Context(ctx), ""), "") // want `ctx is the ctx around`
		inside, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		alias := inside
		return load(alias, "a") // want `alias is the ctx around`
	})
}

func handler(w http.ResponseWriter, r *http.Request) {
	f := future.Go(r.Context(), func(own context.Context) (item, error) {
		req, err := http.NewRequestWithContext(r.Context(), "GET", "http://x", nil) // want `r.Context\(\) is the ctx around the function that future.Go gets: http.NewRequestWithContext goes on`
		if err != nil {
			return item{}, err
		}
		_ = req
		return load(r.Context(), "a") // want `r.Context\(\) is the ctx around`
	})
	_, _ = f.Await(r.Context())
}

// Closures in variables, helpers, functions that make functions, and what is called later.
func hidden(ctx context.Context) {
	fn := func(own context.Context) (item, error) {
		return load(ctx, "a") // want `future.Go gets`
	}
	future.Go(ctx, fn)

	future.Go(ctx, made(ctx))

	start(ctx, func(own context.Context) (item, error) {
		return load(ctx, "a") // want `the function that start gets`
	})
	twice(ctx, func(own context.Context) (item, error) {
		return load(ctx, "a") // want `the function that twice gets`
	})
	guarded(ctx, func(own context.Context) (item, error) {
		return load(ctx, "a") // want `the function that guarded gets`
	})
	future.Go(ctx, func(own context.Context) (item, error) {
		defer func() { _, _ = load(ctx, "deferred") }() // want `pass own`
		go func() { _, _ = load(ctx, "beside") }()      // want `pass own`
		each([]string{"a"}, func(id string) {
			_, _ = load(ctx, id) // want `pass own`
		})
		select {
		case <-ctx.Done(): // want `the wait for it goes on`
		case <-time.After(time.Second):
		}
		return item{}, nil
	})
	go1 := future.Go[item]
	_ = go1
	future.Go[item](ctx, (func(own context.Context) (item, error) {
		return load((ctx), "a") // want `pass own`
	}))
}

func made(ctx context.Context) func(context.Context) (item, error) {
	return func(own context.Context) (item, error) {
		return load(ctx, "a") // want `future.Go gets`
	}
}

func start[T any](ctx context.Context, fn func(context.Context) (T, error)) future.Future[T] {
	return future.Go(ctx, fn)
}

func twice[T any](ctx context.Context, fn func(context.Context) (T, error)) {
	start(ctx, fn)
	start(ctx, fn)
}

func guarded(ctx context.Context, fn func(context.Context) (item, error)) future.Future[item] {
	return future.Go(ctx, func(ctx context.Context) (item, error) {
		return fn(ctx)
	})
}

func each(ids []string, fn func(string)) {
	for _, id := range ids {
		fn(id)
	}
}
