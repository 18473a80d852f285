package durable_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/durable"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/internal/strange"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// declined is registered; by pointer and by value.
type (
	declined struct {
		Card   string
		Amount int
	}
	soldOut struct{ Item string }
	wrapped struct{ Step string } // wraps a constant
)

func (e *declined) Error() string         { return fmt.Sprintf("card %s declined for %d", e.Card, e.Amount) }
func (e *declined) Class() recovery.Class { return recovery.ClassBusiness }
func (e *declined) HTTPStatus() int       { return 402 }
func (e *declined) Public() string        { return "your card was declined" }
func (e soldOut) Error() string           { return "sold out: " + e.Item }
func (e wrapped) Error() string           { return e.Step + ": " + errStock.Error() }
func (e wrapped) Unwrap() error           { return errStock }

var errStock = errors.New("no stock")

func init() {
	durable.RegisterError[*declined]("test.declined")
	durable.RegisterError[soldOut]("test.soldOut")
	durable.RegisterError[wrapped]("test.wrapped")
	durable.RegisterSentinel("test.errStock", errStock)
}

// answered is not registered.
type answered struct{ status int }

func (e answered) Error() string             { return "answered " + strconv.Itoa(e.status) }
func (e answered) StatusCode() int           { return e.status }
func (e answered) HTTPStatus() int           { return 418 }
func (e answered) Public() string            { return "try later" }
func (e answered) RetryAfter() time.Duration { return 3 * time.Second }
func (e answered) Stack() string             { return "main.main(...)\n" }

// throughJSON is err after the wire. It checks that this is a fixed point.
func throughJSON(t testing.TB, err error) error {
	t.Helper()
	first, failed := json.Marshal(durable.EncodeError(err))
	require.NoError(t, failed)
	var f *durable.Failure
	require.NoError(t, json.Unmarshal(first, &f))
	back := f.Err()
	second, failed := json.Marshal(durable.EncodeError(back))
	require.NoError(t, failed)
	require.Equal(t, string(first), string(second), "to encode what was decoded gives the same")
	return back
}

func panicOf(t testing.TB, v any) error {
	_, err := future.Go(context.Background(), func(context.Context) (int, error) { panic(v) }).Await(context.Background())
	return err
}

func as[E error](t testing.TB, err error) E {
	t.Helper()
	e, ok := errors.AsType[E](err)
	require.True(t, ok, "%T is not in %v", e, err)
	return e
}

