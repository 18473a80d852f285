package combinators_test

import (
	"testing"
)

// Each kind of future alone, behind leaves of all sorts, must do what the
// model says, to the nanosecond: what it completes with, when, and who is
// cancelled with which cause.
func TestProperty_everyCombinatorAgainstTheModel(t *testing.T) {
	for k := kOf; k < kinds; k++ {
		t.Run(k.String(), func(t *testing.T) {
			checkSeeds(t, 100, limits{vertices: 8, calm: true, only: []kind{k}})
			checkSeeds(t, 150, limits{vertices: 8, only: []kind{k}})
		})
	}
}

func TestProperty_randomGraphsAgainstTheModel(t *testing.T) {
	t.Run("undisturbed", func(t *testing.T) { checkSeeds(t, 1000, limits{vertices: 16, calm: true}) })
	t.Run("cancelled", func(t *testing.T) { checkSeeds(t, 3000, limits{vertices: 16}) })
	t.Run("large", func(t *testing.T) { checkSeeds(t, 100, limits{vertices: 60}) })
}

// A failure is looked at, taken on by a combinator, or told of by Close.
func TestProperty_noFailureIsLost(t *testing.T) {
	t.Run("one combinator", func(t *testing.T) {
		for k := kOf; k < kinds; k++ {
			checkSeeds(t, 50, limits{vertices: 8, accounts: true, only: []kind{k}})
		}
	})
	t.Run("undisturbed", func(t *testing.T) { checkSeeds(t, 1000, limits{vertices: 12, calm: true, accounts: true}) })
	t.Run("cancelled", func(t *testing.T) { checkSeeds(t, 1000, limits{vertices: 12, accounts: true}) })
}
