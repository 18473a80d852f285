package engine

import (
	"context"
	"math/rand/v2"
)

// ChanceKey is the key of what a ctx has instead of chance: a func() float64, from 0 to 1. Tests that
// are to be the same each time set it.
type ChanceKey struct{}

// Chance is a number from 0 to 1, by chance unless ctx has something else.
func Chance(ctx context.Context) float64 {
	if chosen, ok := ctx.Value(ChanceKey{}).(func() float64); ok {
		return chosen()
	}
	return rand.Float64()
}
