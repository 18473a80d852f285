// Package uncompiled has comments that are wrong, and a flow.
package uncompiled

import "github.com/jade-go/jade/flow"

// New has a wrong comment.
//
//jade:flow New("x")
func New(n int) *flow.Flow[int, int] { return page("new", n) }

// NewOther has no Go in its comment.
//
//jade:flow NewOther(
func NewOther(n int) *flow.Flow[int, int] { return page("other", n) }

// NewGood has no comment.
func NewGood(n int) *flow.Flow[int, int] { return page("good", n) }

func page(name string, n int) *flow.Flow[int, int] {
	return flow.New(name, func(in flow.Node[int]) flow.Node[int] { return flow.Map(in, func(k int) int { return n + k }) })
}
