// Package tagged has one flow more with a tag.
package tagged

import "github.com/jade-go/jade/flow"

// New is always there.
func New() *flow.Flow[int, int] { return page("always") }

func page(name string) *flow.Flow[int, int] {
	return flow.New(name, func(in flow.Node[int]) flow.Node[int] { return flow.Map(in, func(k int) int { return k }) })
}
