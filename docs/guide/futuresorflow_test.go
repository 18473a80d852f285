package guide_test

// snippet: imports
import (
	"context"
	"fmt"
	"time"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// end

// snippet: hedged-item
func fetchHedged(ctx context.Context, id string) (Item, error) {
	return future.Run(ctx, func(ctx context.Context) (Item, error) {
		first := future.Call(ctx, fetchItem, id) // answers after 100ms
		item, err := deadline.Within(future.Shield(first), 50*time.Millisecond).Await(ctx)
		if recovery.Classify(err) != recovery.ClassTimeout {
			return item, err
		}
		second := future.Call(ctx, fetchFrom, 2) // a mirror, which answers after 40ms
		return combinators.Any(first, second).Await(ctx)
	})
}

var HedgedItem = task.New("item", fetchHedged)

// end

var hedgedPage = flow.New("order-page", func(in flow.Node[Request]) flow.Node[Page] {
	user := flow.Map(in, Request.UserID)
	item := flow.Step(HedgedItem, flow.Map(in, Request.ItemID))
	address := flow.Step(FetchAddress, user)
	coins := flow.Step(FetchCoins, user)
	coupons := flow.Step2(FetchCoupons, item, address)
	return flow.Map4(item, address, coins, coupons, newPage)
})

func hedged() {
	ctx := context.Background()
	timed(func() { fmt.Println(hedgedPage.Do(ctx, Request{"bell", "ada"})) })
}

func flowFuture() {
	ctx := context.Background()
	// snippet: flow-future
	timed(func() {
		page := OrderPage.Go(ctx, Request{"bell", "ada"})
		delivery := Delivery.Go(ctx, Request{"bell", "ada"})

		p, d, err := combinators.Await2(ctx, page, delivery)
		fmt.Println(p, d, err)
	})
	// end
}
