package lambda_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/lambda"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
)

var quiet = faas.Logger(slog.New(slog.DiscardHandler))

// answering is a handler whose function is fn.
func answering[Out any](fn func(context.Context, string) (Out, error)) *faas.Handler[string, Out] {
	return faas.New("echo", fn, quiet)
}

func TestHandler_tellsOfTheInvocation(t *testing.T) {
	var cold []bool
	var told []faas.Invocation
	h := lambda.Handler(answering(func(ctx context.Context, in string) (string, error) {
		i, _ := faas.InvocationOf(ctx)
		cold, told = append(cold, lambda.Cold(ctx)), append(told, i)
		return in + "!", nil
	}))
	for _, id := range []string{"r-1", "r-2"} {
		answer, err := h.Invoke(lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: id}), []byte(`"oh"`))
		require.NoError(t, err)
		require.Equal(t, `"oh!"`, string(answer))
	}
	_, err := h.Invoke(t.Context(), []byte(`"outside of Lambda"`))
	require.NoError(t, err)
	require.Equal(t, []bool{true, false, false}, cold)
	require.Equal(t, []faas.Invocation{{ID: "r-1", Platform: "lambda"}, {ID: "r-2", Platform: "lambda"}, {Platform: "lambda"}}, told)
}

type soldOut struct{}

func (*soldOut) Error() string { return "sold out" }

type deaf struct{}

func (deaf) Error() string { return "deaf" }
func (deaf) As(any) bool   { panic("no") }

type broken struct{}

func (broken) Error() string { panic("no") }

type rating float64

func (rating) Error() string         { return "a bad rating" }
func (rating) Class() recovery.Class { return recovery.ClassSystem }

func TestHandler_typesOfFailures(t *testing.T) {
	end := errors.New("end")
	for name, c := range map[string]struct {
		err  error
		want messages.InvokeResponse_Error
	}{
		"a plain error":            {end, messages.InvokeResponse_Error{Type: "jade.unknown", Message: "end"}},
		"one with a type":          {&soldOut{}, messages.InvokeResponse_Error{Type: "soldOut", Message: "sold out"}},
		"wrapped":                  {fmt.Errorf("page: %w", &soldOut{}), messages.InvokeResponse_Error{Type: "soldOut", Message: "page: sold out"}},
		"joined":                   {errors.Join(end, &soldOut{}), messages.InvokeResponse_Error{Type: "soldOut", Message: "end\nsold out"}},
		"a service's":              {fmt.Errorf("page: %w", io.ErrUnexpectedEOF), messages.InvokeResponse_Error{Type: "jade.dependency", Message: "page: unexpected EOF"}},
		"with a class of its own":  {rating(2), messages.InvokeResponse_Error{Type: "jade.system", Message: "a bad rating"}},
		"a deadline":               {context.DeadlineExceeded, messages.InvokeResponse_Error{Type: "jade.timeout", Message: "context deadline exceeded"}},
		"a cancellation":           {&future.CanceledError{}, messages.InvokeResponse_Error{Type: "jade.canceled", Message: "canceled"}},
		"a cancellation of others": {context.Canceled, messages.InvokeResponse_Error{Type: "jade.dependency", Message: "context canceled"}},
		"meant":                    {recovery.Mark(recovery.ClassBusiness, end), messages.InvokeResponse_Error{Type: "jade.business", Message: "end"}},
		"meant, with a type":       {recovery.Mark(recovery.ClassBusiness, &soldOut{}), messages.InvokeResponse_Error{Type: "soldOut", Message: "sold out"}},
		"Lambda's own":             {messages.InvokeResponse_Error{Type: "Mine", ShouldExit: true}, messages.InvokeResponse_Error{Type: "Mine", ShouldExit: true}},
		"Lambda's own, wrapped":    {fmt.Errorf("x: %w", messages.InvokeResponse_Error{Type: "Mine"}), messages.InvokeResponse_Error{Type: "Mine"}},
		"whose As panics":          {deaf{}, messages.InvokeResponse_Error{Type: "jade.code", Message: "deaf"}},
		"whose Error panics":       {broken{}, messages.InvokeResponse_Error{Type: "broken", Message: "its Error method panicked"}},
		"of a future that is none": {future.ErrZero, messages.InvokeResponse_Error{Type: "jade.code", Message: future.ErrZero.Error()}},
	} {
		t.Run(name, func(t *testing.T) {
			h := lambda.Handler(answering(func(context.Context, string) (string, error) { return "", c.err }))
			_, err := h.Invoke(t.Context(), []byte(`"oh"`))
			require.Equal(t, c.want, err)
		})
	}
}

