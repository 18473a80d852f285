package main

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/jade-go/jade/flow"
	recovery "github.com/jade-go/jade/recover"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCriticalPath(t *testing.T) {
	calls := map[string]call{
		"item": {cost: 60 * ms}, "address": {cost: 45 * ms}, "coins": {cost: 30 * ms},
		"coupons": {cost: 80 * ms}, "freight": {cost: 50 * ms}, "inspection": {cost: 90 * ms},
	}
	path, cost := criticalPath(calls)
	assert.Equal(t, []string{"item", "inspection"}, path)
	assert.Equal(t, 150*ms, cost)

	calls["address"] = call{cost: 70 * ms}
	path, cost = criticalPath(calls)
	assert.Equal(t, []string{"address", "inspection"}, path)
	assert.Equal(t, 160*ms, cost)

	calls["coins"] = call{cost: 200 * ms}
	path, cost = criticalPath(calls)
	assert.Equal(t, []string{"coins"}, path)
	assert.Equal(t, 200*ms, cost)

	path, cost = criticalPath(nil)
	assert.Empty(t, path)
	assert.Zero(t, cost)
}

func TestReport(t *testing.T) {
	page := Page{Order: "o-1", Coupons: []Coupon{{Code: "A"}, {Code: "B"}}, Degraded: []*PartError{}}
	var out strings.Builder
	report(&out, outcome{
		page: page,
		calls: map[string]call{
			"item":    {cost: 60 * ms},
			"address": {cost: 45 * ms, class: recovery.Timeout},
			"coins":   {started: ms / 2, cost: 30 * ms, class: recovery.Canceled},
			"coupons": {started: 60 * ms, cost: 1280 * ms, class: recovery.Dependency},
		},
		total: 1340 * ms, deadline: 800 * ms, left: []string{"goroutine 7 [select]:\nmain.forgotten()"},
	})
	assert.Equal(t, `{
  "order": "o-1",
  "item": {"id":"","title":"","category":"","price_cents":0,"weight_grams":0},
  "address": {"name":"","street":"","city":"","region":""},
  "coins": {"balance":0},
  "coupons": [
    {"code":"A","title":"","off_cents":0},
    {"code":"B","title":"","off_cents":0}
  ],
  "freight": {"carrier":"","cents":0,"days":0},
  "inspection": {"centre":"","checks":null,"days":0},
  "degraded": []
}

call        needs           started at         cost   outcome
item        -                   0.0 ms      60.0 ms   ok
address     -                   0.0 ms      45.0 ms   failed: timeout
coins       -                   0.5 ms      30.0 ms   canceled
coupons     item, address      60.0 ms    1280.0 ms   degraded: dependency
freight     item, address            -            -   not started
inspection  item, address            -            -   not started

sum of the parts                          1415.0 ms   one call after the other
critical path                             1340.0 ms   item, then coupons
total                                     1340.0 ms   LATE: answered after the deadline of 800ms

GOROUTINES LEFT: 1

goroutine 7 [select]:
main.forgotten()
`, out.String())
}

func TestPageJSON_isThePage(t *testing.T) {
	page := Page{
		Item:     Item{Title: `a "quoted" <title>`},
		Coupons:  []Coupon{{Code: "A"}},
		Degraded: []*PartError{{Part: "coins", Class: "business", Reason: "why\nnot"}},
	}
	want, err := json.Marshal(page)
	require.NoError(t, err)
	assert.JSONEq(t, string(want), pageJSON(page))
}

func TestOutcome_oneFailure(t *testing.T) {
	lost := newPartError("item", StatusError(503))
	o := outcome{err: errors.Join(errors.New("another"), lost)}
	assert.Same(t, lost, o.failure())

	o = outcome{err: errors.New("out of stock")}
	assert.EqualError(t, o.failure(), "the page failed, class business: out of stock")
}

// What is no call has no name that the reader of a page knows.
func TestOrigin(t *testing.T) {
	name, err := origin(&flow.Error{Flow: "order-page", Node: "coins", Task: "coins", Err: StatusError(500)})
	assert.Equal(t, "coins", name)
	assert.Equal(t, StatusError(500), err)

	name, err = origin(&flow.Error{Flow: "order-page", Node: "map#4", Err: StatusError(500)})
	assert.Equal(t, "the page", name)
	assert.Equal(t, StatusError(500), err)
}

// The plan is read off the flow: what it must be is said here once more.
func TestPlan(t *testing.T) {
	both := []string{"item", "address"}
	assert.Equal(t, []step{
		{"item", nil, true}, {"address", nil, true}, {"coins", nil, false},
		{"coupons", both, false}, {"freight", both, false}, {"inspection", both, false},
	}, plan)
}
