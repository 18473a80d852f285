package jadeotel_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/metric/noop"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe/jadeotel"
	"github.com/jade-go/jade/task"
)

// spanned is a log handler as programs have it, which adds the ids of the span of ctx.
type spanned struct{ slog.Handler }

func (h spanned) Handle(ctx context.Context, r slog.Record) error {
	of := trace.SpanContextFromContext(ctx)
	r.AddAttrs(slog.String("trace_id", of.TraceID().String()), slog.String("span_id", of.SpanID().String()))
	return h.Handler.Handle(ctx, r)
}

func (h spanned) WithAttrs(attrs []slog.Attr) slog.Handler {
	return spanned{h.Handler.WithAttrs(attrs)}
}

// Each record of a handler has the ids of the span of the call that it is about.
func TestHandler_recordsHaveTheirSpan(t *testing.T) {
	fails := func(context.Context, int) (int, error) { return 0, io.ErrUnexpectedEOF }
	page := flow.New("page", func(in flow.Node[int]) flow.Node[int] { return flow.Step(task.New("item", fails), in) })
	for name, make := range map[string]func(...faas.Option) *faas.Handler[int, int]{
		"a flow":               func(opts ...faas.Option) *faas.Handler[int, int] { return faas.FromFlow(page, opts...) },
		"a flow in a function": func(opts ...faas.Option) *faas.Handler[int, int] { return faas.New("outer", page.Do, opts...) },
		"a flow behind a Catch": func(opts ...faas.Option) *faas.Handler[int, int] {
			return faas.FromFlow(page, opts...).Catch(func(context.Context, int, error) (int, error) { return 0, nil })
		},
	} {
		t.Run(name, func(t *testing.T) {
			recorder := tracetest.NewSpanRecorder()
			o := jadeotel.New(jadeotel.TracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))), jadeotel.MeterProvider(noop.NewMeterProvider()))
			var log bytes.Buffer
			_, err := make(faas.Logger(slog.New(spanned{slog.NewJSONHandler(&log, nil)})), faas.Observer(o)).InvokeJSON(t.Context(), []byte("1"))
			require.Equal(t, name == "a flow behind a Catch", err == nil)
			all := spans(recorder.Ended())
			records := 0
			for d := json.NewDecoder(&log); ; records++ {
				var r struct {
					Msg, Kind string
					TraceID   string `json:"trace_id"`
					SpanID    string `json:"span_id"`
				}
				if err := d.Decode(&r); err == io.EOF {
					break
				} else {
					require.NoError(t, err)
				}
				of := all.named(t, "item")
				if r.Kind != "node" {
					of = outermost(t, all)
				}
				require.Equal(t, of.SpanContext().TraceID().String(), r.TraceID, r.Msg)
				require.Equal(t, of.SpanContext().SpanID().String(), r.SpanID, r.Msg)
			}
			require.GreaterOrEqual(t, records, 2, "the failure and the line")
		})
	}
}

// outermost is the span without a parent.
func outermost(t *testing.T, all spans) (of sdktrace.ReadOnlySpan) {
	t.Helper()
	for _, s := range all {
		if !s.Parent().IsValid() {
			require.Nil(t, of)
			of = s
		}
	}
	require.NotNil(t, of)
	return of
}
