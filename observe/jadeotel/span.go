package jadeotel

import (
	"context"
	"fmt"
	"log/slog"
	"reflect"
	"strings"

	"github.com/jade-go/jade/observe"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// open returns the ctx with the call's span, which begins now if nobody has asked
// for it before, with the time that the call began at.
//
// It does not begin at once, since an observer is told of a node that is skipped
// as of any other, and hears only then that it was: nobody asks for anything in
// between. A span that has begun cannot be taken back. Processors see the span
// begin, at the latest, when the call ends.
func (c *call) open() context.Context {
	c.opening.Do(c.start)
	return c.inside
}

// isUnopened reports whether the span has not begun. It will not then.
func (c *call) isUnopened() (unopened bool) {
	c.opening.Do(func() {
		c.inside, c.span = c.Context, noop.Span{}
		unopened = true
	})
	return unopened
}

// isRecorded reports whether the span records, or did before it ended.
func (c *call) isRecorded() bool {
	c.open()
	return c.recorded
}

// start starts the span. It may be called on a goroutine of the user's, for which
// a panic of a provider must be of no consequence.
func (c *call) start() {
	around := c.Context
	if c.request != nil {
		around = c.request.parent
	}
	c.inside, c.span = around, noop.Span{}
	defer func() {
		if r := recover(); r != nil {
			slog.Error("jadeotel: a span could not be started, which changes nothing", "span", c.name(), "error", fmt.Sprint(r))
		}
	}()
	with := []trace.SpanStartOption{trace.WithTimestamp(c.about.Start)}
	if c.request != nil {
		with = c.request.options(with[0])
	}
	ctx, span := c.observer.tracer.Start(around, c.name(), with...)
	c.inside, c.span = ctx, span
	if c.recorded = span.IsRecording(); c.recorded {
		c.describe()
		c.linkInputs()
	}
}

// name is the span's: there are few of them, as those who count by it wish.
func (c *call) name() string {
	a := &c.about
	name := a.Task
	switch {
	case a.Kind == observe.KindRun:
		name = a.Flow
	case a.Kind == observe.KindNode && a.Node != "" || name == "":
		name = a.Node
	}
	switch a.Kind {
	case observe.KindElement:
		name += " element"
	case observe.KindAttempt:
		name += " attempt"
	}
	return valid(name)
}

// isJades reports whether a ctx's key is one of this library's packages, none of which asks for a span.
func isJades(key any) bool {
	of := reflect.TypeOf(key)
	return of != nil && strings.HasPrefix(of.PkgPath(), jades)
}

// jades is what the paths of this library's packages begin with.
var jades = strings.TrimSuffix(reflect.TypeFor[observe.Call]().PkgPath(), "observe")
