package jadeprometheus_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeprometheus"
)

// ran has c observe a run that answers a request with that id.
func ran(c *jadeprometheus.Collector, id string) {
	_, end := c.Begin(observe.WithRequest(context.Background(), &observe.Request{ID: id}), observe.Call{Kind: observe.KindRun, Flow: "shop"})
	end(observe.Outcome{Elapsed: 3 * time.Millisecond})
}

// exemplars are the labels of those that the durations of runs have: of classic buckets and of native ones.
func exemplars(t *testing.T, c prometheus.Collector) (classic, native []map[string]string) {
	t.Helper()
	for _, f := range families(t, c) {
		for _, m := range f.GetMetric() {
			h := m.GetHistogram()
			if f.GetName() != "jade_run_duration_seconds" {
				require.Empty(t, h.GetExemplars(), f.GetName())
				continue
			}
			require.EqualValues(t, 1, h.GetSampleCount(), "the value counts, whatever becomes of its exemplar")
			for _, b := range h.GetBucket() {
				if e := b.GetExemplar(); e != nil {
					classic = append(classic, labelsOf(t, e))
				}
			}
			for _, e := range h.GetExemplars() {
				native = append(native, labelsOf(t, e))
			}
		}
	}
	return classic, native
}

func labelsOf(t *testing.T, e *dto.Exemplar) map[string]string {
	require.InDelta(t, 0.003, e.GetValue(), 1e-9)
	all, runes := map[string]string{}, 0
	for _, l := range e.GetLabel() {
		all[l.GetName()] = l.GetValue()
		runes += utf8.RuneCountInString(l.GetName() + l.GetValue())
	}
	require.LessOrEqual(t, runes, prometheus.ExemplarMaxRunes)
	return all
}

func TestExemplar_labels(t *testing.T) {
	trace := strings.Repeat("a", 32)
	id118, id80 := strings.Repeat("i", 118), strings.Repeat("é", 80)
	gives := func(l prometheus.Labels) jadeprometheus.Option {
		return jadeprometheus.Exemplar(func(context.Context) prometheus.Labels { return l })
	}
	for name, c := range map[string]struct {
		id     string
		opts   []jadeprometheus.Option
		want   map[string]string // nil: no exemplar
		logged bool
	}{
		"the id":                  {"r-1", nil, map[string]string{"request_id": "r-1"}, false},
		"the id and the trace":    {"r-1", []jadeprometheus.Option{gives(prometheus.Labels{"trace_id": trace})}, map[string]string{"request_id": "r-1", "trace_id": trace}, false},
		"no id":                   {"", nil, nil, false},
		"no id, but a trace":      {"", []jadeprometheus.Option{gives(prometheus.Labels{"trace_id": trace})}, map[string]string{"trace_id": trace}, false},
		"no labels":               {"", []jadeprometheus.Option{gives(nil)}, nil, false},
		"the longest id":          {id118, nil, map[string]string{"request_id": id118}, false},
		"an id that is too long":  {id118 + "i", []jadeprometheus.Option{gives(prometheus.Labels{"trace_id": trace})}, map[string]string{"trace_id": trace}, false},
		"no room for the trace":   {id118, []jadeprometheus.Option{gives(prometheus.Labels{"trace_id": trace})}, map[string]string{"request_id": id118}, false},
		"room for the short":      {id80, []jadeprometheus.Option{gives(prometheus.Labels{"span_id": trace[:16], "trace_id": trace})}, map[string]string{"request_id": id80, "span_id": trace[:16]}, false},
		"the id is ours":          {"r-1", []jadeprometheus.Option{gives(prometheus.Labels{"request_id": "r-2"})}, map[string]string{"request_id": "r-1"}, false},
		"what is not UTF-8":       {"\xff", []jadeprometheus.Option{gives(prometheus.Labels{"tenant": "\xff"})}, map[string]string{"request_id": "\uFFFD", "tenant": "\uFFFD"}, false},
		"a name that is not":      {"r-1", []jadeprometheus.Option{gives(prometheus.Labels{"\xff": "x"})}, nil, true},
		"a name that is reserved": {"r-1", []jadeprometheus.Option{gives(prometheus.Labels{"__name__": "x"})}, nil, true},
		"a panic": {"r-1", []jadeprometheus.Option{jadeprometheus.Exemplar(func(context.Context) prometheus.Labels { panic("a bug") })},
			map[string]string{"request_id": "r-1"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			before := slog.Default()
			slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
			defer slog.SetDefault(before)
			metrics := jadeprometheus.New(c.opts...)
			ran(metrics, c.id)
			classic, native := exemplars(t, metrics)
			var want []map[string]string
			if c.want != nil {
				want = append(want, c.want)
			}
			require.Equal(t, want, classic)
			require.Equal(t, want, native)
			require.Equal(t, c.logged, strings.Contains(log.String(), "changes nothing"), log.String())
		})
	}
	require.PanicsWithValue(t, "jadeprometheus.Exemplar: nil function", func() { jadeprometheus.Exemplar(nil) })
}

// The function is asked for the labels of a run that answers a request, once, with the ctx of that run.
func TestExemplar_isOfARunThatAnswersARequest(t *testing.T) {
	asked := 0
	metrics := jadeprometheus.New(jadeprometheus.Exemplar(func(ctx context.Context) prometheus.Labels {
		asked++
		require.Equal(t, "r-1", observe.RequestOf(ctx).ID)
		return nil
	}))
	ctx := observe.With(context.Background(), metrics)
	_, err := shop(takes("item", 0, nil)).Do(ctx, "x")
	require.NoError(t, err)
	require.Zero(t, asked)
	_, err = shop(takes("item", 0, nil)).Do(observe.WithRequest(ctx, &observe.Request{ID: "r-1"}), "x")
	require.NoError(t, err)
	require.Equal(t, 1, asked)
}

// What a server gets that asks for OpenMetrics.
func TestExemplar_isServed(t *testing.T) {
	metrics := jadeprometheus.New()
	ran(metrics, "r-1")
	registry := prometheus.NewRegistry()
	registry.MustRegister(metrics)
	answer := httptest.NewRecorder()
	ask := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	ask.Header.Set("Accept", "application/openmetrics-text;version=1.0.0")
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: true}).ServeHTTP(answer, ask)
	require.Regexp(t, `jade_run_duration_seconds_bucket\{flow="shop",outcome="ok",le="0.005"\} 1 # \{request_id="r-1"\} 0.003`, answer.Body.String())
}

func TestCost_withoutARequest(t *testing.T) {
	metrics := jadeprometheus.New(jadeprometheus.Exemplar(func(context.Context) prometheus.Labels { panic("not to be asked") }))
	about := observe.Call{Kind: observe.KindRun, Flow: "shop"}
	if n := testing.AllocsPerRun(100, func() {
		_, end := metrics.Begin(context.Background(), about)
		end(observe.Outcome{})
	}); n > 3 {
		t.Errorf("%v allocations, of which 3 are known", n)
	}
}
