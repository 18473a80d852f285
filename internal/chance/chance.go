// Package chance is chance that a test can replace.
package chance

import (
	"context"
	"math/rand/v2"
)

// Key is the key of what a ctx has instead of chance: a func() float64, from 0 to 1. Tests that
// are to be the same each time set it.
type Key struct{}

// Float is a number from 0 to 1, by chance unless ctx has something else.
func Float(ctx context.Context) float64 {
	if chosen, ok := ctx.Value(Key{}).(func() float64); ok {
		return chosen()
	}
	return rand.Float64()
}
