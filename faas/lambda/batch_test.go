package lambda_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/lambda"
	recovery "github.com/jade-go/jade/recover"
)

const (
	standard = "arn:aws:sqs:eu-west-1:123456789012:orders"
	fifo     = standard + ".fifo"
)

// queued is an event of messages with these ids: "id" or, in a FIFO queue, "group/id". The body of each is its id as JSON.
func queued(arn string, names ...string) (e events.SQSEvent) {
	for _, name := range names {
		m := events.SQSMessage{MessageId: name, EventSourceARN: arn, Body: `"` + name + `"`, Attributes: map[string]string{"ApproximateReceiveCount": "1"}}
		if group, _, ok := strings.Cut(name, "/"); ok {
			m.Attributes["MessageGroupId"] = group
		}
		e.Records = append(e.Records, m)
	}
	return e
}

func streamed(keys ...string) (e events.KinesisEvent) {
	for i, key := range keys {
		r := events.KinesisEventRecord{EventID: fmt.Sprintf("shardId-000000000006:%d", i)}
		r.Kinesis = events.KinesisRecord{PartitionKey: key, SequenceNumber: fmt.Sprint(i), Data: fmt.Appendf(nil, `"%d"`, i)}
		e.Records = append(e.Records, r)
	}
	return e
}

func reported(a events.SQSEventResponse) (ids []string) {
	for _, f := range a.BatchItemFailures {
		ids = append(ids, f.ItemIdentifier)
	}
	return ids
}

func reportedOf(a events.KinesisEventResponse) (ids []string) {
	for _, f := range a.BatchItemFailures {
		ids = append(ids, f.ItemIdentifier)
	}
	return ids
}

// ran is a function that fails as its table says, and remembers what it was called with.
type ran struct {
	mu    sync.Mutex
	order []string
	fails map[string]error
}

func (r *ran) do(_ context.Context, name string) (struct{}, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.order = append(r.order, name)
	err := r.fails[name]
	switch {
	case errors.Is(err, errPanic):
		panic("bad " + name)
	case errors.Is(err, errGoexit):
		runtime.Goexit()
	}
	return struct{}{}, err
}

var (
	errDown   = recovery.Mark(recovery.ClassDependency, errors.New("down"))
	errSold   = recovery.Mark(recovery.ClassBusiness, errors.New("sold out"))
	errPanic  = errors.New("panic")
	errGoexit = errors.New("goexit")
)

func TestBatch_concurrency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int32
		fn := func(context.Context, string) (struct{}, error) {
			for n := now.Add(1); ; {
				if old := most.Load(); old >= n || most.CompareAndSwap(old, n) {
					break
				}
			}
			time.Sleep(time.Second)
			now.Add(-1)
			return struct{}{}, nil
		}
		begun := time.Now()
		_, err := lambda.SQS(faas.New("orders", fn, unlogged), lambda.Concurrency(3)).Invoke(t.Context(), queued(standard, "a", "b", "c", "d", "e", "f", "g"))
		require.NoError(t, err)
		require.Equal(t, int32(3), most.Load())
		require.Equal(t, 3*time.Second, time.Since(begun))
	})
}

// What has not begun when the time is up is returned. So is what has not ended, whether it looks at its ctx or not.
func TestBatch_deadline(t *testing.T) {
	for _, heeds := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			fn := func(ctx context.Context, name string) (struct{}, error) {
				ctxDone := ctx.Done()
				if !heeds {
					ctxDone = nil
				}
				select {
				case <-time.After(300 * time.Millisecond):
					return struct{}{}, nil
				case <-ctxDone:
					return struct{}{}, context.Cause(ctx)
				}
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			begun := time.Now()
			answer, err := lambda.SQS(faas.New("orders", fn, unlogged)).Invoke(ctx, queued(standard, "a", "b", "c", "d"))
			require.NoError(t, err)
			require.Equal(t, []string{"c", "d"}, reported(answer))
			require.Less(t, time.Since(begun), 950*time.Millisecond)

			ctx, cancel = context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			late, err := lambda.Kinesis(faas.New("clicks", fn, unlogged)).Invoke(ctx, streamed("k", "k", "k", "k"))
			require.NoError(t, err)
			require.Equal(t, []string{"2"}, reportedOf(late))
			time.Sleep(time.Minute) // until what ignores its ctx has ended
		})
	}
}

// A handler without a reserve answers at its deadline. The batch has kept time for its own answer then, and says what has not begun.
func TestBatch_keepsTimeToAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		begun := time.Now()
		fn := func(ctx context.Context, _ string) (struct{}, error) {
			end, _ := ctx.Deadline()
			require.Equal(t, 855*time.Millisecond, end.Sub(begun), "the batch ends at 900 ms")
			time.Sleep(time.Minute)
			return struct{}{}, nil
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		h := faas.New("orders", fn, faas.Reserve(0), faas.Logger(slog.New(slog.NewTextHandler(&log, nil))))
		answer, err := lambda.SQS(h, lambda.Concurrency(2)).Invoke(ctx, queued(standard, "a", "b", "c", "d", "e"))
		require.NoError(t, err)
		require.NoError(t, ctx.Err())
		require.Equal(t, []string{"a", "b", "c", "d", "e"}, reported(answer))
		require.Contains(t, log.String(), "failed=2 not_begun=3")
		time.Sleep(time.Minute)
	})
}

