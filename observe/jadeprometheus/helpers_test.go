package jadeprometheus_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeprometheus"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

const ms = time.Millisecond

var errSoldOut = recovery.Mark(recovery.ClassBusiness, errors.New("sold out"))

// failures are errors of each class that a function can return.
var failures = map[recovery.Class]error{
	recovery.ClassSystem:     syscall.EMFILE,
	recovery.ClassDependency: io.ErrUnexpectedEOF,
	recovery.ClassTimeout:    context.DeadlineExceeded,
	recovery.ClassCanceled:   &future.CanceledError{},
	recovery.ClassBusiness:   errSoldOut,
	recovery.ClassUnknown:    errors.New("no row"),
}

// numbers are the values that a collector gives: of counters and gauges by name
// and labels, of histograms their count and sum. Zeros are left out.
type numbers map[string]float64

func read(t testing.TB, c prometheus.Collector) numbers {
	all := make(numbers)
	for _, f := range families(t, c) {
		for _, m := range f.GetMetric() {
			labels := make([]string, 0, len(m.GetLabel()))
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetName()+"="+l.GetValue())
			}
			of := "{" + strings.Join(labels, " ") + "}"
			if h := m.GetHistogram(); h != nil {
				all[f.GetName()+"_count"+of] = float64(h.GetSampleCount())
				all[f.GetName()+"_sum"+of] = h.GetSampleSum()
				continue
			}
			all[f.GetName()+of] = m.GetCounter().GetValue() + m.GetGauge().GetValue()
		}
	}
	maps.DeleteFunc(all, func(_ string, v float64) bool { return v == 0 })
	return all
}

func families(t testing.TB, c prometheus.Collector) []*dto.MetricFamily {
	r := prometheus.NewPedanticRegistry()
	require.NoError(t, r.Register(c))
	all, err := r.Gather()
	require.NoError(t, err)
	return all
}

// of are the numbers of one metric.
func (n numbers) of(metric string) numbers {
	some := make(numbers)
	for k, v := range n {
		if rest, is := strings.CutPrefix(k, metric+"{"); is {
			some["{"+rest] = v
		}
	}
	return some
}

// sum is the sum of a metric's numbers.
func (n numbers) sum(metric string) (sum float64) {
	for _, v := range n.of(metric) {
		sum += v
	}
	return sum
}

// observed runs body in a bubble, with a ctx in a scope that a new collector observes, and returns the
// collector once the scope is closed.
func observed(t *testing.T, body func(t *testing.T, ctx context.Context, c *jadeprometheus.Collector), opts ...jadeprometheus.Option) (c *jadeprometheus.Collector) {
	synctest.Test(t, func(t *testing.T) {
		c = jadeprometheus.New(opts...)
		ctx, scope := future.WithScope(observe.With(context.Background(), c), future.Unobserved(func(error) {}))
		body(t, ctx, c)
		require.NoError(t, scope.Close())
	})
	return c
}

// shop is a flow of these tasks, one after the other.
func shop(ts ...task.Task[string, string]) *flow.Flow[string, string] {
	return flow.New("shop", func(n flow.Node[string]) flow.Node[string] {
		for _, t := range ts {
			n = flow.Step(t, n)
		}
		return n
	})
}

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
func stubborn(name string, d time.Duration) task.Task[string, string] {
	return task.New(name, func(_ context.Context, in string) (string, error) {
		time.Sleep(d)
		return in, nil
	})
}

// ends is a task that ends with err at once, or with a panic if that is nil.
func ends(name string, err error) task.Task[string, string] {
	return task.New(name, func(context.Context, string) (string, error) {
		if err == nil {
			panic("a bug")
		}
		return "", fmt.Errorf("no %s: %w", name, err)
	})
}

func always(error) bool { return true }
