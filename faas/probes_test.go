package faas_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/internal/faastest"
)

func probe(h http.Handler, method, path string) (status int, body string) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, path, nil))
	return w.Code, w.Body.String()
}

// A process is ready once all its handlers are initialised. The probes begin that, and share it with each other.
func TestProbes_readyOnceInitialized(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		slow := faas.Initialized("price", func(context.Context) (faas.Func[int, int], error) {
			if time.Sleep(1200 * ms); calls.Add(1) == 1 {
				return nil, errors.New("no connection to db-7.internal")
			}
			return plusOne(0), nil
		}, faas.Logger(quiet))
		other := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
		h := faas.Probes(other, faas.New("quick", plusOne(0), faas.Logger(quiet)), slow)
		for range 3 {
			status, body := probe(h, "GET", "/healthz")
			require.Equal(t, 200, status)
			require.Equal(t, "ok\n", body)
			begun := time.Now()
			status, body = probe(h, "GET", "/readyz")
			require.Equal(t, 503, status)
			require.Equal(t, "price is not initialized\n", body)
			require.LessOrEqual(t, time.Since(begun), 500*ms)
		}
		require.Eventually(t, func() bool { status, _ := probe(h, "HEAD", "/readyz"); return status == 200 }, time.Minute, time.Second)
		require.Equal(t, int32(2), calls.Load())
		status, _ := probe(h, "POST", "/readyz")
		require.Equal(t, 405, status)
		for _, path := range []string{"/", "/readyz/", "/healthz2"} {
			status, _ = probe(h, "GET", path)
			require.Equal(t, http.StatusTeapot, status)
		}
	})
}

// Each failure of an initialiser that the probes have begun is logged once, even if the probe has left before.
func TestProbes_logFailuresOfInit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var text strings.Builder
		calls := 0
		h := faas.Initialized("price", func(context.Context) (faas.Func[int, int], error) {
			switch calls++; calls {
			case 1:
				time.Sleep(1200 * ms)
				return nil, errors.New("no connection to db-7.internal")
			case 2:
				panic("no configuration")
			}
			return plusOne(0), nil
		}, faas.Logger(slog.New(slog.NewTextHandler(&text, nil))))
		probes := faas.Probes(http.NotFoundHandler(), h)
		for range 30 {
			probe(probes, "GET", "/readyz")
			time.Sleep(time.Second)
		}
		status, _ := probe(probes, "GET", "/readyz")
		require.Equal(t, 200, status)
		records := strings.Split(strings.TrimSpace(text.String()), "\n")
		require.Len(t, records, 2)
		require.Contains(t, records[0], `level=ERROR msg="init failed" function=price class=unknown error="no connection to db-7.internal"`)
		require.Contains(t, records[1], `level=ERROR msg="init failed" function=price class=code`)
		require.Contains(t, records[1], "stack=")
		require.Contains(t, records[1], "TestProbes_logFailuresOfInit")
	})
}

// A log handler that blocks does not keep the initialiser from being called again. Without probes, the record of the request has the failure.
func TestProbes_aLogThatBlocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		blocked := make(chan struct{})
		log := &blocking{Handler: quiet.Handler(), until: blocked}
		calls := 0
		h := faas.Initialized("price", func(context.Context) (faas.Func[int, int], error) {
			if calls++; calls <= 2 {
				return nil, errors.New("no connection")
			}
			return plusOne(0), nil
		}, faas.Logger(slog.New(log)))
		require.Error(t, h.Init(t.Context()))
		require.Zero(t, log.records.Load())
		probes := faas.Probes(http.NotFoundHandler(), h)
		require.Eventually(t, func() bool { status, _ := probe(probes, "GET", "/readyz"); return status == 200 }, 10*time.Second, 100*ms)
		require.Equal(t, int32(1), log.records.Load())
		close(blocked)
	})
}

// blocking is a log handler whose records wait.
type blocking struct {
	slog.Handler
	until   chan struct{}
	records atomic.Int32
}

