package jadeotel

import (
	"context"
	"maps"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/semconv/v1.43.0/faasconv"
	"go.opentelemetry.io/otel/semconv/v1.43.0/httpconv"

	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
)

// answers are the instruments for requests, as the conventions have them.
type answers struct {
	durations metric.Float64Histogram
	cold      metric.Int64Counter

	known atomic.Pointer[map[answer][]metric.RecordOption] // replaced, never changed
	mu    sync.Mutex                                       // for who adds
}

// answer is the set of attributes of answers to HTTP requests. Answers with the same set are counted together.
type answer struct {
	method, scheme, route string
	code                  int
	failure               string
}

// keptAnswers is how many sets of attributes are kept. (How many series there are is limited by the provider.)
const keptAnswers = 500

// requestBuckets are those that the conventions advise.
var requestBuckets = []float64{.005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10}

func newAnswers(mk *maker) *answers {
	var durations httpconv.ServerRequestDuration
	var cold faasconv.Coldstarts
	a := &answers{
		durations: mk.histogram(durations.Name(), durations.Description(), requestBuckets),
		cold:      mk.counter(cold.Name(), cold.Unit(), cold.Description()),
	}
	a.known.Store(new(map[answer][]metric.RecordOption))
	return a
}

// begins counts a cold start.
func (a *answers) begins(ctx context.Context, r *request) {
	if r.Cold {
		a.cold.Add(ctx, 1, metric.WithAttributeSet(attribute.NewSet(r.trigger())))
	}
}

// ends measures the answer to an HTTP request, unless a server or a middleware around the run does.
func (a *answers) ends(ctx context.Context, c *call, o observe.Outcome) {
	r := c.request
	if r.Method == "" || !a.durations.Enabled(ctx) {
		return
	}
	of := answer{r.method, r.scheme(), short(r.Route), r.code, ""}
	switch {
	case r.left:
		of.failure = recovery.ClassCanceled.String()
	case c.judgement(o) == failed:
		of.failure = c.errorType(o)
	}
	a.durations.Record(ctx, o.Elapsed.Seconds(), a.options(of)...)
}

func (a *answers) options(of answer) []metric.RecordOption {
	if with := (*a.known.Load())[of]; with != nil {
		return with
	}
	var as attributes
	as.text(semconv.HTTPRequestMethodKey, of.method)
	as.text(semconv.URLSchemeKey, of.scheme)
	as.text(semconv.HTTPRouteKey, of.route)
	if of.code != 0 {
		as.add(semconv.HTTPResponseStatusCode(of.code))
	}
	as.text(semconv.ErrorTypeKey, of.failure)
	with := []metric.RecordOption{metric.WithAttributeSet(attribute.NewSet(as...))}
	a.mu.Lock()
	defer a.mu.Unlock()
	if known := *a.known.Load(); len(known) < keptAnswers {
		more := make(map[answer][]metric.RecordOption, len(known)+1)
		maps.Copy(more, known)
		more[of] = with
		a.known.Store(&more)
	}
	return with
}
