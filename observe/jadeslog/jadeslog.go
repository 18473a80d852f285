package jadeslog

import (
	"context"
	"log/slog"

	"github.com/jade-go/jade/observe"
)

// Option changes what an observer of [New] writes.
type Option func(*observer)

// Function names the deployed function: each record has it, as [KeyFunction].
func Function(name string) Option {
	return func(o *observer) { o.function = name }
}

// LineLevel is the level of the line that each run writes at its end, [slog.LevelInfo] if it
// is not given. It is asked once a run, so it may be a [slog.LevelVar]. A nil level panics.
//
// The line of a run that has failed has the same level: that it has failed, and of what, is a record of its own.
func LineLevel(level slog.Leveler) Option {
	if level == nil {
		panic("jadeslog.LineLevel: nil level")
	}
	return func(o *observer) { o.line = level }
}

// New returns an observer that writes to logger what the comment of the package
// says. It may observe any number of runs at once, and calls the handler of logger from all
// their goroutines. A nil logger panics.
//
// Blocking: the answer of a run waits for the handler, unless the limit of the run has passed; so does what comes after a call of which a
// record is made at once. A handler that writes to something slow should have a buffer of its own.
// Panics: a panic of the handler is logged by [slog.Default] and changes nothing; the record is lost.
// Cost: two allocations for each call that it is told of, and a record only for what the comment of the package lists.
func New(logger *slog.Logger, opts ...Option) observe.Observer {
	if logger == nil {
		panic("jadeslog.New: nil logger")
	}
	o := &observer{logger: logger, line: slog.LevelInfo}
	for _, opt := range opts {
		opt(o)
	}
	if o.function != "" {
		o.logger = o.logger.With(slog.String(KeyFunction, o.function))
	}
	return o
}

// OnlyFailures implements [observe.Selective]. An attempt is counted, so it is of interest that it begins.
func (o *observer) OnlyFailures(kind observe.Kind) bool { return kind != observe.KindAttempt }

type observer struct {
	logger   *slog.Logger
	function string
	line     slog.Leveler
}

// Begin implements [observe.Observer].
func (o *observer) Begin(ctx context.Context, about observe.Call) (context.Context, func(observe.Outcome)) {
	c := &call{Context: ctx, observer: o, about: about}
	c.around, _ = ctx.Value(callKey{o}).(*call)
	if c.around == nil {
		c.outermost = c
	} else {
		c.outermost, c.run = c.around.outermost, c.around.run
	}
	switch {
	case about.Kind == observe.KindRun && (c.run == nil || c.isForEffect()): // what an effect fails of has no say in the answer
		c.run = c
	case about.Kind == observe.KindAttempt && c.around != nil:
		c.isAnotherTry()
	}
	return c, c.end
}
