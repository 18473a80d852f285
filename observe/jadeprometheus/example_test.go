package jadeprometheus_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/common/expfmt"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeprometheus"
	"github.com/jade-go/jade/observe/jadeslog"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

var (
	fetchItem = task.New("item", func(_ context.Context, id string) (string, error) {
		if id == "anvil" {
			return "", recovery.Mark(recovery.ClassBusiness, errors.New("no such item"))
		}
		return "a " + id, nil
	})
	orderPage = flow.New("order-page", func(id flow.Node[string]) flow.Node[string] {
		return flow.Step(fetchItem.Fallback("something nice"), id)
	})
)

// show prints the series of a registry whose names begin with one of some prefixes, as a server gets them.
func show(from prometheus.Gatherer, prefixes ...string) {
	all, err := from.Gather()
	if err != nil {
		fmt.Println(err)
		return
	}
	var text strings.Builder
	for _, f := range all {
		_, _ = expfmt.MetricFamilyToText(&text, f)
	}
	for line := range strings.Lines(text.String()) {
		for _, prefix := range prefixes {
			if strings.HasPrefix(line, prefix) && !strings.HasSuffix(line, " 0\n") {
				fmt.Print(line)
			}
		}
	}
}

func Example() {
	metrics := jadeprometheus.New()
	registry := prometheus.NewRegistry()
	registry.MustRegister(metrics)

	ctx := observe.With(context.Background(), metrics)
	for _, id := range []string{"bell", "lamp", "anvil"} {
		page, err := orderPage.Do(ctx, id)
		fmt.Println(page, err)
	}
	show(registry, "jade_runs_total", "jade_tasks_total", "jade_run_duration_seconds_count")
	// Output:
	// a bell <nil>
	// a lamp <nil>
	// something nice <nil>
	// jade_run_duration_seconds_count{flow="order-page",outcome="degraded"} 1
	// jade_run_duration_seconds_count{flow="order-page",outcome="ok"} 2
	// jade_runs_total{class="business",flow="order-page",outcome="degraded"} 1
	// jade_runs_total{class="none",flow="order-page",outcome="ok"} 2
	// jade_tasks_total{class="business",flow="order-page",outcome="degraded",task="item"} 1
	// jade_tasks_total{class="none",flow="order-page",outcome="ok",task="item"} 2
}

// The name of the deployed function is a label of all metrics.
func ExampleNew() {
	metrics := jadeprometheus.New()
	registry := prometheus.NewRegistry()
	prometheus.WrapRegistererWith(prometheus.Labels{"function": "checkout"}, registry).MustRegister(metrics)

	_, _ = fetchItem.Do(observe.With(context.Background(), metrics), "bell")
	show(registry, "jade_tasks_total")
	// Output: jade_tasks_total{class="none",flow="",function="checkout",outcome="ok",task="item"} 1
}

// A collector is one among the observers of a program.
func ExampleCollector() {
	metrics := jadeprometheus.New()
	log := jadeslog.New(slog.New(slog.DiscardHandler))
	ctx := observe.With(context.Background(), observe.Tee(log, metrics))
	_, _ = orderPage.Do(ctx, "bell")
	fmt.Println(testutil.CollectAndCount(metrics, "jade_run_duration_seconds"))
	// Output: 1
}

// Code that is no task can be measured as one.
func ExampleCollector_Begin() {
	metrics := jadeprometheus.New()
	registry := prometheus.NewRegistry()
	registry.MustRegister(metrics)

	_, end := observe.Begin(observe.With(context.Background(), metrics), observe.Call{Kind: observe.KindNode, Task: "render"})
	show(registry, "jade_tasks_in_flight")
	end(observe.Outcome{Status: observe.StatusOK})
	show(registry, "jade_tasks_total")
	// Output:
	// jade_tasks_in_flight{flow="",task="render"} 1
	// jade_tasks_total{class="none",flow="",outcome="ok",task="render"} 1
}

// A registry collects when a server scrapes.
func ExampleCollector_Collect() {
	metrics := jadeprometheus.New()
	into := make(chan prometheus.Metric, 100)
	metrics.Collect(into)
	fmt.Println("before the first call:", len(into))
	_, _ = fetchItem.Do(observe.With(context.Background(), metrics), "bell")
	metrics.Collect(into)
	fmt.Println("after it:", len(into))
	// Output:
	// before the first call: 0
	// after it: 10
}

