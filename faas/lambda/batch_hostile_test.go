package lambda_test

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/lambda"
)

// wildLog is a log handler that does what do does.
type wildLog struct {
	slog.Handler
	do func()
}

func (l wildLog) Enabled(context.Context, slog.Level) bool  { return true }
func (l wildLog) Handle(context.Context, slog.Record) error { l.do(); return nil }
func (l wildLog) WithAttrs([]slog.Attr) slog.Handler        { return l }
func (l wildLog) WithGroup(string) slog.Handler             { return l }

// functionsOfABatch are the two kinds: b fails with err.
func functionsOfABatch(err error, opts []faas.Option, of ...lambda.BatchOption) map[string]*faas.Handler[events.SQSEvent, events.SQSEventResponse] {
	one := (&ran{fails: map[string]error{"b": err}}).do
	all := func(context.Context, []events.SQSMessage) ([]error, error) { return []error{nil, err, nil}, nil }
	return map[string]*faas.Handler[events.SQSEvent, events.SQSEventResponse]{
		"of a message":     lambda.SQS(faas.New("orders", one, opts...), of...),
		"of a whole batch": lambda.SQS(faas.New("orders", all, opts...), of...),
	}
}

// A log handler that panics or blocks changes nothing of what is reported.
func TestBatch_logHandlersThatFail(t *testing.T) {
	for name, do := range map[string]func(){
		"panics": func() { panic("no disk") },
		"blocks": func() { time.Sleep(time.Hour) },
	} {
		for kind, h := range functionsOfABatch(errDown, []faas.Option{faas.Logger(slog.New(wildLog{do: do}))}) {
			t.Run(name+", "+kind, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					for _, limit := range []time.Duration{time.Second, time.Minute} {
						ctx, cancel := context.WithTimeout(t.Context(), limit)
						defer cancel()
						answer, err := h.Invoke(ctx, queued(standard, "a", "b", "c"))
						require.NoError(t, err)
						require.NoError(t, ctx.Err())
						require.Contains(t, reported(answer), "b")
						if limit == time.Minute {
							require.Equal(t, []string{"b"}, reported(answer))
						}
					}
					time.Sleep(2 * time.Hour)
				})
			})
		}
	}
}

// A function of DeadLetter that does not return costs its message, and not the batch.
func TestBatch_aDeadLetterThatHangs(t *testing.T) {
	for _, heeds := range []bool{true, false} {
		keep := func(ctx context.Context, _ events.SQSMessage, _ error) error {
			if !heeds {
				time.Sleep(time.Hour)
			}
			<-ctx.Done()
			return context.Cause(ctx)
		}
		for kind, h := range functionsOfABatch(errSold, []faas.Option{unlogged}, lambda.DeadLetter(keep), lambda.Concurrency(3)) {
			t.Run(kind, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
					defer cancel()
					answer, err := h.Invoke(ctx, queued(standard, "a", "b", "c"))
					require.NoError(t, err)
					require.NoError(t, ctx.Err())
					require.Equal(t, []string{"b"}, reported(answer))
					time.Sleep(2 * time.Hour)
				})
			})
		}
	}
}

// blocksText is an error whose text does not come.
type blocksText struct{}

func (blocksText) Error() string { time.Sleep(time.Hour); return "late" }

type panicsIs struct{}

func (panicsIs) Error() string { panic("no text") }
func (panicsIs) As(any) bool   { panic("no type") }

// Nor does an error whose methods do not return.
func TestBatch_wildErrors(t *testing.T) {
	for _, err := range []error{blocksText{}, panicsIs{}} {
		for kind, h := range functionsOfABatch(err, []faas.Option{unlogged}, lambda.DeadLetter(func(context.Context, events.SQSMessage, error) error { return err })) {
			t.Run(kind, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
					defer cancel()
					answer, failed := h.Invoke(ctx, queued(standard, "a", "b", "c"))
					require.NoError(t, failed)
					require.NoError(t, ctx.Err())
					require.Equal(t, []string{"b"}, reported(answer))
					time.Sleep(3 * time.Hour)
				})
			})
		}
	}
}

// The initialiser of a batch's function may take as long as that says.
func TestSQS_initTimeoutOfTheHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := func(ctx context.Context) (faas.Func[string, int], error) {
			select {
			case <-time.After(2 * time.Minute):
			case <-ctx.Done():
				return nil, context.Cause(ctx)
			}
			return func(context.Context, string) (int, error) { return 1, nil }, nil
		}
		require.NoError(t, lambda.SQS(faas.Initialized("orders", slow, unlogged, faas.InitTimeout(5*time.Minute))).Init(t.Context()))
		require.Error(t, lambda.SQS(faas.Initialized("orders", slow, unlogged, faas.InitTimeout(time.Minute))).Init(t.Context()))
	})
}
