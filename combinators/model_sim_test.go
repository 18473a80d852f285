package combinators_test

import (
	"slices"
	"strings"
	"time"
)

// sim is the reference model: it plays a graph as a list of events, one at a
// time, without goroutines. What happens at one moment happens in an order
// that pick chooses, since no order of that is promised.
type sim struct {
	g     *graph
	now   time.Duration
	nodes []*simNode
	ctxs  []*simCtx
	timed []timedEvent
	soon  []func()
	pick  func(n int) int
	// prompt has losers cancelled at once, not in some later step of the same moment.
	prompt bool
	work   []interval
}

type timedEvent struct {
	at time.Duration
	do func()
}

// interval is the time that a function of a scope ran.
type interval struct {
	scope      *simCtx
	start, end time.Duration
}

// result is how a vertex ends.
type result struct {
	value string
	flaw  *flaw
}

func (r result) String() string {
	if r.flaw != nil {
		return r.flaw.String()
	}
	return r.value
}

// simCtx is a ctx of the graph, or the one that a FlatMap gives to its function.
type simCtx struct {
	parent  *simCtx
	scope   bool
	ended   *flaw
	members []*simNode
	derived []*simCtx
}

// around returns the nearest scope.
func (c *simCtx) around() *simCtx {
	for c != nil && !c.scope {
		c = c.parent
	}
	return c
}

// simNode is a vertex in the model.
type simNode struct {
	vertex
	s       *sim
	id      int
	name    string
	from    *simCtx
	home    *simCtx // the scope it belongs to
	own     *simCtx // the ctx that a FlatMap's function gets
	waiters []func()

	done    bool
	claimed bool // its function is running, or about to
	res     result
	at      time.Duration
	end     *flaw // its own ctx has ended
	act     *activity
	inner   *simNode // of a FlatMap whose function has returned

	decided    bool // and about to be complete
	arrived    []bool
	ok, failed int
	order      arrivals // AsCompleted
	workers    []*simWorker
	next, left int
}

// simulate plays g to its end.
func simulate(g *graph, pick func(int) int, prompt bool) *sim {
	s := &sim{g: g, pick: pick, prompt: prompt}
	for _, around := range g.surrounds {
		c := &simCtx{scope: around.scope}
		if around.parent >= 0 {
			c.parent = s.ctxs[around.parent]
			c.parent.derived = append(c.parent.derived, c)
		}
		s.ctxs = append(s.ctxs, c)
		if around.limit > 0 {
			s.at(around.limit, func() { s.endCtx(c, word("deadline")) })
		}
	}
	for i, v := range g.vertices {
		s.nodes = append(s.nodes, &simNode{vertex: v, s: s, id: i, name: g.name(i)})
	}
	s.schedule(g.ops)
	for len(s.timed) > 0 {
		s.now = s.timed[0].at
		for len(s.timed) > 0 && s.timed[0].at == s.now {
			s.soon = append(s.soon, s.timed[0].do)
			s.timed = s.timed[1:]
		}
		for len(s.soon) > 0 {
			i := s.pick(len(s.soon))
			do := s.soon[i]
			s.soon = slices.Delete(s.soon, i, i+1)
			do()
		}
	}
	return s
}

// schedule plays ops; those of one moment happen in their order.
func (s *sim) schedule(ops []op) {
	if len(ops) == 0 {
		return
	}
	var play func(i int)
	play = func(i int) {
		s.perform(ops[i])
		if i+1 < len(ops) && ops[i+1].at == s.now {
			s.soon = append(s.soon, func() { play(i + 1) })
		} else if i+1 < len(ops) {
			s.at(ops[i+1].at, func() { play(i + 1) })
		}
	}
	s.at(ops[0].at, func() { play(0) })
}

// at has do happen at the moment t.
func (s *sim) at(t time.Duration, do func()) {
	i, _ := slices.BinarySearchFunc(s.timed, t, func(e timedEvent, t time.Duration) int {
		if e.at <= t {
			return -1
		}
		return 1
	})
	s.timed = slices.Insert(s.timed, i, timedEvent{t, do})
}

// then has do happen at this moment, in whichever order.
func (s *sim) then(do func()) { s.soon = append(s.soon, do) }

func (s *sim) perform(o op) {
	switch o.deed {
	case doBuild:
		s.nodes[o.on].build()
	case doComplete:
		n := s.nodes[o.on]
		if o.how == 0 {
			n.complete(result{value: render(n.name)})
		} else {
			n.complete(result{flaw: word("fault " + n.name)})
		}
	case doCancel:
		s.nodes[o.on].cancel(canceled(o.cause))
	case doEnd:
		if c := s.ctxs[o.on]; c.scope {
			s.then(func() { s.endCtx(c, canceled(word("closed"))) }) // Close has a goroutine of its own
		} else {
			s.endCtx(c, canceledCtx(o))
		}
	}
}

// canceledCtx is the cause of a standard ctx that is cancelled with o's error:
// such a ctx is cancelled, not late, whatever the cause is.
func canceledCtx(o op) *flaw {
	if o.cause == nil {
		return word("canceled")
	}
	return word("canceled", o.cause)
}

func (s *sim) endCtx(c *simCtx, f *flaw) {
	if c.ended != nil {
		return
	}
	c.ended = f
	for _, n := range c.members {
		s.then(func() { n.ctxEnded(f) })
	}
	for _, d := range c.derived {
		s.then(func() { s.endCtx(d, f) })
	}
}

// activity is a running function.
type activity struct {
	s    *sim
	call call
	over bool
	stop func(*flaw) // its ctx has ended
}

// begin runs c, which belongs to home, and goes on with finish.
func (s *sim) begin(home *simCtx, name string, c call, finish func(*flaw)) *activity {
	a := &activity{s: s, call: c}
	started := s.now
	over := func(f *flaw) {
		if a.over {
			return
		}
		a.over = true
		s.work = append(s.work, interval{home, started, s.now})
		finish(f)
	}
	s.at(s.now+c.takes, func() { over(c.result(name)) })
	a.stop = func(f *flaw) {
		if c.heeds {
			s.then(func() { over(f) })
		}
	}
	return a
}

func (c call) result(name string) *flaw {
	switch c.ends {
	case fails:
		return word("fault " + name)
	case panics:
		return word("panic", word("fault "+name))
	case exits:
		return word("goexit")
	}
	return nil
}

// thrown reports whether a function's failure was not returned by it.
func (f *flaw) thrown() bool {
	return f != nil && (f.what == "goexit" || strings.HasPrefix(f.what, "panic"))
}

// closes is when Close of scope c, called at t, returns: when nothing of it, or of the scopes in it, runs.
func (s *sim) closes(c *simCtx, t time.Duration) time.Duration {
	for again := true; again; {
		again = false
		for _, w := range s.work {
			if w.start <= t && t < w.end && w.scope.within(c) {
				t, again = w.end, true
			}
		}
	}
	return t
}

func (c *simCtx) within(outer *simCtx) bool {
	for ; c != nil; c = c.parent {
		if c == outer {
			return true
		}
	}
	return false
}
