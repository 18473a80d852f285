package main

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/trace"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReport(t *testing.T) {
	page := Page{Order: "o-1", Coupons: []Coupon{{Code: "A"}, {Code: "B"}}, Degraded: []*PartError{}}
	runs := trace.NewHistory(1)
	runs.Add(&trace.Trace{Name: "order-page", Spans: []trace.Span{
		{Parent: -1, Kind: observe.KindRun, Flow: "order-page", Inputs: []string{"coins", "coupons"}, End: 1340 * ms},
		{ID: 1, Kind: observe.KindNode, Node: "item", End: 60 * ms},
		{ID: 2, Kind: observe.KindNode, Node: "address", End: 45 * ms, Status: observe.StatusFailed, Class: recovery.ClassTimeout, Err: "late"},
		{ID: 3, Kind: observe.KindNode, Node: "coins", Start: ms / 2, End: 30*ms + ms/2, Status: observe.StatusCanceled, Class: recovery.ClassCanceled},
		{ID: 4, Kind: observe.KindNode, Node: "coupons", Inputs: []string{"item"}, Start: 60 * ms, End: 1340 * ms},
		{ID: 5, Kind: observe.KindNode, Node: "freight", Start: 1340 * ms, End: 1340 * ms, Status: observe.StatusSkipped},
	}})
	var out strings.Builder
	report(&out, outcome{
		page: page, runs: runs,
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

  call                                                     start     took
  order-page             ██████████████████████████████     0 ms   1.34 s
    address              ─                                  0 ms    45 ms  failed: timeout
*   item                 █                                  0 ms    60 ms  saves 60 ms
    coins                ─                                500 µs    30 ms  canceled
*   coupons               █████████████████████████████    60 ms   1.28 s  saves 1.28 s
    freight                                                                did not start

order-page took 1.34 s, degraded: address (timeout) failed, and the answer does without it.
Slowest on the critical path: coupons, 1.28 s; without it the answer would have come 1.28 s sooner.
address (timeout) failed: late

sum of the parts     1415.0 ms   one call after the other
total                1340.0 ms   LATE: answered after the deadline of 800ms

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

func TestNoPage_oneFailure(t *testing.T) {
	lost := newPartError("item", recovery.ClassDependency, StatusError(503))
	assert.Same(t, lost, noPage(errors.Join(errors.New("another"), lost)))
	assert.EqualError(t, noPage(errors.New("out of stock")), "the page failed, class unknown: out of stock")
}

// What is no call has no name that the reader of a page knows.
func TestNoPage_namesTheCall(t *testing.T) {
	err := noPage(&flow.Error{Flow: "order-page", Node: "coins", Task: "coins", Err: StatusError(500)})
	assert.Equal(t, "coins", err.Part)
	assert.Equal(t, StatusError(500), err.Unwrap())

	err = noPage(&flow.Error{Flow: "order-page", Node: "newPage", Err: StatusError(500)})
	assert.Equal(t, "the page", err.Part)
	assert.Equal(t, StatusError(500), err.Unwrap())
}

// The plan is read off the flow: what it must be is said here once more.
func TestPlan(t *testing.T) {
	assert.Equal(t, []string{"item", "address", "coins", "coupons", "freight", "inspection"}, plan)
}