func ExampleCollector_Describe() {
	metrics := jadeprometheus.New()
	into := make(chan *prometheus.Desc, 100)
	metrics.Describe(into)
	fmt.Println(len(into), "metrics")
	// Output: 15 metrics
}

// Options of one collector.
func ExampleOption() {
	metrics := jadeprometheus.New(jadeprometheus.Buckets(.01, .1, 1), jadeprometheus.Names(1000))
	fmt.Println(prometheus.NewRegistry().Register(metrics))
	// Output: <nil>
}

// A function that must answer within 300 ms has a bucket that ends there.
func ExampleBuckets() {
	metrics := jadeprometheus.New(jadeprometheus.Buckets(.05, .1, .2, .3, 1))
	registry := prometheus.NewRegistry()
	registry.MustRegister(metrics)

	_, _ = orderPage.Do(observe.With(context.Background(), metrics), "bell")
	show(registry, `jade_run_duration_seconds_bucket{flow="order-page",outcome="ok",le="0.3"}`)
	// Output: jade_run_duration_seconds_bucket{flow="order-page",outcome="ok",le="0.3"} 1
}

// An exemplar of a duration leads from a histogram to the log of one of its requests and, with the id of the trace, to its spans. This is
// the function of a program that uses OpenTelemetry:
//
//	func(ctx context.Context) prometheus.Labels {
//		span := trace.SpanContextFromContext(ctx)
//		if !span.IsSampled() {
//			return nil
//		}
//		return prometheus.Labels{"trace_id": span.TraceID().String()}
//	}
func ExampleExemplar() {
	metrics := jadeprometheus.New(jadeprometheus.Exemplar(func(ctx context.Context) prometheus.Labels {
		return prometheus.Labels{"tenant": ctx.Value(tenantKey{}).(string)}
	}))
	registry := prometheus.NewRegistry()
	registry.MustRegister(metrics)

	ctx := context.WithValue(context.Background(), tenantKey{}, "acme")
	ctx = observe.WithRequest(ctx, &observe.Request{ID: "r-1"}) // as package faas does
	_, _ = orderPage.Do(observe.With(ctx, metrics), "bell")
	families, _ := registry.Gather()
	for _, f := range families {
		if f.GetName() != "jade_run_duration_seconds" {
			continue
		}
		for _, e := range f.GetMetric()[0].GetHistogram().GetExemplars() {
			labels := map[string]string{}
			for _, l := range e.GetLabel() {
				labels[l.GetName()] = l.GetValue()
			}
			fmt.Println(labels)
		}
	}
	// Output: map[request_id:r-1 tenant:acme]
}

type tenantKey struct{}

// Names that a program makes up as it runs do not make series without end.
func ExampleNames() {
	metrics := jadeprometheus.New(jadeprometheus.Names(2))
	registry := prometheus.NewRegistry()
	registry.MustRegister(metrics)

	ctx := observe.With(context.Background(), metrics)
	for i := range 10 {
		_, _ = fetchItem.Named(fmt.Sprintf("item-%d", i)).Do(ctx, "bell")
	}
	show(registry, "jade_tasks_total")
	// Output:
	// jade_tasks_total{class="none",flow="",outcome="ok",task="item-0"} 1
	// jade_tasks_total{class="none",flow="",outcome="ok",task="item-1"} 1
	// jade_tasks_total{class="none",flow="",outcome="ok",task="other"} 8
}

// What a gate lets in, and what waits for it.
func ExampleGates() {
	slots := guard.Slots(8, guard.Queue(100), guard.Name("stock"))
	breaker := guard.Breaker(0.5, guard.Min(1))
	registry := prometheus.NewRegistry()
	registry.MustRegister(jadeprometheus.Gates(map[string]task.Gate{"stock": slots, "coupons": breaker}))

	coupons := task.New("coupons", func(context.Context, string) (string, error) { return "", errors.New("no answer") }).Gate(breaker)
	_, _ = coupons.Do(context.Background(), "bell")
	show(registry, "jade_gate")
	// Output:
	// jade_gate_open{gate="coupons"} 1
	// jade_gate_slots{gate="stock"} 8
}

// How many keys are asked for so often that they are protected.
func ExampleHotKeys() {
	var hot guard.HotKeys
	item := guard.Hot(fetchItem, 10, time.Second, guard.Report(&hot))
	registry := prometheus.NewRegistry()
	registry.MustRegister(jadeprometheus.HotKeys(&hot))

	for range 100 {
		_, _ = item.Do(context.Background(), "bell")
	}
	show(registry, "jade_hot_keys")
	// Output: jade_hot_keys{task="item"} 1
}
