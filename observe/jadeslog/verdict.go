package jadeslog

import (
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
)

// This file is what becomes of the failures inside a run. Whether one fails the run, or something stands in for it, is known when
// the run ends: until then they are kept. What an effect fails of, and what a task alone fails of, is on record at once.

// report is a record that waits for the verdict.
type report struct {
	of     *call
	o      observe.Outcome
	at     time.Time
	cutOff bool // its time was up: there is a record of it only if the run fails of it, or does without
	count  int  // elements of an Each that the loss is about
}

// verdict is what a run knows of its end.
type verdict struct {
	outcome observe.Outcome
	losses  []observe.Loss // all of them, those of flows that functions have called too
}

// hold keeps a report until the run of the call has ended. If it has, the record is made now.
func (c *call) hold(o observe.Outcome, cutOff bool) {
	r := report{of: c, o: o, at: c.about.Start.Add(o.Elapsed), cutOff: cutOff}
	run := c.run
	c.outermost.mu.Lock()
	in := run.insides()
	v := in.verdict
	if v == nil && run.status.Load() == int32(observe.StatusOK)+1 {
		v = new(verdict)
	}
	if v == nil {
		in.reports = append(in.reports, r)
	}
	c.outermost.mu.Unlock()
	if v == nil {
		return
	}
	switch {
	case lossOf(v.losses, c.nameIn(run)) >= 0 || r.isAroundOne(v.losses) || cutOff || c.isTold(o):
		r.write(debug, MessageDegraded) // which the run has told
	case run.isCulprit(r, v.outcome) && isLate(o) && isLate(v.outcome):
		r.write(debug, MessageDegraded) // it has been late with the one that is on record
	case run.isCulprit(r, v.outcome):
		r.write(levelOf(o), MessageFailed)
	default:
		r.writeTaken()
	}
}

// holdLosses keeps what the answer of a flow in the run does without.
func (c *call) holdLosses(lost []observe.Loss) {
	c.outermost.mu.Lock()
	defer c.outermost.mu.Unlock()
	in := c.run.insides()
	prefix := strings.Join(c.about.Path[min(len(c.run.about.Path), len(c.about.Path)):], "/")
	for _, l := range lost {
		l.Node = strings.TrimPrefix(prefix+"/"+l.Node, "/")
		if at := slices.IndexFunc(in.losses, func(known observe.Loss) bool { return known.Node == l.Node }); at >= 0 {
			in.losses[at].Count += l.Count
		} else {
			in.losses = append(in.losses, l)
		}
	}
}

