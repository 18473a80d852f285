package jadeotel

import (
	"strings"

	"go.opentelemetry.io/otel/trace"
)

// amazonHeader is the header by which AWS sends the trace of the caller:
// https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader.
const amazonHeader = "X-Amzn-Trace-Id"

// parseAmazon returns the span that an X-Amzn-Trace-Id names, if AWS X-Ray records it: "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1".
//
// Lambda sends one with Sampled=0 with each invocation of a function for which X-Ray is not switched on. As a parent, that
// would switch off the spans of all such functions. So it is not taken, and the sampler decides.
func parseAmazon(header string) (parent trace.SpanContext, ok bool) {
	if header == "" {
		return parent, false
	}
	fields := map[string]string{}
	for field := range strings.SplitSeq(header, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		if _, twice := fields[name]; twice {
			return parent, false
		}
		fields[name] = value
	}
	root, versioned := strings.CutPrefix(fields["Root"], "1-")
	epoch, unique, split := strings.Cut(root, "-")
	if !versioned || !split || len(epoch) != 8 || len(unique) != 24 || fields["Sampled"] != "1" {
		return parent, false
	}
	id, err := trace.TraceIDFromHex(epoch + unique)
	if err != nil {
		return parent, false
	}
	span, err := trace.SpanIDFromHex(fields["Parent"])
	if err != nil {
		return parent, false
	}
	return trace.NewSpanContext(trace.SpanContextConfig{TraceID: id, SpanID: span, TraceFlags: trace.FlagsSampled, Remote: true}), true
}