func TestHandler_failuresAroundTheFunction(t *testing.T) {
	nan := lambda.Handler(answering(func(context.Context, string) (float64, error) { return math.NaN(), nil }))
	_, err := nan.Invoke(t.Context(), []byte(`"oh"`))
	require.Equal(t, messages.InvokeResponse_Error{Type: "jade.output", Message: "output: json: unsupported value: NaN"}, err)
	_, err = nan.Invoke(t.Context(), []byte(`7`))
	require.Equal(t, messages.InvokeResponse_Error{Type: "jade.input", Message: "input: want a string, got a number"}, err)

	initialized := lambda.Handler(faas.Initialized("echo", func(context.Context) (faas.Func[string, string], error) { return nil, io.ErrUnexpectedEOF }, quiet))
	_, err = initialized.Invoke(t.Context(), []byte(`"oh"`))
	require.Equal(t, messages.InvokeResponse_Error{Type: "jade.init", Message: "init of echo: unexpected EOF"}, err)
}

func TestHandler_aPanicHasItsStack(t *testing.T) {
	h := lambda.Handler(answering(func(_ context.Context, in string) (string, error) { return in[len(in):][1:], nil }))
	_, err := h.Invoke(t.Context(), []byte(`"oh"`))
	told, ok := errors.AsType[messages.InvokeResponse_Error](err)
	require.True(t, ok)
	require.Equal(t, "jade.code", told.Type)
	require.Equal(t, "panic: runtime error: slice bounds out of range [1:0]", told.Message)
	require.False(t, told.ShouldExit, "the process goes on")
	require.NotEmpty(t, told.StackTrace)
	require.LessOrEqual(t, len(told.StackTrace), 32)
	require.Equal(t, "github.com/jade-go/jade/faas/lambda_test/handler_test.go", told.StackTrace[0].Path)
	require.Equal(t, "TestHandler_aPanicHasItsStack.func1", told.StackTrace[0].Label)

	var deep func(n int)
	deep = func(n int) {
		if n == 0 {
			panic("deep")
		}
		deep(n - 1)
	}
	h = lambda.Handler(answering(func(context.Context, string) (string, error) { deep(100); return "", nil }))
	_, err = h.Invoke(t.Context(), []byte(`"oh"`))
	told, _ = errors.AsType[messages.InvokeResponse_Error](err)
	require.Len(t, told.StackTrace, 32)
	_, err = json.Marshal(told)
	require.NoError(t, err)
}

// When Invoke has returned, nothing of the invocation runs any more, and there is time left to reply.
func TestHandler_isOverBeforeTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		running := true
		h := lambda.Handler(answering(func(ctx context.Context, in string) (string, error) {
			future.Go(ctx, func(ctx context.Context) (struct{}, error) {
				<-ctx.Done()
				running = false
				return struct{}{}, nil
			})
			<-ctx.Done()
			return in, context.Cause(ctx)
		}))
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		begun := time.Now()
		_, err := h.Invoke(ctx, []byte(`"oh"`))
		told, _ := errors.AsType[messages.InvokeResponse_Error](err)
		require.Equal(t, "jade.timeout", told.Type)
		require.Less(t, time.Since(begun), 3*time.Second)
		require.False(t, running)
	})
}

func TestHandler_cost(t *testing.T) {
	h := answering(func(_ context.Context, in string) (string, error) { return in, nil })
	input, wrapped := []byte(`"oh"`), lambda.Handler(h)
	plain := testing.AllocsPerRun(100, func() { _, _ = h.InvokeJSON(t.Context(), input) })
	more := 2.0
	if raceEnabled { // with which a sync.Pool loses things
		more += 2
	}
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() { _, _ = wrapped.Invoke(t.Context(), input) }), plain+more)
}

func TestMisuse(t *testing.T) {
	require.PanicsWithValue(t, "lambda.Handler: nil Handler", func() { lambda.Handler[int, int](nil) })
	require.PanicsWithValue(t, "lambda.StreamHandler: nil Handler", func() { lambda.StreamHandler[int](nil) })
	require.PanicsWithValue(t, "lambda.Streamed: nil function", func() { lambda.Streamed[int](nil) })
}
