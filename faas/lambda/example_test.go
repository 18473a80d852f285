package lambda_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/events"
	awslambda "github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambda/messages"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/lambda"
)

// Greeting is what the functions of the examples take.
type Greeting struct {
	Name string `json:"name"`
}

// NoName is the failure of a greeting of nobody.
type NoName struct{}

func (NoName) Error() string { return "no name" }

func greet(_ context.Context, g Greeting) (string, error) {
	if g.Name == "" {
		return "", fmt.Errorf("greet: %w", NoName{})
	}
	return "hello, " + g.Name, nil
}

var unlogged = faas.Logger(slog.New(slog.DiscardHandler))

// A handler in a test, without Lambda.
func ExampleHandler() {
	handler := lambda.Handler(faas.New("greet", greet, unlogged))
	answer, err := handler.Invoke(context.Background(), []byte(`{"name":"Mei"}`))
	fmt.Println(string(answer), err)

	_, err = handler.Invoke(context.Background(), []byte(`{}`))
	failure, _ := errors.AsType[messages.InvokeResponse_Error](err)
	fmt.Println(failure.Type, "-", failure.Message)

	_, err = handler.Invoke(context.Background(), []byte(`{"nmae":"Mei"}`))
	failure, _ = errors.AsType[messages.InvokeResponse_Error](err)
	fmt.Println(failure.Type, "-", failure.Message)
	// Output:
	// "hello, Mei" <nil>
	// NoName - greet: no name
	// jade.input - input: unknown field "nmae"
}

// A main, with clients that are made in the init phase.
func ExampleStart() {
	lambda.Start(faas.Initialized("greet", func(ctx context.Context) (faas.Func[Greeting, string], error) {
		// Connect here: what fails is an error of the init phase.
		return greet, nil
	}), awslambda.WithEnableSIGTERM())
}

func ExampleCold() {
	handler := lambda.Handler(faas.New("cold", func(ctx context.Context, _ struct{}) (bool, error) { return lambda.Cold(ctx), nil }, unlogged))
	for range 2 {
		answer, _ := handler.Invoke(context.Background(), nil)
		fmt.Println(string(answer))
	}
	// Output:
	// true
	// false
}

func count(ctx context.Context, n int, w io.Writer) error {
	for i := range n {
		if _, err := fmt.Fprintln(w, "line", i+1); err != nil {
			return err
		}
	}
	return nil
}

// A main of a function that streams.
func ExampleStartStreaming() {
	lambda.StartStreaming(faas.New("count", lambda.Streamed(count)))
}

// The fallback of a stream goes on where the function has failed.
func ExampleStreamed() {
	sorry := lambda.Streamed(func(_ context.Context, _ int, w io.Writer) error {
		_, err := fmt.Fprintln(w, "and no more")
		return err
	})
	handler := faas.New("count", lambda.Streamed(func(ctx context.Context, n int, w io.Writer) error {
		return errors.Join(count(ctx, n, w), errors.New("out of numbers"))
	}), unlogged).Catch(func(ctx context.Context, n int, _ error) (lambda.Stream, error) { return sorry(ctx, n) })

	answer, err := lambda.StreamHandler(handler)(context.Background(), []byte("2"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer answer.Close()
	_, _ = io.Copy(os.Stdout, answer)
	// Output:
	// line 1
	// line 2
	// and no more
}

// A function URL in the mode RESPONSE_STREAM, with a header.
func ExampleStreamHandler() {
	open := lambda.StreamHandler(faas.New("count", lambda.Streamed(count), unlogged))
	handler := func(ctx context.Context, n json.RawMessage) (*events.LambdaFunctionURLStreamingResponse, error) {
		body, err := open(ctx, n)
		if err != nil {
			return nil, err
		}
		return &events.LambdaFunctionURLStreamingResponse{Headers: map[string]string{"Content-Type": "text/plain"}, Body: body}, nil
	}
	// In a main: awslambda.Start(handler)

	answer, err := awslambda.NewHandler(handler).Invoke(context.Background(), []byte("2"))
	fmt.Printf("%q %v\n", answer, err)
	// Output: "{\"statusCode\":200,\"headers\":{\"Content-Type\":\"text/plain\"}}\x00\x00\x00\x00\x00\x00\x00\x00line 1\nline 2\n" <nil>
}
