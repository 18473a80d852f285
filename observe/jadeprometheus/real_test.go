package jadeprometheus_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeprometheus"
	"github.com/jade-go/jade/task"
)

// The real server scrapes a program that runs flows, and answers the queries that the comment of the package has.
func TestReal_prometheusAnswers(t *testing.T) {
	t.Run("classic", func(t *testing.T) {
		t.Parallel()
		answers := answersOf(t)
		quantile := answers["histogram_quantile(0.99, sum by (task, le)"]
		require.InDelta(t, .0025+.99*.0025, quantile["{task=render}"], 1e-6, "within the bucket of 5 ms")
		require.Len(t, quantile, 5, "%v", quantile)
		require.Empty(t, answers["histogram_quantile(0.99, sum by (task)"])
	})
	t.Run("native", func(t *testing.T) {
		t.Parallel()
		quantile := answersOf(t, "--enable-feature=native-histograms")["histogram_quantile(0.99, sum by (task)"]
		require.InEpsilon(t, .003, quantile["{task=render}"], .1)
		require.Len(t, quantile, 5, "%v", quantile)
	})
}

// answersOf has a server that is started with flags see two rounds of work and returns what it then answers to
// the documented queries, by how they begin. What does not depend on the flags it compares.
func answersOf(t *testing.T, flags ...string) map[string]numbers {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	p := newProgram(t)
	p.round(t)
	s := startServer(ctx, t, p.address, flags...)
	s.waitFor(ctx, t, `sum by (flow, outcome) (jade_runs_total) > 0`, numbers{
		"{flow=order-page outcome=ok}": 30, "{flow=order-page outcome=degraded}": 10, "{flow=checkout outcome=ok}": 15, "{flow=checkout outcome=failed}": 5,
	})
	p.round(t) // a rate is of two scrapes
	s.waitFor(ctx, t, `sum by (flow, outcome) (jade_runs_total) > 0`, numbers{
		"{flow=order-page outcome=ok}": 60, "{flow=order-page outcome=degraded}": 20, "{flow=checkout outcome=ok}": 30, "{flow=checkout outcome=failed}": 10,
	})
	s.waitFor(ctx, t, `jade_tasks_total{task="item"} > 0`, numbers{
		"{class=none flow=order-page outcome=ok task=item}": 60, "{class=business flow=order-page outcome=degraded task=item}": 20,
	})
	s.waitFor(ctx, t, `jade_tasks_in_flight > 0`, numbers{})

	answers := make(map[string]numbers)
	for _, query := range documented(t) {
		begin, _, _ := strings.Cut(query, " (rate(")
		answers[begin] = s.ask(ctx, t, query)
	}
	require.Len(t, answers, 7)
	require.InDeltaMapValues(t, numbers{"{flow=checkout}": .25, "{flow=order-page}": .25}, answers["sum by (flow)"], 1e-9)
	lost := answers["sum by (flow, node, class)"]
	require.Len(t, lost, 1)
	require.Positive(t, lost["{class=business flow=order-page node=item}"])
	require.Equal(t, numbers{"{task=hung}": 1}, answers["min_over_time(jade_stragglers[5m]) > 0"])
	require.Equal(t, numbers{"{gate=backend}": .5}, answers["jade_gate_in_use / jade_gate_slots"])
	refused := answers["sum by (task, gate)"]
	require.Len(t, refused, 1)
	require.Positive(t, refused["{gate=backend task=refused}"])
	return answers
}

// documented are the queries in the comment of the package.
func documented(t testing.TB) (queries []string) {
	text, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	_, section, _ := strings.Cut(string(text), "// # Queries\n")
	section, _, _ = strings.Cut(section, "// # ")
	for line := range strings.Lines(section) {
		if query, is := strings.CutPrefix(line, "//\t"); is {
			queries = append(queries, strings.TrimSpace(query))
		}
	}
	return queries
}

// program runs flows and serves its metrics.
type program struct {
	address string
	ctx     context.Context
	refused task.Task[string, string]
	pages   *flow.Flow[string, string]
	orders  *flow.Flow[string, string]
}

func newProgram(t testing.TB) *program {
	gate := guard.Slots(2, guard.Name("backend"))
	_, err := gate.Enter(context.Background(), "") // one of two is in use
	require.NoError(t, err)
	metrics, registry := jadeprometheus.New(), prometheus.NewRegistry()
	registry.MustRegister(metrics, jadeprometheus.Gates(map[string]task.Gate{"backend": gate}))
	server := httptest.NewServer(promhttp.HandlerFor(registry, promhttp.HandlerOpts{ErrorHandling: promhttp.HTTPErrorOnError}))
	t.Cleanup(server.Close)

	ctx, scope := future.WithScope(observe.With(context.Background(), metrics), future.Unobserved(func(error) {}))
	t.Cleanup(func() { assert.NoError(t, scope.Close()) })
	enough := make(chan struct{})
	t.Cleanup(func() { close(enough) })
	hung := task.New("hung", func(context.Context, string) (string, error) {
		<-enough
		return "", nil
	})
	_, err = hung.Timeout(time.Millisecond).Do(ctx, "bell")
	require.ErrorIs(t, err, context.DeadlineExceeded)

	stock := task.New("stock", func(_ context.Context, id string) (string, error) {
		if id == "anvil" {
			return "", errors.New("sold out")
		}
		return id, nil
	})
	return &program{
		address: strings.TrimPrefix(server.URL, "http://"),
		ctx:     ctx,
		refused: stock.Named("refused").Gate(full(t)),
		pages:   orderPage,
		orders:  flow.New("checkout", func(id flow.Node[string]) flow.Node[string] { return flow.Step(stock, id) }),
	}
}

// full is a gate that lets nobody in.
func full(t testing.TB) task.Gate {
	g := guard.Slots(1, guard.Name("backend"))
	_, err := g.Enter(context.Background(), "")
	require.NoError(t, err)
	return g
}

// round is some work: a quarter of it is about something that is not there.
func (p *program) round(t testing.TB) {
	for i := range 40 {
		id := "bell"
		if i%4 == 0 {
			id = "anvil"
		}
		_, err := p.pages.Do(p.ctx, id)
		require.NoError(t, err)
		if i%2 > 0 {
			continue
		}
		if id = "bell"; i%8 == 0 {
			id = "anvil"
		}
		_, err = p.orders.Do(p.ctx, id)
		require.Equal(t, id == "anvil", err != nil)
		_, err = p.refused.Do(p.ctx, "bell")
		require.ErrorContains(t, err, "rejected by backend")
		_, end := observe.Begin(p.ctx, observe.Call{Kind: observe.KindNode, Task: "render"})
		end(observe.Outcome{Elapsed: 3 * time.Millisecond})
	}
}
