package lambda

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"

	awslambda "github.com/aws/aws-lambda-go/lambda"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/future"
)

// Stream is the answer of a function that has written it: see [Streamed].
type Stream struct{}

// Streamed makes a function, for package faas, of one that writes its answer piece by piece. A piece is sent at once; Write waits
// until it has been taken, and fails when ctx ends. It is for one goroutine at a time.
//
// The function runs under [StartStreaming] and [StreamHandler] only. Called with the ctx of a [faas.Handler.Catch], it
// goes on with the stream.
func Streamed[In any](fn func(ctx context.Context, in In, w io.Writer) error) faas.Func[In, Stream] {
	if fn == nil {
		panic("lambda.Streamed: nil function")
	}
	return func(ctx context.Context, in In) (Stream, error) {
		to, ok := ctx.Value(streamKey{}).(*stream)
		if !ok {
			return Stream{}, errNoStream
		}
		return Stream{}, fn(ctx, in, writer{ctx, to})
	}
}

var errNoStream = errors.New("lambda.Streamed: the invocation has no stream")

// StartStreaming is [Start] for a function that writes its answer piece by piece.
func StartStreaming[In any](h *faas.Handler[In, Stream], opts ...Option) {
	handler := StreamHandler(h)
	initialize(h)
	awslambda.StartWithOptions(handler, opts...)
}

// StreamHandler is what [StartStreaming] serves: it returns a reader of what the function writes, when there is something.
// That ends when nothing of the invocation runs any more. Close cancels what still runs, and waits for it.
//
// Failure: before the first piece, an error like those of [Handler]; after it, such an error of Read. Lambda tells the
// client of that in a trailer, as the status and a part of the answer are out.
func StreamHandler[In any](h *faas.Handler[In, Stream]) func(context.Context, json.RawMessage) (io.ReadCloser, error) {
	if h == nil {
		panic("lambda.StreamHandler: nil Handler")
	}
	h = h.Lenient(eventTypes)
	var first first
	return func(ctx context.Context, payload json.RawMessage) (io.ReadCloser, error) {
		ctx, cancel := context.WithCancel(first.about(ctx, h.Observed(ctx)))
		s := &stream{chunks: make(chan []byte), copied: make(chan int), over: make(chan struct{}), cancel: cancel}
		go s.fill(func() error {
			_, err := h.InvokeJSON(context.WithValue(ctx, streamKey{}, s), payload)
			return err
		})
		if err := s.begin(); err != nil {
			return nil, err
		}
		return s, nil
	}
}

type streamKey struct{}

// stream hands what is written to who reads. At most one goroutine writes and one reads.
type stream struct {
	chunks chan []byte // of a Write, which then waits to hear how much of it was
	copied chan int

	over   chan struct{} // closed when the invocation has returned
	end    error         // written before that, read only after: io.EOF or the failure
	cancel context.CancelFunc

	ahead []byte // was written before somebody could read; the reader's
}

func (s *stream) fill(invoke func() error) {
	defer close(s.over)
	s.end = io.EOF
	if err := invoke(); err != nil {
		s.end = failure(err)
	}
}

// mostAhead is how much of the first piece is copied.
const mostAhead = 4 << 10

// begin returns when something is written, or the invocation has returned: with the failure, if it is one.
func (s *stream) begin() error {
	select {
	case chunk := <-s.chunks:
		s.ahead = bytes.Clone(chunk[:min(len(chunk), mostAhead)])
		s.copied <- len(s.ahead)
		return nil
	case <-s.over:
		s.cancel()
		if s.end != io.EOF {
			return s.end
		}
		return nil
	}
}

// Read implements [io.Reader].
func (s *stream) Read(p []byte) (int, error) {
	if len(s.ahead) > 0 {
		n := copy(p, s.ahead)
		s.ahead = s.ahead[n:]
		return n, nil
	}
	select {
	case chunk := <-s.chunks:
		n := copy(p, chunk)
		s.copied <- n
		return n, nil
	case <-s.over:
		return 0, s.end
	}
}

// Close implements [io.Closer].
func (s *stream) Close() error {
	s.cancel()
	<-s.over
	return nil
}

// MarshalJSON says that it is none, by which aws-lambda-go knows that it is to be read.
func (s *stream) MarshalJSON() ([]byte, error) { return nil, errors.New("a stream is no JSON") }

// writer writes to a stream until its ctx ends.
type writer struct {
	ctx context.Context
	to  *stream
}

// Write implements [io.Writer].
func (w writer) Write(p []byte) (n int, err error) {
	for len(p) > n {
		if w.ctx.Err() != nil {
			return n, future.Cause(w.ctx)
		}
		select {
		case w.to.chunks <- p[n:]:
			n += <-w.to.copied
		case <-w.ctx.Done():
		case <-w.to.over:
			return n, io.ErrClosedPipe
		}
	}
	return n, nil
}
