package guide_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/jadetest"
)

// snippet: tested-task
func TestFetchItem(t *testing.T) {
	_, err := fetchItem(t.Context(), "anvil")
	require.ErrorIs(t, err, errNoItem)
}

// end

// snippet: tested-replace
func TestOrderPage_withoutAnItem(t *testing.T) {
	page := jadetest.Replace(OrderPage, FetchItem, func(context.Context, string) (Item, error) {
		return Item{}, errSoldOut
	})
	_, err := page.Do(t.Context(), Request{"bell", "ada"})
	require.ErrorIs(t, err, errSoldOut)
}

// end

var errSoldOut = errors.New("sold out")

// snippet: tested-demands
var demands = []jadetest.Option{
	jadetest.AnswerWithin(300 * time.Millisecond),
	jadetest.MayFail("item", "address"),      // there is no page without them
	jadetest.MustDegrade("coins", "coupons"), // there is one without these
}

// end

// snippet: tested-sheltered
var ShelteredPage = flow.New("order-page", func(in flow.Node[Request]) flow.Node[Page] {
	user := flow.Map(in, Request.UserID)
	item := flow.Step(FetchItem.Timeout(150*time.Millisecond), flow.Map(in, Request.ItemID))
	address := flow.Step(FetchAddress.Timeout(150*time.Millisecond), user)
	coins := flow.Step(FetchCoins.Timeout(100*time.Millisecond).Fallback(0), user)
	coupons := flow.Step2(FetchCoupons.Timeout(100*time.Millisecond).Fallback(nil), item, address)
	return flow.Map4(item, address, coins, coupons, newPage)
})

// end

// snippet: tested-faults
func TestShelteredPage_faults(t *testing.T) {
	jadetest.Faults(t, ShelteredPage, Request{"bell", "ada"}, demands...).Golden(t, "testdata/faults.md")
}

// end

// snippet: tested-trace
func TestShelteredPage_run(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, recording := jadetest.Record(jadetest.NoLeaks(t))
		_, err := ShelteredPage.Do(ctx, Request{"bell", "ada"})
		require.NoError(t, err)

		run := recording.Trace(t)
		jadetest.Overlapped(t, run, "item", "address")
		jadetest.RanBefore(t, run, "item", "coupons")
		jadetest.RanOnce(t, run, "coins")
		jadetest.OnCriticalPath(t, run, "coupons")
		jadetest.NotOnCriticalPath(t, run, "coins")
	})
}

// end

// snippet: tested-orders
func TestShelteredPage_inAnyOrder(t *testing.T) {
	jadetest.Schedules(t, 100, func(t *testing.T, ctx context.Context) {
		page, err := ShelteredPage.Do(ctx, Request{"bell", "ada"})
		require.NoError(t, err)
		require.Equal(t, Coupons{"polish"}, page.Coupons)
	})
}

// end

// tested is what the programs below print: it is found outside of the bubble that they run in.
var tested struct {
	problems []string
	matrix   string
	loads    []jadetest.Prediction
}

// inRealTime fills in tested.
func inRealTime(t *testing.T) {
	tested.problems = jadetest.Explore(t, OrderPage, Request{"bell", "ada"}, demands...).Problems()
	m := jadetest.Explore(t, ShelteredPage, Request{"bell", "ada"}, append(demands, jadetest.Pairs())...)
	require.Empty(t, m.Problems())
	tested.matrix = m.String()
	tested.loads = simulated(t)
}

// snippet: tested-fakes
// faked answers at once.
func faked(page *flow.Flow[Request, Page]) *flow.Flow[Request, Page] {
	page = jadetest.Replace(page, FetchItem, func(_ context.Context, id string) (Item, error) { return Item{"brass " + id, 1900}, nil })
	page = jadetest.Replace(page, FetchAddress, func(context.Context, string) (Address, error) { return Address{"Ghent"}, nil })
	page = jadetest.Replace(page, FetchCoins, func(context.Context, string) (int, error) { return 300, nil })
	return jadetest.Replace(page, FetchCoupons, func(context.Context, lo.Tuple2[Item, Address]) (Coupons, error) { return Coupons{"polish"}, nil })
}

// end

func simulated(t *testing.T) []jadetest.Prediction {
	// snippet: tested-load
	load := jadetest.Load{Latencies: map[string]jadetest.Latency{
		"item":    jadetest.LogNormal(60*time.Millisecond, 200*time.Millisecond), // median, and what one in a hundred exceeds
		"address": jadetest.LogNormal(40*time.Millisecond, 90*time.Millisecond),
		"coins":   jadetest.LogNormal(30*time.Millisecond, 60*time.Millisecond),
		"coupons": jadetest.LogNormal(50*time.Millisecond, 500*time.Millisecond).Failing(0.01, errSoldOut),
	}}
	is := jadetest.Simulate(t, faked(OrderPage), Request{"bell", "ada"}, load)
	would := jadetest.Simulate(t, faked(ShelteredPage), Request{"bell", "ada"}, load)
	// end
	return []jadetest.Prediction{is, would}
}

func testedProblems() {
	for _, line := range tested.problems {
		fmt.Println(place.ReplaceAllString(line, "$1"))
	}
}

// place is a source line, which changes with every edit.
var place = regexp.MustCompile(`(_test\.go):\d+`)

func testedMatrix() { fmt.Print(tested.matrix) }

func testedLoad() {
	for _, p := range tested.loads {
		fmt.Println(p)
	}
}

// The chapter shows the matrices of the examples as they are.
func TestGuide_showsTheMatrices(t *testing.T) {
	chapter, err := os.ReadFile("10-tested.md")
	require.NoError(t, err)
	for _, file := range []string{"orderpage/testdata/faults.md", "rules/testdata/faults-order-page.md"} {
		matrix, err := os.ReadFile("../../examples/" + file)
		require.NoError(t, err)
		require.Contains(t, string(chapter), string(matrix), file)
	}
}
