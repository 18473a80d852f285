package guide_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// snippet: flow-request
type Request struct{ Item, User string }

func (r Request) ItemID() string { return r.Item }
func (r Request) UserID() string { return r.User }

// end

// snippet: flow-page
var OrderPage = flow.New("order-page", func(in flow.Node[Request]) flow.Node[Page] {
	user := flow.Map(in, Request.UserID)
	item := flow.Step(FetchItem, flow.Map(in, Request.ItemID))
	address := flow.Step(FetchAddress, user)
	coins := flow.Step(FetchCoins, user)
	coupons := flow.Step2(FetchCoupons, item, address)
	return flow.Map4(item, address, coins, coupons, newPage)
})

func newPage(item Item, address Address, coins int, coupons Coupons) Page {
	return Page{item, address, coins, coupons}
}

// end

func orderPage() {
	ctx := context.Background()
	// snippet: flow
	timed(func() {
		page, err := OrderPage.Do(ctx, Request{"bell", "ada"})
		fmt.Println(page, err)
	})
	// end
}

// fetchLocalCoupons needs no item.
func fetchLocalCoupons(ctx context.Context, to Address) (Coupons, error) {
	return answer(ctx, 70*time.Millisecond, Coupons{"pedal"})
}

var FetchLocalCoupons = task.New("coupons", fetchLocalCoupons)

var localPage = flow.New("order-page", func(in flow.Node[Request]) flow.Node[Page] {
	user := flow.Map(in, Request.UserID)
	item := flow.Step(FetchItem, flow.Map(in, Request.ItemID))
	address := flow.Step(FetchAddress, user)
	coins := flow.Step(FetchCoins, user)
	// snippet: flow-change
	coupons := flow.Step(FetchLocalCoupons, address)
	// end
	return flow.Map4(item, address, coins, coupons, newPage)
})

func flowChange() {
	ctx := context.Background()
	timed(func() {
		page, err := localPage.Do(ctx, Request{"bell", "ada"})
		fmt.Println(page, err)
	})
}

func flowFailure() {
	ctx := context.Background()
	// snippet: flow-failure
	timed(func() {
		page, err := OrderPage.Do(ctx, Request{"anvil", "ada"})
		fmt.Println(page)
		if failure, ok := errors.AsType[*flow.Error](err); ok {
			fmt.Println("flow: ", failure.Flow)
			fmt.Println("node: ", failure.Node)
			fmt.Println("place:", failure.Place.File)
			fmt.Println("error:", failure.Err)
		}
		fmt.Println(errors.Is(err, errNoItem))
	})
	// end
}

// stopped is fn that says if it was cancelled. (The cause names a line of the source.)
func stopped[In, Out any](name string, fn func(context.Context, In) (Out, error)) func(context.Context, In) (Out, error) {
	return func(ctx context.Context, in In) (Out, error) {
		out, err := fn(ctx, in)
		if future.IsCanceled(err) {
			fmt.Println(name, "stopped")
		}
		return out, err
	}
}

func flowScope() {
	ctx := context.Background()
	toldPage := flow.New("order-page", func(in flow.Node[Request]) flow.Node[string] {
		address := flow.Step(task.New("address", stopped("address", fetchAddress)), flow.Map(in, Request.UserID))
		item := flow.Step(FetchItem, flow.Map(in, Request.ItemID))
		return flow.Map2(item, address, func(item Item, address Address) string { return item.Name + " to " + address.City })
	})
	// snippet: flow-scope
	timed(func() {
		_, err := future.Run(ctx, func(ctx context.Context) (string, error) {
			return toldPage.Do(ctx, Request{"anvil", "ada"})
		})
		fmt.Println("no such item:", errors.Is(err, errNoItem))
	})
	// end
}

// snippet: flow-whole-page
var TimelyPage = OrderPage.Timeout(150 * time.Millisecond).Reserve(20 * time.Millisecond).OnError(logPage).Catch(emptyPage)

func logPage(_ context.Context, in Request, err error) {
	fmt.Println("log:", in, err)
}

func emptyPage(_ context.Context, in Request, err error) (Page, error) {
	return Page{Item: Item{Name: in.Item}}, nil
}

// end

func flowWhole() {
	ctx := context.Background()
	// snippet: flow-whole
	timed(func() {
		page, err := future.Run(ctx, func(ctx context.Context) (Page, error) { // which joins logPage
			return TimelyPage.Do(ctx, Request{"bell", "ada"}) // takes 170ms
		})
		fmt.Println(page, err)
	})
	// end
}

