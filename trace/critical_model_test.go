package trace_test

import (
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/trace"
)

// part is a call in a model of runs: it begins some time after what it waits for has ended, has
// its own parts run, and ends some time after them.
type part struct {
	id     int // in the order of making, so that each comes after what it waits for
	span   trace.Span
	waits  []*part
	gap    time.Duration // before it begins
	tail   time.Duration // after its parts
	parts  []*part
	awaits []*part // the parts that it does not end without
}

// change makes a part take another time than it would have taken.
type change struct {
	id   int
	time func(took time.Duration) time.Duration
}

// run runs p, which may begin at a time, with a change, and returns when everything in it ended, by id.
func (p *part) run(at time.Duration, c change, begun, ended []time.Duration) {
	begun[p.id] = at + p.gap
	end := begun[p.id]
	for _, part := range p.parts {
		ready := begun[p.id]
		for _, w := range part.waits {
			ready = max(ready, ended[w.id])
		}
		part.run(ready, c, begun, ended)
	}
	for _, part := range p.awaits {
		end = max(end, ended[part.id])
	}
	took := end + p.tail - begun[p.id]
	if c.time != nil && c.id == p.id {
		took = c.time(took)
	}
	ended[p.id] = begun[p.id] + took
}

// answered is when p ends if it begins at once.
func (m *maker) answered(p *part, c change) time.Duration {
	ended := make([]time.Duration, m.made)
	p.run(0, c, make([]time.Duration, m.made), ended)
	return ended[p.id]
}

// traced is the trace of a run of p, and the index in it of each part.
func (m *maker) traced(p *part) (*trace.Trace, map[int]int) {
	begun, ended := make([]time.Duration, m.made), make([]time.Duration, m.made)
	p.run(0, change{}, begun, ended)
	var all []*part
	around := map[int]int{p.id: -1}
	var collect func(*part)
	collect = func(q *part) {
		all = append(all, q)
		for _, inner := range q.parts {
			around[inner.id] = q.id
			collect(inner)
		}
	}
	collect(p)
	slices.SortStableFunc(all, func(a, b *part) int { return int(begun[a.id] - begun[b.id]) })
	at := map[int]int{-1: -1}
	tr := &trace.Trace{Name: "model"}
	for i, q := range all {
		at[q.id] = i
		s := q.span
		s.ID, s.Parent, s.Start, s.End = i, at[around[q.id]], begun[q.id], ended[q.id]
		tr.Spans = append(tr.Spans, s)
	}
	return tr, at
}

// maker makes random parts.
type maker struct {
	*rand.Rand
	made int
}

func (m *maker) time() time.Duration { return time.Duration(m.IntN(10)) }

func (m *maker) part(kind observe.Kind) *part {
	m.made++
	p := &part{id: m.made - 1, tail: m.time(), gap: time.Duration(max(0, m.IntN(6)-3))}
	p.span.Kind = kind
	return p
}

// flow is a run of a flow, whose nodes say what they wait for.
func (m *maker) flow(depth int) *part {
	p := m.part(observe.KindRun)
	p.span.Flow = "f"
	for range 1 + m.IntN(7) {
		n := m.node(depth)
		for _, w := range p.parts {
			switch m.IntN(4) {
			case 0:
				n.span.Inputs = append(n.span.Inputs, w.span.Node)
			case 1:
				n.span.After = append(n.span.After, w.span.Node)
			default:
				continue
			}
			n.waits = append(n.waits, w)
		}
		p.parts = append(p.parts, n)
	}
	for i, n := range p.parts {
		if m.IntN(3) == 0 || i == len(p.parts)-1 && len(p.awaits) == 0 {
			p.awaits = append(p.awaits, n)
			p.span.Inputs = append(p.span.Inputs, n.span.Node)
		}
	}
	return p
}

