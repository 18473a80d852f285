package lambda_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/lambda"
	recovery "github.com/jade-go/jade/recover"
)

func TestSQS_reportsWhatFailed(t *testing.T) {
	for _, c := range []struct {
		name    string
		event   events.SQSEvent
		fails   map[string]error
		order   []string
		reports []string
	}{
		{"all well", queued(standard, "a", "b"), nil, []string{"a", "b"}, nil},
		{"none", queued(standard), nil, nil, nil},
		{"one fails", queued(standard, "a", "b", "c"), map[string]error{"b": errDown}, []string{"a", "b", "c"}, []string{"b"}},
		{"one panics", queued(standard, "a", "b", "c"), map[string]error{"b": errPanic}, []string{"a", "b", "c"}, []string{"b"}},
		{"one ends its goroutine", queued(standard, "a", "b"), map[string]error{"a": errGoexit}, []string{"a", "b"}, []string{"a"}},
		{"business is not lost", queued(standard, "a", "b"), map[string]error{"a": errSold}, []string{"a", "b"}, []string{"a"}},
		{"twice in a batch", queued(standard, "a", "a"), map[string]error{"a": errDown}, []string{"a", "a"}, []string{"a"}},
		{"a group stops", queued(fifo, "x/1", "y/1", "x/2", "y/2", "x/3"), map[string]error{"x/2": errDown},
			[]string{"x/1", "y/1", "x/2", "y/2"}, []string{"x/2", "x/3"}},
		{"fair groups do not", queued(standard, "x/1", "x/2", "x/3"), map[string]error{"x/2": errDown},
			[]string{"x/1", "x/2", "x/3"}, []string{"x/2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &ran{fails: c.fails}
			answer, err := lambda.SQS(faas.New("orders", r.do, unlogged)).Invoke(t.Context(), c.event)
			require.NoError(t, err)
			require.Equal(t, c.order, r.order)
			require.Equal(t, c.reports, reported(answer))
		})
	}
}

func TestSQS_answersAsTheProtocolSays(t *testing.T) {
	handler := lambda.Handler(lambda.SQS(faas.New("orders", (&ran{fails: map[string]error{"b": errDown}}).do, unlogged)))
	for _, c := range []struct {
		names []string
		want  string
	}{
		{[]string{"a"}, `{"batchItemFailures":[]}`},
		{[]string{"a", "b"}, `{"batchItemFailures":[{"itemIdentifier":"b"}]}`},
	} {
		event, err := json.Marshal(queued(standard, c.names...))
		require.NoError(t, err)
		answer, err := handler.Invoke(t.Context(), event)
		require.NoError(t, err)
		require.Equal(t, c.want, string(answer))
	}
}

// A message whose body is not what the function takes fails, and the function is not called.
func TestSQS_refusesABody(t *testing.T) {
	r := &ran{}
	e := queued(standard, "a", "b", "c")
	e.Records[1].Body = "not JSON"
	answer, err := lambda.SQS(faas.New("orders", r.do, unlogged)).Invoke(t.Context(), e)
	require.NoError(t, err)
	require.Equal(t, []string{"a", "c"}, r.order)
	require.Equal(t, []string{"b"}, reported(answer))
}

func TestSQS_deadLetter(t *testing.T) {
	e := queued(fifo, "x/1", "x/2", "x/3", "y/1", "y/2", "z/1", "z/2")
	e.Records[1].Body = "{"
	r := &ran{fails: map[string]error{"x/1": errSold, "y/1": errDown, "z/1": errPanic}}
	var dead []string
	answer, err := lambda.SQS(faas.New("orders", r.do, unlogged), lambda.DeadLetter(func(ctx context.Context, m events.SQSMessage, err error) error {
		i, _ := faas.InvocationOf(ctx)
		dead = append(dead, i.ID+" "+recovery.Classify(err).String())
		require.Equal(t, i.ID, m.MessageId)
		return nil
	})).Invoke(t.Context(), e)
	require.NoError(t, err)
	require.Equal(t, []string{"x/1 business", "x/2 business", "z/1 code"}, dead)
	require.Equal(t, []string{"x/1", "x/3", "y/1", "z/1", "z/2"}, r.order)
	require.Equal(t, []string{"y/1", "y/2"}, reported(answer))
}

// A record that the dead-letter function does not take is returned.
func TestSQS_deadLetterFails(t *testing.T) {
	for _, how := range []error{errDown, errPanic, errGoexit} {
		var log bytes.Buffer
		logger := faas.Logger(slog.New(slog.NewTextHandler(&log, nil)))
		letters := &ran{fails: map[string]error{"a": how}}
		answer, err := lambda.SQS(faas.New("orders", (&ran{fails: map[string]error{"a": errSold}}).do, logger),
			lambda.DeadLetter(func(ctx context.Context, m events.SQSMessage, _ error) error {
				_, err := letters.do(ctx, m.MessageId)
				return err
			})).Invoke(t.Context(), queued(standard, "a", "b"))
		require.NoError(t, err)
		require.Equal(t, []string{"a"}, reported(answer), how)
		require.Contains(t, log.String(), `level=ERROR msg="dead letter failed"`)
	}
}