// What every error keeps, whatever it is.
func TestEncodeError_textAndClassSurvive(t *testing.T) {
	_, notFound := os.Open("/there/is/none")
	_, noNumber := strconv.Atoi("x")
	_, noURL := url.Parse(":x")
	noJSON := json.Unmarshal([]byte("{"), new(int))
	var nilMap map[string]int
	_, assigned := future.Go(t.Context(), func(context.Context) (int, error) { nilMap["a"] = 1; return 0, nil }).Await(t.Context())
	ended, cancel := context.WithTimeoutCause(t.Context(), 0, errors.New("why"))
	defer cancel()
	late := &deadline.Error{Name: "price", Limit: time.Second, Elapsed: 2 * time.Second, Inherited: true}
	all := map[string]error{
		"plain": errors.New("x"), "empty": errors.New(""), "lines": errors.New("a\nb"), "wrapped": fmt.Errorf("a: %w", io.EOF),
		"canceled": context.Canceled, "deadline": context.DeadlineExceeded, "Goexit": future.ErrGoexit, "zero": future.ErrZero,
		"lost": combinators.ErrLost, "empty of combinators": combinators.ErrEmpty, "unneeded": flow.ErrUnneeded, "open": guard.ErrOpen,
		"no rows": sql.ErrNoRows, "conn done": sql.ErrConnDone, "errno": syscall.ECONNREFUSED, "an errno of its own": syscall.Errno(113), "enomem": syscall.ENOMEM,
		"path": notFound, "number": noNumber, "url": noURL, "json": noJSON, "assigned": assigned,
		"net": &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}, "dns": &net.DNSError{Err: "no such host", Name: "x", IsTimeout: true},
		"os deadline": os.ErrDeadlineExceeded, "status": answered{503}, "status of the caller": answered{404},
		"marked": recovery.Mark(recovery.ClassBusiness, io.EOF), "marked twice": recovery.Mark(recovery.ClassSystem, recovery.Mark(recovery.ClassBusiness, errors.New("x"))),
		"marked as nonsense": recovery.Mark(99, errors.New("x")), "marked as nothing": recovery.Mark(0, syscall.EIO),
		"joined": errors.Join(io.EOF, context.Canceled), "all canceled": errors.Join(context.Canceled, &future.CanceledError{}),
		"several": fmt.Errorf("%w and %w", answered{503}, context.DeadlineExceeded), "joined guesses": errors.Join(answered{503}, syscall.ENOMEM),
		"canceled for a reason": &future.CanceledError{Cause: combinators.ErrLost}, "canceled by a panic": &future.CanceledError{Cause: panicOf(t, "x")},
		"late": late, "cause of ctx": future.Cause(ended),
		"panic": panicOf(t, "x"), "panic with lines": panicOf(t, "a\nb"), "panic of a number": panicOf(t, 7), "panic of nil": panicOf(t, nil),
		"panic of an error": panicOf(t, fmt.Errorf("a: %w", context.Canceled)), "panic of a struct": panicOf(t, struct{ A, B int }{1, 2}),
		"element": &combinators.ElementError{Name: "price", Index: 17, Err: io.EOF}, "element of nothing": &combinators.ElementError{},
		"rejected": &task.RejectedError{Task: "price", Gate: "breaker", Wait: time.Second, Err: guard.ErrOpen}, "rejected for nothing": &task.RejectedError{},
		"flow": &flow.Error{Flow: "page", Node: "item", Task: "item", Place: observe.Place{File: "a.go", Line: 3}, Err: late}, "flow of nothing": &flow.Error{},
		"declined": &declined{"1", 2}, "sold out": soldOut{"x"}, "of a constant": wrapped{"pick"}, "declined, wrapped": fmt.Errorf("pay: %w", &declined{"1", 2}),
		"unobserved": &future.UnobservedError{Name: "a", Err: io.EOF},
	}
	for name, err := range strange.Errors {
		all["strange "+name] = err
	}
	for name, err := range all {
		t.Run(name, func(t *testing.T) {
			for _, err := range []error{err, fmt.Errorf("around: %w", err), errors.Join(errors.New("beside"), err), &flow.Error{Flow: "f", Node: "n", Err: err}} {
				back := throughJSON(t, err)
				require.Equal(t, recovery.Text(err), recovery.Text(back))
				require.Equal(t, max(recovery.ClassCode, min(recovery.ClassUnknown, recovery.Classify(err))), recovery.Classify(back))
				require.Equal(t, future.IsCanceled(err), future.IsCanceled(back))
				for _, target := range []error{context.Canceled, context.DeadlineExceeded, io.EOF, fs.ErrNotExist, syscall.ECONNREFUSED, combinators.ErrLost, guard.ErrOpen, errStock} {
					if !is(err, target) {
						require.NotErrorIs(t, back, target)
						continue
					}
					require.ErrorIs(t, back, target)
				}
			}
		})
	}
}

// is is errors.Is for errors that may not be comparable.
func is(err, target error) (yes bool) {
	defer func() { _ = recover() }()
	return errors.Is(err, target)
}

func TestEncodeError_ofNil(t *testing.T) {
	require.Nil(t, durable.EncodeError(nil))
	require.NoError(t, (*durable.Failure)(nil).Err())
}

func TestEncodeError_sentinelsAreTheSame(t *testing.T) {
	for _, err := range []error{
		context.Canceled, context.DeadlineExceeded, future.ErrGoexit, combinators.ErrLost, combinators.ErrEmpty, flow.ErrUnneeded, sql.ErrNoRows, io.EOF, fs.ErrNotExist, errStock,
		guard.ErrFull, syscall.ENOENT,
	} {
		require.True(t, err == throughJSON(t, err), err)
		require.ErrorIs(t, throughJSON(t, fmt.Errorf("a: %w", &future.CanceledError{Cause: errors.Join(io.EOF, err)})), err)
	}
}

func TestEncodeError_registeredTypes(t *testing.T) {
	require.Equal(t, &declined{"1", 2}, throughJSON(t, &declined{"1", 2}))
	require.Equal(t, soldOut{"x"}, throughJSON(t, soldOut{"x"}))
	require.Equal(t, &declined{"1", 2}, as[*declined](t, throughJSON(t, errors.Join(io.EOF, fmt.Errorf("pay: %w", &declined{"1", 2})))))
	require.ErrorIs(t, throughJSON(t, wrapped{"pick"}), errStock)
	require.Error(t, throughJSON(t, (*future.CanceledError)(nil)))
}

