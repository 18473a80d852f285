package jadeslog_test

import (
	"context"
	"log/slog"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/internal/flowtest"
	"github.com/jade-go/jade/internal/notes"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeslog"
	"github.com/jade-go/jade/task"
)

// handler is a function of each record.
type handler func(context.Context, slog.Record)

func (h handler) Enabled(context.Context, slog.Level) bool        { return true }
func (h handler) Handle(ctx context.Context, r slog.Record) error { h(ctx, r); return nil }
func (h handler) WithAttrs([]slog.Attr) slog.Handler              { return h }
func (h handler) WithGroup(string) slog.Handler                   { return h }

// page has something of everything that is on record.
func page() *flow.Flow[string, string] {
	return line("page", stubborn("ads", 30*ms, nil).Timeout(10*ms).Fallback("?"),
		side("inner", takes("tax", ms, flowtest.Unavailable{}).Retry(always).Fallback("?"), takes("item", 20*ms, errSoldOut), stubborn("slow", 50*ms, nil)).Task(),
		takes("next", ms, nil))
}

// silently is ctx observed by a logger with that handler, without what the library logs of its panics.
func silently(t *testing.T, h handler) context.Context {
	notes.Log(t)
	return observe.With(t.Context(), jadeslog.New(slog.New(h)))
}

func TestG27_aHandlerDecidesNothing(t *testing.T) {
	outcome := func(t *testing.T, ctx context.Context) (text string, elapsed time.Duration) {
		begun := time.Now()
		_, err := page().Do(ctx, "x")
		require.Error(t, err)
		text, elapsed = err.Error(), time.Since(begun)
		time.Sleep(time.Second)
		synctest.Wait()
		return text, elapsed
	}
	for how, h := range map[string]func(count func()) handler{
		"panics": func(count func()) handler { return func(context.Context, slog.Record) { count(); panic("no disk") } },
		"exits":  func(count func()) handler { return func(context.Context, slog.Record) { count(); runtime.Goexit() } },
		"panics for the first": func(count func()) handler {
			var once sync.Once
			return func(context.Context, slog.Record) { count(); once.Do(func() { panic("no disk") }) }
		},
	} {
		t.Run(how, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var mu sync.Mutex
				quiet, broken := 0, 0
				count := func(n *int) func() { return func() { mu.Lock(); defer mu.Unlock(); *n++ } }
				noting := count(&quiet)
				want, took := outcome(t, silently(t, func(context.Context, slog.Record) { noting() }))
				got, alsoTook := outcome(t, silently(t, h(count(&broken))))
				require.Equal(t, want, got)
				require.Equal(t, took, alsoTook)
				require.NotZero(t, broken)
				if how != "exits" { // which ends a goroutine that had more to tell
					require.Equal(t, quiet, broken, "it gets all records, whatever it does with them")
				}
			})
		})
	}
}

// A run's line is written although the handler has panicked for the record of its failure.
func TestHandler_thatPanicsLosesOneRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []string
		ctx := silently(t, func(_ context.Context, r slog.Record) {
			if r.Level >= slog.LevelError {
				panic("no disk")
			}
			got = append(got, r.Message)
		})
		broken := func(context.Context, string, error) (string, error) { panic("oh") }
		_, err := line("shop", takes("item", ms, errSoldOut)).Catch(broken).Do(ctx, "x")
		require.Error(t, err)
		require.Equal(t, []string{"failed", "run"}, got)
	})
}

// The answer waits for the handler; what is yet to run does not.
func TestHandler_thatBlocksDelaysTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		started := map[string]time.Duration{}
		var mu sync.Mutex
		notes := func(name string) task.Task[string, string] {
			return task.New(name, func(context.Context, string) (string, error) {
				mu.Lock()
				defer mu.Unlock()
				started[name] = time.Since(begun)
				return "", nil
			})
		}
		ctx := silently(t, func(_ context.Context, r slog.Record) {
			if r.Message != jadeslog.MessageAttempt {
				time.Sleep(time.Second)
			}
		})
		f := flow.New("shop", func(in flow.Node[string]) flow.Node[string] {
			after := flow.Step(notes("after"), flow.Step(takes("item", ms, errSoldOut).Fallback("?"), in))
			beside := flow.Step(notes("beside"), flow.Step(takes("price", 2*ms, nil), in))
			return flow.Map2(after, beside, func(a, b string) string { return a + b })
		})
		_, err := f.Do(ctx, "x")
		require.NoError(t, err)
		require.Equal(t, map[string]time.Duration{"after": ms, "beside": 2 * ms}, started)
		require.Equal(t, 2*time.Second+2*ms, time.Since(begun), "the run waits for its records and its line")
	})
}

// A deadline is kept whatever the handler waits for.
func TestHandler_thatBlocksHoldsUpNoDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(silently(t, func(context.Context, slog.Record) { time.Sleep(time.Second) }), 10*ms)
		defer cancel()
		begun := time.Now()
		_, err := line("shop", takes("item", ms, errSoldOut)).Do(ctx, "x")
		require.ErrorIs(t, err, errSoldOut, "it had failed in time")
		require.Equal(t, 9900*time.Microsecond, time.Since(begun))
		time.Sleep(time.Minute)
	})
}

type requestID struct{}

func TestHandler_findsTheValuesOfTheCtx(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		of := map[any]int{}
		ctx := silently(t, func(ctx context.Context, _ slog.Record) {
			mu.Lock()
			defer mu.Unlock()
			of[ctx.Value(requestID{})]++
		})
		for id := range 3 {
			_, err := page().Do(context.WithValue(ctx, requestID{}, id), "x")
			require.Error(t, err)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		require.Len(t, of, 3)
		require.Equal(t, of[0], of[1])
		require.Equal(t, of[0], of[2])
		require.Greater(t, of[0], 5, "records of every kind")
	})
}

func TestNew_misuse(t *testing.T) {
	require.PanicsWithValue(t, "jadeslog.New: nil logger", func() { jadeslog.New(nil) })
	require.PanicsWithValue(t, "jadeslog.LineLevel: nil level", func() { jadeslog.LineLevel(nil) })
}

func TestNew_twoObserversAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a, b journal
		both := observe.Tee(jadeslog.New(a.logger(slog.LevelInfo)), jadeslog.New(b.logger(slog.LevelInfo), jadeslog.Function("f")))
		_, err := line("shop", line("inner", takes("item", ms, errSoldOut)).Task()).Do(observe.With(t.Context(), both), "x")
		require.Error(t, err)
		require.Equal(t, []string{"failed inner/item business", "run inner/item business"}, failures(t, &a))
		require.Equal(t, failures(t, &a), failures(t, &b))
		require.Equal(t, "f", b.entries(t)[1][jadeslog.KeyFunction])
		require.NotContains(t, a.entries(t)[1], jadeslog.KeyFunction)
	})
}

func TestLineLevel_isThatOfEveryLineAndOfNothingElse(t *testing.T) {
	level := new(slog.LevelVar)
	level.Set(slog.LevelDebug)
	j := logged(t, slog.LevelInfo, func(ctx context.Context) {
		shop := line("shop", takes("item", ms, errSoldOut))
		shop.Do(ctx, "x")
		level.Set(slog.LevelError)
		shop.Do(ctx, "x")
	}, jadeslog.LineLevel(level))
	var got []string
	for _, e := range j.entries(t) {
		got = append(got, e["level"].(string)+" "+e["msg"].(string))
	}
	require.Equal(t, []string{"WARN failed", "WARN failed", "ERROR run"}, got)
}
