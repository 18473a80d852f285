//go:build !race

package diagram

// slowed is whether the race detector makes all of this several times slower.
const slowed = false
