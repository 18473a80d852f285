package main

import (
	"cmp"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/trace"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// inProcess reaches the services without a socket, so that a page can be
// gathered in a bubble, where time is exact. A goroutine that the page leaves
// behind is a deadlock of the bubble.
type inProcess map[string]http.Handler

func newInProcess(f faults) inProcess {
	all := inProcess{}
	for _, s := range allServices() {
		if !f.down[s.name] {
			all[s.name] = s.handler(f)
		}
	}
	return all
}

func (all inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	service, up := all[r.URL.Host]
	if !up {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}
	w := httptest.NewRecorder()
	service.ServeHTTP(w, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return w.Result(), nil
}

func inProcessURLs() map[string]string {
	urls := map[string]string{}
	for _, name := range plan {
		urls[name] = "http://" + name
	}
	return urls
}

// gathered is a page, or none, and what it took.
type gathered struct {
	page  Page
	err   error
	calls map[string]call
	total time.Duration
}

// call is how one call went.
type call struct {
	started, cost time.Duration
	class         recovery.Class
}

// callsOf lists the calls of the latest run that began. In both styles a call that nobody waited for any
// more is canceled, unless it was late: a flow does not wait for it to say so.
func callsOf(runs *trace.History) map[string]call {
	calls := map[string]call{}
	for _, run := range runs.Recent() {
		for _, s := range run.Spans {
			switch {
			case s.Kind != observe.KindNode || s.Status == observe.StatusSkipped:
			case s.Status == observe.StatusStraggler && s.Class != recovery.ClassTimeout:
				calls[s.Task] = call{s.Start, s.Elapsed(), recovery.ClassCanceled}
			default:
				calls[s.Task] = call{s.Start, s.Elapsed(), s.Class}
			}
		}
	}
	return calls
}

var teaTin = Order{ID: "o-2001", Item: "i-1001", User: "u-7"}

// gather gathers the page in the bubble of the test.
func gather(ctx context.Context, o options, order Order) gathered {
	s := &shop{client: &http.Client{Transport: newInProcess(o.faults)}, urls: inProcessURLs(), bugs: o.bugs}
	runs := trace.NewHistory(1)
	asked := time.Now()
	page, err := styles[o.style](s, cmp.Or(o.deadline, 24*time.Hour))(observe.With(ctx, trace.NewRecorder(runs.Add)), order)
	got := gathered{page: page, total: time.Since(asked)}
	if err != nil {
		got.err = noPage(err)
	}
	synctest.Wait()
	got.calls = callsOf(runs)
	return got
}

const ms = time.Millisecond

// inEachStyle runs a test in a bubble for each way in which the page is written.
func inEachStyle(t *testing.T, test func(t *testing.T, style string)) {
	for style := range styles {
		t.Run(style, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test(t, style) })
		})
	}
}

func TestOrderPage_startsEachCallWhenItsDataIsThere(t *testing.T) {
	inEachStyle(t, func(t *testing.T, style string) {
		got := gather(t.Context(), options{style: style, deadline: 800 * ms}, teaTin)
		require.NoError(t, got.err)
		assert.Empty(t, got.page.Degraded)
		assert.Equal(t, map[string]call{
			"item":       {started: 0, cost: 60 * ms},
			"address":    {started: 0, cost: 45 * ms},
			"coins":      {started: 0, cost: 30 * ms},
			"coupons":    {started: 60 * ms, cost: 80 * ms},
			"freight":    {started: 60 * ms, cost: 50 * ms},
			"inspection": {started: 60 * ms, cost: 90 * ms},
		}, got.calls)
		assert.Equal(t, 150*ms, got.total, "no slower than its critical path")
	})
}

