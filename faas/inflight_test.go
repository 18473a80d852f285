package faas_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
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
	"github.com/jade-go/jade/internal/faastest"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// One more than there may be is refused before its body is read, and is counted.
func TestMaxInFlight_refusesOneMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log logbook
		counted := map[recovery.Class]int{}
		called := atomic.Int32{}
		h := faas.New("price", func(ctx context.Context, n int) (int, error) { called.Add(1); return plusOne(time.Second)(ctx, n) },
			faas.MaxInFlight(2), log.option(), faas.Observer(endings(func(c observe.Call, o observe.Outcome) {
				if o.Status == observe.StatusSkipped {
					counted[o.Class]++
				}
			})))
		server := faas.HTTP(h)
		var answered sync.WaitGroup
		for range 2 {
			answered.Go(func() { require.Equal(t, 200, post(t, server, "1").StatusCode) })
		}
		synctest.Wait()

		r := httptest.NewRequest(http.MethodPost, "/", faastest.Unread(t))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		server.ServeHTTP(w, r)
		p := problemOf(t, w.Result())
		require.Equal(t, faas.Problem{Title: "Service Unavailable", Status: 503, Class: "system", Detail: "too many requests are in progress", Request: p.Request}, p)
		require.Equal(t, "1", w.Header().Get("Retry-After"))

		_, err := h.Invoke(t.Context(), 1)
		require.Equal(t, recovery.ClassSystem, recovery.Classify(err))
		require.EqualError(t, err, "price: rejected by the limit in flight: all slots are in use")
		_, err = h.InvokeJSON(t.Context(), []byte("1"))
		require.Equal(t, recovery.ClassSystem, recovery.Classify(err))
		require.Equal(t, map[recovery.Class]int{recovery.ClassSystem: 3}, counted)
		require.Equal(t, 3, strings.Count(log.String(), `msg=refused function=price error="price: rejected by the limit in flight: all slots are in use"`), log.String())

		answered.Wait()
		require.Equal(t, 200, post(t, server, "1").StatusCode)
		require.Equal(t, int32(3), called.Load())
	})
}

// A function that ignores the end of its ctx keeps its place after the answer, until it returns.
func TestMaxInFlight_stragglersKeepTheirPlace(t *testing.T) {
	for name, fn := range map[string]faas.Func[int, int]{
		"the function": func(context.Context, int) (int, error) { time.Sleep(time.Minute); return 0, nil },
		"a task of its": func(ctx context.Context, _ int) (int, error) {
			task.New("slow", func(context.Context, int) (int, error) { time.Sleep(time.Minute); return 0, nil }).Go(ctx, 1)
			return 0, nil
		},
		"a node of a flow": flow.New("page", func(in flow.Node[int]) flow.Node[int] {
			slow := flow.Step(task.New("slow", func(context.Context, int) (int, error) { time.Sleep(time.Minute); return 0, nil }), in)
			return flow.Fallback(slow, 7)
		}).Do,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := faas.New("price", fn, faas.MaxInFlight(1), faas.Logger(quiet))
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				_, _ = h.Invoke(ctx, 1)
				_, err := h.Invoke(t.Context(), 1)
				require.ErrorContains(t, err, "rejected by the limit in flight")
				time.Sleep(time.Minute)
				synctest.Wait()
				short, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				_, err = h.Invoke(short, 1)
				if err != nil {
					require.NotContains(t, err.Error(), "rejected")
				}
				time.Sleep(2 * time.Minute)
			})
		})
	}
}

// So does an effect of a flow that ignores the end of its ctx.
func TestMaxInFlight_effectsKeepThePlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var running atomic.Int32
		page := flow.New("page", func(in flow.Node[int]) flow.Node[int] {
			return flow.Also(in, flow.Step(task.New("mail", func(_ context.Context, n int) (int, error) {
				require.LessOrEqual(t, running.Add(1), int32(2))
				defer running.Add(-1)
				time.Sleep(10 * time.Second)
				return n, nil
			}), in))
		})
		h := faas.FromFlow(page, faas.MaxInFlight(2), faas.Logger(quiet))
		refused := 0
		for range 20 {
			if _, err := h.Invoke(t.Context(), 1); err != nil {
				refused++
			}
			time.Sleep(time.Second)
		}
		require.NotZero(t, refused)
		require.Less(t, refused, 20)
		time.Sleep(time.Minute)
	})
}