var FailCoupons = task.New2("coupons", failCoupons)

var fallbackPage = flow.New("order-page", func(in flow.Node[Request]) flow.Node[Page] {
	user := flow.Map(in, Request.UserID)
	item := flow.Step(FetchItem, flow.Map(in, Request.ItemID))
	address := flow.Step(FetchAddress, user)
	coins := flow.Step(FetchCoins, user)
	// snippet: flow-fallback
	coupons := flow.Fallback(flow.Step2(FailCoupons, item, address), Coupons{})
	// end
	return flow.Map4(item, address, coins, coupons, newPage)
})

func flowFallback() {
	ctx := context.Background()
	page, err := fallbackPage.Do(ctx, Request{"bell", "ada"})
	fmt.Println(page, err)
}

// snippet: flow-limit-page
type Shown struct {
	Page
	Missing []string
}

func newShown(item Item, address Address, coins int, coupons Coupons) Shown {
	return Shown{Page: Page{item, address, coins, coupons}}
}

func (s Shown) without(lost []flow.Loss) Shown {
	for _, l := range lost {
		s.Missing = append(s.Missing, fmt.Sprintf("%s (%s)", l.Node, l.Class))
	}
	return s
}

var LimitedPage = flow.New("order-page", func(in flow.Node[Request]) flow.Node[Shown] {
	user := flow.Map(in, Request.UserID)
	item := flow.Step(FetchItem, flow.Map(in, Request.ItemID))
	address := flow.Step(FetchAddress, user)
	coins := flow.Step(FetchCoins, user)
	coupons := flow.Step2(FetchCoupons, item, address)
	return flow.Map4(item, address, coins, flow.Fallback(coupons, Coupons{}), newShown)
}).Timeout(150 * time.Millisecond).Reserve(20 * time.Millisecond).Degraded(Shown.without)

// end

func flowLimit() {
	ctx := context.Background()
	// snippet: flow-limit
	timed(func() { fmt.Println(LimitedPage.Do(ctx, Request{"bell", "ada"})) }) // takes 170ms
	// end
}

// snippet: flow-maperr-page
var CheckedItem = flow.New("checked-item", func(in flow.Node[Request]) flow.Node[Item] {
	return flow.Step(FetchItem, flow.MapErr(in, requested))
})

func requested(in Request) (string, error) {
	if in.Item == "" {
		return "", errors.New("no item is asked for")
	}
	return in.Item, nil
}

// end

func flowMapErr() {
	ctx := context.Background()
	// snippet: flow-maperr
	_, err := CheckedItem.Do(ctx, Request{User: "ada"})
	if failure, ok := errors.AsType[*flow.Error](err); ok {
		fmt.Println(failure.Node, "-", failure.Err)
	}
	// end
}

// snippet: flow-try-page
var CouponsOrWhy = flow.New("coupons-or-why", func(in flow.Node[Request]) flow.Node[string] {
	item := flow.Step(FetchItem, flow.Map(in, Request.ItemID))
	address := flow.Step(FetchAddress, flow.Map(in, Request.UserID))
	return flow.Map(flow.Try(flow.Step2(FailCoupons, item, address)), orWhy)
})

func orWhy(coupons future.Result[Coupons]) string {
	if coupons.Err != nil {
		return fmt.Sprintf("no coupons: %s", recovery.Classify(coupons.Err))
	}
	return fmt.Sprint(coupons.Value)
}

// end

func flowTry() {
	ctx := context.Background()
	// snippet: flow-try
	fmt.Println(CouponsOrWhy.Do(ctx, Request{"bell", "ada"}))
	// end
}

var errTooFewCoins = errors.New("too few coins")

func enough(coins int) bool { return coins >= 100 }

// reserve takes 40ms.
func hold(ctx context.Context, item Item) (string, error) {
	return answer(ctx, 40*time.Millisecond, item.Name+" is reserved")
}

var (
	ToldItem = task.New("item", told("item", fetchItem))
	Reserve  = task.New("reserve", told("reserve", hold))
)

// snippet: flow-after-page
var Reservation = flow.New("reservation", func(in flow.Node[Request]) flow.Node[string] {
	coins := flow.Step(FetchCoins, flow.Map(in, Request.UserID))
	mayReserve := flow.Require(flow.Map(coins, enough), errTooFewCoins)

	item := flow.Step(ToldItem, flow.Map(in, Request.ItemID))
	return flow.After(flow.Step(Reserve, item), mayReserve)
})

// end

