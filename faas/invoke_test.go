package faas_test

import (
	"context"
	"errors"
	"io"
	"math"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
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

var errSoldOut = recovery.Mark(recovery.ClassBusiness, errors.New("sold out"))

func TestInvoke_answersAndLogsOneLine(t *testing.T) {
	var log logbook
	h := faas.New("price", plusOne(0), log.option())
	ctx := faas.WithInvocation(t.Context(), faas.Invocation{ID: "r-1", Function: "price-eu", Platform: "test"})
	v, err := h.Invoke(ctx, 1)
	require.NoError(t, err)
	require.Equal(t, 2, v)
	require.Equal(t, "level=INFO msg=run function=price flow=price status=ok request_id=r-1 deployed_as=price-eu\n", log.String())
	require.Equal(t, "price", h.Name())
}

func TestInvoke_failures(t *testing.T) {
	for name, c := range map[string]struct {
		fn    faas.Func[int, int]
		class recovery.Class
		want  []string // of the log
	}{
		"an error":   {func(context.Context, int) (int, error) { return 0, errSoldOut }, recovery.ClassBusiness, []string{"level=WARN msg=failed", "error=\"sold out\""}},
		"a service":  {func(context.Context, int) (int, error) { return 0, io.ErrUnexpectedEOF }, recovery.ClassDependency, []string{"level=ERROR msg=failed", "class=dependency"}},
		"a panic":    {func(context.Context, int) (int, error) { panic("oh") }, recovery.ClassCode, []string{"level=ERROR msg=failed", "class=code", "panic=oh"}},
		"a goexit":   {func(context.Context, int) (int, error) { runtime.Goexit(); return 0, nil }, recovery.ClassCode, []string{"msg=failed"}},
		"a nil call": {func(_ context.Context, n int) (int, error) { var p *int; return *p, nil }, recovery.ClassCode, []string{"nil pointer"}},
	} {
		t.Run(name, func(t *testing.T) {
			var log logbook
			_, err := faas.New("price", c.fn, log.option()).Invoke(t.Context(), 1)
			require.Error(t, err)
			require.Equal(t, c.class, recovery.Classify(err))
			for _, want := range c.want {
				require.Contains(t, log.String(), want)
			}
			require.Equal(t, 1, strings.Count(log.String(), "msg=failed"))
			require.Equal(t, 1, strings.Count(log.String(), "msg=run"))
		})
	}
}

// Whatever the function, Catch and what they leave behind do, the answer is there, and Invoke returns, before the deadline.
func TestInvoke_isOverBeforeTheDeadline(t *testing.T) {
	sleep := func(context.Context, int) (int, error) { time.Sleep(time.Hour); return 0, nil }
	leaves := func(ctx context.Context, n int) (int, error) {
		future.Go(ctx, func(context.Context) (int, error) { time.Sleep(time.Hour); return 0, nil })
		return n, nil
	}
	catch := func(ctx context.Context, n int, _ error) (int, error) { return -n, ctx.Err() }
	slow := func(context.Context, int, error) (int, error) { time.Sleep(time.Hour); return 0, nil }
	for name, c := range map[string]struct {
		h    *faas.Handler[int, int]
		want int
		err  bool
	}{
		"ignores its ctx":             {faas.New("price", sleep), 0, true},
		"heeds its ctx":               {faas.New("price", plusOne(time.Hour)), 0, true},
		"ignores its ctx, is caught":  {faas.New("price", sleep).Catch(catch), -1, false},
		"is caught by what is slow":   {faas.New("price", plusOne(time.Hour)).Catch(slow), 0, true},
		"leaves something behind":     {faas.New("price", leaves), 1, false},
		"a flow that ignores its ctx": {faas.FromFlow(flow.New("price", func(in flow.Node[int]) flow.Node[int] { return flow.Step(task.New("item", sleep), in) })), 0, true},
		"a long drain and grace":      {faas.New("price", leaves, faas.Drain(time.Hour), faas.Grace(time.Hour)), 1, false},
		"a short reserve":             {faas.New("price", sleep, faas.Reserve(8*ms)).Catch(catch), -1, false},
		"nothing in reserve":          {faas.New("price", plusOne(time.Hour), faas.Reserve(0)), 0, true},
	} {
		for _, limit := range []time.Duration{10 * ms, 200 * ms, 3 * time.Second, time.Minute} {
			t.Run(name+" in "+limit.String(), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithTimeout(t.Context(), limit)
					defer cancel()
					begun := time.Now()
					v, err := c.h.Invoke(ctx, 1)
					if name == "nothing in reserve" {
						require.LessOrEqual(t, time.Since(begun), limit)
					} else {
						require.Less(t, time.Since(begun), limit)
					}
					require.Equal(t, c.err, err != nil, "%v", err)
					require.Equal(t, c.want, v)
					if err != nil {
						require.ErrorIs(t, err, context.DeadlineExceeded)
						require.Contains(t, err.Error(), "price")
					}
					time.Sleep(2 * time.Hour) // until what was left behind is through
				})
			})
		}
	}
}

