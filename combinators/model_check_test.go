package combinators_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jade-go/jade/future"
)

// orders is how many orders of what happens at one moment are tried before an
// outcome counts as unexplained.
const orders = 3000

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
		var best string
		fewest := len(g.vertices) + 1
		for i := range orders {
			m := simulate(g, ordering(i), i%2 == 0)
			why, differ := m.explains(r, finals)
			if differ < fewest {
				best, fewest = why, differ
			}
			if why == "" {
				if wrong = r.sane(finals); wrong == "" && accounts {
					wrong = r.accounted(m, finals)
				}
				return
			}
		}
		wrong = "the model does not explain it: " + best
	})
	return wrong
}

// ordering says what comes next of what happens at one moment: in the first
// ordering the oldest, in the others something, with a bias to the oldest or the newest.
func ordering(i int) func(n int) int {
	if i == 0 {
		return func(int) int { return 0 }
	}
	r := rand.New(rand.NewPCG(uint64(i), 1))
	oldest, newest := r.Float64(), r.Float64()
	return func(n int) int {
		switch x := r.Float64() * 2; {
		case n == 1 || x < oldest:
			return 0
		case x > 2-newest:
			return n - 1
		}
		return r.IntN(n)
	}
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

// explains compares what happened with what the model says: "" if they agree,
// else the first thing that differs, and how many vertices do.
func (m *sim) explains(r *live, finals []future.Result[string]) (why string, differ int) {
	for i, n := range m.nodes {
		got, want := tell(finals[i]).String(), "nothing"
		if n.done {
			want = n.res.String()
		}
		if got != want {
			if differ++; differ == 1 {
				why = fmt.Sprintf("v%d (%v) is %q, should be %q", i, n.kind, got, want)
			}
		}
	}
	if why == "" {
		why = m.explainsTimes(r)
	}
	return why, differ
}

// explainsTimes compares when it happened.
func (m *sim) explainsTimes(r *live) string {
	for _, s := range r.seen {
		n := m.nodes[s.op.on]
		when := max(s.op.at, n.at)
		switch {
		case s.op.how == byPeek, s.op.how == byStopped && s.stopped:
			continue
		case s.gaveUp:
			if n.at < s.op.at+patience {
				return fmt.Sprintf("a wait for v%d (%v) gave up at %v, but it was complete at %v", s.op.on, n.kind, s.at, n.at)
			}
		case s.at != when:
			return fmt.Sprintf("v%d (%v) was complete at %v, should be at %v", s.op.on, n.kind, s.at, when)
		}
	}
	for _, c := range r.closings {
		scope := m.ctxs[c.scope]
		if want := m.closes(scope, c.called); c.called < horizon && c.done != want && !m.cleansUp(scope) {
			return fmt.Sprintf("Close of scope %d, called at %v, returned at %v, should be at %v", c.scope, c.called, c.done, want)
		}
	}
	return ""
}

// cleansUp reports whether a Finally of c may wait for what is none of c's
// work: that begins after Close.
func (m *sim) cleansUp(c *simCtx) bool {
	return slices.ContainsFunc(m.nodes, func(n *simNode) bool { return n.kind == kFinally && n.home.within(c) })
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
	return uint64(time.Now().UnixNano()), false
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
		if why := check(t, g, lim.accounts, nil); why != "" {
			small := shrink(g, func(g *graph) bool { return check(t, g, lim.accounts, nil) != "" })
			t.Fatalf("%s\n%vrun it again with JADE_SEED=%d; made smaller:\n%s\n%v", why, g, seed, check(t, small, lim.accounts, nil), small)
		}
		seed++
		if replay {
			return
		}
	}
}
