package combinators_test

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/samber/lo"
)

// decide completes n, which has several inputs, if the one that has just
// arrived settles the matter; -1 is for no inputs at all.
func (n *simNode) decide(last int) {
	all := n.ok+n.failed == len(n.in)
	var in result
	if last >= 0 {
		in = n.s.nodes[n.in[last]].res
	}
	switch n.kind {
	case kAll, kAllMap, kZip, kAwait, kThenN:
		switch {
		case in.flaw != nil:
			n.settle(result{flaw: in.flaw})
		case all:
			n.settle(result{value: render(n.name, n.values()...)})
		}
	case kRace:
		n.settle(orEmpty(in, last))
	case kAny:
		switch {
		case last < 0 || in.flaw == nil:
			n.settle(orEmpty(in, last))
		case all:
			n.settle(result{flaw: join(n.flaws())})
		}
	case kQuorum:
		switch {
		case n.ok == n.n:
			n.settle(result{value: render(n.name, n.values()...)})
		case n.failed > len(n.in)-n.n:
			n.settle(result{flaw: join(n.flaws())})
		}
	case kSettle:
		if all {
			n.settle(result{value: render(n.name, n.results()...)})
		}
	case kPartial:
		if all {
			n.settle(result{value: n.some()})
		}
	case kCollect:
		if all {
			n.settle(result{value: render(n.name, n.arrivals(nil))})
		}
	}
}

// orEmpty is what a race of the inputs so far ends with.
func orEmpty(in result, last int) result {
	if last < 0 {
		return result{flaw: word("empty")}
	}
	return in
}

// settle ends n with r. The losers are cancelled first. Then it takes some
// steps of this moment until n itself is complete, since it may be made of
// several futures, one behind the other.
func (n *simNode) settle(r result) {
	n.decided = true
	if n.kind == kRace || n.kind == kAny {
		n.complete(r)
	}
	if n.kind.passesOn() {
		n.cancelInputs(canceled(word("lost")))
	}
	n.hop(hops[n.kind], func() {
		switch {
		case n.done:
		case n.kind == kThenN && r.flaw == nil:
			n.body(result{value: strings.Join(n.values(), ",")}, true)
		default:
			n.complete(r)
		}
	})
}

// hops are the futures inside of one that the graph takes for one.
var hops = map[kind]int{kAll: 1, kAllMap: 2, kZip: 1, kThenN: 1, kQuorum: 1, kSettle: 1, kPartial: 2, kAwait: 1, kCollect: 1}

func (n *simNode) hop(count int, do func()) {
	if count == 0 {
		do()
		return
	}
	n.s.then(func() { n.hop(count-1, do) })
}

func (n *simNode) cancelInputs(f *flaw) {
	for index, i := range n.in {
		switch {
		case n.arrived != nil && n.arrived[index]:
		case n.s.prompt:
			n.s.nodes[i].cancel(f)
		default:
			n.s.then(func() { n.s.nodes[i].cancel(f) })
		}
	}
}

// cancelEach cancels the inputs of a quorum that is beyond them, one after another.
func (n *simNode) cancelEach(in []int) {
	if len(in) > 0 {
		n.s.nodes[in[0]].cancel(canceled(word("lost")))
		n.s.then(func() { n.cancelEach(in[1:]) })
	}
}

// ring is the alarm of Within, At and Partial.
func (n *simNode) ring() {
	if n.done || n.decided {
		return
	}
	f := late(n.limit)
	if n.kind == kPartial {
		n.complete(result{value: n.some()})
	} else {
		n.complete(result{flaw: f})
	}
	n.cancelInputs(f)
}

// cancel is what a call of Cancel does to n.
func (n *simNode) cancel(f *flaw) {
	if n.done {
		return
	}
	switch n.kind {
	case kGo:
		n.stop(f)
		return
	case kAwait, kCollect:
		n.stop(f)
		n.giveUp(f)
		return
	case kThen, kThenN, kFlatMap, kRecover, kRecoverIs, kRecoverAs:
		if n.claimed {
			n.stop(f)
			return
		}
	}
	if n.kind != kFinally {
		n.complete(result{flaw: f})
	}
	if n.kind.passesOn() && !n.decided {
		n.cancelInputs(f)
	}
	for _, w := range n.workers {
		w.stop(f)
	}
}

// passesOn reports whether a cancellation of the future reaches its inputs.
func (k kind) passesOn() bool {
	switch k {
	case kTap, kFinally, kRecover, kRecoverIs, kRecoverAs, kFallback, kOnError, kWithin, kAt, // the same work, dressed
		kRace, kAny, kQuorum, kPartial: // owners
		return true
	}
	return false
}