// A call that ignores its ctx costs the grace, and not the time to reply: a flow has its answer a moment before its ctx ends.
func TestInvoke_leavesTimeToReply(t *testing.T) {
	sleep := func(context.Context, int) (int, error) { time.Sleep(time.Hour); return 1, nil }
	item := flow.New("price", func(in flow.Node[int]) flow.Node[int] { return flow.Step(task.New("item", sleep), in) })
	for name, h := range map[string]*faas.Handler[int, int]{
		"a function": faas.New("price", sleep), "a flow": faas.FromFlow(item),
		"a long drain": faas.FromFlow(item, faas.Drain(time.Hour)), "all the time that is left": faas.FromFlow(item, faas.Drain(faas.TimeLeft)),
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 1500*ms)
			defer cancel()
			begun := time.Now()
			_, err := h.Invoke(ctx, 1)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.Equal(t, 1425*ms, time.Since(begun), name)
			time.Sleep(2 * time.Hour)
		})
	}
}

// What was started and not waited for is drained; then it is cancelled; then it is named.
func TestInvoke_drains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log logbook
		h := faas.New("price", func(ctx context.Context, n int) (int, error) {
			future.Call(ctx, plusOne(50*ms), 1)
			return n, nil
		}, log.option())
		begun := time.Now()
		_, err := h.Invoke(t.Context(), 1)
		require.NoError(t, err)
		require.Equal(t, 50*ms, time.Since(begun), "it has ended by itself")

		var cause error
		h = faas.New("price", func(ctx context.Context, n int) (int, error) {
			future.Go(ctx, func(ctx context.Context) (int, error) { <-ctx.Done(); cause = context.Cause(ctx); return 0, nil })
			return n, nil
		}, log.option())
		begun = time.Now()
		_, err = h.Invoke(t.Context(), 1)
		require.NoError(t, err)
		require.Equal(t, 100*ms, time.Since(begun))
		require.ErrorIs(t, cause, future.ErrScopeClosed)
		require.NotContains(t, log.String(), "still running")

		h = faas.New("price", func(ctx context.Context, n int) (int, error) {
			future.Go(future.Named(ctx, "audit"), func(ctx context.Context) (int, error) { time.Sleep(time.Hour); return 0, nil })
			return n, nil
		}, log.option(), faas.Drain(10*ms), faas.Grace(20*ms))
		begun = time.Now()
		_, err = h.Invoke(t.Context(), 1)
		require.NoError(t, err)
		require.Equal(t, 30*ms, time.Since(begun))
		require.Contains(t, log.String(), `level=WARN msg="still running" function=price names=[audit]`)
		time.Sleep(time.Hour)
	})
}

// A wait without end, or as long as a deadline far away, is for what ends.
func TestInvoke_drainsWithoutEnd(t *testing.T) {
	far := time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		opts     []faas.Option
		deadline time.Time
	}{
		"drain":     {[]faas.Option{faas.Drain(math.MaxInt64)}, time.Time{}},
		"grace":     {[]faas.Option{faas.Drain(0), faas.Grace(math.MaxInt64)}, time.Time{}},
		"both":      {[]faas.Option{faas.Drain(math.MaxInt64), faas.Grace(math.MaxInt64)}, time.Time{}},
		"time left": {[]faas.Option{faas.Drain(faas.TimeLeft)}, far},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				if !c.deadline.IsZero() {
					limited, cancel := context.WithDeadline(ctx, c.deadline)
					defer cancel()
					ctx = limited
				}
				h := faas.New("price", func(ctx context.Context, n int) (int, error) {
					future.Go(ctx, func(context.Context) (int, error) { time.Sleep(time.Hour); return 0, nil })
					return n, nil
				}, append(c.opts, (&logbook{}).option())...)
				begun := time.Now()
				_, err := h.Invoke(ctx, 1)
				require.NoError(t, err)
				require.Equal(t, time.Hour, time.Since(begun))
			})
		})
	}
}

// A failure that nobody looked at is logged once the invocation is over.
func TestInvoke_unobserved(t *testing.T) {
	var log logbook
	h := faas.New("price", func(ctx context.Context, n int) (int, error) {
		future.Go(ctx, func(context.Context) (int, error) { return 0, errSoldOut })
		return n, nil
	}, log.option())
	_, err := h.Invoke(faas.WithInvocation(t.Context(), faas.Invocation{ID: "r-1"}), 1)
	require.NoError(t, err)
	require.Regexp(t, `level=ERROR msg=unobserved function=price class=business error=".*sold out" request_id=r-1`, log.String())
}

