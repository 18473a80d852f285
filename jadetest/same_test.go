package jadetest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/jadetest"
	"github.com/jade-go/jade/task"
)

// Whether a loser that heeds its ctx is back before the run is answered is chance. It alters no verdict.
func TestFaults_theSameMatrixEachTime(t *testing.T) {
	hedged := func(coupons task.Task[int, int]) *flow.Flow[int, int] {
		return flow.New("hedged", func(in number) number {
			route := flow.Step(quick("route"), in)
			stock := flow.Any(flow.Step(takes("db", 10*ms), in), flow.Step(takes("mirror", 20*ms), route), flow.Step(takes("archive", 30*ms), route))
			return flow.Map2(stock, flow.Step(coupons, in), sum)
		}).Timeout(limit)
	}
	for _, explore := range []func() string{
		func() string {
			f := hedged(takes("coupons", 5*ms).Wrap(swallows))
			return jadetest.Explore(t, f, 1, jadetest.Only(jadetest.FaultSystem, jadetest.FaultCanceled), jadetest.Pairs()).String()
		},
		func() string {
			f := hedged(coupons())
			return jadetest.Explore(t, f, 1, jadetest.Only(jadetest.FaultSlow, jadetest.FaultTooSlow, jadetest.FaultHang), jadetest.Pairs()).String()
		},
	} {
		want := explore()
		for range 20 {
			require.Equal(t, want, explore())
		}
	}
}
