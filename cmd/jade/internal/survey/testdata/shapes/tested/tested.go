// Package tested has tests of all kinds.
package tested

import "github.com/jade-go/jade/flow"

// New makes a page.
func New() *flow.Flow[int, int] {
	return flow.New("tested", func(in flow.Node[int]) flow.Node[int] { return flow.Map(in, func(k int) int { return k }) })
}
