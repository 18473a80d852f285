package jadetest

import (
	"io"
	"regexp"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.uber.org/goleak"
)

// lookOutside returns what lists the goroutines that are younger than it, and do not end within half
// a second; and those that nothing can end, where the runtime can tell.
func lookOutside() func() ([]living, bool) {
	older := goleak.IgnoreCurrent()
	known := ids(lost())
	return func() ([]living, bool) {
		left := append(found(goleak.Find(older)), lost()...)
		slices.SortFunc(left, func(a, b living) int { return a.id - b.id })
		left = slices.CompactFunc(left, func(a, b living) bool { return a.id == b.id })
		return slices.DeleteFunc(left, func(g living) bool { return slices.Contains(known, g.id) }), true
	}
}

var foundID = regexp.MustCompile(`(?m)^\[?\s?Goroutine (\d+) in state`)

// found are the goroutines that an error of goleak lists.
func found(err error) []living {
	if err == nil {
		return nil
	}
	var listed []int
	for _, m := range foundID.FindAllStringSubmatch(err.Error(), -1) {
		id, _ := strconv.Atoi(m[1])
		listed = append(listed, id)
	}
	return slices.DeleteFunc(allLiving(), func(g living) bool { return !slices.Contains(listed, g.id) })
}

// lost are the goroutines of which the garbage collector finds that nothing can wake them, in any test.
func lost() []living {
	profile := pprof.Lookup("goroutineleak")
	if profile == nil {
		return nil
	}
	_ = profile.WriteTo(io.Discard, 1) // it has the collector look, which marks their states
	return slices.DeleteFunc(allLiving(), func(g living) bool { return !strings.HasSuffix(g.state, leaked) })
}

func ids(all []living) (ids []int) {
	for _, g := range all {
		ids = append(ids, g.id)
	}
	return ids
}

// lookInBubble lists the goroutines of the caller's bubble, once all are blocked so that only others of
// the bubble could wake them. It is what synctest.Wait waits for; but that would wait for ever for one that is not.
// The limit has to be one of real time, which a bubble has no clock for but that of the garbage collector.
func lookInBubble() (left []living, settled bool) {
	const yields, limit = 200, time.Second
	var begun time.Time
	for i := 0; ; i++ {
		left = neighbours()
		if !slices.ContainsFunc(left, func(g living) bool { return !g.durable() }) {
			return left, true
		}
		if i < yields {
			runtime.Gosched()
			continue
		}
		now := collected()
		if i == yields {
			begun = now
		}
		if now.Sub(begun) >= limit {
			return left, false
		}
	}
}

// collected collects garbage, and returns when.
func collected() time.Time {
	runtime.GC()
	var stats debug.GCStats
	debug.ReadGCStats(&stats)
	return stats.LastGC
}

// neighbours are the other goroutines of the caller's bubble, without those that make it a bubble.
//
// The runtime takes a goroutine out of its bubble for as long as that waits for the garbage collector to start: it is told by who made it.
func neighbours() []living {
	all := allLiving()
	makes := func(g living) bool { return g.starts("testing/synctest.") || g.within("internal/synctest.Run") }
	of := func(g living) bool { return g.bubble == all[0].bubble && !makes(g) }
	inside := ids(slices.DeleteFunc(slices.Clone(all), func(g living) bool { return !of(g) }))
	return slices.DeleteFunc(all[1:], func(g living) bool {
		away := g.bubble == "" && slices.Contains(inside, g.by)
		return !of(g) && !away
	})
}