func TestInvoke_theCallerLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, leave := context.WithCancelCause(t.Context())
		caught := false
		h := faas.New("price", plusOne(time.Hour)).Catch(func(context.Context, int, error) (int, error) { caught = true; return 0, nil })
		time.AfterFunc(ms, func() { leave(errSoldOut) })
		begun := time.Now()
		_, err := h.Invoke(ctx, 1)
		require.ErrorIs(t, err, errSoldOut)
		require.True(t, future.IsCanceled(err))
		require.Equal(t, ms, time.Since(begun))
		require.False(t, caught)
	})
}

// The line of a run that was caught says so; a Catch that panics joins its panic to the failure.
func TestCatch(t *testing.T) {
	var log logbook
	fails := faas.New("price", func(context.Context, int) (int, error) { return 0, io.ErrUnexpectedEOF }, log.option())
	v, err := fails.Catch(func(_ context.Context, n int, err error) (int, error) { return -n, nil }).Invoke(t.Context(), 7)
	require.NoError(t, err)
	require.Equal(t, -7, v)
	require.Contains(t, log.String(), "level=INFO msg=run function=price flow=price status=degraded class=dependency")
	_, err = fails.Catch(func(context.Context, int, error) (int, error) { panic("oh") }).Invoke(t.Context(), 7)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.ErrorAs(t, err, new(*future.PanicError))
	_, err = fails.Invoke(t.Context(), 7)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF, "the handler without Catch is as it was")
}

// The run of a flow is that of the invocation: one line, not two.
func TestFromFlow(t *testing.T) {
	var log logbook
	seen := 0
	o := observer(func(observe.Call) { seen++ })
	f := flow.New("page", func(in flow.Node[int]) flow.Node[int] { return flow.Step(task.New("item", plusOne(0)), in) })
	v, err := faas.FromFlow(f, log.option(), faas.Observer(o)).Invoke(t.Context(), 1)
	require.NoError(t, err)
	require.Equal(t, 2, v)
	require.Equal(t, "level=INFO msg=run function=page flow=page status=ok\n", log.String())
	require.Equal(t, 2, seen, "the run and its node")
}

type observer func(observe.Call)

func (fn observer) Begin(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
	fn(c)
	return ctx, nil
}

// Many invocations at once know nothing of each other.
func TestInvoke_atOnce(t *testing.T) {
	h := faas.New("price", func(ctx context.Context, n int) (int, error) {
		i, _ := faas.InvocationOf(ctx)
		if n%10 == 0 {
			return len(i.ID), errSoldOut
		}
		runtime.Gosched()
		return n + len(i.ID), nil
	}, faas.Logger(quiet))
	var wg sync.WaitGroup
	for n := range 1000 {
		wg.Go(func() {
			v, err := h.Invoke(faas.WithInvocation(t.Context(), faas.Invocation{ID: strings.Repeat("x", n%7)}), n)
			if n%10 == 0 {
				require.ErrorIs(t, err, errSoldOut)
				return
			}
			require.NoError(t, err)
			require.Equal(t, n+n%7, v)
		})
	}
	wg.Wait()
}

func TestInitialized(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		h := faas.Initialized("price", func(context.Context) (faas.Func[int, int], error) {
			time.Sleep(10 * ms)
			switch calls.Add(1) {
			case 1:
				return nil, io.ErrUnexpectedEOF
			case 2:
				panic("oh")
			case 3:
				return nil, nil
			}
			return plusOne(0), nil
		}, faas.Logger(quiet))
		for _, want := range []string{"init of price: unexpected EOF", "init of price: panic: oh", "init of price: the initialiser returned neither a function nor a flow"} {
			err := h.Init(t.Context())
			require.EqualError(t, err, want)
			require.ErrorAs(t, err, new(*faas.InitError))
		}
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				v, err := h.Invoke(t.Context(), 1)
				require.NoError(t, err)
				require.Equal(t, 2, v)
			})
		}
		wg.Wait()
		require.Equal(t, int32(4), calls.Load())
		require.NoError(t, h.Init(t.Context()))
		require.Equal(t, int32(4), calls.Load())
	})
}

// An initialiser is called once at a time, and goes on when the invocation that has begun it is over.
func TestInitialized_outlivesItsInvocation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		h := faas.Initialized("price", func(context.Context) (faas.Func[int, int], error) {
			calls++
			time.Sleep(600 * ms)
			return plusOne(0), nil
		}, faas.Logger(quiet))
		for range 5 {
			ctx, cancel := context.WithTimeout(t.Context(), 50*ms)
			_, err := h.Invoke(ctx, 1)
			cancel()
			require.ErrorIs(t, err, context.DeadlineExceeded)
		}
		time.Sleep(time.Second)
		v, err := h.Invoke(t.Context(), 1)
		require.NoError(t, err)
		require.Equal(t, 2, v)
		require.Equal(t, 1, calls)
	})
}

