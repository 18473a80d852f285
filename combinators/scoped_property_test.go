package combinators_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
)

// runScoped runs g in a bubble and returns what is wrong with that.
func runScoped(t *testing.T, g *scopedGraph) (wrong []string) {
	defer func() {
		if p := recover(); p != nil { // the bubble's own verdict: a deadlock, or a goroutine that is left
			wrong = append(wrong, fmt.Sprint("the bubble panicked: ", p))
		}
	}()
	synctest.Test(t, func(*testing.T) {
		r := newScopedRun(g)
		r.play()
		wrong = g.verify(r.log)
	})
	return wrong
}

// checkScoped runs n random graphs. JADE_SEED runs one of them many times,
// because what happens at one instant happens in another order each time.
func checkScoped(t *testing.T, n int, lim scopedLimits) {
	t.Helper()
	seed, replay := baseSeed(t)
	defer func() {
		if t.Failed() { // also for the race detector
			t.Logf("JADE_SEED=%d", seed)
		}
	}()
	for range scaled(n) {
		g := drawScoped(seeded(seed), lim)
		times := 1
		if replay {
			times = 200
		}
		for range times {
			if wrong := runScoped(t, g); len(wrong) > 0 {
				small, why := smallerScoped(t, g, wrong)
				t.Fatalf("%s\n%vmade smaller:\n%s\n%v", strings.Join(wrong, "\n"), g, why, small)
			}
		}
		if replay {
			return
		}
		seed++
	}
}

// smallerScoped makes a graph smaller in which the first thing that was wrong still is so.
func smallerScoped(t *testing.T, g *scopedGraph, wrong []string) (small *scopedGraph, why string) {
	kind, _, _ := strings.Cut(wrong[0], ":")
	why = strings.Join(wrong, "\n")
	small = g.shrink(func(try *scopedGraph) bool {
		for range 20 {
			if now := strings.Join(runScoped(t, try), "\n"); strings.HasPrefix(now, kind) {
				why = now
				return true
			}
		}
		return false
	})
	return small, why
}

func TestProperty_scopes(t *testing.T) {
	t.Run("small", func(t *testing.T) { checkScoped(t, 300, scopedLimits{vertices: 6}) })
	t.Run("large", func(t *testing.T) { checkScoped(t, 100, scopedLimits{vertices: 16}) })
	t.Run("errors that cannot be compared", func(t *testing.T) { checkScoped(t, 100, scopedLimits{vertices: 10, odd: true}) })
}