func TestEncodeError_typesOfJade(t *testing.T) {
	cut := fmt.Errorf("query: %w", sql.ErrConnDone)
	_, inherited := future.Go(t.Context(), func(ctx context.Context) (int, error) {
		ctx, cancel := context.WithTimeout(ctx, time.Nanosecond)
		defer cancel()
		return deadline.Run(ctx, time.Hour, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, cut })
	}).Await(t.Context())
	for _, err := range []error{inherited, &deadline.Error{Name: "price", Limit: 1, Elapsed: 2}} {
		was, now := as[*deadline.Error](t, err), as[*deadline.Error](t, throughJSON(t, err))
		require.Equal(t, [...]any{was.Name, was.Limit, was.Elapsed, was.Inherited}, [...]any{now.Name, now.Limit, now.Elapsed, now.Inherited})
		require.Equal(t, was.Unwrap() == nil, now.Unwrap() == nil)
		require.ErrorIs(t, now, context.DeadlineExceeded)
		require.Equal(t, errors.Is(was, sql.ErrConnDone), errors.Is(now, sql.ErrConnDone))
	}

	place := observe.Place{File: "shop/tasks.go", Line: 12}
	was := &flow.Error{Flow: "page", Node: "item", Task: "load", Place: place, Err: &flow.Error{Flow: "item", Node: "stock", Err: &combinators.ElementError{Name: "s", Index: 4, Err: io.EOF}}}
	now := as[*flow.Error](t, throughJSON(t, fmt.Errorf("a: %w", was)))
	require.Equal(t, was.Error(), now.Error())
	require.Equal(t, [...]any{"page", "item", "load", place}, [...]any{now.Flow, now.Node, now.Task, now.Place})
	require.Equal(t, "stock", as[*flow.Error](t, now.Err).Node)
	element := as[*combinators.ElementError](t, now)
	require.Equal(t, combinators.ElementError{Name: "s", Index: 4, Err: io.EOF}, *element)

	rejected := task.RejectedError{Task: "t", Gate: "g", Wait: time.Second, Err: guard.ErrFull}
	require.Equal(t, rejected, *as[*task.RejectedError](t, throughJSON(t, &rejected)))
	require.Equal(t, &future.CanceledError{Cause: io.EOF}, throughJSON(t, &future.CanceledError{Cause: io.EOF}))
	require.Equal(t, recovery.Mark(recovery.ClassBusiness, io.EOF), throughJSON(t, recovery.Mark(recovery.ClassBusiness, io.EOF)))
}

// The class that a run has found out with its ctx is kept.
func TestEncodeError_classOfAFlow(t *testing.T) {
	odd := errors.New("odd")
	ctx := recovery.WithClassifier(t.Context(), func(err error) (recovery.Class, bool) { return recovery.ClassSystem, err == odd })
	load := task.New("load", func(context.Context, int) (int, error) { return 0, odd })
	_, err := flow.New("page", func(in flow.Node[int]) flow.Node[int] { return flow.Step(load, in) }).Do(ctx, 1)
	require.Equal(t, recovery.ClassSystem, recovery.Classify(err))
	back := throughJSON(t, err)
	require.Equal(t, recovery.ClassSystem, as[*flow.Error](t, back).Class())
	require.Equal(t, recovery.ClassSystem, recovery.Classify(back))
	require.Equal(t, recovery.ClassUnknown, recovery.Classify(errors.Unwrap(back)))
}

func TestEncodeError_panics(t *testing.T) {
	for name, v := range map[string]any{"text": "a\nb", "number": 7, "error": fmt.Errorf("a: %w", io.EOF), "own type": struct{ X int }{1}, "nil": nil} {
		t.Run(name, func(t *testing.T) {
			was := as[*future.PanicError](t, panicOf(t, v))
			now := as[*future.PanicError](t, throughJSON(t, fmt.Errorf("a: %w", was)))
			require.NotEmpty(t, was.Stack())
			require.Equal(t, was.Stack(), now.Stack())
			require.Equal(t, was.Error(), now.Error())
			require.Equal(t, errors.Is(was, io.EOF), errors.Is(now, io.EOF))
			require.Contains(t, now.Stack(), "durable_test.panicOf")
		})
	}
	now := as[*future.PanicError](t, throughJSON(t, panicOf(t, "a\nb")))
	require.Equal(t, "a\nb", now.Value)
	nilMap := func() error { var m map[int]int; return panicOfFunc(t, func() { m[1] = 1 }) }
	as[runtime.Error](t, throughJSON(t, nilMap()))
}

