package combinators_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jade-go/jade/future"
)

// check runs g in a bubble and returns what is wrong with that, "" for
// nothing. With accounts, every failure must have been observed or reported.
func check(t *testing.T, g *graph, accounts bool, plant func(*live)) (wrong string) {
	defer func() {
		if p := recover(); p != nil { // the bubble's own verdict: deadlock
			wrong = fmt.Sprint("the bubble panicked: ", p)
		}
	}()
	synctest.Test(t, func(*testing.T) {
		r := newLive(g)
		if plant != nil {
			plant(r)
		}
		r.play()
		synctest.Wait()
		finals, open := r.finals()
		if open != "" {
			wrong = open
			return
		}
		m, why := explain(r, finals)
		if wrong = why; wrong == "" {
			wrong = r.sane(finals)
		}
		if wrong == "" && accounts {
			wrong = r.accounted(m, finals)
		}
	})
	return wrong
}

// finals are the results of all vertices at the end. A vertex without one hangs.
func (r *live) finals() (finals []future.Result[string], open string) {
	for i, f := range r.futures {
		res, ok := f.Peek()
		if !ok {
			return nil, fmt.Sprintf("v%d (%v) never completed", i, r.g.vertices[i].kind)
		}
		finals = append(finals, res)
	}
	return finals, ""
}

// sane checks what must hold of any run, whatever the model says.
func (r *live) sane(finals []future.Result[string]) string {
	for i, v := range r.g.vertices {
		if r.wins[i] > 1 {
			return fmt.Sprintf("v%d (%v) was completed %d times", i, v.kind, r.wins[i])
		}
		most := int32(1)
		switch v.kind {
		case kEach:
			most = int32(len(v.calls))
		case kFlatMap:
			most = 2
		}
		if ran := r.ran[i].Load(); ran > most {
			return fmt.Sprintf("the function of v%d (%v) ran %d times", i, v.kind, ran)
		}
	}
	for _, s := range r.seen {
		final := finals[s.op.on]
		switch {
		case s.has && (s.res.Value != final.Value || s.res.Err != final.Err):
			return fmt.Sprintf("an observer of v%d saw %v, another %v", s.op.on, tell(s.res), tell(final))
		case s.calls > 1:
			return fmt.Sprintf("an observer of v%d was called %d times", s.op.on, s.calls)
		case s.op.how == byStopped && s.stopped == (s.calls > 0):
			return fmt.Sprintf("OnDone of v%d: stop reported %v, calls %d", s.op.on, s.stopped, s.calls)
		case s.op.how == byAwait && !s.has, s.op.how == byOnDone && !s.has:
			return fmt.Sprintf("an observer of v%d was never told", s.op.on)
		}
	}
	for _, c := range r.closings {
		switch {
		case !c.returned:
			return fmt.Sprintf("Close of scope %d never returned", c.scope)
		case c.active != 0:
			return fmt.Sprintf("Close of scope %d returned while %d of its functions ran", c.scope, c.active)
		}
	}
	return ""
}

// baseSeed is where the seeds of this run begin; JADE_SEED replays one alone.
func baseSeed(t *testing.T) (seed uint64, replay bool) {
	if text := os.Getenv("JADE_SEED"); text != "" {
		seed, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatal("JADE_SEED: ", err)
		}
		return seed, true
	}
	if os.Getenv("JADE_STRESS") != "" {
		return uint64(time.Now().UnixNano()), false
	}
	return 1, false // the same graphs each time; make stress has others
}

// scaled is n, or many times that under JADE_STRESS.
func scaled(n int) int {
	if os.Getenv("JADE_STRESS") != "" {
		return 20 * n
	}
	return n
}

// checkSeeds checks n random graphs.
func checkSeeds(t *testing.T, n int, lim limits) {
	t.Helper()
	seed, replay := baseSeed(t)
	if replay {
		n = 1
	}
	for range scaled(n) {
		g := draw(seeded(seed), lim)
		if why := confirmed(t, g, lim.accounts, seed); why != "" {
			small := shrink(g, func(g *graph) bool { return check(t, g, lim.accounts, nil) != "" })
			t.Fatalf("%s\n%vrun it again with JADE_SEED=%d; made smaller:\n%s\n%v", why, g, seed, check(t, small, lim.accounts, nil), small)
		}
		seed++
		if replay {
			return
		}
	}
}

// confirmed checks g, and again if the model does not explain what came of it.
// Several goroutines are at work within one moment of virtual time, and the
// model tries orders of whole steps, not of their parts: when a ctx ends at
// the very moment of a result, what has been seen may be right and in none of
// those orders. That does not come twice in a row, a mistake in the core does.
func confirmed(t *testing.T, g *graph, accounts bool, seed uint64) (why string) {
	const times = 4
	for range times {
		if why = check(t, g, accounts, nil); why == "" {
			return ""
		}
		t.Logf("not explained, seed %d: %s", seed, why)
	}
	return why
}
