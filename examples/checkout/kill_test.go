package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/examples/checkout/services"
)

// The program is killed twice at random moments, and then runs to its end. Whatever the moment: the same answer, each thing done once, no call made again whose
// result was recorded, and the same keys. Every other order is refused by the shipping, and is undone.
func TestProgram_killedAtRandom(t *testing.T) {
	runs := 50
	if os.Getenv("JADE_ALL") != "" {
		runs = 200
	}
	usual := time.Duration(0)
	for range 3 {
		begun := time.Now()
		execute(t, t.TempDir(), "-fail", "ship")
		usual = max(usual, time.Since(begun))
	}
	var recoveries []time.Duration
	hit, again := 0, 0
	for i := range runs {
		args := []string{"-order", "1"}
		if i%2 == 1 {
			args = append(args, "-fail", "ship")
		}
		r := killed(t, rand.New(rand.NewPCG(uint64(i), 7)), usual, args)
		recoveries = append(recoveries, r.recoveries...)
		hit += r.hit
		again += r.again
	}
	slices.Sort(recoveries)
	require.NotEmpty(t, recoveries)
	median, worst := recoveries[len(recoveries)/2], recoveries[len(recoveries)-1]
	t.Logf("%d runs, %d kills while an order was taken, %d calls made again; from the start of a process after a kill to its first call: median %v, worst %v",
		runs, hit, again, median, worst)
	require.Greater(t, hit, runs/4, "most kills came too early or too late")
	require.Less(t, median, time.Second) // 0.1 s on a machine that has nothing else to do
}

type killing struct {
	recoveries []time.Duration // from the start of a process that goes on to its first call
	hit        int             // kills while the order was taken
	again      int             // calls that were made again, as their result was not recorded
}

func killed(t *testing.T, chance *rand.Rand, usual time.Duration, args []string) (k killing) {
	t.Helper()
	dir := t.TempDir()
	known := []map[string]bool{{}} // by process: the keys that were recorded before it; all if nil
	var starts []time.Time
	for range 2 {
		after := time.Duration(chance.Int64N(int64(usual)))
		begun := time.Now()
		command, _ := begin(t, dir, args...)
		time.Sleep(time.Until(begun.Add(after)))
		_ = command.Process.Kill() // it may have ended
		_ = command.Wait()
		n := len(booksOf(t, dir).Events("1"))
		keys, over := recorded(t, dir)
		if over {
			keys = nil
		} else if n > 1 {
			k.hit++
		}
		if processes := processesOf(booksOf(t, dir)); len(processes) == len(known) { // else it was killed before it said that it had started
			known = append(known, keys)
			starts = append(starts, begun)
		} else {
			known[len(known)-1] = keys
		}
	}
	starts = append(starts, time.Now())
	got := execute(t, dir, args...)
	books := booksOf(t, dir)
	checkBooks(t, books, got, len(args) > 2)

	first := map[int]time.Time{}
	called := map[string]int{}
	for _, e := range books.Events("1") {
		if e.Action == "" {
			continue
		}
		if first[e.Process].IsZero() {
			first[e.Process] = e.At
		}
		key := keyOf(e.Action)
		if called[key]++; called[key] > 1 {
			k.again++
		}
		before := known[e.Process-1]
		require.NotNil(t, before, "process %d calls %s, and the run was over before", e.Process, key)
		require.NotContains(t, before, key, "process %d calls it again", e.Process)
	}
	for process, at := range first {
		if process > 1 {
			k.recoveries = append(k.recoveries, at.Sub(starts[process-1]))
		}
	}
	return k
}

// checkBooks checks what the program said and what the services have done.
func checkBooks(t *testing.T, books *services.Books, got execution, fails bool) {
	t.Helper()
	keys := map[string]string{}
	for _, e := range books.Entries("1") {
		require.NotContains(t, keys, e.Action, "it was done twice")
		keys[e.Action] = e.Key
	}
	actions := []string{"reserve", "check", "charge", "ship", "mail"}
	if fails {
		require.Equal(t, 1, got.code, got.stderr)
		require.Regexp(t, `(?m)^failed: checkout: ship \(.*\): ship: refused: shipping says no$`, got.stdout)
		require.Contains(t, got.stdout, "paid in all: 0.00\n")
		actions = []string{"reserve", "check", "charge", "refund", "release"}
		order, _ := done(books, "1")
		require.Equal(t, []string{"charge", "refund", "release"}, order[2:])
	} else {
		require.Equal(t, 0, got.code, got.stderr)
		require.Contains(t, got.stdout, "answer: reserve-1001, charge-1001 and ship-1001, paid 45.00\n")
		require.Contains(t, got.stdout, "paid in all: 45.00\n")
	}
	require.ElementsMatch(t, actions, slices.Collect(maps.Keys(keys)))
	for action, key := range keys {
		require.Equal(t, keyOf(action), key)
	}
}

// keyOf is the key of a call of the order 1.
func keyOf(action string) string {
	undone := map[string]string{"release": "reserve", "refund": "charge", "recall": "ship"}[action]
	if undone != "" {
		return fmt.Sprintf("1/checkout/%s/undo", undone)
	}
	return "1/checkout/" + action
}

func processesOf(books *services.Books) (all []services.Event) {
	for _, e := range books.Events("") {
		if e.What == services.Started {
			all = append(all, e)
		}
	}
	return all
}

// What the harness reads is there: else it would find nothing.
func TestRecorded_knowsWhatIsRecorded(t *testing.T) {
	dir := t.TempDir()
	execute(t, dir, "-order", "1", "-kill-at", "ship")
	keys, over := recorded(t, dir)
	require.False(t, over)
	require.Equal(t, map[string]bool{"1/checkout/reserve": true, "1/checkout/check": true, "1/checkout/charge": true}, keys)
	execute(t, dir, "-order", "1")
	_, over = recorded(t, dir)
	require.True(t, over)
}
