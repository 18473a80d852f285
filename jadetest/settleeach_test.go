package jadetest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/jadetest"
)

// Every fault of an element is one that the page goes on without; with an Each it would not.
func TestFaults_inElementsOfASettleEach(t *testing.T) {
	list := func(in number) flow.Node[[]int] { return flow.Map(in, func(n int) []int { return []int{n, n, n} }) }
	settled := flow.New("page", func(in number) number {
		return flow.Map(flow.SettleEach(takes("item", ms), list(in), 2), func(all []future.Result[int]) (there int) {
			for _, r := range all {
				if r.Err == nil {
					there++
				}
			}
			return there
		})
	}).Timeout(10 * ms)
	require.Empty(t, jadetest.Faults(t, settled, 1, jadetest.MustDegrade("item")).Problems())
	each := flow.New("page", func(in number) number {
		return flow.Map(flow.Each(takes("item", ms), list(in), 2), func(all []int) int { return len(all) })
	}).Timeout(10 * ms)
	require.NotEmpty(t, jadetest.Explore(t, each, 1, jadetest.MustDegrade("item")).Problems())
}
