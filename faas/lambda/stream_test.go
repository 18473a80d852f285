package lambda_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	awslambda "github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/lambda"
	"github.com/jade-go/jade/future"
)

// streaming is a handler of a function that writes.
func streaming(fn func(context.Context, string, io.Writer) error) *faas.Handler[string, lambda.Stream] {
	return faas.New("lines", lambda.Streamed(fn), quiet)
}

func TestStream_isWhatWasWritten(t *testing.T) {
	long := strings.Repeat("a long piece;", 10_000)
	open := lambda.StreamHandler(streaming(func(_ context.Context, in string, w io.Writer) error {
		for _, piece := range []string{in, "", long, "end"} {
			if n, err := io.WriteString(w, piece); err != nil || n != len(piece) {
				return errors.New("a short write")
			}
		}
		return nil
	}))
	for range 2 {
		r, err := open(t.Context(), []byte(`"begin "`))
		require.NoError(t, err)
		_, err = json.Marshal(r)
		require.ErrorContains(t, err, "a stream is no JSON") // so that it is read
		require.NoError(t, iotest.TestReader(r, []byte("begin "+long+"end")))
		require.NoError(t, r.Close())
	}
}

// A piece is there as soon as it is written; the end comes when nothing of the invocation runs any more.
func TestStream_comesPieceByPiece(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		open := lambda.StreamHandler(streaming(func(ctx context.Context, in string, w io.Writer) error {
			future.Go(ctx, func(context.Context) (struct{}, error) {
				time.Sleep(time.Second + 50*time.Millisecond)
				return struct{}{}, nil
			})
			if _, err := io.WriteString(w, "first"); err != nil {
				return err
			}
			time.Sleep(time.Second)
			_, err := io.WriteString(w, "second")
			return err
		}))
		begun := time.Now()
		r, err := open(t.Context(), []byte(`"oh"`))
		require.NoError(t, err)
		for _, want := range []struct {
			piece string
			at    time.Duration
		}{{"first", 0}, {"second", time.Second}} {
			piece := make([]byte, 64)
			n, err := r.Read(piece)
			require.NoError(t, err)
			require.Equal(t, want.piece, string(piece[:n]))
			require.Equal(t, want.at, time.Since(begun))
		}
		rest, err := io.ReadAll(r)
		require.NoError(t, err)
		require.Empty(t, rest)
		require.Equal(t, time.Second+50*time.Millisecond, time.Since(begun))
		require.NoError(t, r.Close())
	})
}

// A reader that leaves, as the client has, cancels the function, and waits for its end.
func TestStream_closeEndsTheFunction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var failed error
		open := lambda.StreamHandler(streaming(func(_ context.Context, _ string, w io.Writer) error {
			for failed == nil {
				_, failed = io.WriteString(w, "again ")
			}
			return failed
		}))
		r, err := open(t.Context(), []byte(`"oh"`))
		require.NoError(t, err)
		require.NoError(t, r.Close())
		require.ErrorIs(t, failed, context.Canceled)
		_, err = io.ReadAll(r)
		told, _ := errors.AsType[messages.InvokeResponse_Error](err)
		require.Equal(t, "jade.canceled", told.Type)
	})
}

// What is late cannot write any more, and what it has written before stays.
func TestStream_deadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var failed error
		open := lambda.StreamHandler(streaming(func(_ context.Context, _ string, w io.Writer) error {
			_, _ = io.WriteString(w, "first")
			time.Sleep(time.Hour) // whatever its ctx says
			_, failed = io.WriteString(w, "second")
			return failed
		}))
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		begun := time.Now()
		r, err := open(ctx, []byte(`"oh"`))
		require.NoError(t, err)
		all, err := io.ReadAll(r)
		told, _ := errors.AsType[messages.InvokeResponse_Error](err)
		require.Equal(t, "jade.timeout", told.Type)
		require.Equal(t, "first", string(all))
		require.Less(t, time.Since(begun), 3*time.Second)
		require.NoError(t, r.Close())
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		require.ErrorIs(t, failed, context.DeadlineExceeded)
	})
}

// A function that waits for a reader that does not read is not stuck there.
func TestStream_aReaderThatDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var failed error
		open := lambda.StreamHandler(streaming(func(_ context.Context, _ string, w io.Writer) error {
			_, failed = io.WriteString(w, strings.Repeat("x", 1<<20))
			return failed
		}))
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		r, err := open(ctx, []byte(`"oh"`))
		require.NoError(t, err)
		time.Sleep(5 * time.Second)
		synctest.Wait()
		require.ErrorIs(t, failed, context.DeadlineExceeded)
		require.NoError(t, r.Close())
	})
}

func TestStream_failsBeforeTheFirstPiece(t *testing.T) {
	open := lambda.StreamHandler(streaming(func(context.Context, string, io.Writer) error { return &soldOut{} }))
	_, err := open(t.Context(), []byte(`"oh"`))
	require.Equal(t, messages.InvokeResponse_Error{Type: "soldOut", Message: "sold out"}, err)
	_, err = open(t.Context(), []byte(`7`))
	require.Equal(t, messages.InvokeResponse_Error{Type: "jade.input", Message: "input: want a string, got a number"}, err)
}

func TestStream_catchGoesOnWithIt(t *testing.T) {
	sorry := lambda.Streamed(func(_ context.Context, in string, w io.Writer) error {
		_, err := io.WriteString(w, "sorry, "+in)
		return err
	})
	h := streaming(func(_ context.Context, _ string, w io.Writer) error {
		_, _ = io.WriteString(w, "begun; ")
		return &soldOut{}
	}).Catch(func(ctx context.Context, in string, _ error) (lambda.Stream, error) { return sorry(ctx, in) })
	answer, err := awslambda.NewHandler(lambda.StreamHandler(h)).Invoke(t.Context(), []byte(`"mei"`))
	require.NoError(t, err)
	require.Equal(t, "begun; sorry, mei", string(answer))
}

// What writes when the invocation is over is told so, and does not wait, whatever ctx it has.
func TestStream_writesAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var late error
		postscript := lambda.Streamed(func(_ context.Context, in string, w io.Writer) error {
			time.Sleep(time.Second)
			_, err := io.WriteString(w, in)
			return err
		})
		open := lambda.StreamHandler(faas.New("lines", func(ctx context.Context, in string) (lambda.Stream, error) {
			go func() { _, late = postscript(context.WithoutCancel(ctx), in) }()
			return lambda.Stream{}, nil
		}, quiet))
		r, err := open(t.Context(), []byte(`"oh"`))
		require.NoError(t, err)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		require.ErrorIs(t, late, io.ErrClosedPipe)
		all, err := io.ReadAll(r)
		require.NoError(t, err)
		require.Empty(t, all)
	})
}

func TestStreamed_outsideOfAStream(t *testing.T) {
	_, err := streaming(func(context.Context, string, io.Writer) error { return nil }).Invoke(t.Context(), "oh")
	require.EqualError(t, err, "lambda.Streamed: the invocation has no stream")
}
