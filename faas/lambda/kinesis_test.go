package lambda_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/lambda"
)

func TestKinesis_reportsTheFirstThatFailed(t *testing.T) {
	for _, c := range []struct {
		name   string
		keys   []string
		fails  map[string]error
		order  []string
		report []string
	}{
		{"all well", []string{"k", "l", "k"}, nil, []string{"0", "1", "2"}, nil},
		{"one fails", []string{"k", "l", "k", "l"}, map[string]error{"1": errDown}, []string{"0", "1"}, []string{"1"}},
		{"the first", []string{"k", "l"}, map[string]error{"0": errPanic}, []string{"0"}, []string{"0"}},
		{"business goes to the dead letters", []string{"k", "k", "k"}, map[string]error{"0": errSold, "1": errDown}, []string{"0", "1"}, []string{"1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &ran{fails: c.fails}
			answer, err := lambda.Kinesis(faas.New("clicks", r.do, unlogged),
				lambda.DeadLetter(func(_ context.Context, _ events.KinesisEventRecord, err error) error {
					if errors.Is(err, errSold) {
						return nil
					}
					return errDown
				})).Invoke(t.Context(), streamed(c.keys...))
			require.NoError(t, err)
			require.Equal(t, c.order, r.order)
			require.Equal(t, c.report, reportedOf(answer))
		})
	}
}

// What comes before a failure is finished, however long it takes: else it would be delivered again.
func TestKinesis_finishesWhatCameBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var order []string
		fn := func(_ context.Context, name string) (struct{}, error) {
			mu.Lock()
			order = append(order, name)
			mu.Unlock()
			if name == "1" {
				return struct{}{}, errDown
			}
			time.Sleep(time.Second)
			return struct{}{}, nil
		}
		answer, err := lambda.Kinesis(faas.New("clicks", fn, unlogged), lambda.Concurrency(2)).Invoke(t.Context(), streamed("k", "l", "m", "k", "n"))
		require.NoError(t, err)
		require.Equal(t, []string{"1"}, reportedOf(answer))
		slices.Sort(order)
		require.Equal(t, []string{"0", "1"}, order)
	})
}

// In a random stream, nothing before the reported record is undone, and no record of a key runs before an earlier one.
func TestKinesis_atRandom(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 16))
		var keys []string
		fails := map[string]error{}
		for i := range 1 + random.IntN(40) {
			keys = append(keys, fmt.Sprint("k", random.IntN(6)))
			if random.IntN(10) == 0 {
				fails[fmt.Sprint(i)] = errDown
			}
		}
		r := &ran{fails: fails}
		answer, err := lambda.Kinesis(faas.New("clicks", r.do, unlogged), lambda.Concurrency(1+random.IntN(5))).Invoke(t.Context(), streamed(keys...))
		require.NoError(t, err)
		first := len(keys)
		for i := range keys {
			if fails[fmt.Sprint(i)] != nil {
				first = min(first, i)
			}
		}
		if first == len(keys) {
			require.Empty(t, answer.BatchItemFailures)
			require.Len(t, r.order, len(keys))
			continue
		}
		require.Equal(t, []string{fmt.Sprint(first)}, reportedOf(answer), "seed %d", seed)
		last := map[string]int{}
		ranAt := map[int]bool{}
		for _, name := range r.order {
			var i int
			_, err := fmt.Sscan(name, &i)
			require.NoError(t, err)
			require.GreaterOrEqual(t, i, last[keys[i]], "seed %d", seed)
			last[keys[i]], ranAt[i] = i, true
		}
		for i := range first {
			require.True(t, ranAt[i], "seed %d: record %d", seed, i)
		}
	}
}

// An event as AWS's documentation has it.
func TestKinesis_publishedEvent(t *testing.T) {
	event, err := os.ReadFile("testdata/events/kinesis.json")
	require.NoError(t, err)
	r := &ran{}
	answer, err := lambda.Handler(lambda.Kinesis(faas.New("clicks", r.do, unlogged))).Invoke(t.Context(), event)
	require.NoError(t, err)
	require.Equal(t, []string{"click"}, r.order)
	require.Equal(t, `{"batchItemFailures":[{"itemIdentifier":"49590338271490256608559692540925702759324208523137515618"}]}`, string(answer))
}
