package jadeotel

import (
	"context"
	"fmt"
	"log/slog"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/jade-go/jade/observe"
)

// standard is the propagator if neither the option nor the program has one.
var standard = propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{})

// propagator returns the propagator to use. The program may set its own after New.
func (o *observer) propagator() propagation.TextMapPropagator {
	if o.own != nil {
		return o.own
	}
	if p := otel.GetTextMapPropagator(); len(p.Fields()) > 0 {
		return p
	}
	return standard
}

// continued returns ctx with the span context and the baggage that the caller has sent. If a propagator panics or a header is malformed, it returns ctx
// as it was.
func (o *observer) continued(ctx context.Context, r *observe.Request) (continued context.Context) {
	if r.Header == nil {
		return ctx
	}
	continued = ctx
	defer func() {
		if p := recover(); p != nil {
			slog.Error("jadeotel: the trace of the caller could not be read, which changes nothing", "error", fmt.Sprint(p))
		}
	}()
	if sent := o.propagator().Extract(ctx, carrier(r.Header)); sent != nil {
		continued = sent
	}
	if trace.SpanContextFromContext(continued).IsValid() {
		return continued
	}
	if parent, ok := parseAmazon(carrier(r.Header).Get(amazonHeader)); ok {
		continued = trace.ContextWithRemoteSpanContext(continued, parent)
	}
	return continued
}

// carrier is the headers of a request, as propagators read them.
type carrier func(name string) string

// longestHeader is how long a header may be: as long as baggage may be (https://www.w3.org/TR/baggage/#limits). A longer header is ignored.
const longestHeader = 8 << 10

// Get implements [propagation.TextMapCarrier].
func (c carrier) Get(name string) string {
	if value := c(name); len(value) <= longestHeader {
		return value
	}
	return ""
}

// Set implements [propagation.TextMapCarrier].
func (carrier) Set(string, string) {}

// Keys implements [propagation.TextMapCarrier].
func (carrier) Keys() []string { return nil }
