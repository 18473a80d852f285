package flow_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"time"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/task"
)

// A part is a vertex that is more than one call of a function: the elements of an
// Each, a flow in the flow, a task with policies. Once it has begun it is a matter
// of its own, until it ends or is cancelled: so the model works it out alone.
type part interface {
	// node makes it for the flow, of an input.
	node(h *happenings, name string, in number) number
	// run returns its answer to an argument, and what of it runs, both since its beginning.
	// Around are the times of the run around.
	run(arg int, around times) (answer, map[int]span)
}

// call is one function of a part.
type call struct {
	id    int
	takes time.Duration
	ends  string
}

func (c call) vertex() vertex { return vertex{takes: c.takes, ends: c.ends} }

// fails is how the failure of the call is told apart.
func (c call) fails() []failure { return []failure{{c.id, c.ends}} }

// length is how long the call takes if nothing ends it.
func (c call) length() time.Duration {
	if c.ends == waits {
		return time.Hour
	}
	return c.takes
}

// ids gives each function of a shape and its parts a number.
type ids struct{ next int }

func (n *ids) call(r *rand.Rand, ends ...string) call {
	n.next++
	return call{id: n.next, takes: some(r), ends: ends[r.IntN(len(ends))]}
}

// some is a random number of nanoseconds, so that two things happen at once next to never.
func some(r *rand.Rand) time.Duration { return time.Duration(1 + r.IntN(100_000_000)) }

func randomPart(r *rand.Rand, n *ids, deep bool) (kind string, p part) {
	switch k := r.IntN(5); {
	case k < 2:
		return "policies", randomPolicies(r, n)
	case k < 4 || deep:
		return "each", randomElements(r, n)
	default:
		inner := randomShape(r, r.IntN(3) == 0, n, true)
		return "nested", nestedShape{inner}
	}
}

// elements is a flow.Each or a flow.SettleEach: how many there are is in the shape, what they are is made of the argument.
type elements struct {
	limit   int
	calls   []call
	settles bool
}

func randomElements(r *rand.Rand, n *ids) elements {
	e := elements{limit: 1 + r.IntN(3), settles: r.IntN(2) == 0}
	for range r.IntN(5) {
		e.calls = append(e.calls, n.call(r, endsWell, endsWell, endsWell, endsWell, endsWell, endsWell, endsBadly, panics, exits, waits))
	}
	return e
}

func (e elements) node(h *happenings, name string, in number) number {
	type element struct{ of, at int }
	list := flow.Map(in, func(arg int) []element {
		var all []element
		for at := range e.calls {
			all = append(all, element{arg, at})
		}
		return all
	})
	each := task.New(name, func(ctx context.Context, el element) (int, error) {
		c := e.calls[el.at]
		return h.act(ctx, c.id, c.vertex(), el.of)
	})
	if e.settles {
		return flow.Map(flow.SettleEach(each, list, e.limit), func(all []future.Result[int]) int {
			values := make([]int, len(all))
			for i, r := range all {
				if values[i] = r.Value; r.Err != nil {
					values[i] = -1
				}
			}
			return value(0, values...)
		})
	}
	return flow.Map(flow.Each(each, list, e.limit), func(all []int) int { return value(0, all...) })
}

// soFar is the value of a SettleEach whose calls were given up after a time.
func (e elements) soFar(arg int, spans map[int]span, after time.Duration) int {
	values := make([]int, len(e.calls))
	for i, c := range e.calls {
		values[i] = -1
		if s, begun := spans[c.id]; begun && s.ended >= 0 && s.ended <= after && c.ends == endsWell {
			values[i] = value(c.id, arg)
		}
	}
	return value(0, values...)
}