func TestOrderPage_degradesWhatIsLate(t *testing.T) {
	inEachStyle(t, func(t *testing.T, style string) {
		o := options{style: style, deadline: 800 * ms, faults: faults{hang: names{"coupons": true}}}
		got := gather(t.Context(), o, teaTin)
		require.NoError(t, got.err)
		assert.Equal(t, 700*ms, got.total, "the reserve is for the reply")
		require.Len(t, got.page.Degraded, 1)
		lost := got.page.Degraded[0]
		assert.Equal(t, []string{"coupons", "timeout", "no answer within the 700ms that the calls have"}, []string{lost.Part, lost.Class, lost.Reason})
		assert.Equal(t, noCoupons, got.page.Coupons)
		assert.Equal(t, "West Lake Lab", got.page.Inspection.Centre, "a neighbour of a late call is whole")
	})
}

// Whichever one or two optional calls hang, the page has all other data, at the limit.
func TestOrderPage_hasAllThatArrived(t *testing.T) {
	optional := []string{"coins", "coupons", "freight", "inspection"}
	inEachStyle(t, func(t *testing.T, style string) {
		whole := gather(t.Context(), options{style: style, deadline: 800 * ms}, teaTin).page
		for i, one := range optional {
			for _, other := range optional[i:] {
				hang := names{one: true, other: true}
				got := gather(t.Context(), options{style: style, deadline: 800 * ms, faults: faults{hang: hang}}, teaTin)
				require.NoError(t, got.err, "%s and %s", one, other)
				require.Equal(t, 700*ms, got.total, "%s and %s", one, other)

				want := whole
				if hang["coins"] {
					want.Coins = noCoins
				}
				if hang["coupons"] {
					want.Coupons = noCoupons
				}
				if hang["freight"] {
					want.Freight = flatFreight
				}
				if hang["inspection"] {
					want.Inspection = noInspection
				}
				missing := names{}
				for _, lost := range got.page.Degraded {
					assert.Equal(t, "timeout", lost.Class)
					missing[lost.Part] = true
				}
				require.Equal(t, hang, missing)
				got.page.Degraded = want.Degraded
				require.Equal(t, want, got.page, "%s and %s", one, other)
			}
		}
	})
}

func TestOrderPage_givesUpALateDependencyForAllWhoNeedIt(t *testing.T) {
	inEachStyle(t, func(t *testing.T, style string) {
		o := options{style: style, deadline: 400 * ms, faults: faults{slow: map[string]time.Duration{"address": 280 * ms}}}
		got := gather(t.Context(), o, teaTin)
		require.NoError(t, got.err)
		assert.Equal(t, 300*ms, got.total)
		var parts []string
		for _, lost := range got.page.Degraded {
			parts = append(parts, lost.Part+" "+lost.Class)
		}
		assert.Equal(t, []string{"coupons timeout", "freight timeout", "inspection timeout"}, parts)
	})
}

func TestOrderPage_failsAtOnceWithoutItem(t *testing.T) {
	inEachStyle(t, func(t *testing.T, style string) {
		o := options{style: style, deadline: 800 * ms, faults: faults{fail: names{"item": true}, hang: names{"coins": true}}}
		got := gather(t.Context(), o, teaTin)
		require.EqualError(t, got.err, "item failed, class dependency: HTTP 500 Internal Server Error")
		assert.ErrorIs(t, got.err, StatusError(500))
		assert.Equal(t, 60*ms, got.total, "it does not wait for the coins")
		assert.Equal(t, "canceled", got.calls["coins"].class.String())
		assert.NotContains(t, got.calls, "coupons", "what needs the item never starts")
	})
}

func TestOrderPage_failsInTimeWhenItemHangs(t *testing.T) {
	inEachStyle(t, func(t *testing.T, style string) {
		got := gather(t.Context(), options{style: style, deadline: 800 * ms, faults: faults{hang: names{"item": true}}}, teaTin)
		require.EqualError(t, got.err, "item failed, class timeout: no answer within the 700ms that the calls have")
		assert.ErrorIs(t, got.err, context.DeadlineExceeded)
		assert.ErrorAs(t, got.err, new(*deadline.Error))
		assert.Equal(t, 700*ms, got.total)
	})
}