// ctxEnded tells n that the ctx it was started with has ended.
func (n *simNode) ctxEnded(f *flaw) {
	switch {
	case n.done:
	case n.kind == kPromise:
		n.complete(result{flaw: f})
	case n.kind == kGo || n.claimed || n.kind == kEach:
		n.stop(f)
	case n.kind == kAwait || n.kind == kCollect:
		n.stop(f)
		n.giveUp(f)
	default:
		n.complete(result{flaw: f})
	}
}

// giveUp ends a function that waits for futures, because its ctx has ended.
func (n *simNode) giveUp(f *flaw) {
	n.s.then(func() {
		if n.kind == kCollect {
			n.complete(result{value: render(n.name, n.arrivals(n.end))})
		} else {
			n.complete(result{flaw: n.end})
		}
	})
}

// values are what the inputs succeeded with, in their order.
func (n *simNode) values() []string {
	return lo.FilterMap(n.in, func(i, index int) (string, bool) {
		r := n.s.nodes[i].res
		return r.value, n.arrived[index] && r.flaw == nil
	})
}

func (n *simNode) flaws() []*flaw {
	return lo.FilterMap(n.in, func(i, index int) (*flaw, bool) {
		r := n.s.nodes[i].res
		return r.flaw, n.arrived[index] && r.flaw != nil
	})
}

func (n *simNode) results() []string {
	return lo.Map(n.in, func(i, _ int) string { return n.s.nodes[i].res.String() })
}

// join is what errors.Join makes of flaws.
func join(flaws []*flaw) *flaw { return word("join", flaws...) }

// arrivals renders what AsCompleted yielded, with missing for what had not come.
func (n *simNode) arrivals(missing *flaw) string {
	all := slices.Clone(n.order)
	for i, a := range all {
		all[i].what = n.s.nodes[n.in[a.index]].res.String()
	}
	for index := range n.in {
		if !slices.ContainsFunc(n.order, func(a arrival) bool { return a.index == index }) {
			all = append(all, arrival{n.s.now, index, missing.String()})
		}
	}
	return all.String()
}

// arrival is what AsCompleted yielded, and when.
type arrival struct {
	at    time.Duration
	index int
	what  string
}

type arrivals []arrival

// String has those of one moment in the order of their indices: which of them is first is a matter of what runs first.
func (all arrivals) String() string {
	slices.SortFunc(all, func(a, b arrival) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.index, b.index)) })
	parts := make([]string, len(all))
	for i, a := range all {
		parts[i] = string(rune('0'+a.index)) + ":" + a.what
	}
	return strings.Join(parts, " ")
}

// some is what Partial answers with.
func (n *simNode) some() string {
	parts := lo.Map(n.in, func(i, index int) string {
		if r := n.s.nodes[i].res; n.s.nodes[i].done && r.flaw == nil {
			return r.value
		}
		return "missing"
	})
	return render(n.name, parts...)
}

// simWorker is one goroutine of an Each.
type simWorker struct {
	n   *simNode
	end *flaw
	act *activity
}

func (n *simNode) startWorkers() {
	n.left = min(n.n, len(n.calls))
	for range n.left {
		w := &simWorker{n: n}
		n.workers = append(n.workers, w)
		n.s.then(func() {
			if w.end != nil {
				w.fail(w.end)
				return
			}
			w.take()
		})
	}
}

func (w *simWorker) take() {
	n := w.n
	i := n.next
	n.next++
	switch {
	case i >= len(n.calls):
		if n.left--; n.left == 0 {
			n.complete(result{value: render(n.name, lo.Times(len(n.calls), n.element)...)})
		}
	case w.end != nil:
		w.fail(w.end)
	default:
		w.act = n.s.begin(n.home, n.element(i), n.calls[i], func(f *flaw) {
			if f != nil {
				w.fail(f)
			} else {
				w.take()
			}
		})
	}
}

// element names the call for element i.
func (n *simNode) element(i int) string { return n.name + "." + string(rune('0'+i)) }

func (w *simWorker) fail(f *flaw) {
	w.n.complete(result{flaw: f})
	for _, other := range w.n.workers {
		other.stop(canceled(word("lost")))
	}
}

func (w *simWorker) stop(f *flaw) {
	if w.end == nil {
		w.end = f
		if w.act != nil {
			w.act.stop(f)
		}
	}
}
