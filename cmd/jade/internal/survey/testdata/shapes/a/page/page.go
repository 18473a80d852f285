// Package page is one of two of that name.
package page

import "github.com/jade-go/jade/flow"

// New makes the page of a.
func New() *flow.Flow[int, int] {
	return flow.New("page", func(in flow.Node[int]) flow.Node[int] { return flow.Map(in, func(k int) int { return k }) })
}
