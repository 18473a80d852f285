package jadeotel_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

// orderPage is a flow with something of everything: rules in a flow of their own that must pass first, a task that is
// retried, a fallback for one that is late, many elements, a branch that is not taken, and an effect.
func orderPage() *flow.Flow[string, string] {
	var tries atomic.Int32
	item := task.New("item", func(context.Context, string) (string, error) {
		time.Sleep(4 * ms)
		if tries.Add(1)%3 != 0 {
			return "", unavailable{}
		}
		return "book", nil
	}).Retry(task.Retry{Attempts: 3, Delay: 2 * ms})
	rules := side("rules", takes("age", 3*ms, nil), takes("country", 5*ms, errSoldOut).Fallback("?"))
	return flow.New("order-page", func(in flow.Node[string]) flow.Node[string] {
		passed := flow.Step(rules.Task(), in)
		book := flow.Step(item, in)
		ads := flow.Step(stubborn("ads", 60*ms, nil).Timeout(10*ms).Fallback("none"), book)
		reviews := flow.Each(takes("review", 2*ms, nil), flow.Map(book, func(string) []string { return make([]string, 3) }), 2)
		price := flow.Either(flow.Map(book, func(b string) bool { return b == "book" }),
			flow.Step(takes("net price", 6*ms, nil), book), flow.Step(takes("gross price", 6*ms, nil), book))
		page := flow.Step3(task.New3("render", func(_ context.Context, ads, price string, reviews []string) (string, error) {
			return price + " " + ads + strings.Repeat("*", len(reviews)), nil
		}), ads, price, reviews)
		return flow.Also(flow.After(page, passed), flow.Step(takes("audit", 40*ms, nil), in))
	}).Timeout(300 * ms)
}

// The spans of one run in virtual time: what is part of what, and linked to what.
func TestSpans_ofAnOrderPage(t *testing.T) {
	all := traced(t, func(ctx context.Context) {
		page, err := orderPage().Do(ctx, "x")
		require.NoError(t, err)
		require.Equal(t, "book none***", page)
		time.Sleep(time.Second)
	})
	require.Equal(t, strings.TrimSpace(`
order-page 0s-33ms degraded business !skipped:33ms:gross price !degraded:33ms:business
  audit 0s-40ms ok
  rules 0s-5ms degraded business !degraded:5ms:business
    rules 0s-5ms degraded business !degraded:5ms:business
      age 0s-3ms ok
      country 0s-5ms degraded business !degraded:5ms:business
  item 5ms-23ms ok <after rules !retry:11ms:2:dependency !retry:19ms:3:dependency
    item attempt 5ms-9ms failed dependency ERROR
    item attempt 11ms-15ms failed dependency ERROR
    item attempt 19ms-23ms ok
  ads 23ms-33ms degraded timeout <input item !degraded:33ms:timeout
    ads attempt 23ms-33ms straggler timeout ERROR !straggler:33ms
  net price 23ms-29ms ok <input item
  review 23ms-27ms ok <input item
    review element 23ms-25ms ok
    review element 23ms-25ms ok
    review element 25ms-27ms ok
  render 33ms-33ms ok <input ads <input item <input net price <input review
`), strings.Join(all.tree(t), "\n"))
}