func flowAfter() {
	ctx := context.Background()
	// snippet: flow-after
	timed(func() {
		_, err := Reservation.Do(ctx, Request{"bell", "eve"}) // who has no coins
		fmt.Println("too few coins:", errors.Is(err, errTooFewCoins))
	})
	timed(func() { fmt.Println(Reservation.Do(ctx, Request{"bell", "ada"})) })
	// end
}

var earlyReservation = flow.New("reservation", func(in flow.Node[Request]) flow.Node[string] {
	coins := flow.Step(FetchCoins, flow.Map(in, Request.UserID))
	mayReserve := flow.Require(flow.Map(coins, enough), errTooFewCoins)

	item := flow.Step(ToldItem, flow.Map(in, Request.ItemID))
	// snippet: flow-early
	return flow.After(flow.Step(Reserve, item), mayReserve, item)
	// end
})

func flowEarly() {
	ctx := context.Background()
	timed(func() { fmt.Println(earlyReservation.Do(ctx, Request{"bell", "ada"})) })
}

// snippet: flow-also-page
var WriteAudit = task.New("audit", writeAudit)

var AuditedItem = flow.New("audited-item", func(in flow.Node[Request]) flow.Node[Item] {
	item := flow.Step(FetchItem, flow.Map(in, Request.ItemID))
	audit := flow.Step(WriteAudit, flow.Map(in, Request.UserID))
	return flow.Also(item, audit)
}).OnError(func(_ context.Context, _ Request, err error) {
	if failure, ok := errors.AsType[*flow.Error](err); ok {
		fmt.Println("log:", failure.Node, "-", failure.Err)
	}
})

// end

func flowAlso() {
	ctx := context.Background()
	// snippet: flow-also
	fmt.Println(AuditedItem.Do(ctx, Request{"bell", "ada"}))
	// end
}

var mailedItem = flow.New("mailed-item", func(in flow.Node[Request]) flow.Node[Item] {
	item := flow.Step(FetchItem, flow.Map(in, Request.ItemID))
	mail := flow.Step(task.New("mail", told("mail", func(ctx context.Context, item Item) (string, error) {
		return answer(ctx, 250*time.Millisecond, "sent")
	})), item)
	return flow.Also(item, mail)
})

func flowMail() {
	ctx := context.Background()
	// snippet: flow-mail
	ctx, scope := future.WithScope(ctx)
	timed(func() { fmt.Println(mailedItem.Do(ctx, Request{"bell", "ada"})) })
	timed(scope.Wait)
	scope.Close()

	_, err := future.Run(context.Background(), func(ctx context.Context) (Item, error) {
		defer time.Sleep(50 * time.Millisecond) // the mail is under way by then
		return mailedItem.Do(ctx, Request{"bell", "ada"})
	})
	fmt.Println(err)
	// end
}

func byBike(ctx context.Context, to Address) (string, error) {
	return answer(ctx, 30*time.Millisecond, "bike to "+to.City)
}

func byPost(ctx context.Context, to Address) (string, error) {
	return answer(ctx, 50*time.Millisecond, "post to "+to.City)
}

var (
	ByBike = task.New("bike", told("bike", byBike))
	ByPost = task.New("post", told("post", byPost))
)

// snippet: flow-either-page
var Delivery = flow.New("delivery", func(in flow.Node[Request]) flow.Node[string] {
	address := flow.Step(FetchAddress, flow.Map(in, Request.UserID))
	nearby := flow.Map(address, func(to Address) bool { return to.City == "Ghent" })
	return flow.Either(nearby, flow.Step(ByBike, address), flow.Step(ByPost, address))
})

// end

func flowEither() {
	ctx := context.Background()
	// snippet: flow-either
	timed(func() { fmt.Println(Delivery.Do(ctx, Request{"bell", "ada"})) })
	// end
}

// snippet: flow-any-page
var Ask = task.New("mirror", fetchFrom)

var Mirrored = flow.New("mirrored", func(flow.Node[Request]) flow.Node[Item] {
	return flow.Any(flow.Step(Ask, flow.Const(1)), flow.Step(Ask, flow.Const(2)))
})

// end

func flowAny() {
	ctx := context.Background()
	// snippet: flow-any
	timed(func() { fmt.Println(Mirrored.Do(ctx, Request{"bell", "ada"})) })
	// end
}

// snippet: flow-each-page
var Basket = flow.New("basket", func(ids flow.Node[[]string]) flow.Node[int] {
	items := flow.Each(FetchItem, ids, 2)
	return flow.Map(items, total)
})