// judge makes the records of all that has failed in a run, which has ended with o.
func (c *call) judge(o observe.Outcome) {
	c.outermost.mu.Lock()
	in := c.insides()
	v := &verdict{o, slices.Clone(o.Losses)}
	for _, l := range in.losses {
		if lossOf(v.losses, l.Node) < 0 {
			v.losses = append(v.losses, l)
		}
	}
	in.verdict = v
	all := in.reports
	in.reports, in.losses = nil, nil
	c.outermost.mu.Unlock()

	chosen := make([]int, len(v.losses)) // of each loss: its report, counted from 1
	for i, r := range all {
		if l := lossOf(v.losses, r.of.nameIn(c)); l >= 0 && (chosen[l] == 0 || !wraps(v.losses[l].Err, all[chosen[l]-1].o.Err)) {
			chosen[l] = i + 1
		}
	}
	var writes []func()
	isCutOff := c.isCutOff(o)
	isToldAround := isCutOff || c.isTold(o) // at a limit, what is around may be told first
	isOnRecord := len(o.Losses) > 0 || o.Status != observe.StatusFailed && o.Status != observe.StatusDegraded || isToldAround
	for i, r := range all {
		switch l := lossOf(v.losses, r.of.nameIn(c)); {
		case l >= 0 && chosen[l] == i+1:
			r.count = v.losses[l].Count
			writes = append(writes, r.writeTaken)
		case l >= 0 && r.o.Class == recovery.ClassCode && all[chosen[l]-1].o.Class != recovery.ClassCode:
			writes = append(writes, r.writeTaken) // a bug is never a part of something else
		case l >= 0:
			writes = append(writes, func() { r.write(debug, MessageDegraded) })
		case isToldAround && (isLate(r.o) || c.isCulprit(r, o)):
			writes = append(writes, func() { r.write(debug, MessageDegraded) })
		case c.isCulprit(r, o) && isLate(o) && isLate(r.o) && slices.ContainsFunc(all[:i], func(other report) bool { return isLate(other.o) && c.isCulprit(other, o) }):
			writes = append(writes, func() { r.write(debug, MessageDegraded) }) // it has been late with the other one
		case c.isCulprit(r, o):
			c.note(failure{err: o.Err, panic: o.Panic, status: o.Status, of: r.of})
			isOnRecord = isOnRecord || o.Panic == nil || o.Panic == r.o.Panic
			if o.Status == observe.StatusDegraded || c.isTaken() {
				writes = append(writes, r.writeTaken)
			} else {
				writes = append(writes, func() { r.write(levelOf(r.o), MessageFailed) })
			}
		case r.isAroundOne(v.losses) || r.mendsOne(all):
			writes = append(writes, func() { r.write(debug, MessageDegraded) }) // at a limit it may be told before what it lacks
		case !r.cutOff:
			if r.o.Status != observe.StatusStraggler {
				in.noteDegraded(c, r.of)
			}
			writes = append(writes, r.writeTaken)
		}
	}
	for i, l := range v.losses {
		if chosen[i] == 0 {
			writes = append(writes, func() { c.writeLoss(l) })
		}
	}
	if isCutOff {
		c.note(failure{err: o.Err, status: observe.StatusStraggler, of: c})
	}
	if !isOnRecord {
		writes = append(writes, func() { c.tell(o) })
	}
	inOrder(writes)
}

// inOrder calls all functions, also if one does not return.
func inOrder(fns []func()) {
	for len(fns) > 0 {
		fn := fns[0]
		fns = fns[1:]
		inTurn(fn, fns)
	}
}

func inTurn(fn func(), rest []func()) {
	returned := false
	defer func() {
		if !returned {
			inOrder(rest)
		}
	}()
	fn()
	returned = true
}

// tell makes the record of the run itself.
func (c *call) tell(o observe.Outcome) {
	c.told.Store(&o.Err)
	c.note(failure{err: o.Err, panic: o.Panic, status: o.Status, of: c})
	if o.Status == observe.StatusDegraded || c.isTaken() {
		report{of: c, o: o, at: time.Now()}.writeTaken()
		return
	}
	c.write(levelOf(o), MessageFailed, o, time.Now(), 0)
}

// isCulprit reports whether the run, which has ended with o, has failed of what r reports.
func (c *call) isCulprit(r report, o observe.Outcome) bool {
	if o.Status != observe.StatusFailed && o.Status != observe.StatusDegraded || len(o.Losses) > 0 || r.o.Status == observe.StatusDegraded {
		return false
	}
	if len(o.FailedOf) == 0 {
		return wraps(o.Err, r.o.Err)
	}
	for a := r.of; a != c && a != nil; a = a.around {
		if s := a.status.Load(); a != r.of && s != 0 && observe.Status(s-1) != observe.StatusFailed && observe.Status(s-1) != observe.StatusStraggler {
			return false
		}
		if around := a.around; around != nil && around.about.Kind == observe.KindRun {
			of := o.FailedOf
			if around != c {
				if around.status.Load() == 0 {
					continue
				}
				of = nil
			}
			if !a.isAmong(of, around) {
				return false
			}
		}
	}
	return true
}

// isAmong reports whether a run has failed of the node that the call is: it is one of some, or else of those that the run has noted,
// or one of them has failed of what this one has.
func (c *call) isAmong(nodes []string, run *call) bool {
	c.outermost.mu.Lock()
	defer c.outermost.mu.Unlock()
	if nodes == nil && run.inside != nil {
		nodes = run.inside.failedOf
	}
	if len(nodes) == 0 || slices.Contains(nodes, c.about.Node) {
		return true
	}
	return c.inside != nil && slices.ContainsFunc(c.inside.passedOn, func(node string) bool { return slices.Contains(nodes, node) })
}

