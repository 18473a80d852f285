package jadedbos_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/dbos-inc/dbos-transact-golang/dbos"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/durable/jadedbos"
	"github.com/jade-go/jade/internal/flowtest"
	"github.com/jade-go/jade/task"
)

// BenchmarkSteps runs steps one after another: by hand with the API of DBOS, and as a flow, in turns. It reports the median of each, and their ratio.
func BenchmarkSteps(b *testing.B) {
	for _, steps := range []int{3, 7} {
		b.Run(fmt.Sprint("sqlite/", steps), func(b *testing.B) { compare(b, file(b), steps) })
	}
}

func BenchmarkStepsOnPostgreSQL(b *testing.B) {
	s := newServer(b)
	for _, steps := range []int{3, 7} {
		b.Run(fmt.Sprint("postgresql/", steps), func(b *testing.B) { compare(b, s.url("postgres"), steps) })
	}
}

var stepName = []string{"a", "b", "c", "d", "e", "f", "g"}

func compare(b *testing.B, database string, steps int) {
	quiet := slog.New(slog.DiscardHandler)
	url := database
	if url[0] == '/' {
		url = "sqlite:" + url
	}
	root, err := dbos.NewContext(context.Background(), dbos.Config{AppName: "bench", DatabaseURL: url, Logger: quiet, ApplicationVersion: "1"})
	require.NoError(b, err)
	byHand := func(ctx dbos.Context, n int) (int, error) {
		for _, name := range stepName[:steps] {
			if n, err = dbos.RunAsStep(ctx, func(context.Context) (int, error) { return n + 1, nil }, dbos.WithStepName(name)); err != nil {
				return 0, err
			}
		}
		return n, nil
	}
	dbos.RegisterWorkflow(root, byHand, dbos.WithWorkflowName("hand"))
	e, err := jadedbos.Open(context.Background(), jadedbos.Config{Context: root, Log: quiet})
	require.NoError(b, err)
	var ts []task.Task[int, int]
	for _, name := range stepName[:steps] {
		ts = append(ts, plus(name, 1))
	}
	line, err := jadedbos.Register(e, flowtest.Line("line", ts...))
	require.NoError(b, err)
	require.NoError(b, e.Launch())
	defer func() {
		require.NoError(b, dbos.Shutdown(root, 10*time.Second))
		require.NoError(b, e.Close(context.Background()))
	}()
	var hand, ours []time.Duration
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		h, err := dbos.RunWorkflow(root, byHand, 1, dbos.WithWorkflowID(fmt.Sprint("hand", steps, i)))
		require.NoError(b, err)
		out, err := h.GetResult()
		require.NoError(b, err)
		require.Equal(b, 1+steps, out)
		between := time.Now()
		out, err = line.Run(context.Background(), fmt.Sprint("line", steps, i), 1)
		require.NoError(b, err)
		require.Equal(b, 1+steps, out)
		ours = append(ours, time.Since(between))
		l, err := dbos.RetrieveWorkflow[string](root, fmt.Sprint("line", steps, i))
		require.NoError(b, err)
		_, err = l.GetResult(dbos.WithHandlePollingInterval(time.Millisecond)) // what is written after the answer
		require.NoError(b, err)
		hand = append(hand, between.Sub(start))
	}
	slices.Sort(hand)
	slices.Sort(ours)
	middle := len(hand) / 2
	b.ReportMetric(float64(hand[middle].Microseconds()), "µs/hand")
	b.ReportMetric(float64(ours[middle].Microseconds()), "µs/flow")
	b.ReportMetric(float64(ours[middle])/float64(hand[middle]), "ratio")
	b.ReportMetric(0, "ns/op")
}
