package lambda

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
)

// BatchOption changes how [SQS] and [Kinesis] run the records of a batch.
type BatchOption func(*batchSettings)

type batchSettings struct {
	limit int
	dead  any // the function of DeadLetter; nil: none
}

// Concurrency has at most n records of a batch run at once; without it, one record runs at a time. Records of one message group of a FIFO queue,
// or of one partition key of a stream, never run at once.
func Concurrency(n int) BatchOption {
	if n < 1 {
		panic(fmt.Sprintf("lambda.Concurrency: the limit is %d, and must be at least 1", n))
	}
	return func(s *batchSettings) { s.limit = n }
}

// DeadLetter calls fn for each record that cannot succeed, with the record and its failure. [SQS] says which records those are. If fn returns nil, the
// record is not delivered again. So fn has to keep the record, for example by sending it to a dead-letter queue.
//
// Failure: if fn fails, the record is reported, and the log has [MessageDeadLetter].
// Concurrency: fn may be called for several records at once, see [Concurrency].
// Cancellation: the ctx of fn ends with the records of the batch.
func DeadLetter[R events.SQSMessage | events.KinesisEventRecord](fn func(ctx context.Context, record R, failure error) error) BatchOption {
	if fn == nil {
		panic("lambda.DeadLetter: nil function")
	}
	return func(s *batchSettings) { s.dead = fn }
}

// Messages of the records that a batch writes to the log of its handler.
const (
	MessageReturned   = "returned"           // level Warn: a batch has reported records, with how many of it have failed and not begun
	MessageRecord     = "record failed"      // level Error: a handler of whole batches has returned an error for a record
	MessageDeadLetter = "dead letter failed" // level Error: the function of DeadLetter has failed
)

// record is a record of a batch, whatever sent it.
type record[R any] struct {
	raw     R
	id      string // by which it is reported
	key     string // idempotency key
	group   string // records of a group run in order
	grouped bool
	attempt int
	trace   func(string) string // as observe.Request has it; nil: none
	body    []byte
}

// batch runs the records of batches with the handler of one record, or of all.
type batch[R any] struct {
	limit  int
	stream bool // delivered again is all from the first record that has failed
	dead   func(context.Context, R, error) error
	name   string
	log    *slog.Logger
	seen   func(context.Context) bool // somebody observes the records

	one func(context.Context, record[R]) error
	all func(context.Context, []R) ([]error, error) // instead of one; may be nil
}

// newBatch makes the batch of h for the function called where.
func newBatch[R, In, Out any](where string, h *faas.Handler[In, Out], opts []BatchOption) *batch[R] {
	if h == nil {
		panic(where + ": nil Handler")
	}
	s := batchSettings{limit: 1}
	for _, opt := range opts {
		opt(&s)
	}
	b := &batch[R]{limit: s.limit, name: h.Name(), log: h.Logger(), seen: h.Observed}
	if s.dead != nil {
		dead, ok := s.dead.(func(context.Context, R, error) error)
		if !ok {
			panic(fmt.Sprintf("%s: the function of DeadLetter is a %T, and must be a %T", where, s.dead, dead))
		}
		b.dead = dead
	}
	var in In
	switch of := any(h).(type) {
	case *faas.Handler[R, Out]:
		b.one = func(ctx context.Context, r record[R]) error { _, err := of.Invoke(ctx, r.raw); return err }
	case *faas.Handler[[]R, []error]:
		b.all = of.Invoke
	default:
		if _, slice := any(in).([]R); slice {
			panic(fmt.Sprintf("%s: a function of %T must return []error", where, in))
		}
		lenient := h.Lenient(eventTypes) // S3 and others send their events to queues
		b.one = func(ctx context.Context, r record[R]) error { _, err := lenient.InvokeJSON(ctx, r.body); return err }
	}
	return b
}

// handlerOf makes the handler of batches from fn, which runs them with h. They have one name, one initialiser and one log.
func handlerOf[In, Out, Event, Answer any](h *faas.Handler[In, Out], fn faas.Func[Event, Answer]) *faas.Handler[Event, Answer] {
	init := func(ctx context.Context) (faas.Func[Event, Answer], error) {
		err := h.Init(ctx)
		if failed, ok := errors.AsType[*faas.InitError](err); ok {
			err = failed.Err // the handler of batches says the rest again
		}
		return fn, err
	}
	return faas.Initialized(h.Name(), init, faas.InitTimeout(math.MaxInt64), faas.Logger(slog.New(batchLog{h.Logger().Handler()}))) // h has a limit of its own
}

// mostCollecting limits the time in which a batch whose time is up answers.
const mostCollecting = 50 * time.Millisecond

// limited is ctx with a deadline that leaves time to answer for the batch, as an answer that is late returns all records.
func limited(ctx context.Context) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, end.Add(-max(0, min(time.Until(end)/20, mostCollecting))))
}

// run runs the records, and returns the ids of those that are to be delivered again.
func (b *batch[R]) run(ctx context.Context, records []record[R]) []string {
	until, cancel := limited(ctx)
	defer cancel()
	q := newQueue(records, b.stream)
	if len(records) == 0 {
		return nil
	}
	if b.all != nil {
		b.runAll(ctx, until, q, records)
	} else {
		q.run(until, b.limit, func(ctx context.Context, i int) error { return b.runOne(ctx, records[i]) })
	}
	var ids []string
	known := map[string]bool{}
	for _, i := range q.returned() {
		if id := records[i].id; !known[id] {
			known[id] = true
			ids = append(ids, id)
		}
	}
	if len(ids) > 0 {
		failed, waiting := q.count()
		b.write(ctx, slog.LevelWarn, MessageReturned, func() []slog.Attr {
			return []slog.Attr{slog.Int("records", len(records)), slog.Int("failed", failed), slog.Int("not_begun", waiting)}
		})
	}
	return ids
}

func (b *batch[R]) runOne(ctx context.Context, r record[R]) error {
	ctx = r.about(ctx, b.seen(ctx))
	return b.settle(ctx, r, b.one(ctx, r))
}

// runAll gives all records to the function at once, and then does with each failure what runOne does.
func (b *batch[R]) runAll(ctx, until context.Context, q *queue, records []record[R]) {
	raw := make([]R, len(records))
	for i, r := range records {
		raw[i] = r.raw
	}
	if b.seen(until) {
		i, _ := faas.InvocationOf(until)
		until = observe.WithRequest(until, &observe.Request{ID: i.ID, Trigger: "pubsub", Header: traceOf(until)})
	}
	failures, err := future.Go(until, func(ctx context.Context) ([]error, error) { return b.all(ctx, raw) }).Await(until)
	if err == nil && len(failures) != 0 && len(failures) != len(raw) {
		err = fmt.Errorf("lambda: the function has returned %d errors for %d records", len(failures), len(raw))
		b.tell(ctx, MessageRecord, err)
	}
	if err != nil { // and the record at fault is unknown
		for i := range q.states {
			q.states[i] = failed
		}
		return
	}
	q.run(ctx, 1, func(_ context.Context, i int) error {
		if len(failures) == 0 || failures[i] == nil {
			return nil
		}
		// Methods of a failure and the function of DeadLetter may block. Await ends with about, before ctx ends, so that the batch can still answer.
		about := records[i].about(until, false)
		_, err := future.Go(about, func(ctx context.Context) (struct{}, error) {
			b.tell(ctx, MessageRecord, failures[i])
			return struct{}{}, b.settle(ctx, records[i], failures[i])
		}).Await(about) //jade:ignore outerctx the wait ends with about, before the ctx of the queue does
		return err
	})
}
