package faas_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// wild is a value whose methods for JSON do what a test wants.
type wild struct{ do func() error }

func (w wild) MarshalJSON() ([]byte, error) {
	if err := w.do(); err != nil {
		return nil, err
	}
	return []byte(`"tame"`), nil
}

// wildest is how a method behaves that is not to be trusted.
var wildest = map[string]func(release <-chan struct{}) error{
	"panics":               func(<-chan struct{}) error { panic("oh") },
	"ends its goroutine":   func(<-chan struct{}) error { runtime.Goexit(); return nil },
	"blocks":               func(release <-chan struct{}) error { <-release; return nil },
	"returns a typed nil":  func(<-chan struct{}) error { var none *typedNil; return none },
	"panics with a nil":    func(<-chan struct{}) error { panic(error((*typedNil)(nil))) },
	"fails":                func(<-chan struct{}) error { return errSoldOut },
	"fails wildly":         func(<-chan struct{}) error { return exits{} },
	"fails and blocks so":  func(release <-chan struct{}) error { return blocks{release} },
	"panics with an exits": func(<-chan struct{}) error { panic(exits{}) },
}

// exits is an error whose methods end their goroutine.
type exits struct{}

func (exits) Error() string             { runtime.Goexit(); return "" }
func (exits) Public() string            { runtime.Goexit(); return "" }
func (exits) HTTPStatus() int           { runtime.Goexit(); return 404 }
func (exits) RetryAfter() time.Duration { runtime.Goexit(); return 0 }
func (exits) Is(error) bool             { runtime.Goexit(); return false }
func (exits) As(any) bool               { runtime.Goexit(); return false }
func (exits) Unwrap() error             { runtime.Goexit(); return nil }
func (exits) Class() recovery.Class     { runtime.Goexit(); return 0 }

// blocks is an error whose text does not come.
type blocks struct{ release <-chan struct{} }

func (e blocks) Error() string  { <-e.release; return "late" }
func (e blocks) Public() string { <-e.release; return "late" }

// loop is an error that wraps itself.
type loop struct{}

func (loop) Error() string { return "loop" }
func (loop) Unwrap() error { return loop{} }

// flowOf is a handler whose function is a flow of one step.
func flowOf[In, Out any](fn func(context.Context, In) (Out, error), opts ...faas.Option) *faas.Handler[In, Out] {
	return faas.FromFlow(flow.New("price", func(in flow.Node[In]) flow.Node[Out] { return flow.Step(task.New("item", fn), in) }), opts...)
}

// An answer that cannot be written is a failed run, for whoever is told of it, and comes in time.
func TestInvokeJSON_anAnswerThatCannotBeWritten(t *testing.T) {
	for name, do := range wildest {
		for kind, limit := range map[string]time.Duration{"with a limit": time.Second, "without one": 0} {
			for _, isFlow := range []bool{false, true} {
				if name == "blocks" && limit == 0 {
					continue // as a function that blocks
				}
				t.Run(name+" "+kind, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						release := make(chan struct{})
						ctx := t.Context()
						if limit > 0 {
							limited, cancel := context.WithTimeout(ctx, limit)
							defer cancel()
							ctx = limited
						}
						var log logbook
						var runs []observe.Outcome
						fn := func(context.Context, int) (wild, error) { return wild{func() error { return do(release) }}, nil }
						opts := []faas.Option{log.option(), faas.Observer(endings(func(c observe.Call, o observe.Outcome) {
							if c.Kind == observe.KindRun {
								runs = append(runs, o)
							}
						}))}
						h := faas.New("price", fn, opts...)
						if isFlow {
							h = flowOf(fn, opts...)
						}
						begun := time.Now()
						_, err := h.InvokeJSON(ctx, []byte("1"))
						if limit > 0 {
							require.Less(t, time.Since(begun), limit)
						}
						require.Error(t, err)
						class := recovery.ClassCode
						if strings.Contains(name, "blocks") && limit > 0 { // a method that has not returned may only be slow
							class = recovery.ClassTimeout
						} else {
							require.ErrorAs(t, err, new(*faas.OutputError))
						}
						require.Equal(t, class, recovery.Classify(err))
						require.Len(t, runs, 1)
						require.Equal(t, observe.StatusFailed, runs[0].Status)
						require.Equal(t, class, runs[0].Class)
						if !strings.Contains(name, "blocks") {
							require.Contains(t, log.String(), "level=INFO msg=run function=price flow=price status=failed class=code")
							require.Equal(t, 1, strings.Count(log.String(), "level=ERROR"), log.String())
						}
						close(release)
					})
				})
			}
		}
	}
}

// endings is an observer that is told how calls end.
type endings func(observe.Call, observe.Outcome)

func (fn endings) Begin(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
	return ctx, func(o observe.Outcome) { fn(c, o) }
}

// wildIn is read as a test wants.
type wildIn struct{}

var reading func([]byte) error

func (*wildIn) UnmarshalJSON(b []byte) error { return reading(b) }