// lossOf is the index of the loss that a node of that name is, or is a part of; -1 if it is none.
func lossOf(losses []observe.Loss, name string) int {
	return slices.IndexFunc(losses, func(l observe.Loss) bool { return name == l.Node || strings.HasPrefix(name, l.Node+"/") })
}

// nameIn is the name of the call's node, as a loss of a run has it.
func (c *call) nameIn(run *call) string {
	for c.around != nil && c.around.about.Kind != observe.KindRun {
		c = c.around
	}
	path := c.about.Path[min(len(run.about.Path), len(c.about.Path)):]
	return strings.Join(append(slices.Clip(path), c.about.Node), "/")
}

// isAroundOne reports whether what is degraded lacks only what it has inside, or what it stands in for: one of the losses, of which there is a record.
func (r report) isAroundOne(losses []observe.Loss) bool {
	name := r.of.nameIn(r.of.run)
	of := append([]string{name}, r.o.FailedOf...)
	for i, node := range r.o.FailedOf {
		of[i+1] = strings.TrimSuffix(name, r.of.about.Node) + node
	}
	return r.o.Status == observe.StatusDegraded && slices.ContainsFunc(of, func(name string) bool {
		return slices.ContainsFunc(losses, func(l observe.Loss) bool { return l.Node == name || strings.HasPrefix(l.Node, name+"/") })
	})
}

// mendsOne reports whether r is about a flow.Recover that has stood in for what another of these reports.
func (r report) mendsOne(all []report) bool {
	return r.o.Status == observe.StatusDegraded && slices.ContainsFunc(all, func(other report) bool {
		failed := other.of
		for failed.about.Kind == observe.KindElement {
			failed = failed.around
		}
		return failed.around == r.of.around && slices.Contains(r.o.FailedOf, failed.about.Node)
	})
}

// noteDegraded has the line of a run name what it does without, if the flow does not say so itself.
func (in *inside) noteDegraded(run, of *call) {
	name := of.about.Task
	if name == "" {
		name = of.about.Node
	}
	in.degraded = append(in.degraded, strings.Join(append(slices.Clip(of.about.Path), name), "/"))
}

func (r report) write(level slog.Level, message string) {
	r.of.write(level, message, r.o, r.at, r.count)
}

// writeTaken makes the record of a failure that the run goes on without, or of a call that was late.
func (r report) writeTaken() {
	message, level := MessageDegraded, warn
	if r.o.Status == observe.StatusStraggler && r.count == 0 {
		message = MessageStraggler
	}
	if r.o.Class == recovery.ClassCode { // a fallback mends no bug
		level = slog.LevelError
	}
	r.write(level, message)
}

// writeLoss makes the record of a loss that no call has told of: it never began, or is told of later.
func (c *call) writeLoss(l observe.Loss) {
	o := observe.Outcome{Status: observe.StatusDegraded, Class: l.Class, Err: l.Err, Elapsed: time.Since(c.about.Start)}
	path := slices.Clone(c.about.Path)
	inner, node := "", l.Node
	if i := strings.LastIndexByte(l.Node, '/'); i >= 0 {
		inner, node = l.Node[:i], l.Node[i+1:]
		path = append(path, inner)
	}
	of := &call{Context: c.Context, observer: c.observer, outermost: c.outermost, run: c.run}
	of.about = observe.Call{Kind: observe.KindNode, Run: c.about.Run, Flow: c.about.Flow, Path: path, Node: node, Task: l.Task, Place: l.Place, Start: c.about.Start, Deadline: c.about.Deadline}
	level := warn
	if l.Class == recovery.ClassCode {
		level = slog.LevelError
	}
	of.write(level, MessageDegraded, o, time.Now(), l.Count)
}
