package forecast

import (
	"slices"
	"time"

	"github.com/jade-go/jade/observe"
)

// call replays call k from begin on.
func (r *replaying) call(k int, begin time.Duration) step {
	call, path := &r.Spans[k], r.paths[k]
	if r.changes.Drop[path] {
		return step{end: begin}
	}
	recorded := step{bad: r.origin[k] >= 0, loss: !call.Effect && (call.Status == observe.StatusDegraded || r.lost[path])}
	took := call.Elapsed()
	if run := r.nested(k); run > 0 && r.changes.inside(path) {
		inner := r.run(run, begin+r.Spans[run].Start-call.Start)
		took = inner.end + call.End - r.Spans[run].End - begin
		switch was := r.Spans[run]; {
		case inner.bad && !failed(was):
			return r.limited(k, begin, r.fails(k, begin+took))
		case !failed(was):
			recorded.loss = inner.loss && !call.Effect || call.Status == observe.StatusDegraded && was.Status != observe.StatusDegraded
		}
	}
	if faster := r.changes.Faster[path]; faster > 0 {
		r.unknown = r.unknown || r.cut(k)
		took = max(0, took-faster)
	}
	recorded.end = begin + took
	if !r.cut(k) {
		return r.limited(k, begin, recorded)
	}
	return r.cutAgain(k, begin, recorded)
}

// limited ends a call at its new limit, if it has one and would take longer.
func (r *replaying) limited(k int, begin time.Duration, s step) step {
	if limit, has := r.changes.Timeout[r.paths[k]]; has && s.end-begin > limit {
		return r.fails(k, begin+r.attemptsWithin(k, limit))
	}
	return s
}

// attemptsWithin is when call k fails within a limit: at the limit, or before, as no attempt begins whose pause ends behind the limit.
func (r *replaying) attemptsWithin(k int, limit time.Duration) time.Duration {
	fails, begun := limit, r.Spans[k].Start
	for _, i := range r.parts[k] {
		if a := &r.Spans[i]; a.Kind == observe.KindAttempt {
			if a.Start-begun >= limit {
				break
			}
			fails = min(limit, a.End-begun)
		}
	}
	return fails
}

// cutAgain replays a call that was cut off. How long it would have taken is not known, only that it takes longer than it was given.
func (r *replaying) cutAgain(k int, begin time.Duration, s step) step {
	call := &r.Spans[k]
	given, allowed := call.Elapsed(), call.Elapsed()
	if r.cutByRun(k) {
		allowed = call.End - begin
	}
	if limit, has := r.changes.Timeout[r.paths[k]]; has {
		if r.cutByRun(k) {
			allowed = min(allowed, limit)
		} else {
			allowed = limit
		}
	}
	r.unknown = r.unknown || allowed > given || allowed < given && r.skipped(k)
	s.end = begin + allowed
	return s
}

// fails is the failure of call k at a time. If its task was seen with a value in place of a failure, it has that again.
func (r *replaying) fails(k int, at time.Duration) step {
	if r.known.own[r.paths[k]] > 0 {
		return step{end: at, loss: !r.Spans[k].Effect}
	}
	return step{end: at, bad: true}
}

// skipped reports whether the answer does without a call that needs call k and did not start.
func (r *replaying) skipped(k int) bool {
	return slices.ContainsFunc(r.from[k], func(to int) bool {
		return r.Spans[to].Status == observe.StatusSkipped && r.lost[r.paths[to]]
	})
}
