package jadetest_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jade-go/jade/jadetest"
)

// Examples of tests are not run by themselves, but each is like one that is.

// Without an item there is no page; without coupons there is one.
func ExampleFaults() {
	_ = func(t *testing.T) {
		page := shop(coupons()).Timeout(100 * time.Millisecond)
		m := jadetest.Faults(t, page, 1, jadetest.MayFail("item"), jadetest.MustDegrade("coupons"), jadetest.Pairs())
		m.Golden(t, "testdata/faults.md")
	}
}

// What a matrix says can be asked for, too.
func ExampleExplore() {
	_ = func(t *testing.T) {
		m := jadetest.Explore(t, shop(coupons()), 1, jadetest.Only(jadetest.FaultHang))
		fmt.Println(m.At("coupons", jadetest.FaultHang).Took)
		for _, line := range m.Problems() {
			fmt.Println(line)
		}
	}
}

// A hundred orders in which three calls may be done.
func ExampleSchedules() {
	_ = func(t *testing.T) {
		jadetest.Schedules(t, 100, func(t *testing.T, ctx context.Context) {
			if v, err := shop(coupons()).Do(ctx, 1); v == 0 || err != nil {
				t.Error(v, err)
			}
		})
	}
}

// What a shorter timeout would cost, before it is deployed.
func ExampleSimulate() {
	_ = func(t *testing.T) {
		load := jadetest.Load{Latencies: map[string]jadetest.Latency{
			"item":    jadetest.LogNormal(20*time.Millisecond, 80*time.Millisecond),
			"coupons": jadetest.LogNormal(30*time.Millisecond, 300*time.Millisecond).Failing(0.01, context.DeadlineExceeded),
		}}
		fmt.Println(jadetest.Simulate(t, shop(quick("coupons")), 1, load))
		fmt.Println(jadetest.Simulate(t, shop(quick("coupons").Timeout(50*time.Millisecond).Fallback(0)), 1, load))
	}
}

// A cache inside of a Wrap answers if the service does not, and nobody needs to hear of that.
func ExampleMayAlter() {
	_ = func(t *testing.T) {
		page := shop(takes("coupons", 10*time.Millisecond).Wrap(swallows)).Timeout(100 * time.Millisecond)
		jadetest.Faults(t, page, 1, jadetest.MayFail("item", "coupons"), jadetest.MayAlter("coupons"))
	}
}
