// Package other has types that packages can only use by another name.
package other

import (
	"github.com/jade-go/jade/flow"
)

type config struct{ limit int }

// Config is a type whose own name is not exported.
type Config = config

// Sealed has a method that only this package can write.
type Sealed interface{ sealed() int }

// Open makes a config.
func Open() *config { return &config{1} }

// Use builds a flow of what only this package can name.
func Use(c *config) *flow.Flow[int, int] {
	return flow.New("sealed", func(in flow.Node[int]) flow.Node[int] {
		return flow.Map(in, func(n int) int { return n + c.limit })
	})
}