func TestOrderPage_keepsHalfOfAShortDeadline(t *testing.T) {
	inEachStyle(t, func(t *testing.T, style string) {
		got := gather(t.Context(), options{style: style, deadline: 40 * ms}, teaTin) // neither item nor address is that fast
		assert.ErrorContains(t, got.err, "failed, class timeout: no answer within the 20ms that the calls have")
		assert.Equal(t, 20*ms, got.total)
	})
}

func TestOrderPage_panicsAreFailuresOfTheirCall(t *testing.T) {
	inEachStyle(t, func(t *testing.T, style string) {
		got := gather(t.Context(), options{style: style, deadline: 800 * ms, bugs: names{"inspection": true}}, teaTin)
		require.NoError(t, got.err)
		require.Len(t, got.page.Degraded, 1)
		assert.Equal(t, "code", got.page.Degraded[0].Class)
		assert.Equal(t, "code", got.calls["inspection"].class.String())
		assert.ErrorAs(t, got.page.Degraded[0], new(*future.PanicError))
		assert.Equal(t, noInspection, got.page.Inspection)
		assert.Equal(t, 150*ms, got.total)

		got = gather(t.Context(), options{style: style, deadline: 800 * ms, bugs: names{"address": true}}, teaTin)
		assert.ErrorContains(t, got.err, "address failed, class code: panic: ")
	})
}

func TestOrderPage_unknownOrderIsBusiness(t *testing.T) {
	inEachStyle(t, func(t *testing.T, style string) {
		got := gather(t.Context(), options{style: style, deadline: 800 * ms}, Order{ID: "o-1", Item: "i-0", User: "u-7"})
		assert.EqualError(t, got.err, "item failed, class business: HTTP 404 Not Found")

		// A lamp is sent to Hangzhou, where nobody inspects lamps.
		got = gather(t.Context(), options{style: style, deadline: 800 * ms}, Order{ID: "o-2", Item: "i-1002", User: "u-7"})
		require.NoError(t, got.err)
		require.Len(t, got.page.Degraded, 1)
		assert.EqualError(t, got.page.Degraded[0], "inspection failed, class business: HTTP 404 Not Found")
		assert.Equal(t, []Coupon{
			{Code: "EAST5", Title: "5 off in the east", OffCents: 500},
			{Code: "LIGHT20", Title: "20 off for lamps", OffCents: 2000},
		}, got.page.Coupons)
		assert.Equal(t, Freight{Carrier: "Lakeside Post", Cents: 960, Days: 2}, got.page.Freight)
	})
}

func TestOrderPage_endsWhenTheCallerLeaves(t *testing.T) {
	inEachStyle(t, func(t *testing.T, style string) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(100*ms, cancel)
		got := gather(ctx, options{style: style}, teaTin)
		assert.ErrorIs(t, got.err, context.Canceled)
		assert.Equal(t, 100*ms, got.total)
		assert.Equal(t, "canceled", got.calls["inspection"].class.String())
	})
}

func TestOrderPage_waitsAsLongAsItMay(t *testing.T) {
	inEachStyle(t, func(t *testing.T, style string) {
		o := options{style: style, faults: faults{slow: map[string]time.Duration{"freight": time.Hour}}}
		got := gather(t.Context(), o, teaTin)
		require.NoError(t, got.err)
		assert.Empty(t, got.page.Degraded)
		assert.Equal(t, time.Hour+60*ms, got.total)
	})
}

func TestOrderPage_deadlinePassedAtTheStart(t *testing.T) {
	inEachStyle(t, func(t *testing.T, style string) {
		ctx, cancel := context.WithTimeout(t.Context(), 0)
		defer cancel()
		got := gather(ctx, options{style: style}, teaTin)
		assert.ErrorIs(t, got.err, context.DeadlineExceeded)
		assert.Empty(t, got.calls, "nothing is called")
	})
}
