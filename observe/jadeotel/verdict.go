package jadeotel

import (
	"time"

	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
)

// This file is what becomes of the failures inside a run. Whether one is an error, or something stands in for it, is known when the run
// ends: until then the span is open. What an effect fails of has no say in the answer, so the effect decides about what is inside of it.
// A bug is an error, whatever stands in for it. Attempts are told of at once.

// pending is a call that has failed, of which the span is open.
type pending struct {
	of *call
	o  observe.Outcome
	at time.Time
}

// verdict is what a run, or an effect, knows of its end.
type verdict struct {
	around *call     // what decides around it, if it has failed: something may have taken that there
	rest   judgement // of the failures inside, if nothing around has them
}

// verdict is that of a call that has ended with o.
func (c *call) verdict(o observe.Outcome, around *call) verdict {
	v := verdict{around, failed}
	switch {
	case o.Lost: // which is counted
		v.rest = harmless
	case c.about.Optional, o.Status != observe.StatusFailed && o.Status != observe.StatusStraggler: // it has done without, or nobody wants it
		v.rest = taken
	}
	return v
}

// keptPending is how many spans a run keeps open, as it may run for ever. Those of more failures say Error.
const keptPending = 256

// judgement is what the end of a call means for those who watch.
type judgement int

const (
	harmless judgement = iota
	failed             // somebody has to act
	taken              // it has failed, and something stands in for that
)

// judgement is what the end of the call means, as far as the call knows. Of an entry, it is known once the code of the answer is.
func (c *call) judgement(o observe.Outcome) judgement {
	as := c.ownJudgement(o)
	if c.isEntry() {
		return c.request.judge(as, o.Class)
	}
	return as
}

func (c *call) ownJudgement(o observe.Outcome) judgement {
	switch {
	case !isFailure(o) && !c.isLate(o):
		return harmless
	case o.Class == recovery.ClassCode:
		return failed
	}
	return c.verdict(o, nil).rest
}

// waitsFor is the run, or the effect, that says whether something stands in for the failure of the call; nil if there is none to wait for.
func (c *call) waitsFor(as judgement, o observe.Outcome) (run *call) {
	if as != failed || o.Class == recovery.ClassCode || c.about.Kind == observe.KindAttempt || c.about.Effect {
		return nil
	}
	for run = c.around; run != nil && !run.decides(); run = run.around {
	}
	return run
}

// decides reports whether the call knows, when it ends, what becomes of the failures inside.
func (c *call) decides() bool { return c.about.Kind == observe.KindRun || c.about.Effect }

// keep has the span of a call that has failed in the run wait for the verdict, if that is not known.
func (run *call) keep(p pending) {
	in := run.allParts()
	in.mu.Lock()
	v, isFull := in.verdict, len(in.pending) >= keptPending
	if v == nil && !isFull {
		in.pending = append(in.pending, p)
	}
	in.mu.Unlock()
	switch {
	case v != nil:
		run.judge(*v, p)
	case isFull:
		p.end(failed)
	}
}

// judgeAll ends the spans of the calls that have failed in the run.
func (run *call) judgeAll(v verdict) {
	in := run.allParts()
	in.mu.Lock()
	all := in.pending
	in.pending, in.verdict = nil, &v
	in.mu.Unlock()
	for _, p := range all {
		run.judge(v, p)
	}
}

func (run *call) judge(v verdict, p pending) {
	if v.around != nil {
		v.around.keep(p)
		return
	}
	p.end(v.rest)
}

// end ends the span.
func (p pending) end(as judgement) {
	p.of.conclude(p.o, p.at, as)
	p.of.finish(p.at)
}
