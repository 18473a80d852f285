package jadeotel

import (
	"slices"
	"strings"
	"time"

	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
)

// This file is what becomes of the failures inside a run. Whether one is an error, or something stands in for it, is known when the run
// ends: until then the span is open. A bug is an error, whatever stands in for it. Attempts are told of at once.

// pending is a call that has failed, of which the span is open.
type pending struct {
	of *call
	o  observe.Outcome
	at time.Time
}

// verdict is what a run knows of its end.
type verdict struct {
	losses []observe.Loss
	around *call // the run around it, if it has failed: something may have taken that there
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

func (c *call) judgement(o observe.Outcome) judgement {
	if isFailure(o) || c.isLate(o) {
		return failed
	}
	return harmless
}

// waitsFor is the run that says whether something stands in for the failure of the call; nil if there is none to wait for.
func (c *call) waitsFor(as judgement, o observe.Outcome) (run *call) {
	if as != failed || o.Class == recovery.ClassCode || c.about.Kind == observe.KindAttempt || c.around == nil {
		return nil
	}
	for run = c.around; run != nil && run.about.Kind != observe.KindRun; run = run.around {
	}
	return run
}

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
	name := p.of.nameIn(run)
	isLoss := func(l observe.Loss) bool { return name == l.Node || strings.HasPrefix(name, l.Node+"/") }
	switch {
	case slices.ContainsFunc(v.losses, isLoss):
		p.end(taken)
	case v.around != nil:
		v.around.keep(p)
	default:
		p.end(failed)
	}
}

// nameIn is the name of the call's node, as a loss of a run has it.
func (c *call) nameIn(run *call) string {
	for c.around != nil && c.around.about.Kind != observe.KindRun {
		c = c.around
	}
	path := c.about.Path[min(len(run.about.Path), len(c.about.Path)):]
	return strings.Join(append(slices.Clip(path), c.about.Node), "/")
}

// end ends the span.
func (p pending) end(as judgement) {
	p.of.conclude(p.o, p.at, as)
	p.of.finish(p.at)
}
