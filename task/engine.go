package task

import (
	"context"
	"slices"

	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/seam"
	"github.com/jade-go/jade/observe"
)

// ForEngines is how package flow and test kits run a task: only this module can make a Seal.
func ForEngines[In, Out any](_ engine.Seal, t Task[In, Out]) engineSide[In, Out] {
	return engineSide[In, Out](t)
}

// engineSide is a task as an engine sees it.
type engineSide[In, Out any] struct{ d *definition[In, Out] }

// From makes a task of work that an engine runs, which was made at a place. The receiver is not used.
func (engineSide[In, Out]) From(name string, at observe.Place, s seam.Starter[In, Out]) Task[In, Out] {
	return Task[In, Out]{&definition[In, Out]{name: name, origin: &seam.Origin{Place: at, Engine: s}, starter: s}}
}

// Origin is what the task has in common with all that were made of it; nil for the zero Task.
func (e engineSide[In, Out]) Origin() *seam.Origin {
	if e.d == nil {
		return nil
	}
	return e.d.origin
}

// Starter returns the work that the task stands for, nil if that is a function.
func (e engineSide[In, Out]) Starter() seam.Starter[In, Out] {
	if e.d == nil {
		return nil
	}
	return e.d.starter
}

// Direct returns the function of the task if an engine may call it without Start:
// if nothing that is around it acts before it has failed, and else nil. It reports whether a failure
// is for Mend then. A panic or a Goexit of the function is a failure that is the engine's to notice.
func (e engineSide[In, Out]) Direct() (fn Func[In, Out], mends bool) {
	d := e.d
	if d == nil || d.limits || d.tries || d.gated || d.hides {
		return nil, false
	}
	return d.fn, len(d.policies) > 0
}

// Mend carries a failure of the function that Direct has returned through the
// policies of the task, as Start would have done.
func (e engineSide[In, Out]) Mend(ctx context.Context, in In, failed seam.Answer[Out], crew seam.Crew, host seam.Host[Out]) (seam.Answer[Out], bool) {
	const first = 0
	return newRunner(ctx, e.d, in, crew, host).carry(first, e.d.row, failed.Value, failed.Err)
}

// Passage returns a cheap way for an engine to make calls of the task, one after another. It returns nil if policies other than gates act before
// the function has failed. Mends reports whether a failure is to be passed to Mend.
func (e engineSide[In, Out]) Passage() (through seam.Passage[In, Out], mends bool) {
	d := e.d
	if d == nil || d.row == 0 || !d.straight() || d.tries {
		return nil, false
	}
	return newPassage(d), len(d.policies) > d.row
}

// Start runs the task on the calling goroutine, on behalf of an engine. If the call is
// over when Start returns, Start returns its answer and true. Else another
// goroutine carries it on, which joins crew for that, and host is told. Start
// itself may then go on for as long as a function that was given up runs.
//
// Goexit: if a function of the task calls runtime.Goexit, the calling goroutine ends
// after another has taken over the call.
// Cancellation: the ctx given to the function is done when ctx is; host is told when the function returns.
func (e engineSide[In, Out]) Start(ctx context.Context, in In, crew seam.Crew, host seam.Host[Out]) (seam.Answer[Out], bool) {
	return newRunner(ctx, e.d, in, crew, host).start()
}

// Standby returns the value of the innermost Fallback, if there is one: what stands in for a call that an
// engine does not even begin.
func (e engineSide[In, Out]) Standby() (v Out, ok bool) {
	if e.d == nil {
		return v, false
	}
	if e.d.hedged != nil {
		if v, ok = (engineSide[In, Out]{e.d.hedged.inside}).Standby(); ok {
			return v, true
		}
	}
	for _, p := range e.d.policies {
		if p.kind == kindFallback {
			return p.fallback, true
		}
	}
	return v, false
}

