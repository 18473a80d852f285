package faas_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
)

// An initialiser that fails is called seldom, however many ask, and who asks waits for a call of its own time.
func TestInitialized_thatFailsIsCalledSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls []time.Duration
		begun := time.Now()
		h := faas.Initialized("price", func(context.Context) (faas.Func[int, int], error) {
			calls = append(calls, time.Since(begun))
			return nil, io.ErrUnexpectedEOF
		}, faas.Logger(quiet))
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				for time.Since(begun) < 2*time.Second {
					ctx, cancel := context.WithTimeout(t.Context(), 100*ms)
					_, err := h.Invoke(ctx, 1)
					cancel()
					require.ErrorAs(t, err, new(*faas.InitError))
					time.Sleep(5 * ms)
				}
			})
		}
		wg.Wait()
		require.GreaterOrEqual(t, len(calls), 3)
		require.LessOrEqual(t, len(calls), 8)
		for i := 2; i < len(calls); i++ {
			require.Greater(t, calls[i]-calls[i-1], (calls[i-1]-calls[i-2])/2, "%v", calls)
		}
	})
}

// A failure that came when nobody waited any more is given to nobody: the next one who asks has the initialiser called again.
func TestInitialized_aStaleFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		h := faas.Initialized("price", func(context.Context) (faas.Func[int, int], error) {
			if calls++; calls == 1 {
				time.Sleep(time.Second)
				return nil, io.ErrUnexpectedEOF
			}
			return plusOne(0), nil
		}, faas.Logger(quiet))
		ctx, cancel := context.WithTimeout(t.Context(), 100*ms)
		defer cancel()
		_, err := h.Invoke(ctx, 1)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		time.Sleep(time.Hour)
		v, err := h.Invoke(t.Context(), 1)
		require.NoError(t, err)
		require.Equal(t, 2, v)
	})
}

// An initialiser that waits for its ctx, or ignores that it has ended, is given up and called again.
func TestInitTimeout(t *testing.T) {
	for name, wait := range map[string]func(context.Context){
		"waits for its ctx": func(ctx context.Context) { <-ctx.Done() },
		"ignores its ctx":   func(context.Context) { time.Sleep(time.Hour) },
	} {
		for _, opts := range [][]faas.Option{nil, {faas.InitTimeout(3 * time.Second)}} {
			synctest.Test(t, func(t *testing.T) {
				var calls atomic.Int32
				h := faas.Initialized("price", func(ctx context.Context) (faas.Func[int, int], error) {
					if calls.Add(1) == 1 {
						wait(ctx)
						return nil, context.Cause(ctx)
					}
					return plusOne(0), nil
				}, append(opts, faas.Logger(quiet))...)
				begun := time.Now()
				err := h.Init(t.Context())
				require.ErrorAs(t, err, new(*faas.InitError), name)
				require.ErrorIs(t, err, context.DeadlineExceeded)
				limit := time.Minute
				if opts != nil {
					limit = 3 * time.Second
				}
				require.Equal(t, limit, time.Since(begun))
				require.NoError(t, h.Init(t.Context()))
				require.Less(t, time.Since(begun), limit+time.Second)
				require.Equal(t, int32(2), calls.Load())
				time.Sleep(2 * time.Hour)
			})
		}
	}
}

// Who cannot wait until the initialiser is called again is told so at once, and when to come back.
func TestInitialized_retryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := faas.Initialized("price", func(context.Context) (faas.Func[int, int], error) { return nil, errSoldOut }, faas.Logger(quiet))
		for range 20 {
			require.Error(t, h.Init(t.Context()))
		}
		begun := time.Now()
		r := post(t, faas.HTTP(h, faas.Limit(500*ms)), "1")
		require.Less(t, time.Since(begun), 500*ms)
		require.Equal(t, http.StatusServiceUnavailable, problemOf(t, r).Status)
		seconds, err := strconv.Atoi(r.Header.Get("Retry-After"))
		require.NoError(t, err)
		require.GreaterOrEqual(t, seconds, 1)
		require.LessOrEqual(t, seconds, 6)
		time.Sleep(10 * time.Second)
		r = post(t, faas.HTTP(h, faas.Limit(500*ms)), "1")
		require.Equal(t, http.StatusServiceUnavailable, problemOf(t, r).Status)
		require.NotEmpty(t, r.Header.Get("Retry-After"))

		ctx, cancel := context.WithTimeout(t.Context(), ms)
		defer cancel()
		err = h.Init(ctx)
		late, ok := errors.AsType[*faas.InitError](err)
		require.True(t, ok)
		require.Positive(t, late.RetryAfter())
		require.ErrorIs(t, err, errSoldOut, "it says why there is nothing yet")
	})
}

// A caller who leaves leaves the others waiting.
func TestInitialized_aCallerLeavesTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		h := faas.Initialized("price", func(context.Context) (faas.Func[int, int], error) {
			if calls++; calls < 8 {
				return nil, io.ErrUnexpectedEOF
			}
			return plusOne(0), nil
		}, faas.Logger(quiet))
		for range 7 {
			require.Error(t, h.Init(t.Context()))
		}
		ctx, leave := context.WithCancel(t.Context())
		time.AfterFunc(10*ms, leave)
		begun := time.Now()
		require.ErrorIs(t, h.Init(ctx), context.Canceled)
		require.Equal(t, 10*ms, time.Since(begun))
		require.NoError(t, h.Init(t.Context()))
		require.Equal(t, 8, calls)
	})
}
