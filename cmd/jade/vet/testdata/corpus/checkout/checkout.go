// Package checkout has a page as a flow, with tasks as package variables.
package checkout

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/task"
)

type Cart struct {
	User  string
	Items []string
}

type Quote struct {
	Cents, Freight int
	Coupons        []string
	Missing        []string
}

func price(ctx context.Context, items []string) (int, error) { return len(items), ctx.Err() }
func stock(ctx context.Context, item string) (int, error)    { return 1, ctx.Err() }
func freight(ctx context.Context, address string, stock []int) (int, error) {
	return len(stock), ctx.Err()
}
func address(ctx context.Context, user string) (string, error)   { return user, ctx.Err() }
func coupons(ctx context.Context, user string) ([]string, error) { return nil, ctx.Err() }
func audit(ctx context.Context, q Quote) (struct{}, error)       { return struct{}{}, ctx.Err() }

var (
	slots   = guard.Slots(100, guard.Queue(20))
	breaker = guard.Breaker(0.5)
	budget  = guard.Budget(0.1)

	Price   = task.New("price", price).Timeout(80 * time.Millisecond).Gate(slots).Retry(task.Retry{Attempts: 3, Budget: budget})
	Stock   = task.New("stock", stock).Timeout(50 * time.Millisecond).Gate(breaker)
	Freight = task.New2("freight", freight).Timeout(100 * time.Millisecond)
	Address = task.New("address", address).Timeout(60 * time.Millisecond)
	Coupons = task.New("coupons", coupons).Fallback(nil).Timeout(70 * time.Millisecond) // in the wrong order
	Audit   = task.New("audit", audit)
)

func user(c Cart) string    { return c.User }
func items(c Cart) []string { return c.Items }

func quote(cents, freight int, coupons []string) Quote {
	return Quote{Cents: cents, Freight: freight, Coupons: coupons}
}

func (q Quote) without(lost []flow.Loss) Quote {
	for _, l := range lost {
		q.Missing = append(q.Missing, l.Node)
	}
	return q
}

var errEmpty = errors.New("the cart is empty")

var Checkout = flow.New("checkout", func(cart flow.Node[Cart]) flow.Node[Quote] {
	who, what := flow.Map(cart, user), flow.Map(cart, items)
	filled := flow.Require(flow.Map(what, func(all []string) bool { return len(all) > 0 }), errEmpty)
	cents := flow.After(flow.Step(Price, what), filled)
	inStock := flow.Each(Stock, what, 8)
	to := flow.Step(Address, who)
	ship := flow.Fallback(flow.Step2(Freight, to, inStock), 499)
	q := flow.Map3(cents, ship, flow.Step(Coupons, who), quote)
	return flow.Also(q, flow.Step(Audit, q))
}).Timeout(300 * time.Millisecond).Reserve(40 * time.Millisecond).Degraded(Quote.without).OnError(func(ctx context.Context, c Cart, err error) {
	slog.ErrorContext(ctx, "checkout", "user", c.User, "err", err)
})

// Routes registers the handlers.
func Routes(ctx context.Context, mux *http.ServeMux) {
	h := faas.FromFlow(Checkout, faas.MaxInFlight(200))
	mux.Handle("POST /checkout", faas.HTTP(h, faas.Limit(time.Second)))
	preview := Checkout.Timeout(100 * time.Millisecond)
	mux.HandleFunc("POST /preview", func(w http.ResponseWriter, r *http.Request) {
		if _, err := preview.Do(r.Context(), Cart{User: r.Header.Get("User")}); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	mux.HandleFunc("POST /slow", func(w http.ResponseWriter, r *http.Request) {
		gate := guard.Slots(5) // limits nothing
		_, _ = Price.Gate(gate).Do(r.Context(), nil)
	})
}