// What In's own methods do as they read is no more than a refusal, or late.
func TestInvokeJSON_anInputThatCannotBeRead(t *testing.T) {
	for name, do := range wildest {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				release := make(chan struct{})
				reading = func([]byte) error { return do(release) }
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				var log logbook
				h := faas.New("price", func(context.Context, wildIn) (int, error) { return 1, nil }, log.option())
				begun := time.Now()
				_, err := h.InvokeJSON(ctx, []byte("1"))
				require.Less(t, time.Since(begun), time.Second)
				if strings.Contains(name, "blocks") {
					require.ErrorIs(t, err, context.DeadlineExceeded)
					require.Contains(t, log.String(), "status=failed class=timeout")
				} else {
					input, ok := errors.AsType[*faas.InputError](err)
					require.True(t, ok)
					require.Equal(t, "not accepted", input.Reason)
					status := 500 // a mistake of the program, not of the client
					if name == "fails" {
						status = 400
					}
					require.Equal(t, status, problemOf(t, post(t, faas.HTTP(h), "1")).Status)
					require.Contains(t, log.String(), `level=INFO msg=refused function=price`)
				}
				close(release)
			})
		})
	}
}

// A byte after the value does not let the value reach the function's own methods.
func TestInvokeJSON_neverDecodesWhatIsInvalid(t *testing.T) {
	called := false
	reading = func([]byte) error { called = true; return nil }
	h := faas.New("price", func(context.Context, wildIn) (int, error) { called = true; return 1, nil }, faas.Logger(quiet))
	deep := strings.Repeat("[", 5000) + strings.Repeat("]", 5000)
	for _, input := range []string{deep + "x", deep + " {}", `{"a":1}x`, `{"a":1}{`, `1 2`, "[1],", deep[:9999]} {
		_, err := h.InvokeJSON(t.Context(), []byte(input))
		require.ErrorAs(t, err, new(*faas.InputError), "%.20s", input)
		require.False(t, called, "%.20s", input)
	}
}

// Whatever an error's methods do, there is an answer, of the class that is known.
func TestHTTP_errorsWithWildMethods(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	var none *typedNil
	for name, err := range map[string]error{"ends its goroutine": exits{}, "panics": none, "blocks": blocks{release}, "inside": errors.Join(errSoldOut, exits{}), "wraps itself": loop{}} {
		t.Run(name, func(t *testing.T) {
			for _, h := range []*faas.Handler[int, int]{
				faas.New("price", func(context.Context, int) (int, error) { return 0, err }, faas.Logger(quiet)),
				faas.New("price", func(context.Context, int) (int, error) { panic(err) }, faas.Logger(quiet)),
				faas.New("price", func(context.Context, int) (int, error) { return 0, err }),
			} {
				r := post(t, faas.HTTP(h), "1")
				require.GreaterOrEqual(t, problemOf(t, r).Status, 422)
			}
		})
	}
	for name, do := range map[string]func() int{"panics": func() int { panic("oh") }, "ends": func() int { runtime.Goexit(); return 0 }} {
		t.Run("Status "+name, func(t *testing.T) {
			h := faas.New("price", func(context.Context, int) (int, error) { return 0, errSoldOut }, faas.Logger(quiet))
			require.Equal(t, 500, problemOf(t, post(t, faas.HTTP(h, faas.Status(func(error) int { return do() })), "1")).Status)
		})
	}
}

// hostile is a log handler that does what a test wants.
type hostile struct{ do func() }

func (hostile) Enabled(context.Context, slog.Level) bool    { return true }
func (h hostile) Handle(context.Context, slog.Record) error { h.do(); return nil }
func (h hostile) WithAttrs([]slog.Attr) slog.Handler        { return h }
func (h hostile) WithGroup(string) slog.Handler             { return h }
func (h hostile) option() faas.Option                       { return faas.Logger(slog.New(h)) }
func hostileLogs(release <-chan struct{}) map[string]func() {
	return map[string]func(){
		"panics": func() { panic("oh") }, "ends its goroutine": runtime.Goexit, "blocks": func() { <-release },
	}
}

// A log handler changes no answer and holds none up for more than a moment, whatever the record is about.
func TestInvokeJSON_logHandlersThatFail(t *testing.T) {
	for name := range hostileLogs(nil) {
		for about, c := range map[string]struct {
			fn    faas.Func[int, int]
			input string
			ok    bool
		}{
			"an answer":  {plusOne(0), "1", true},
			"a failure":  {func(context.Context, int) (int, error) { return 0, errSoldOut }, "1", false},
			"a refusal":  {plusOne(0), "x", false},
			"a late one": {plusOne(time.Hour), "1", false},
			"what is left": {func(ctx context.Context, n int) (int, error) {
				future.Go(ctx, func(context.Context) (int, error) { time.Sleep(time.Hour); return 0, errSoldOut })
				return n + 1, nil
			}, "1", true},
		} {
			for _, limit := range []time.Duration{0, time.Second, time.Hour} {
				if limit == 0 && about == "a late one" {
					continue
				}
				t.Run(about+" "+name+" in "+limit.String(), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						release := make(chan struct{})
						ctx := t.Context()
						if limit > 0 {
							limited, cancel := context.WithTimeout(ctx, limit)
							defer cancel()
							ctx = limited
						}
						h := faas.New("price", c.fn, hostile{hostileLogs(release)[name]}.option())
						begun := time.Now()
						out, err := h.InvokeJSON(ctx, []byte(c.input))
						if limit > 0 {
							require.Less(t, time.Since(begun), limit)
						}
						if about != "a late one" {
							require.LessOrEqual(t, time.Since(begun), 500*ms)
						}
						require.Equal(t, c.ok, err == nil, "%v", err)
						if c.ok {
							require.Equal(t, "2", string(out))
						}
						close(release)
						time.Sleep(2 * time.Hour)
					})
				})
			}
		}
	}
}