func total(items []Item) (sum int) {
	for _, item := range items {
		sum += item.Price
	}
	return sum
}

// end

func flowEach() {
	ctx := context.Background()
	// snippet: flow-each
	timed(func() { fmt.Println(Basket.Do(ctx, []string{"bell", "lamp", "hinge", "nail"})) })
	// end
}

// snippet: flow-settle-each-page
var Shelf = flow.New("shelf", func(ids flow.Node[[]string]) flow.Node[[]Item] {
	return flow.Map(flow.SettleEach(FetchItem, ids, 2), known)
}).Timeout(150 * time.Millisecond).Degraded(func(items []Item, lost []flow.Loss) []Item {
	fmt.Println("without", lost[0].Count, "of", lost[0].Node)
	return items
})

func known(results []future.Result[Item]) (items []Item) {
	for _, r := range results {
		if r.Err == nil {
			items = append(items, r.Value)
		}
	}
	return items
}

// end

func flowSettleEach() {
	ctx := context.Background()
	// snippet: flow-settle-each
	timed(func() { fmt.Println(Shelf.Do(ctx, []string{"bell", "anvil", "hinge", "nail"})) })
	// end
}

// snippet: flow-nested-page
var History = flow.New("history", func(orders flow.Node[[]Request]) flow.Node[[]Page] {
	return flow.Each(OrderPage.Task().Fallback(Page{}), orders, 10)
})

// end

func flowNested() {
	ctx := context.Background()
	// snippet: flow-nested
	timed(func() {
		pages, err := History.Do(ctx, []Request{{"bell", "ada"}, {"anvil", "ada"}, {"lamp", "ada"}})
		for _, page := range pages {
			fmt.Println(page)
		}
		fmt.Println(err)
	})
	// end
}

func flowGraph() {
	// snippet: flow-graph
	graph := TimelyPage.Graph()
	fmt.Println(graph.Name, graph.Timeout)
	for _, node := range graph.Nodes {
		var from []string
		for _, edge := range graph.Edges {
			if edge.To == node.ID {
				from = append(from, graph.Node(edge.From).Name)
			}
		}
		fmt.Println(node.Kind, node.Name, from)
	}
	// end
}

// snippet: flow-ledger
type ledger struct{}

func (ledger) Begin(ctx context.Context, call observe.Call) (context.Context, func(observe.Outcome)) {
	return ctx, func(o observe.Outcome) {
		fmt.Println(call.Kind, call.Flow, call.Node, call.Inputs, "-", o.Status, o.Elapsed)
	}
}

// end

func flowObserve() {
	ctx := context.Background()
	// snippet: flow-observe
	ctx = observe.With(ctx, ledger{})
	OrderPage.Do(ctx, Request{"bell", "ada"})
	// end
}

func fetchFreight(ctx context.Context, item Item, to Address) (int, error) {
	return answer(ctx, 50*time.Millisecond, 490)
}

// snippet: flow-add-task
var FetchFreight = task.New2("freight", fetchFreight)

// end

type FreightPage struct {
	Page    Page
	Freight int
}

func newFreightPage(item Item, address Address, coins int, coupons Coupons, freight int) FreightPage {
	return FreightPage{Page{item, address, coins, coupons}, freight}
}

var freightPage = flow.New("order-page", func(in flow.Node[Request]) flow.Node[FreightPage] {
	user := flow.Map(in, Request.UserID)
	item := flow.Step(FetchItem, flow.Map(in, Request.ItemID))
	address := flow.Step(FetchAddress, user)
	coins := flow.Step(FetchCoins, user)
	coupons := flow.Step2(FetchCoupons, item, address)
	// snippet: flow-add-step
	freight := flow.Step2(FetchFreight, item, address)
	// end
	// snippet: flow-add-argument
	return flow.Map5(item, address, coins, coupons, freight, newFreightPage)
	// end
})

func flowAdded() {
	ctx := context.Background()
	timed(func() { fmt.Println(freightPage.Do(ctx, Request{"bell", "ada"})) })
}

func flowUnused() {
	defer func() {
		why, _, _ := strings.Cut(fmt.Sprint(recover()), " (") // the place
		fmt.Println(why)
	}()
	flow.New("order-page", func(in flow.Node[Request]) flow.Node[Item] {
		item := flow.Step(FetchItem, flow.Map(in, Request.ItemID))
		address := flow.Step(FetchAddress, flow.Map(in, Request.UserID))
		// snippet: flow-unused
		_ = flow.Step2(FetchFreight, item, address)
		// end
		return item
	})
}
