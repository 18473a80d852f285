package perrequest

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"example.com/shop/perrequest/pages"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/task"
)

func load(ctx context.Context, id string) (string, error) { return id, nil }

var fetch = task.New("fetch", load)

func handle(w http.ResponseWriter, r *http.Request) {
	page := flow.New("page", func(id flow.Node[string]) flow.Node[string] { // want `flow.New is called in each call of handle: the flow is compiled each time; call it once, for a package variable or in a constructor`
		return flow.Step(task.New("load", load), id)
	}).Timeout(time.Second)
	page = page.Reserve(time.Millisecond)
	v, err := page.Do(r.Context(), "x")
	fmt.Fprintln(w, v, err)
}

func limited(ctx context.Context, id string) (string, error) {
	slots := guard.Slots(10)    // want `guard.Slots is called in each call of limited: the limit is a new one each time, and limits nothing`
	budget := guard.Budget(0.1) // want `guard.Budget is called in each call of limited: it never learns of other calls`
	t := fetch.Gate(slots).Retry(task.Retry{Attempts: 2, Budget: budget})
	t = t.Gate(guard.Breaker(0.5))                                          // want `guard.Breaker is called in each call of limited`
	cached := guard.Cache(t, guard.NewLRU[string, string](10), time.Minute) // want `guard.Cache is called in each call of limited: the cache is empty each time` `guard.NewLRU\[string, string\] is called in each call of limited: the cache is empty`
	return cached.Do(ctx, id)
}

func direct(ctx context.Context, id string) future.Future[string] {
	return task.New("direct", func(ctx context.Context, id string) (string, error) { return load(ctx, id) }).Go(ctx, id) // want `task.New is called in each call of direct: the task is a new one each time`
}

func constructed(w http.ResponseWriter, r *http.Request) {
	_, _ = pages.New(time.Second).Do(r.Context(), "x")  // want `pages.New is called in each call of constructed: the flow is compiled each time`
	_, _ = newPage("x").Timeout(1).Do(r.Context(), "x") // want `newPage is called in each call of constructed`
}

func newPage(name string) *flow.Flow[string, string] { // want newPage:"makes by flow.New"
	return flow.New(name, func(id flow.Node[string]) flow.Node[string] { return id })
}

type Context struct{ ctx context.Context } // as frameworks have it

var routes = map[string]func(*Context){}

func setup() {
	routes["x"] = func(c *Context) {
		_, _ = newPage("x").Do(c.ctx, "x") // want `newPage is called in each call of a function that gets a ctx or a request`
	}
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		_, _ = future.Run(r.Context(), func(ctx context.Context) (string, error) {
			shared := guard.Share(fetch) // want `guard.Share is called in each call of a function that gets a ctx or a request: nobody else can share its calls`
			f := future.Go(ctx, func(ctx context.Context) (string, error) { return shared.Do(ctx, "x") })
			return f.Await(ctx)
		})
	})
}
