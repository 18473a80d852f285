package perrequest

import (
	"context"
	"net/http"
	"sync"
	"time"

	"example.com/shop/perrequest/pages"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/task"
)

type server struct {
	page  *flow.Flow[string, string]
	slots *guard.Bulkhead
	once  sync.Once
}

// It sets a server up, with a ctx for what it loads first.
func newServer(ctx context.Context) (*server, error) {
	s := &server{page: newPage("x"), slots: guard.Slots(3)}
	s.page = s.page.Timeout(time.Second)
	if _, err := load(ctx, "config"); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *server) handle(w http.ResponseWriter, r *http.Request) {
	s.once.Do(func() { s.page = newPage("late") })
	_, _ = s.page.Do(r.Context(), "x")
	_, _ = pages.Page().Do(r.Context(), "x")
	_, _ = fetch.Named("other").Timeout(time.Second).Do(r.Context(), "x")
}

func routed(ctx context.Context, mux *http.ServeMux) {
	page := newPage("x")
	limit := guard.Slots(10)
	mux.Handle("/page", faas.HTTP(faas.FromFlow(newPage("y").Timeout(time.Second))))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		_, _ = page.Do(r.Context(), "x")
		_, _ = fetch.Gate(limit).Do(r.Context(), "x")
	})
}

var lazy = faas.InitializedFlow("lazy", func(ctx context.Context) (*flow.Flow[string, string], error) {
	t := task.New("t", load)
	if _, err := t.Do(ctx, "warm"); err != nil {
		return nil, err
	}
	return newPage("lazy"), nil
})

func makes(ctx context.Context) task.Task[string, string] { // want makes:"makes by task.New"
	slots := guard.Slots(1)
	return task.New("made", load).Gate(slots)
}

func perTenant(ctx context.Context, tenant string, all map[string]*flow.Flow[string, string]) {
	all[tenant] = newPage(tenant)
	one := newPage(tenant)
	register(one)
	_, _ = one.Do(ctx, "x")
}

func register(*flow.Flow[string, string]) {}

func excepted(ctx context.Context) (string, error) {
	//jade:ignore perrequest the name of the flow depends on the request
	return newPage("x").Do(ctx, "x")
}