// Whatever becomes of invocations, their places are free afterwards.
func TestMaxInFlight_losesNoPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const limit, many = 5, 2000
		dice := rand.New(rand.NewPCG(1, 2))
		var failing atomic.Bool
		h := faas.Initialized("price", func(context.Context) (faas.Func[int, int], error) {
			if !failing.Swap(true) {
				return nil, errors.New("no connection")
			}
			return func(ctx context.Context, n int) (int, error) {
				switch n % 6 {
				case 0:
					panic("oh")
				case 1:
					runtime.Goexit()
				case 2:
					time.Sleep(time.Second) // it ignores ctx
				case 3:
					return 0, errSoldOut
				case 4:
					task.New("behind", plusOne(50*ms)).Go(ctx, 1)
				}
				return plusOne(time.Duration(n)*ms)(ctx, n)
			}, nil
		}, faas.MaxInFlight(limit), faas.Logger(quiet)).Catch(func(_ context.Context, n int, err error) (int, error) {
			if n%4 == 0 {
				panic("again")
			}
			return 0, err
		})
		server := faas.HTTP(h)
		var all sync.WaitGroup
		var refused atomic.Int32
		for range many {
			body := []string{"{", `"x"`, fmt.Sprint(dice.IntN(60))}[min(2, dice.IntN(10))]
			headers := []string{"Content-Type", "application/json"}
			if dice.IntN(20) == 0 {
				headers[1] = "text/plain"
			}
			limit, leaves := time.Duration(1+dice.IntN(80))*ms, dice.IntN(3) == 0
			all.Go(func() {
				ctx, cancel := context.WithCancel(t.Context())
				if !leaves {
					ctx, cancel = context.WithTimeout(t.Context(), limit)
				}
				defer cancel()
				time.AfterFunc(limit, cancel)
				r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/", strings.NewReader(body))
				r.Header.Set(headers[0], headers[1])
				w := httptest.NewRecorder()
				server.ServeHTTP(w, r)
				if strings.Contains(w.Body.String(), "too many requests") {
					refused.Add(1)
				}
			})
			time.Sleep(time.Duration(dice.IntN(20)) * ms)
		}
		all.Wait()
		time.Sleep(time.Minute)
		require.NotZero(t, refused.Load())
		require.Less(t, refused.Load(), int32(many))
		for range 3 { // so many as there may be, and not one more
			var together sync.WaitGroup
			for range limit {
				together.Go(func() { require.Equal(t, 200, post(t, server, "59").StatusCode) })
			}
			synctest.Wait()
			require.Equal(t, 503, post(t, server, "59").StatusCode)
			together.Wait()
		}
	})
}

// Who is refused takes no place from others, not even for a moment: if the only place becomes free while some ask, one of them gets it.
func TestMaxInFlight_refusalsTakeNoPlace(t *testing.T) {
	h := faas.New("price", plusOne(0), faas.MaxInFlight(1), faas.Logger(quiet))
	for range 5000 {
		_, leave, err := h.Admit(t.Context())
		require.NoError(t, err)
		var in atomic.Int32
		var leaves [4]func()
		enter := func(i int) {
			_, l, err := h.Admit(context.Background())
			if leaves[i] = l; err == nil {
				in.Add(1)
			}
		}
		var all sync.WaitGroup
		for i := range 3 {
			all.Go(func() { enter(i) })
		}
		runtime.Gosched()
		leave()
		enter(3)
		all.Wait()
		require.Equal(t, int32(1), in.Load())
		for _, leave := range leaves {
			leave()
		}
	}
}

// A handler in a handler has places of its own, and so has each call of the same handler.
func TestMaxInFlight_insideOfAnother(t *testing.T) {
	inner := faas.New("inner", plusOne(0), faas.MaxInFlight(1), faas.Logger(quiet))
	outer := faas.New("outer", inner.Invoke, faas.MaxInFlight(1), faas.Logger(quiet))
	require.Equal(t, 200, post(t, faas.HTTP(outer), "1").StatusCode)

	var again *faas.Handler[int, int]
	again = faas.New("again", func(ctx context.Context, n int) (int, error) {
		if n > 0 {
			return again.Invoke(ctx, n-1)
		}
		return 0, nil
	}, faas.MaxInFlight(3), faas.Logger(quiet))
	require.Equal(t, 200, post(t, faas.HTTP(again), "2").StatusCode)
	require.Equal(t, 503, post(t, faas.HTTP(again), "3").StatusCode)
	require.Equal(t, 200, post(t, faas.HTTP(again), "2").StatusCode)
}

// With a backend that answers nothing and 500 connections, the goroutines are those of the server, and of the invocations that there may be.
func TestMaxInFlight_boundsGoroutines(t *testing.T) {
	hangs := make(chan struct{})
	call := func(name string) task.Task[int, int] {
		return task.New(name, func(context.Context, int) (int, error) { <-hangs; return 0, nil }).Timeout(time.Hour) // it ignores its ctx
	}
	calls := []task.Task[int, int]{call("item"), call("address"), call("stock"), call("coupons"), call("reviews"), call("seller")}
	page := flow.New("page", func(in flow.Node[int]) flow.Node[int] {
		sum := flow.Step(calls[0], in)
		for _, c := range calls[1:] {
			sum = flow.Map2(sum, flow.Step(c, in), func(a, b int) int { return a + b })
		}
		return sum
	})
	const connections, limit, each = 500, 10, 40
	addr := serving(t, faas.HTTP(faas.FromFlow(page, faas.MaxInFlight(limit), faas.Logger(quiet), faas.Reserve(10*ms)), faas.Limit(50*ms)))
	before := runtime.NumGoroutine()
	most := 0
	shed := 0
	for range 2 {
		var conns []net.Conn
		for range connections {
			c, err := net.Dial("tcp", addr)
			require.NoError(t, err)
			require.NoError(t, c.SetDeadline(time.Now().Add(20*time.Second)))
			_, err = fmt.Fprint(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1\r\n\r\n1")
			require.NoError(t, err)
			conns = append(conns, c)
			most = max(most, runtime.NumGoroutine())
		}
		for _, c := range conns {
			r, err := http.ReadResponse(bufio.NewReader(c), nil)
			require.NoError(t, err)
			if r.StatusCode == 503 {
				shed++
			}
			require.NoError(t, r.Body.Close())
			most = max(most, runtime.NumGoroutine())
			require.NoError(t, c.Close())
		}
	}
	t.Log("goroutines: ", most-before, " answered at once with 503: ", shed)
	require.Less(t, most-before, 2*connections+each*limit)
	require.GreaterOrEqual(t, shed, 2*connections-2*limit)
	close(hangs)
}

func TestMaxInFlight_ofNothing(t *testing.T) {
	require.PanicsWithValue(t, "faas.MaxInFlight: the limit is 0, and must be at least 1", func() { faas.MaxInFlight(0) })
}