// A whole batch that is late is returned, in time.
func TestBatch_deadlineOfASlice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fn := func(context.Context, []events.SQSMessage) ([]error, error) { time.Sleep(time.Hour); return nil, nil }
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		answer, err := lambda.SQS(faas.New("orders", fn, unlogged)).Invoke(ctx, queued(standard, "a", "b"))
		require.NoError(t, err)
		require.NoError(t, ctx.Err())
		require.Equal(t, []string{"a", "b"}, reported(answer))
		time.Sleep(time.Hour)
	})
}

// The log has each failure once, with the id of its message, and one line about what is returned.
func TestBatch_log(t *testing.T) {
	var log bytes.Buffer
	logger := faas.Logger(slog.New(slog.NewJSONHandler(&log, nil)))
	ctx := faas.WithInvocation(t.Context(), faas.Invocation{ID: "the batch"})
	_, err := lambda.SQS(faas.New("orders", (&ran{fails: map[string]error{"x/1": errDown}}).do, logger)).Invoke(ctx, queued(fifo, "x/1", "x/2", "y/1"))
	require.NoError(t, err)
	seen := map[string]int{}
	for line := range strings.Lines(log.String()) {
		var r struct {
			Level, Msg, Status string
			Request            string `json:"request_id"`
			Failed, Not_begun  int
		}
		require.NoError(t, json.Unmarshal([]byte(line), &r))
		require.Equal(t, 1, strings.Count(line, `"request_id"`), line)
		seen[fmt.Sprintf("%s %s %s %d %d", r.Level, r.Msg, r.Request, r.Failed, r.Not_begun)]++
	}
	require.Equal(t, 1, seen["WARN returned the batch 1 1"], log.String())
	require.Equal(t, 1, seen["ERROR failed x/1 0 0"], log.String())
	require.Equal(t, 1, strings.Count(log.String(), "ERROR"), log.String())
	require.Equal(t, 1, strings.Count(log.String(), "WARN"), log.String())
	require.Equal(t, 1, seen["INFO run y/1 0 0"], log.String())
}

func TestBatch_mistakesOfTheProgram(t *testing.T) {
	h := faas.New("orders", (&ran{}).do, unlogged)
	require.PanicsWithValue(t, "lambda.SQS: nil Handler", func() { lambda.SQS[string, string](nil) })
	require.PanicsWithValue(t, "lambda.Kinesis: nil Handler", func() { lambda.Kinesis[string, string](nil) })
	require.PanicsWithValue(t, "lambda.Concurrency: the limit is 0, and must be at least 1", func() { lambda.Concurrency(0) })
	require.PanicsWithValue(t, "lambda.DeadLetter: nil function", func() { lambda.DeadLetter[events.SQSMessage](nil) })
	require.Panics(t, func() {
		lambda.SQS(h, lambda.DeadLetter(func(context.Context, events.KinesisEventRecord, error) error { return nil }))
	})
	require.PanicsWithValue(t, "lambda.SQS: a function of []events.SQSMessage must return []error", func() {
		lambda.SQS(faas.New("orders", func(context.Context, []events.SQSMessage) (int, error) { return 0, nil }))
	})
}

// In each group of a random batch, what ran is a prefix in order, all of it before the last succeeded, and exactly the rest is reported.
func TestBatch_atRandom(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 15))
		var names []string
		groups := map[string][]string{}
		fails := map[string]error{}
		for i := range 1 + random.IntN(40) {
			group := fmt.Sprint("g", random.IntN(6))
			name := fmt.Sprint(group, "/", i)
			names = append(names, name)
			groups[group] = append(groups[group], name)
			if kind := random.IntN(12); kind < 4 {
				fails[name] = []error{errDown, errSold, errPanic, errGoexit}[kind]
			}
		}
		r := &ran{fails: fails}
		answer, err := lambda.SQS(faas.New("orders", r.do, unlogged), lambda.Concurrency(1+random.IntN(5))).Invoke(t.Context(), queued(fifo, names...))
		require.NoError(t, err)
		want := map[string]bool{}
		for group, all := range groups {
			end := slices.IndexFunc(all, func(name string) bool { return fails[name] != nil })
			prefix := all
			if end >= 0 {
				prefix = all[:end+1]
				for _, name := range all[end:] {
					want[name] = true
				}
			}
			var order []string
			for _, name := range r.order {
				if strings.HasPrefix(name, group+"/") {
					order = append(order, name)
				}
			}
			require.Equal(t, prefix, order, "seed %d", seed)
		}
		got := map[string]bool{}
		for _, id := range reported(answer) {
			got[id] = true
		}
		require.Equal(t, want, got, "seed %d", seed)
	}
}
