package combinators_test

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/jade-go/jade/future"
)

// orders is how many orders of what happens at one moment are tried.
const orders = 20000

// explain looks for an order of what happened at one moment in which the model
// says what has been seen. If none of those tried explains all of it, each
// vertex must at least be explained by one of them: a large graph in which much
// happens at once has more orders than can be tried.
func explain(r *live, finals []future.Result[string]) (m *sim, why string) {
	var best string
	fewest := len(finals) + 1
	alone := &piecemeal{vertices: make([]bool, len(finals)), seen: make([]bool, len(r.seen))}
	for i := range orders {
		m = simulate(r.g, ordering(i), i%2 == 0)
		differs := m.differs(finals)
		if len(differs) == 0 {
			if why = m.mistimed(r); why == "" {
				return m, ""
			}
			differs = append(differs, why)
		}
		if len(differs) < fewest {
			best, fewest = differs[0], len(differs)
		}
		alone.add(m, r, finals)
	}
	if !slices.Contains(alone.vertices, false) && !slices.Contains(alone.seen, false) {
		return m, ""
	}
	return m, "the model does not explain it: " + best
}

// piecemeal remembers what some order has explained.
type piecemeal struct{ vertices, seen []bool }

func (p *piecemeal) add(m *sim, r *live, finals []future.Result[string]) {
	for i := range finals {
		p.vertices[i] = p.vertices[i] || m.outcome(i) == tell(finals[i]).String()
	}
	for i, s := range r.seen {
		p.seen[i] = p.seen[i] || m.mistimedFor(s) == ""
	}
}

// ordering says what comes next of what happens at one moment: in the first
// ordering the oldest, in the others something, with a bias to the oldest or the
// newest, or the oldest but for a few that are held back, as a goroutine may be.
func ordering(i int) func(n int) int {
	if i == 0 {
		return func(int) int { return 0 }
	}
	r := rand.New(rand.NewPCG(uint64(i), 1))
	switch i % 4 {
	case 1:
		held := r.IntN(4)
		return func(n int) int {
			if r.IntN(20) == 0 {
				held = r.IntN(4)
			}
			return min(held, n-1)
		}
	case 2:
		return depthFirst(r)
	}
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

// depthFirst has what an event set off come next, in its order, or now and then
// the oldest: so it is if a goroutine sees to that before it goes on.
func depthFirst(r *rand.Rand) func(n int) int {
	var batches []int // where in the queue each begins
	left := 0         // in the queue after the last event
	deep := r.Float64()
	return func(n int) (next int) {
		if n > left {
			batches = append(batches, left)
		}
		for len(batches) > 0 && batches[len(batches)-1] >= n {
			batches = batches[:len(batches)-1]
		}
		if len(batches) > 0 && r.Float64() < deep {
			next = batches[len(batches)-1]
		}
		for k := range batches {
			if batches[k] > next {
				batches[k]--
			}
		}
		left = n - 1
		return next
	}
}

// outcome is how vertex i ends.
func (m *sim) outcome(i int) string {
	if !m.nodes[i].done {
		return "pending for ever"
	}
	return m.nodes[i].res.String()
}

// differs are the vertices that ended otherwise than the model says.
func (m *sim) differs(finals []future.Result[string]) (differs []string) {
	for i, n := range m.nodes {
		if got, want := tell(finals[i]).String(), m.outcome(i); got != want {
			differs = append(differs, fmt.Sprintf("v%d (%v) is %q, should be %q", i, n.kind, got, want))
		}
	}
	return differs
}

// mistimed says what happened at another time than in the model.
func (m *sim) mistimed(r *live) string {
	for _, s := range r.seen {
		if why := m.mistimedFor(s); why != "" {
			return why
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

func (m *sim) mistimedFor(s *sighting) string {
	n := m.nodes[s.op.on]
	when := max(s.op.at, n.at)
	switch {
	case s.op.how == byPeek, s.op.how == byStopped && s.stopped:
	case s.gaveUp && n.at < s.op.at+patience:
		return fmt.Sprintf("a wait for v%d (%v) gave up at %v, but it was complete at %v", s.op.on, n.kind, s.at, n.at)
	case !s.gaveUp && s.at != when:
		return fmt.Sprintf("v%d (%v) was complete at %v, should be at %v", s.op.on, n.kind, s.at, when)
	}
	return ""
}

// cleansUp reports whether a Finally of c may wait for what is none of c's
// work: that begins after Close.
func (m *sim) cleansUp(c *simCtx) bool {
	return slices.ContainsFunc(m.nodes, func(n *simNode) bool { return n.kind == kFinally && n.home.within(c) })
}
