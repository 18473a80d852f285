package jadeotel_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric/noop"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeotel"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

const ms = time.Millisecond

// traced runs body in a bubble, with a ctx in a scope that is observed, and returns the spans
// that have ended once the scope is closed.
func traced(t *testing.T, body func(ctx context.Context)) (all spans) {
	synctest.Test(t, func(t *testing.T) {
		recorder := tracetest.NewSpanRecorder()
		tracers := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
		observer := jadeotel.New(jadeotel.TracerProvider(tracers), jadeotel.MeterProvider(noop.NewMeterProvider()))
		ctx, scope := future.WithScope(observe.With(context.Background(), observer), future.Unobserved(func(error) {}))
		body(ctx)
		require.NoError(t, scope.Close())
		all = recorder.Ended()
		require.Len(t, recorder.Started(), len(all), "spans that have not ended")
	})
	return all
}

type spans []sdktrace.ReadOnlySpan

// named is the one span with that name.
func (all spans) named(t *testing.T, name string) sdktrace.ReadOnlySpan {
	t.Helper()
	of := all.allNamed(name)
	require.Len(t, of, 1, "spans called %s", name)
	return of[0]
}

func (all spans) allNamed(name string) (of spans) {
	for _, s := range all {
		if s.Name() == name {
			of = append(of, s)
		}
	}
	return of
}

// tree draws the spans, each below the one that it is part of, with what matters of it.
func (all spans) tree(t *testing.T) (lines []string) {
	t.Helper()
	byID, begun := map[trace.SpanID]sdktrace.ReadOnlySpan{}, time.Time{}
	for _, s := range all {
		byID[s.SpanContext().SpanID()] = s
		if begun.IsZero() || s.StartTime().Before(begun) {
			begun = s.StartTime()
		}
	}
	slices.SortStableFunc(all, func(a, b sdktrace.ReadOnlySpan) int {
		return cmp.Or(a.StartTime().Compare(b.StartTime()), cmp.Compare(a.Name(), b.Name()), cmp.Compare(number(a, jadeotel.KeyElement), number(b, jadeotel.KeyElement)))
	})
	drawn := 0
	var draw func(parent trace.SpanID, indent string)
	draw = func(parent trace.SpanID, indent string) {
		for _, s := range all {
			if s.Parent().SpanID() != parent {
				continue
			}
			drawn++
			lines = append(lines, indent+brief(s, begun, byID))
			draw(s.SpanContext().SpanID(), indent+"  ")
		}
	}
	draw(trace.SpanID{}, "")
	require.Equal(t, len(all), drawn, "spans whose parent is not among them")
	return lines
}

// brief is a span in a few words.
func brief(s sdktrace.ReadOnlySpan, begun time.Time, byID map[trace.SpanID]sdktrace.ReadOnlySpan) string {
	words := []string{s.Name(), fmt.Sprintf("%v-%v", s.StartTime().Sub(begun), s.EndTime().Sub(begun)), text(s, jadeotel.KeyOutcome)}
	if class := text(s, jadeotel.KeyClass); class != "" {
		words = append(words, class)
	}
	if s.Status().Code == codes.Error {
		words = append(words, "ERROR")
	}
	for _, l := range s.Links() {
		words = append(words, fmt.Sprintf("<%s %s", l.Attributes[0].Value.AsString(), byID[l.SpanContext.SpanID()].Name()))
	}
	for _, e := range s.Events() {
		words = append(words, event(e, begun))
	}
	return strings.Join(words, " ")
}

// event is an event in a few words, in the order of its attributes, texts and stacks aside.
func event(e sdktrace.Event, begun time.Time) string {
	words := []string{strings.TrimPrefix(e.Name, "jade."), fmt.Sprint(e.Time.Sub(begun))}
	for _, a := range e.Attributes {
		switch a.Key {
		case jadeotel.KeyNode, jadeotel.KeyAttempt, jadeotel.KeyOutcome, jadeotel.KeyClass, "exception.type":
			words = append(words, a.Value.String())
		}
	}
	return "!" + strings.Join(words, ":")
}

func value(s sdktrace.ReadOnlySpan, key attribute.Key) (v attribute.Value) {
	for _, a := range s.Attributes() {
		if a.Key == key {
			v = a.Value
		}
	}
	return v
}

func text(s sdktrace.ReadOnlySpan, key attribute.Key) string  { return value(s, key).AsString() }
func number(s sdktrace.ReadOnlySpan, key attribute.Key) int64 { return value(s, key).AsInt64() }

// takes is a task that takes its time and then ends with err, or earlier if nobody wants it any more.
func takes(name string, d time.Duration, err error) task.Task[string, string] {
	return task.New(name, func(ctx context.Context, in string) (string, error) {
		select {
		case <-ctx.Done():
			return "", context.Cause(ctx)
		case <-time.After(d):
			return in, err
		}
	})
}

// stubborn is a task that takes its time whether anybody wants it or not.
func stubborn(name string, d time.Duration, err error) task.Task[string, string] {
	return task.New(name, func(_ context.Context, in string) (string, error) {
		time.Sleep(d)
		return in, err
	})
}

var (
	errSoldOut = recovery.Mark(recovery.ClassBusiness, errors.New("sold out"))
	always     = task.Retry{Attempts: 3, Delay: ms, If: func(error) bool { return true }}
)

// unavailable is a failure of a dependency.
type unavailable struct{}

func (unavailable) Error() string   { return "busy" }
func (unavailable) StatusCode() int { return 503 }

// line makes a flow of tasks, each of which takes what the one before it has made.
func line(name string, ts ...task.Task[string, string]) *flow.Flow[string, string] {
	return flow.New(name, func(n flow.Node[string]) flow.Node[string] {
		for _, t := range ts {
			n = flow.Step(t, n)
		}
		return n
	})
}

// side makes a flow of tasks that run at once.
func side(name string, ts ...task.Task[string, string]) *flow.Flow[string, string] {
	return flow.New(name, func(n flow.Node[string]) flow.Node[string] {
		all := flow.Step(ts[0], n)
		for _, t := range ts[1:] {
			all = flow.Map2(all, flow.Step(t, n), func(a, b string) string { return a + b })
		}
		return all
	})
}