// node is a node of a flow: a call, one with another flow inside, or one with attempts or elements, one after the other.
func (m *maker) node(depth int) *part {
	p := m.part(observe.KindNode)
	p.span.Node = "n" + strconv.Itoa(p.id)
	switch kind := m.IntN(4); {
	case depth == 0:
	case kind == 0:
		p.parts = []*part{m.flow(depth - 1)}
	case kind == 1:
		for range 1 + m.IntN(4) {
			inner := m.part(observe.KindElement)
			if m.IntN(3) == 0 {
				inner.parts = []*part{m.flow(depth - 1)}
				inner.awaits = inner.parts
			}
			if n := len(p.parts); n > 0 {
				inner.waits = p.parts[n-1:]
			}
			p.parts = append(p.parts, inner)
		}
	}
	if n := len(p.parts); n > 0 {
		p.awaits = p.parts[n-1:]
	}
	return p
}

// reached has all parts that the end of p waits for, however far inside.
func (p *part) reached(all map[int]bool) {
	var need func(*part)
	need = func(q *part) {
		if all[q.id] {
			return
		}
		all[q.id] = true
		q.reached(all)
		for _, w := range q.waits {
			need(w)
		}
	}
	for _, q := range p.awaits {
		need(q)
	}
}

// Slack and saving are what comes out when the model is run again with one call longer or without it.
func TestCriticalPath_agreesWithRunningAgain(t *testing.T) {
	counts := struct{ spans, unlimited, loose, critical, part int }{}
	seeds := uint64(200)
	if os.Getenv("JADE_STRESS") != "" {
		seeds = 5000
	}
	for seed := range seeds {
		m := &maker{Rand: rand.New(rand.NewPCG(seed, 7))}
		run := m.flow(3)
		run.gap = 0
		tr, at := m.traced(run)
		path := tr.CriticalPath()
		end := m.answered(run, change{})
		require.Equal(t, end, tr.Elapsed())
		needed := map[int]bool{}
		run.reached(needed)
		again := func(id int, time func(time.Duration) time.Duration) time.Duration {
			return m.answered(run, change{id, time})
		}
		longer := func(id int, by time.Duration) time.Duration {
			return again(id, func(took time.Duration) time.Duration { return took + by })
		}
		require.Zero(t, path.Slack[0])
		require.Zero(t, path.Saving[0])
		for id := 1; id < m.made; id++ {
			i := at[id]
			slack, saving := path.Slack[i], path.Saving[i]
			require.Equal(t, end-again(id, func(time.Duration) time.Duration { return 0 }), saving, "saving of span %d, seed %d", i, seed)
			counts.spans++
			if !needed[id] {
				counts.unlimited++
				require.Equal(t, trace.Unlimited, slack, "span %d, seed %d", i, seed)
				require.Equal(t, end, longer(id, time.Hour), "span %d, seed %d", i, seed)
				require.False(t, path.Has(i), "span %d, seed %d", i, seed)
				continue
			}
			require.Equal(t, end, longer(id, slack), "span %d has less slack, seed %d", i, seed)
			require.Equal(t, end+1, longer(id, slack+1), "span %d has more slack, seed %d", i, seed)
			if path.Has(i) {
				counts.critical++
				require.Zero(t, slack, "span %d, seed %d", i, seed)
			} else if slack > 0 {
				counts.loose++
			}
			if saving > 0 && saving < tr.Spans[i].Elapsed() {
				counts.part++
			}
		}
		requireUnbroken(t, tr, path, seed)
	}
	t.Logf("%+v", counts)
	for _, n := range []int{counts.unlimited, counts.loose, counts.critical, counts.part} {
		require.Greater(t, n, counts.spans/100, "the model has too few of a sort: %+v", counts)
	}
}

// requireUnbroken requires that the path has something of each level that it goes into, and nothing
// else: what is around a span of the path is on it too.
func requireUnbroken(t *testing.T, tr *trace.Trace, path trace.CriticalPath, seed uint64) {
	t.Helper()
	require.NotEmpty(t, path.Spans, "seed %d", seed)
	require.True(t, slices.IsSorted(path.Spans))
	inside := map[int]int{}
	for _, i := range path.Spans {
		around := tr.Spans[i].Parent
		require.True(t, around == 0 || path.Has(around), "span %d is on the path, what is around it is not, seed %d", i, seed)
		inside[around]++
	}
	for i, s := range tr.Spans {
		if i > 0 && path.Has(s.Parent) {
			require.NotZero(t, inside[s.Parent], "nothing inside span %d is on the path, seed %d", s.Parent, seed)
		}
	}
}
