package forecast

import (
	"slices"
	"time"

	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/trace"
)

// replaying is one trace with the changes.
type replaying struct {
	*whole
	known   *seen
	changes Changes
	unknown bool // the new answer depends on something that was not recorded
}

// step is one call of a run with the changes.
type step struct {
	end  time.Duration
	idle bool // nothing waits for it: nobody needed it, or not any more
	bad  bool // it has no value
	gate bool // because it waited for a call that has failed, and takes no data of it
	loss bool // the answer does without it
}

// replay runs a trace again with the changes.
func replay(t *trace.Trace, known *seen, c Changes) answer {
	r := &replaying{whole: wholeOf(t), known: known, changes: c}
	root := t.Root()
	var s step
	if root.Kind == observe.KindRun {
		s = r.run(0, root.Start)
	} else {
		s = r.call(0, root.Start)
	}
	return answer{took: s.end - root.Start, degraded: s.loss && !s.bad, failed: s.bad, unknown: r.unknown}
}

// run replays run i.
func (r *replaying) run(i int, begin time.Duration) step {
	run := &r.Spans[i]
	steps := map[int]*step{}
	for _, k := range r.parts[i] { // each comes after what it waits for
		if r.Spans[k].Kind == observe.KindNode {
			s := r.start(k, run.Start, begin, steps)
			steps[k] = &s
		}
	}
	if failed(*run) {
		return r.failedRun(i, begin, steps)
	}
	answer, waited := step{}, r.arrive(i, run.End, run.Start, begin, steps)
	if waited.bad {
		return step{end: waited.badAt, bad: true}
	}
	for k, s := range steps {
		answer.loss = answer.loss || s.loss && !r.Spans[k].Effect
	}
	answer.end = waited.now + run.End - waited.then
	return answer
}

// start replays call k of a run, when all is there that it waits for.
func (r *replaying) start(k int, runStart, begin time.Duration, steps map[int]*step) step {
	call := &r.Spans[k]
	waited := r.arrive(k, call.Start, runStart, begin, steps)
	if waited.bad {
		return step{end: waited.badAt, bad: true, gate: waited.gate}
	}
	start := waited.now + call.Start - waited.then
	switch {
	case call.Status == observe.StatusSkipped:
		// Now it may start, if it had lacked an input, or if the limit of the run had come first.
		r.unknown = r.unknown || slices.ContainsFunc(r.waits(k, steps), func(j int) bool { return r.origin[j] >= 0 && !steps[j].bad }) || r.lost[r.paths[k]] && start < call.Start
		if r.origin[k] >= 0 {
			return step{end: r.failedBy(k, steps), bad: true, gate: r.gated[k]}
		}
		return step{end: start, idle: !r.lost[r.paths[k]], loss: r.lost[r.paths[k]]}
	case r.abandoned(k):
		if limit, has := r.changes.Timeout[r.paths[k]]; has && limit < call.Elapsed() {
			return r.fails(k, start+limit)
		}
		r.unknown = r.unknown || r.changes.Faster[r.paths[k]] > 0 && !failed(r.Spans[call.Parent])
		return step{end: start + call.Elapsed(), idle: true}
	}
	return r.call(k, start)
}

// arrival is when a call or the end of a run has what it waits for.
type arrival struct {
	then, now time.Duration // as it was recorded, and with the changes
	bad, gate bool          // it lacks something, as in step
	badAt     time.Duration // since then
}

// arrive finds out when span i, which recorded the time at, has what it waits for.
func (r *replaying) arrive(i int, at, runStart, begin time.Duration, steps map[int]*step) arrival {
	a := arrival{then: runStart, now: begin}
	went := r.Spans[i].Status != observe.StatusSkipped && (r.Spans[i].Kind != observe.KindRun || !failed(r.Spans[i]))
	lacks := false
	for _, k := range r.waits(i, steps) {
		s := steps[k]
		if s.idle || r.Spans[k].End > at && !s.bad || s.bad && went && r.abandoned(k) {
			continue
		}
		if s.bad {
			lacks = true
			l := r.known.after[link{r.paths[k], r.target(i), s.gate}]
			if l == nil {
				if !a.bad || s.end < a.badAt {
					a.badAt, a.gate = s.end, s.gate || r.isOrder(k, i)
				}
				a.bad = true
				continue
			}
			s.loss = s.loss || l.loss && !r.Spans[k].Effect
		}
		if r.Spans[k].End <= at {
			a.then, a.now = max(a.then, r.Spans[k].End), max(a.now, s.end)
		}
	}
	if lacks && went {
		r.unknown = r.unknown || r.choseAnew(i, r.waits(i, steps), steps)
	}
	return a
}

// waits are the calls that span i says it waited for. A run that says nothing waited for all calls.
func (r *replaying) waits(i int, steps map[int]*step) (calls []int) {
	for _, e := range r.into[i] {
		if steps[e.From] != nil {
			calls = append(calls, e.From)
		}
	}
	if len(r.into[i]) > 0 || r.Spans[i].Kind != observe.KindRun {
		return calls
	}
	for _, k := range r.parts[i] {
		if steps[k] != nil && !r.Spans[k].Effect {
			calls = append(calls, k)
		}
	}
	return calls
}

// failedRun is the end of a run that was recorded as failed. It fails as it did, perhaps at another time: how it would have gone on is not recorded.
func (r *replaying) failedRun(i int, begin time.Duration, steps map[int]*step) step {
	run := &r.Spans[i]
	then, now, causes := run.Start, begin, 0
	for k, s := range steps {
		if r.caused(i, k) {
			causes++
			r.unknown = r.unknown || !s.bad
			then, now = max(then, r.Spans[k].End), max(now, s.end)
		}
	}
	if causes == 0 { // the run has failed by itself, such as in its last function or by the deadline of its caller
		waited := r.arrive(i, run.End, run.Start, begin, steps)
		then, now = waited.then, waited.now
		r.unknown = r.unknown || run.Class == recovery.ClassTimeout && now < then
	}
	end := now + run.End - then
	for _, k := range r.waits(i, steps) {
		if s := steps[k]; s.bad && !s.idle && r.known.after[link{r.paths[k], r.target(i), s.gate}] == nil {
			end = min(end, s.end)
		}
	}
	return step{end: end, bad: true}
}

// caused reports whether run i was recorded as failed because of call k.
func (r *replaying) caused(i, k int) bool {
	run, call := &r.Spans[i], &r.Spans[k]
	if !failed(*run) || !failed(*call) {
		return false
	}
	return slices.Contains(run.FailedOf, call.Node) || len(run.FailedOf) == 0 && run.Cause == k
}
