package jadeotel

import (
	"context"

	"github.com/jade-go/jade/observe"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

// ScopeName is the instrumentation scope of all spans and metrics.
const ScopeName = "github.com/jade-go/jade/observe/jadeotel"

// Option sets a provider or the propagator of an observer of [New].
type Option func(*options)

type options struct {
	tracers trace.TracerProvider
	meters  metric.MeterProvider
	traces  propagation.TextMapPropagator // nil: that of the program
}

// TracerProvider is where spans come from, that of [otel.GetTracerProvider] if it is not
// given. A nil provider panics. For no spans, give one of go.opentelemetry.io/otel/trace/noop.
func TracerProvider(p trace.TracerProvider) Option {
	if p == nil {
		panic("jadeotel.TracerProvider: nil provider")
	}
	return func(o *options) { o.tracers = p }
}

// MeterProvider is where instruments come from, that of [otel.GetMeterProvider] if it is not
// given. A nil provider panics. For no metrics, give one of go.opentelemetry.io/otel/metric/noop.
func MeterProvider(p metric.MeterProvider) Option {
	if p == nil {
		panic("jadeotel.MeterProvider: nil provider")
	}
	return func(o *options) { o.meters = p }
}

// Propagator sets the propagator that reads the trace and the baggage of the caller from the headers of a request. It is used if a run begins with an
// [observe.Request] and has no span around it. Without this option, it is the propagator of [otel.GetTextMapPropagator]; as long as the program has set
// none, it is W3C Trace Context with W3C Baggage. A nil propagator panics. To read nothing, give [propagation.NewCompositeTextMapPropagator] without
// arguments.
//
// The propagator can read each header of the Request by its name, and cannot list the headers. If it finds no parent, an X-Amzn-Trace-Id with Sampled=1 is
// the parent.
func Propagator(p propagation.TextMapPropagator) Option {
	if p == nil {
		panic("jadeotel.Propagator: nil propagator")
	}
	return func(o *options) { o.traces = p }
}

// New returns an observer that makes the spans and the measurements that the comment
// of the package describes. It may observe any number of runs at once. One is enough for
// a program: each keeps the attributes of its measurements, some hundred bytes a task.
//
// The program may set its global providers and its global propagator after New. They are used from then on.
//
// Errors: an instrument that the provider refuses is given to [otel.Handle].
// Blocking: a call waits for what the span processors do when a span begins and ends. Those that batch return at once.
// Panics: a panic of a provider, a sampler, a processor or a propagator is logged by [log/slog] and changes nothing.
func New(opts ...Option) observe.Observer {
	from := options{tracers: otel.GetTracerProvider(), meters: otel.GetMeterProvider()}
	for _, opt := range opts {
		opt(&from)
	}
	return &observer{
		tracer:  from.tracers.Tracer(ScopeName, trace.WithSchemaURL(semconv.SchemaURL)),
		meters:  newMeters(from.meters.Meter(ScopeName, metric.WithSchemaURL(semconv.SchemaURL))),
		own:     from.traces,
		methods: newMethods(),
	}
}

type observer struct {
	tracer  trace.Tracer
	meters  *meters
	own     propagation.TextMapPropagator // nil: that of the program
	methods methods
}

// Begin implements [observe.Observer].
func (o *observer) Begin(ctx context.Context, about observe.Call) (context.Context, func(observe.Outcome)) {
	around, _ := ctx.Value(callKey{o}).(*call)
	of := o.meters.of(&about)
	of.begins(about.Kind)
	if about.Effect {
		of.beginsEffect(ctx)
	}
	again := about.Kind == observe.KindAttempt && about.Attempt > 1
	if again {
		of.retries(ctx)
	}
	if around != nil && !around.isRecorded() {
		return nil, (&unrecorded{tally: tally{series: of, kind: about.Kind}, ctx: ctx}).end
	}
	c := &call{Context: ctx, tally: tally{series: of, kind: about.Kind}, observer: o, about: about, around: around}
	if c.request = o.requestOf(ctx, &about, around); c.request != nil {
		o.meters.answers.begins(ctx, c.request)
	}
	if again && around != nil {
		c.tellOfRetry()
	}
	return c, c.end
}