func (e elements) run(arg int, _ times) (answer, map[int]span) {
	spans := map[int]span{}
	running := map[int]time.Duration{} // the end of each element that runs
	values := make([]int, len(e.calls))
	now, next := time.Duration(0), 0
	for {
		for ; next < len(e.calls) && len(running) < e.limit; next++ {
			running[next] = now + e.calls[next].length()
			spans[e.calls[next].id] = span{now, -1}
		}
		if len(running) == 0 {
			return answer{value: value(0, values...), how: "value", at: now}, spans
		}
		first := -1
		for at, end := range running {
			if first < 0 || end < running[first] {
				first = at
			}
		}
		c := e.calls[first]
		now = running[first]
		delete(running, first)
		spans[c.id] = span{spans[c.id].begun, now}
		if c.ends != endsWell && e.settles {
			values[first] = -1
			continue
		}
		if c.ends != endsWell {
			for at := range running {
				id := e.calls[at].id
				spans[id] = span{spans[id].begun, now}
			}
			return answer{failures: c.fails(), how: "failure", at: now}, spans
		}
		values[first] = value(c.id, arg)
	}
}

// nestedShape is a flow in the flow. It has no effects: they would outlive it.
type nestedShape struct{ shape }

func (n nestedShape) node(h *happenings, name string, in number) number {
	return flow.Step(n.build(h).Task().Named(name), in)
}

func (n nestedShape) run(arg int, around times) (answer, map[int]span) {
	inner := n.shape
	inner.around = around
	return inner.simulate(arg)
}

// policies is a task of up to three attempts, with policies around.
type policies struct {
	attempts []call
	each     time.Duration // limit of an attempt; 0: none
	delay    time.Duration
	all      time.Duration // limit of all attempts; 0: none
	fallback bool
}

func randomPolicies(r *rand.Rand, n *ids) policies {
	p := policies{fallback: r.IntN(2) == 0, delay: some(r) / 4}
	for range 1 + r.IntN(3) {
		p.attempts = append(p.attempts, n.call(r, endsWell, endsBadly, endsBadly, panics, exits, waits))
	}
	if r.IntN(2) == 0 {
		p.each = some(r)
	}
	if r.IntN(2) == 0 {
		p.all = some(r) * 2
	}
	return p
}

func (p policies) node(h *happenings, name string, in number) number {
	work := task.New(name, func(ctx context.Context, arg int) (int, error) {
		c := h.attempt(p.attempts)
		return h.act(ctx, c.id, c.vertex(), arg)
	})
	if p.each > 0 {
		work = work.Timeout(p.each)
	}
	work = work.Retry(task.Retry{Attempts: len(p.attempts), Delay: p.delay, If: func(error) bool { return true }})
	if p.all > 0 {
		work = work.Timeout(p.all)
	}
	if p.fallback {
		work = work.Fallback(instead)
	}
	return flow.Step(work, in)
}

// instead is the value of every Fallback.
const instead = -3

func (p policies) run(arg int, around times) (answer, map[int]span) {
	spans := map[int]span{}
	until := around.at // the deadline that the attempts see
	if p.all > 0 && (until == 0 || p.all < until) {
		until = p.all
	}
	a := p.tried(arg, until, spans)
	if p.all > 0 && a.at > p.all {
		a = answer{failures: []failure{{0, late}}, how: "failure", at: p.all}
		for id, s := range spans {
			spans[id] = span{s.begun, min(s.ended, p.all)}
		}
		maps.DeleteFunc(spans, func(_ int, s span) bool { return s.begun >= p.all })
	}
	if a.how == "failure" && p.fallback {
		return answer{value: instead, how: "value", at: a.at}, spans
	}
	return a, spans
}

// tried is what the attempts come to. Until is their deadline, which the model otherwise leaves to who calls it.
func (p policies) tried(arg int, until time.Duration, spans map[int]span) (a answer) {
	now := time.Duration(0)
	wait := p.delay
	for k, c := range p.attempts {
		end, failures := now+c.length(), c.fails()
		if p.each > 0 && c.length() > p.each {
			end, failures = now+p.each, []failure{{0, late}}
		} else if c.ends == endsWell {
			spans[c.id] = span{now, end}
			return answer{value: value(c.id, arg), how: "value", at: end}
		}
		spans[c.id] = span{now, end}
		a = answer{failures: failures, how: "failure", at: end}
		if k+1 == len(p.attempts) || until > 0 && end+wait >= until {
			break
		}
		now = end + wait
		wait *= 2
	}
	return a
}

func (p policies) String() string {
	type plain policies
	return fmt.Sprintf("%+v", plain(p))
}
