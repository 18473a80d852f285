package jadeprometheus

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/jade-go/jade/observe"
)

// Exemplar adds labels to the exemplars of runs that answer a request, such as the id of the trace. When a run ends, fn is called with the ctx of the run and
// returns the labels. A nil fn panics.
//
// An exemplar has at most 128 characters, names and values together ([prometheus.ExemplarMaxRunes]). The label request_id comes first, then the other
// labels in the order of their names. A label for which there is no room is left out. If fn panics, the exemplar has only request_id. If Prometheus
// refuses a label, the run has no exemplar. Both are logged by [log/slog].
func Exemplar(fn func(ctx context.Context) prometheus.Labels) Option {
	if fn == nil {
		panic("jadeprometheus.Exemplar: nil function")
	}
	return func(o *options) { o.exemplar = fn }
}

// exemplar keeps what the exemplar of a run is made of until the run ends. It is nil for a run that answers no request.
type exemplar struct {
	ctx     context.Context
	request *observe.Request
	more    func(context.Context) prometheus.Labels // may be nil
}

func (c *Collector) exemplarOf(ctx context.Context) *exemplar {
	r := observe.RequestOf(ctx)
	if r == nil || r.ID == "" && c.exemplar == nil {
		return nil
	}
	return &exemplar{ctx, r, c.exemplar}
}

// observe measures a run that took that many seconds.
func (e *exemplar) observe(to prometheus.Observer, seconds float64) {
	with, ok := to.(prometheus.ExemplarObserver)
	if !ok {
		to.Observe(seconds)
		return
	}
	labels := e.labels()
	if len(labels) == 0 {
		to.Observe(seconds)
		return
	}
	defer contained() // wrong labels panic only after the value has been counted
	with.ObserveWithExemplar(seconds, labels)
}

// labels returns the labels for which there is room.
func (e *exemplar) labels() (labels prometheus.Labels) {
	labels = make(prometheus.Labels, 1)
	room := prometheus.ExemplarMaxRunes
	add := func(name, value string) {
		if runes := utf8.RuneCountInString(name) + utf8.RuneCountInString(value); value != "" && runes <= room {
			labels[name] = value
			room -= runes
		}
	}
	add(labelRequest, valid(e.request.ID))
	if e.more == nil {
		return labels
	}
	defer contained()
	more := e.more(e.ctx)
	for _, name := range slices.Sorted(maps.Keys(more)) {
		if name != labelRequest {
			add(name, valid(more[name]))
		}
	}
	return labels
}

// contained is deferred where a panic must not change anything. It logs the panic.
func contained() {
	if p := recover(); p != nil {
		slog.Error("jadeprometheus: an exemplar could not be made, which changes nothing", "error", fmt.Sprint(p))
	}
}
