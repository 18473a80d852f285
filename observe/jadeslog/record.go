package jadeslog

import (
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/jade-go/jade/internal/excerpt"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
)

const (
	debug = slog.LevelDebug
	info  = slog.LevelInfo
	warn  = slog.LevelWarn
)

// levelOf is the level of a failure's record: [slog.LevelError] where somebody has to act.
func levelOf(o observe.Outcome) slog.Level {
	switch {
	case o.Class == recovery.ClassCode: // also one that was made up for: that mends nothing
		return slog.LevelError
	case o.Status == observe.StatusDegraded || o.Class == recovery.ClassBusiness:
		return warn
	}
	return slog.LevelError
}

func isLate(o observe.Outcome) bool { return o.Class == recovery.ClassTimeout }

func isFailure(class recovery.Class) bool {
	return class != recovery.ClassNone && class != recovery.ClassCanceled
}

// write makes a record of the call, with the time of what it is about.
func (c *call) write(level slog.Level, message string, o observe.Outcome, at time.Time, count int) {
	if !c.observer.logger.Enabled(c.Context, level) {
		return
	}
	a := &c.about
	var r record
	r.text(KeyKind, a.Kind.String())
	r.number(KeyRun, a.Run)
	r.text(KeyFlow, a.Flow)
	r.from(c, o)
	if e := c.element(); e != nil {
		r.add(slog.Int(KeyElement, e.about.Element))
	}
	if a.Kind == observe.KindAttempt {
		r.add(slog.Int(KeyAttempt, a.Attempt))
	} else if a.Kind != observe.KindRun {
		r.number(KeyAttempts, uint64(c.tries.Load()))
	}
	r.text(KeyPlace, a.Place.String())
	r.outcome(o)
	if o.Panic != nil {
		value, stack := excerpt.OfPanic(o.Panic)
		r.text(KeyPanic, value)
		r.text(KeyStack, stack)
	}
	if count > 1 {
		r.add(slog.Int(KeyCount, count))
	}
	r.times(o, a.Deadline, at)
	all := slog.NewRecord(at, level, message, 0)
	all.AddAttrs(r.attrs...)
	_ = c.observer.logger.Handler().Handle(c.Context, all) // as a Logger does
}

// writeLine makes the line of a run.
func (c *call) writeLine(o observe.Outcome) {
	level := c.observer.line.Level()
	if !c.observer.logger.Enabled(c.Context, level) {
		return
	}
	var r record
	r.number(KeyRun, c.about.Run)
	r.text(KeyFlow, c.about.Flow)
	if len(o.Losses) == 0 {
		r.from(c, o)
	}
	r.outcome(o)
	r.number(KeyRetries, uint64(c.tries.Load()))
	if names := c.degradedTasks(o.Losses); len(names) > 0 {
		r.add(slog.Any(KeyDegraded, names))
	}
	r.times(o, c.about.Deadline, time.Now())
	c.observer.logger.LogAttrs(c.Context, level, MessageRun, r.attrs...)
}

// element is the element that the call is, or is an attempt for.
func (c *call) element() *call {
	switch {
	case c.about.Kind == observe.KindElement:
		return c
	case c.about.Kind == observe.KindAttempt && c.around != nil && c.around.about.Kind == observe.KindElement:
		return c.around
	}
	return nil
}

// degradedTasks names what the answer of a run does without: what its flow says is lost, and what flows and tasks that
// were called by functions say.
func (c *call) degradedTasks(lost []observe.Loss) (names []string) {
	for _, l := range lost {
		names = append(names, l.Node)
	}
	c.outermost.mu.Lock()
	defer c.outermost.mu.Unlock()
	if c.inside != nil {
		names = append(names, c.inside.degraded...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// record is one in the making. What there is nothing to say about is left out.
type record struct{ attrs []slog.Attr }

func (r *record) add(a slog.Attr) { r.attrs = append(r.attrs, a) }

func (r *record) text(key, value string) {
	if value != "" {
		r.add(slog.String(key, value))
	}
}

func (r *record) number(key string, n uint64) {
	if n > 0 {
		r.add(slog.Uint64(key, n))
	}
}

// from names the task that has failed, or was late: of a run, the one inside of it, if there is one.
func (r *record) from(c *call, o observe.Outcome) {
	if c.about.Kind == observe.KindRun {
		if f, found := c.origin(o); found {
			c = f.of
		}
	}
	a := &c.about
	r.text(KeyPath, strings.Join(a.Path, "/"))
	r.text(KeyTask, a.Task)
	if a.Node != a.Task {
		r.text(KeyNode, a.Node)
	}
}

func (r *record) outcome(o observe.Outcome) {
	r.text(KeyStatus, o.Status.String())
	if o.Class != recovery.ClassNone {
		r.text(KeyClass, o.Class.String())
	}
	if o.Err != nil {
		r.text(KeyError, excerpt.OfError(o.Err))
	}
	if rejection, ok := observe.RejectionOf(o.Err); ok {
		r.text(KeyGate, rejection.Gate)
		if rejection.Wait > 0 {
			r.add(slog.Float64(KeyRetryAfter, milliseconds(rejection.Wait)))
		}
	}
}

func (r *record) times(o observe.Outcome, until, at time.Time) {
	r.add(slog.Float64(KeyElapsed, milliseconds(o.Elapsed)))
	if !until.IsZero() {
		r.add(slog.Float64(KeyDeadlineLeft, milliseconds(until.Sub(at))))
	}
}

// milliseconds is d to the microsecond.
func milliseconds(d time.Duration) float64 {
	return float64(d.Round(time.Microsecond)/time.Microsecond) / 1000
}