// What Catch starts is part of the invocation, too.
func TestCatch_leavesNothingBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log logbook
		over := false
		h := faas.New("price", func(context.Context, int) (int, error) { return 0, errSoldOut }, log.option()).Catch(func(ctx context.Context, n int, _ error) (int, error) {
			future.Go(ctx, func(context.Context) (int, error) { time.Sleep(50 * ms); over = true; return 0, io.ErrUnexpectedEOF })
			return n, nil
		})
		_, err := h.Invoke(t.Context(), 1)
		require.NoError(t, err)
		require.True(t, over)
		require.Contains(t, log.String(), "msg=unobserved")
	})
}

// Who waits for an initialiser that does not return is answered in time all the same.
func TestInitialized_thatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := faas.Initialized("price", func(ctx context.Context) (faas.Func[int, int], error) { time.Sleep(time.Hour); return plusOne(0), nil }, faas.Logger(quiet))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				begun := time.Now()
				_, err := h.Invoke(ctx, 1)
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.ErrorAs(t, err, new(*faas.InitError))
				require.Less(t, time.Since(begun), time.Second)
			})
		}
		wg.Wait()
		time.Sleep(time.Hour)
	})
}

// A flow that an initialiser makes is called as one: what is late is named.
func TestInitializedFlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		made := 0
		var log logbook
		h := faas.InitializedFlow("price-eu", func(context.Context) (*flow.Flow[int, int], error) {
			made++
			return flow.New("price", func(in flow.Node[int]) flow.Node[int] { return flow.Step(task.New("item", plusOne(time.Second)), in) }), nil
		}, log.option())
		require.Equal(t, "price-eu", h.Name())
		for range 2 {
			v, err := h.Invoke(t.Context(), 1)
			require.NoError(t, err)
			require.Equal(t, 2, v)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 100*ms)
		defer cancel()
		_, err := h.Invoke(ctx, 1)
		require.ErrorContains(t, err, "price: item: deadline exceeded")
		require.Equal(t, 1, made)
		require.Contains(t, log.String(), "function=price-eu")
		h.Logger().Info("hello")
		require.Contains(t, log.String(), "msg=hello")

		nothing := faas.InitializedFlow("price", func(context.Context) (*flow.Flow[int, int], error) { return nil, nil }, faas.Logger(quiet))
		require.EqualError(t, nothing.Init(t.Context()), "init of price: the initialiser returned neither a function nor a flow")
	})
}

func TestHandler_misuse(t *testing.T) {
	fn := plusOne(0)
	for want, try := range map[string]func(){
		"faas.New: nil function":                                       func() { faas.New[int, int]("x", nil) },
		"faas.FromFlow: nil Flow":                                      func() { faas.FromFlow[int, int](nil) },
		"faas.InitializedFlow: nil function":                           func() { faas.InitializedFlow[int, int]("x", nil) },
		"faas.Initialized: nil function":                               func() { faas.Initialized[int, int]("x", nil) },
		"faas.Handler.Catch: nil function":                             func() { faas.New("x", fn).Catch(nil) },
		"faas.Handler.Invoke: nil context":                             func() { _, _ = faas.New("x", fn).Invoke(nil, 1) }, //nolint:staticcheck // that is the point
		"faas.Reserve: the duration is -1ms, and must not be negative": func() { faas.Reserve(-ms) },
		"faas.Drain: the duration is -1ms, and must not be negative":   func() { faas.Drain(-ms) },
		"faas.Grace: the duration is -1ms, and must not be negative":   func() { faas.Grace(-ms) },
		"faas.Logger: nil Logger":                                      func() { faas.Logger(nil) },
		"faas.Observer: nil Observer":                                  func() { faas.Observer(nil) },
		"faas.MaxDepth: the limit is 0, and must be at least 1":        func() { faas.MaxDepth(0) },
		"faas.MaxBody: the limit is 0 bytes, and must be at least 1":   func() { faas.MaxBody(0) },
		"faas.Limit: the limit is 0s, and must be positive":            func() { faas.Limit(0) },
		"faas.Status: nil function":                                    func() { faas.Status(nil) },
		"faas.HTTP: nil Handler":                                       func() { faas.HTTP[int, int](nil) },
		"faas.Serve: nil Handler":                                      func() { _ = faas.Serve(t.Context(), nil, nil, 0) },
		"faas.New: empty name":                                         func() { faas.New("", fn) },
	} {
		t.Run(want, func(t *testing.T) { require.PanicsWithValue(t, want, try) })
	}
}