// Discarder returns the function that an engine gives each result that it cannot use any more, with a
// ctx of the call, or nil if the task has no [Task.Discard]. Results that the task itself gives up are seen to by Start.
func (e engineSide[In, Out]) Discarder() func(context.Context, Out) {
	if e.d == nil || e.d.discard == nil {
		return nil
	}
	return e.d.dispose
}

// WithBody returns the task with another body: with is given the present one and returns the one to have.
// Name, origin and policies are those of the task. It is for what puts something in place of the function, such as a test's fake.
//
// The middleware of a [Task.Wrap] is called again, around the new body, so what it remembers is not that of the task.
func (e engineSide[In, Out]) WithBody(with func(seam.Body[In, Out]) seam.Body[In, Out]) Task[In, Out] {
	return Task[In, Out]{e.d.withBody(with)}
}

func (d *definition[In, Out]) withBody(with func(seam.Body[In, Out]) seam.Body[In, Out]) *definition[In, Out] {
	c := *d
	if d.wrapped != nil {
		c.wrap(d.wrapped.withBody(with), d.middleware)
		return &c
	}
	if d.hedged != nil {
		h := d.hedged.around(d.hedged.inside.withBody(with))
		c.starter, c.hedged = h, h
		return &c
	}
	b := with(seam.Body[In, Out]{Func: d.fn, Starter: d.starter})
	if (b.Func == nil) == (b.Starter == nil) {
		panic("task: the body of " + d.name + " must have a function or a starter, and not both")
	}
	c.fn, c.starter, c.again, c.beyond = b.Func, b.Starter, nil, nil
	return &c
}

// Wrap is [Task.Wrap] with the description about. The middleware also gets quiet, which it passes to Apart.
func (e engineSide[In, Out]) Wrap(about Policy, mw func(quiet any, fn Func[In, Out]) Func[In, Out]) Task[In, Out] {
	t := Task[In, Out](e).Wrap(func(fn Func[In, Out]) Func[In, Out] { return fn })
	t.d.wrap(e.d, mw)
	t.d.about[len(t.d.about)-1] = about
	return t
}

// Showing returns the task with something that pages of package inspect show, such as its hot keys.
func (e engineSide[In, Out]) Showing(v any) Task[In, Out] {
	d := *e.d
	d.shown = append(slices.Clip(d.shown), v)
	return Task[In, Out]{&d}
}

// Shown returns what Showing was given.
func (e engineSide[In, Out]) Shown() []any { return e.d.shown }

// Apart is for a middleware of Wrap that makes one call for several calls of the task. It returns the ctx for that one call: base, with the
// values of the ctx values on top. If something in the call has replaced a failure, pass reports that to the call that the ctx to belongs to, and
// returns true.
func (engineSide[In, Out]) Apart(base, values context.Context, quiet any) (apart context.Context, pass func(to context.Context) (degraded bool)) {
	own := &inside{of: quiet}
	apart = context.WithValue(engine.WithValues(base, values), insideKey{}, own)
	return apart, func(to context.Context) bool {
		failure, losses := own.found()
		if failure == nil {
			return false
		}
		if in, ok := to.Value(insideKey{}).(*inside); ok && in != own {
			in.mu.Lock()
			defer in.mu.Unlock()
			in.failure, in.losses = failure, losses
		}
		return true
	}
}

// Of returns a task that stands for another one. It has that task's name, place, descriptions of policies and gates. Its function is make(nil). If Fresh
// makes a new task of it, the function of the new task is make(renew). The function may use Apart, as a middleware of Wrap may. The receiver is not used.
func (engineSide[In, Out]) Of(name string, at observe.Place, about []Policy, gates []Gate, make func(renew func(g Gate, budget bool) Gate) Func[In, Out]) Task[In, Out] {
	return Task[In, Out]{&definition[In, Out]{name: name, origin: &seam.Origin{Place: at}, fn: make(nil), again: make, beyond: gates, about: about, hides: true}}
}