// An initialiser that fails by a mistake in the program is not the fault of a message.
func TestSQS_initialisationIsNoDeadLetter(t *testing.T) {
	letters := 0
	h := faas.Initialized("orders", func(context.Context) (faas.Func[string, struct{}], error) { panic("no key") }, unlogged)
	batches := lambda.SQS(h, lambda.DeadLetter(func(context.Context, events.SQSMessage, error) error { letters++; return nil }))
	_, err := batches.Invoke(t.Context(), queued(standard, "a"))
	failed, ok := errors.AsType[*faas.InitError](err)
	require.True(t, ok)
	require.Equal(t, "init of orders: panic: no key", failed.Error())
	require.Zero(t, letters)
}

func TestSQS_initialisesTheHandler(t *testing.T) {
	r := &ran{}
	called := 0
	batches := lambda.SQS(faas.Initialized("orders", func(context.Context) (faas.Func[string, struct{}], error) { called++; return r.do, nil }, unlogged))
	require.NoError(t, batches.Init(t.Context()))
	require.Equal(t, 1, called)
	_, err := batches.Invoke(t.Context(), queued(standard, "a"))
	require.NoError(t, err)
	require.Equal(t, 1, called)
	require.Equal(t, []string{"a"}, r.order)
}

func TestSQS_takesMessages(t *testing.T) {
	e := queued(standard, "a")
	e.Records[0].Body = "plain"
	e.Records[0].Attributes["ApproximateReceiveCount"] = "3"
	answer, err := lambda.SQS(faas.New("orders", func(ctx context.Context, m events.SQSMessage) (int, error) {
		i, _ := faas.InvocationOf(ctx)
		require.Equal(t, "a", i.ID)
		require.Equal(t, 2, i.Attempt)
		require.Equal(t, "plain", m.Body)
		return 1, nil
	}, unlogged)).Invoke(t.Context(), e)
	require.NoError(t, err)
	require.Empty(t, answer.BatchItemFailures)
}

func TestSQS_takesASlice(t *testing.T) {
	whole := func(ctx context.Context, all []events.SQSMessage) (errs []error, err error) {
		for _, m := range all {
			switch m.Body {
			case `"down"`:
				err = errDown
			case `"panic"`:
				panic("which of them?")
			case `"short"`:
				return []error{nil}, nil
			case `"x/2"`:
				errs = append(errs, errDown)
			case `"y/1"`:
				errs = append(errs, errSold)
			default:
				errs = append(errs, nil)
			}
		}
		return errs, err
	}
	for _, c := range []struct {
		name    string
		event   events.SQSEvent
		dead    []string
		reports []string
	}{
		{"errors", queued(standard, "a", "x/2", "y/1", "b"), []string{"y/1"}, []string{"x/2"}},
		{"groups", queued(fifo, "x/1", "x/2", "x/3", "y/1", "y/2"), []string{"y/1"}, []string{"x/2", "x/3"}},
		{"all of it", queued(standard, "a", "down"), nil, []string{"a", "down"}},
		{"a panic", queued(standard, "a", "panic"), nil, []string{"a", "panic"}},
		{"too few errors", queued(standard, "a", "short"), nil, []string{"a", "short"}},
		{"none", queued(standard), nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var dead []string
			answer, err := lambda.SQS(faas.New("orders", whole, unlogged), lambda.DeadLetter(func(_ context.Context, m events.SQSMessage, _ error) error {
				dead = append(dead, m.MessageId)
				return nil
			})).Invoke(t.Context(), c.event)
			require.NoError(t, err)
			require.Equal(t, c.dead, dead)
			require.Equal(t, c.reports, reported(answer))
		})
	}
	none := func(context.Context, []events.SQSMessage) ([]error, error) { return nil, nil }
	answer, err := lambda.SQS(faas.New("orders", none, unlogged)).Invoke(t.Context(), queued(standard, "a", "b"))
	require.NoError(t, err)
	require.Empty(t, answer.BatchItemFailures)
}

// An event as AWS's documentation has it, with a field that came later.
func TestSQS_publishedEvent(t *testing.T) {
	for file, want := range map[string]string{
		"sqs":      `{"batchItemFailures":[{"itemIdentifier":"2e1424d4-f796-459a-8184-9c92662be6da"}]}`,
		"sqs-fifo": `{"batchItemFailures":[]}`,
	} {
		event, err := os.ReadFile("testdata/events/" + file + ".json")
		require.NoError(t, err)
		answer, err := lambda.Handler(lambda.SQS(faas.New("orders", (&ran{}).do, unlogged))).Invoke(t.Context(), event)
		require.NoError(t, err)
		require.Equal(t, want, string(answer))
	}
}

// Events of other services of AWS come through queues too, and gain fields.
func TestSQS_takesEventsOfAWS(t *testing.T) {
	e := queued(standard, "a", "b")
	e.Records[0].Body = `{"Records":[{"awsRegion":"eu-west-1","addedLater":1}]}`
	var regions []string
	answer, err := lambda.SQS(faas.New("files", func(_ context.Context, e events.S3Event) (struct{}, error) {
		regions = append(regions, e.Records[0].AWSRegion)
		return struct{}{}, nil
	}, unlogged)).Invoke(t.Context(), e)
	require.NoError(t, err)
	require.Equal(t, []string{"eu-west-1"}, regions)
	require.Equal(t, []string{"b"}, reported(answer))
}