// A refusal by HTTP is one record, at the same level for all, and is counted.
func TestHTTP_refusalsAreLoggedAndCounted(t *testing.T) {
	var log logbook
	var runs []observe.Outcome
	h := faas.HTTP(faas.New("price", plusOne(0), log.option(), faas.Observer(endings(func(c observe.Call, o observe.Outcome) {
		require.Equal(t, observe.KindRun, c.Kind)
		require.Equal(t, "price", c.Flow)
		runs = append(runs, o)
	}))), faas.MaxBody(10))
	get := httptest.NewRecorder()
	h.ServeHTTP(get, httptest.NewRequest(http.MethodGet, "/", nil))
	require.Equal(t, 405, get.Code)
	require.Equal(t, 415, post(t, h, "1", "Content-Type", "text/plain").StatusCode)
	require.Equal(t, 413, post(t, h, "12345678901").StatusCode)
	require.Equal(t, 400, post(t, h, "x", "X-Request-Id", "r-1").StatusCode)
	require.Equal(t, 4, strings.Count(log.String(), "\n"), log.String())
	require.Equal(t, 4, strings.Count(log.String(), "level=INFO msg=refused function=price "), log.String())
	require.Contains(t, log.String(), "request_id=r-1")
	require.Len(t, runs, 4)
	for _, o := range runs {
		require.Equal(t, observe.StatusSkipped, o.Status)
		require.Equal(t, recovery.ClassBusiness, o.Class)
	}
}

// A handler that another one calls is a part of it: one failure, one record, one line.
func TestInvoke_aHandlerInAHandler(t *testing.T) {
	var log logbook
	inner := faas.New("inner", func(context.Context, int) (int, error) { return 0, errSoldOut }, log.option())
	outer := faas.New("outer", func(ctx context.Context, n int) (int, error) { return inner.Invoke(ctx, n) }, log.option())
	_, err := outer.Invoke(t.Context(), 1)
	require.ErrorIs(t, err, errSoldOut)
	require.Equal(t, 1, strings.Count(log.String(), "msg=run"), log.String())
	require.Equal(t, 1, strings.Count(log.String(), "msg=failed"), log.String())
	before := len(log.String())
	batch := faas.New("batch", func(ctx context.Context, n int) (int, error) {
		_, err := inner.Invoke(faas.WithInvocation(ctx, faas.Invocation{ID: "m-1"}), n)
		return n, err
	}, faas.Logger(quiet))
	_, err = batch.Invoke(t.Context(), 1)
	require.ErrorIs(t, err, errSoldOut)
	require.Equal(t, 1, strings.Count(log.String()[before:], "msg=failed function=inner"), "what has an id of its own has records of its own")
	before = len(log.String())
	_, err = inner.Invoke(t.Context(), 1)
	require.ErrorIs(t, err, errSoldOut)
	require.Equal(t, 1, strings.Count(log.String()[before:], "function=inner flow=inner"), "by itself it has a line: "+log.String())
}

// Whatever the methods of an error do, there is a record of it.
func TestInvoke_logsErrorsWithoutAText(t *testing.T) {
	var log logbook
	h := faas.New("price", func(context.Context, int) (int, error) { return 0, exits{} }, log.option())
	_, err := h.Invoke(t.Context(), 1)
	require.Error(t, err)
	for _, want := range []string{"level=ERROR msg=failed", "msg=run"} {
		require.Contains(t, log.String(), want)
	}
}

// An answer of Catch is the answer, whatever the methods of the failure do.
func TestCatch_ofAWildError(t *testing.T) {
	for name, do := range wildest {
		for _, isFlow := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					release := make(chan struct{})
					ctx, cancel := context.WithTimeout(t.Context(), time.Second)
					defer cancel()
					fn := func(context.Context, int) (int, error) {
						if name == "blocks" {
							return 0, blocks{release}
						}
						return 0, do(release)
					}
					var log logbook
					h := faas.New("price", fn, log.option())
					if isFlow {
						h = flowOf(fn, log.option())
					}
					begun := time.Now()
					got, err := h.Catch(func(context.Context, int, error) (int, error) { return 7, nil }).Invoke(ctx, 1)
					require.NoError(t, err)
					require.Equal(t, 7, got)
					require.LessOrEqual(t, time.Since(begun), 250*ms)
					close(release)
				})
			})
		}
	}
}