func (b *blocking) Enabled(context.Context, slog.Level) bool { return true }
func (b *blocking) Handle(context.Context, slog.Record) error {
	b.records.Add(1)
	<-b.until
	return nil
}

// An initialiser that takes long, or for ever, does not keep the others from beginning.
func TestProbes_beginAllInitializers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ready := make(chan string, 2)
		slow := func(name string, takes time.Duration) *faas.Handler[int, int] {
			return faas.Initialized(name, func(context.Context) (faas.Func[int, int], error) {
				time.Sleep(takes)
				ready <- name
				return plusOne(0), nil
			}, faas.Logger(quiet))
		}
		h := faas.Probes(http.NotFoundHandler(), slow("hangs", time.Hour), slow("price", 5*time.Second))
		begun := time.Now()
		_, body := probe(h, "GET", "/readyz")
		require.Equal(t, "hangs is not initialized\n", body)
		require.LessOrEqual(t, time.Since(begun), 500*ms)
		require.Equal(t, "price", <-ready)
		require.LessOrEqual(t, time.Since(begun), 6*time.Second)
		require.Equal(t, "hangs", <-ready)
	})
}

// dated is a writer that knows until when a body may come.
type dated struct {
	*httptest.ResponseRecorder
	until time.Time
}

func (w *dated) SetReadDeadline(until time.Time) error { w.until = until; return nil }

// A probe that has a body which does not come keeps no connection for ever.
func TestProbes_aBodyThatDoesNotCome(t *testing.T) {
	w := &dated{httptest.NewRecorder(), time.Time{}}
	faas.Probes(http.NotFoundHandler()).ServeHTTP(w, httptest.NewRequest("POST", "/healthz", faastest.Unread(t)))
	require.Equal(t, 405, w.Code)
	require.WithinDuration(t, time.Now().Add(30*time.Second), w.until, 10*time.Second)
}

func TestProbes_ofNothing(t *testing.T) {
	require.PanicsWithValue(t, "faas.Probes: nil Handler", func() { faas.Probes(nil) })
	require.PanicsWithValue(t, "faas.Probes: nil Initializer", func() { faas.Probes(http.NotFoundHandler(), nil) })
	status, body := probe(faas.Probes(http.NotFoundHandler()), "GET", "/readyz")
	require.Equal(t, 200, status)
	require.Equal(t, "ok\n", body)
}

// A server that is told to end says so to its probes, and goes on to serve all that comes for a while.
func TestServe_lameDuck(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.Handle("POST /price", faas.HTTP(faas.New("price", plusOne(0), faas.Logger(quiet))))
	ctx, tell := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	const lame = 300 * ms
	go func() { ended <- faas.Serve(ctx, l, faas.Probes(mux), 20*time.Second, faas.LameDuck(lame)) }()
	get := func(path string) (int, string) {
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // new connections
		r, err := client.Get("http://" + l.Addr().String() + path)
		if err != nil {
			return 0, err.Error()
		}
		defer r.Body.Close()
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		return r.StatusCode, string(body)
	}
	status, _ := get("/readyz")
	require.Equal(t, 200, status)
	tell()
	told := time.Now()
	require.Eventually(t, func() bool { status, _ := get("/readyz"); return status == 503 }, 20*time.Second, time.Millisecond)
	served := 0
	for {
		status, _ := get("/price")
		if status == 0 {
			break
		}
		require.Equal(t, 405, status)
		served++
		_, why := get("/readyz")
		require.NotEqual(t, "ok\n", why)
	}
	require.GreaterOrEqual(t, time.Since(told), lame)
	require.NotZero(t, served)
	require.NoError(t, <-ended)
}

// A listener that fails ends the server, also in its last time.
func TestServe_lameDuckWithoutAListener(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, tell := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- faas.Serve(ctx, l, http.NotFoundHandler(), time.Second, faas.LameDuck(time.Hour)) }()
	tell()
	require.NoError(t, l.Close())
	<-ended
}