func panicOfFunc(t testing.TB, fn func()) error {
	_, err := future.Go(t.Context(), func(context.Context) (int, error) { fn(); return 0, nil }).Await(t.Context())
	return err
}

type (
	coded  interface{ StatusCode() int }
	told   interface{ HTTPStatus() int }
	public interface{ Public() string }
	later  interface{ RetryAfter() time.Duration }
	traced interface{ Stack() string }
)

func TestEncodeError_methodsOfAnUnknownType(t *testing.T) {
	back := throughJSON(t, fmt.Errorf("a: %w", answered{503}))
	var c coded
	var s told
	var p public
	var l later
	var k traced
	require.True(t, errors.As(back, &c) && errors.As(back, &s) && errors.As(back, &p) && errors.As(back, &l) && errors.As(back, &k))
	require.Equal(t, [...]any{503, 418, "try later", 3 * time.Second, "main.main(...)\n"}, [...]any{c.StatusCode(), s.HTTPStatus(), p.Public(), l.RetryAfter(), k.Stack()})
	back = throughJSON(t, errors.New("plain"))
	require.False(t, errors.As(back, &c) || errors.As(back, &s) || errors.As(back, &p) || errors.As(back, &l) || errors.As(back, &k), "it has no method that the original has not")
	require.Equal(t, recovery.Repeatable(t.Context(), answered{404}), recovery.Repeatable(t.Context(), throughJSON(t, answered{404})))
}

// What this process does not know goes on as it came.
func TestFailure_ofAnotherProcess(t *testing.T) {
	for _, f := range []*durable.Failure{
		{Kind: "type", Name: "elsewhere", Text: "x", Class: "business", Status: 402, Public: "p", Data: json.RawMessage(`{"a":1}`), Causes: []*durable.Failure{{Kind: "sentinel", Name: "io.EOF", Text: "EOF", Class: "unknown"}}},
		{Kind: "sentinel", Name: "elsewhere", Text: "x", Class: "dependency", Is: []string{"elsewhere too", "io.EOF"}},
		{Kind: "new kind", Text: "x", Class: "unknown", Data: json.RawMessage(`[1]`)},
		{Kind: "type", Name: "test.declined", Text: "x", Class: "business", Data: json.RawMessage(`{"Card":1}`)},
		{Kind: "type", Name: "test.declined", Text: "x", Class: "business", Data: json.RawMessage(`null`)},
		{Kind: "sentinel", Name: "io.EOF", Text: "EOF of a newer version", Class: "system"},
		{Kind: "flow", Text: "x", Class: "unknown", Data: json.RawMessage(`7`)}, {Kind: "flow", Text: "x", Class: "unknown"},
		{Kind: "deadline", Text: "x", Class: "timeout", Public: "late"},
	} {
		back := f.Err()
		require.Equal(t, f.Text, back.Error())
		require.Equal(t, f.Class, recovery.Classify(back).String())
		require.Equal(t, f, durable.EncodeError(back))
	}
	for _, f := range []*durable.Failure{
		{}, {Kind: "mark"}, {Kind: "canceled"}, {Kind: "panic"}, {Kind: "element"}, {Causes: []*durable.Failure{nil, nil}}, {Class: "nonsense"}, {Kind: "type", Data: json.RawMessage(`{`)},
	} {
		require.NotPanics(t, func() {
			err := f.Err()
			require.Error(t, err)
			require.Equal(t, f.Text, err.Error())
		})
	}
	endless := &durable.Failure{Text: "x"}
	endless.Causes = []*durable.Failure{endless, endless}
	require.Error(t, endless.Err())
}

func TestResult_inJSON(t *testing.T) {
	was := []future.Result[int]{{Value: 1}, {Err: fmt.Errorf("a: %w", &declined{"1", 2})}}
	text, err := json.Marshal(was)
	require.NoError(t, err)
	var back []future.Result[int]
	require.NoError(t, json.Unmarshal(text, &back))
	require.Equal(t, was[0], back[0])
	require.Equal(t, was[1].Err.Error(), back[1].Err.Error())
	require.Equal(t, &declined{"1", 2}, as[*declined](t, back[1].Err))
	require.Error(t, json.Unmarshal([]byte(`[{"error":7}]`), &back))
}
