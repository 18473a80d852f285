package faas_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
)

// soldOut is a failure that a client may read of.
type soldOut struct{ status int }

func (soldOut) Error() string             { return "row 7 of /var/db/items says: sold out" }
func (soldOut) Public() string            { return "the item is sold out" }
func (e soldOut) HTTPStatus() int         { return e.status }
func (soldOut) Class() recovery.Class     { return recovery.ClassBusiness }
func (soldOut) RetryAfter() time.Duration { return 1500 * time.Millisecond }

// upstream is the answer of somebody else.
type upstream int

func (e upstream) Error() string   { return fmt.Sprint("upstream: ", int(e)) }
func (e upstream) StatusCode() int { return int(e) }

type ownStatus struct{ error }

func (e ownStatus) Unwrap() error { return e.error }
func (ownStatus) HTTPStatus() int { return 418 }

func post(t *testing.T, h http.Handler, body string, headers ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func problemOf(t *testing.T, r *http.Response) (p faas.Problem) {
	t.Helper()
	require.Equal(t, "application/problem+json", r.Header.Get("Content-Type"))
	require.NoError(t, json.NewDecoder(r.Body).Decode(&p))
	require.Equal(t, r.StatusCode, p.Status)
	require.Equal(t, r.Header.Get("X-Request-Id"), p.Request)
	if len(p.Request) == 26 { // made, as the request had none
		p.Request = ""
	}
	return p
}

func TestHTTP_answers(t *testing.T) {
	h := faas.HTTP(faas.New("price", plusOne(0), faas.Logger(quiet)))
	r := post(t, h, "41")
	require.Equal(t, 200, r.StatusCode)
	require.Equal(t, "application/json", r.Header.Get("Content-Type"))
	body, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	require.Equal(t, "42", string(body))
	require.Equal(t, 200, post(t, h, "41", "Content-Type", "application/json; charset=utf-8").StatusCode)
}

// A failure is told by its class, without its text.
func TestHTTP_failures(t *testing.T) {
	var nothing *int
	for name, c := range map[string]struct {
		err    error
		opts   []faas.HTTPOption
		want   faas.Problem
		header string
	}{
		"business":              {err: errSoldOut, want: faas.Problem{Title: "Unprocessable Entity", Status: 422, Class: "business"}},
		"dependency":            {err: syscall.ECONNREFUSED, want: faas.Problem{Title: "Bad Gateway", Status: 502, Class: "dependency"}},
		"system":                {err: syscall.ENFILE, want: faas.Problem{Title: "Service Unavailable", Status: 503, Class: "system"}},
		"timeout":               {err: context.DeadlineExceeded, want: faas.Problem{Title: "Gateway Timeout", Status: 504, Class: "timeout"}},
		"canceled":              {err: &future.CanceledError{Cause: soldOut{409}}, want: faas.Problem{Title: "Internal Server Error", Status: 500, Class: "canceled", Detail: "the item is sold out"}, header: "2"},
		"canceled by them":      {err: context.Canceled, want: faas.Problem{Title: "Bad Gateway", Status: 502, Class: "dependency"}},
		"nobody has said":       {err: errors.New("disk quota of shop.go"), want: faas.Problem{Title: "Internal Server Error", Status: 500, Class: "unknown"}},
		"a panic with a status": {err: &future.PanicError{Value: soldOut{409}}, want: faas.Problem{Title: "Internal Server Error", Status: 500, Class: "code", Detail: "the item is sold out"}, header: "2"},
		"403 of an upstream":    {err: upstream(403), want: faas.Problem{Title: "Internal Server Error", Status: 500, Class: "unknown"}},
		"503 of an upstream":    {err: upstream(503), want: faas.Problem{Title: "Bad Gateway", Status: 502, Class: "dependency"}},
		"ours of an upstream":   {err: ownStatus{upstream(403)}, want: faas.Problem{Title: "I'm a teapot", Status: 418, Class: "unknown"}},
		"init":                  {err: &faas.InitError{Function: "price", Err: errSoldOut}, want: faas.Problem{Title: "Service Unavailable", Status: 503, Class: "business"}},
		"code":                  {err: nil, want: faas.Problem{Title: "Internal Server Error", Status: 500, Class: "code"}},
		"told":                  {err: fmt.Errorf("shop.go:7: %w", soldOut{409}), want: faas.Problem{Title: "Conflict", Status: 409, Class: "business", Detail: "the item is sold out"}, header: "2"},
		"no status of a client": {err: soldOut{200}, want: faas.Problem{Title: "Unprocessable Entity", Status: 422, Class: "business", Detail: "the item is sold out"}, header: "2"},
		"a status of one's own": {
			err: errSoldOut, want: faas.Problem{Title: "Gone", Status: 410, Class: "business"},
			opts: []faas.HTTPOption{faas.Status(func(err error) int {
				if errors.Is(err, errSoldOut) {
					return 410
				}
				return 0
			})},
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := faas.HTTP(faas.New("price", func(context.Context, int) (int, error) {
				if c.err == nil {
					return *nothing, nil
				}
				return 0, c.err
			}, faas.Logger(quiet)), c.opts...)
			r := post(t, h, "1", "X-Request-Id", "r-7")
			c.want.Request = "r-7"
			require.Equal(t, c.want, problemOf(t, r))
			require.Equal(t, c.header, r.Header.Get("Retry-After"))
		})
	}
}

func TestHTTP_whatIsRefused(t *testing.T) {
	called := false
	h := faas.HTTP(faas.New("echo", func(_ context.Context, o order) (order, error) { called = true; return o, nil }, faas.Logger(quiet)), faas.MaxBody(100))
	for name, c := range map[string]struct {
		body, kind string
		status     int
		detail     string
	}{
		"another type":    {"{}", "text/plain", 415, "the content type is application/json"},
		"another charset": {"{}", "application/json; charset=latin1", 415, "the content type is application/json, in UTF-8"},
		"no type at all":  {"{}", ";", 415, "the content type is application/json"},
		"too long":        {`{"item":"` + strings.Repeat("x", 100) + `"}`, "application/json", 413, "the body has more than 100 bytes"},
		"cut off":         {`{"item":"x`, "application/json", 400, "no JSON: it ends too early"},
		"too deep":        {strings.Repeat(`[`, 99), "application/json", 400, "no JSON: it ends too early"},
		"a key twice":     {`{"n":1,"n":2}`, "application/json", 400, `the key "n" twice`},
		"no UTF-8":        {"{\"item\":\"\xc3\x28\"}", "application/json", 400, "not UTF-8"},
		"two values":      {"{}{}", "application/json", 400, "more than one value"},
		"unknown":         {`{"x":1}`, "application/json", 400, `unknown field "x"`},
		"nothing":         {"", "application/json", 400, "empty"},
	} {
		t.Run(name, func(t *testing.T) {
			p := problemOf(t, post(t, h, c.body, "Content-Type", c.kind))
			require.Equal(t, faas.Problem{Title: http.StatusText(c.status), Status: c.status, Detail: c.detail}, p)
		})
	}
	deep := `{"sub":` + strings.Repeat(`{"sub":`, 120) + `{}` + strings.Repeat(`}`, 121)
	p := problemOf(t, post(t, faas.HTTP(faas.New("echo", same, faas.Logger(quiet))), deep))
	require.Equal(t, 400, p.Status)
	require.Equal(t, "nested deeper than 100", p.Detail)

	r := httptest.NewRequest(http.MethodGet, "/", nil)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	require.Equal(t, 405, w.Code)
	require.Equal(t, "POST", w.Header().Get("Allow"))
	require.False(t, called)
}

// The id of a request is in the log and in the answer. If there is none, or it could be more than an id, a new one is.
func TestHTTP_requestID(t *testing.T) {
	for id, kept := range map[string]bool{"r-7": true, "": false, "a\nb": false, "a b": false, strings.Repeat("x", 200): false, "é": false} {
		var got faas.Invocation
		h := faas.HTTP(faas.New("id", func(ctx context.Context, _ int) (int, error) { got, _ = faas.InvocationOf(ctx); return 0, nil }, faas.Logger(quiet)), faas.RequestID("X-Trace"))
		r := post(t, h, "1", "X-Trace", id)
		if kept {
			require.Equal(t, id, got.ID)
		} else {
			require.Len(t, got.ID, 26)
		}
		require.Equal(t, "http", got.Platform)
		require.Equal(t, got.ID, r.Header.Get("X-Trace"))
	}
}

// serving serves h on loopback.
func serving(t *testing.T, h http.Handler) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- faas.Serve(ctx, l, h, 5*time.Second) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-served)
	})
	return l.Addr().String()
}

// A client that leaves is noticed, and its invocation ends.
func TestHTTP_theClientLeaves(t *testing.T) {
	begun, ended := make(chan struct{}), make(chan error, 1)
	addr := serving(t, faas.HTTP(faas.New("waits", func(ctx context.Context, _ int) (int, error) {
		close(begun)
		<-ctx.Done()
		ended <- context.Cause(ctx)
		return 0, ctx.Err()
	}, faas.Logger(quiet))))
	ctx, leave := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+addr, strings.NewReader("1"))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	go func() { <-begun; leave() }()
	_, err = http.DefaultClient.Do(r)
	require.ErrorIs(t, err, context.Canceled)
	select {
	case err := <-ended:
		require.ErrorIs(t, err, context.Canceled)
	case <-time.After(10 * time.Second):
		require.Fail(t, "the invocation goes on")
	}
	http.DefaultClient.CloseIdleConnections()
}

// Who sends a body drop by drop is answered at the limit, and holds nothing up.
func TestHTTP_aSlowSender(t *testing.T) {
	addr := serving(t, faas.HTTP(faas.New("price", plusOne(0), faas.Logger(quiet)), faas.Limit(200*time.Millisecond)))
	c, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, c.SetDeadline(time.Now().Add(10*time.Second)))
	_, err = fmt.Fprintf(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n1")
	require.NoError(t, err)
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	require.NoError(t, err)
	defer r.Body.Close()
	require.Equal(t, 408, r.StatusCode)
	require.Equal(t, "the body did not come in time", problemOf(t, r).Detail)
}

// What a browser sends for a foreign page without asking first, and what says that it is no JSON, does not reach the function.
func TestHTTP_contentTypes(t *testing.T) {
	called := 0
	h := faas.HTTP(faas.New("count", func(context.Context, struct{}) (int, error) { called++; return called, nil }, faas.Logger(quiet)))
	for name, headers := range map[string][]string{
		"none":              nil,
		"an empty one":      {"Content-Type", ""},
		"two":               {"Content-Type", "application/json", "Content-Type", "text/plain"},
		"the same twice":    {"Content-Type", "application/json", "Content-Type", "application/json"},
		"two in one":        {"Content-Type", "application/json, text/plain"},
		"a form":            {"Content-Type", "application/x-www-form-urlencoded"},
		"a form's text":     {"Content-Type", "text/plain;application/json"},
		"a charset":         {"Content-Type", "application/json; charset=utf-16"},
		"an empty charset":  {"Content-Type", "application/json; charset="},
		"another JSON":      {"Content-Type", "application/json-patch+json"},
		"a coding":          {"Content-Type", "application/json", "Content-Encoding", "gzip"},
		"a coding of none":  {"Content-Type", "application/json", "Content-Encoding", ""},
		"a coding in lines": {"Content-Type", "application/json", "Content-Encoding", "br", "Content-Encoding", "gzip"},
	} {
		for _, body := range []string{"", "{}"} {
			r, w := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body)), httptest.NewRecorder()
			for i := 0; i+1 < len(headers); i += 2 {
				r.Header.Add(headers[i], headers[i+1])
			}
			h.ServeHTTP(w, r)
			require.Equal(t, 415, w.Code, name)
		}
	}
	require.Zero(t, called)
	for _, kind := range []string{"application/json", "Application/JSON", "application/json;charset=UTF-8", `application/json; charset="utf-8"`, "application/json; profile=x"} {
		require.Equal(t, 200, post(t, h, "{}", "Content-Type", kind).StatusCode, kind)
	}
}

// A status that no client takes for a failure is not used for one.
func TestStatus_thatIsNoFailure(t *testing.T) {
	for _, status := range []int{-1, 1, 5, 42, 100, 101, 200, 204, 304, 399, 600, 1000} {
		h := faas.New("price", func(context.Context, int) (int, error) { return 0, soldOut{status} }, faas.Logger(quiet))
		r := post(t, faas.HTTP(h, faas.Status(func(error) int { return status })), "1")
		require.Equal(t, 422, problemOf(t, r).Status, "%d", status)
	}
}

// listening serves h on loopback with a server of the operator's.
func listening(t *testing.T, server *http.Server) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	t.Cleanup(func() {
		require.NoError(t, server.Close())
		require.ErrorIs(t, <-served, http.ErrServerClosed)
	})
	return l.Addr().String()
}

// The limits of the operator's server hold: a body that stalls, and a reader that does.
func TestHTTP_doesNotLengthenTheServersTimeouts(t *testing.T) {
	const limit = 200 * time.Millisecond
	large := strings.Repeat("x", 64<<20)
	gone := make(chan error, 1)
	inner := faas.HTTP(faas.New("large", func(context.Context, int) (string, error) { return large, nil }, faas.Logger(quiet)), faas.Limit(time.Hour))
	addr := listening(t, &http.Server{ReadTimeout: limit, WriteTimeout: limit, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		inner.ServeHTTP(w, r)
		_, err := w.Write([]byte("more"))
		if err == nil {
			err = http.NewResponseController(w).Flush()
		}
		gone <- err
	})})
	for body, length := range map[string]int{"1": 10, "2": 1} {
		c, err := net.Dial("tcp", addr)
		require.NoError(t, err)
		defer c.Close()
		require.NoError(t, c.SetDeadline(time.Now().Add(time.Minute)))
		begun := time.Now()
		_, err = fmt.Fprintf(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", length, body)
		require.NoError(t, err)
		select {
		case err := <-gone: // with a body that stalls, or an answer that nobody reads
			if length == 1 {
				require.Error(t, err, "the answer is not written for longer")
			}
			require.Less(t, time.Since(begun), 30*time.Second, "and not the hour of the handler")
		case <-time.After(time.Minute):
			require.Fail(t, "the handler goes on")
		}
	}
}

// A Reserve that leaves the function no time is a mistake of the program.
func TestHTTP_aReserveOfAllTheTime(t *testing.T) {
	h := faas.New("price", plusOne(0), faas.Logger(quiet), faas.Reserve(time.Second))
	require.PanicsWithValue(t, "faas.HTTP: the Limit is 1s, and must be longer than the Reserve of price, which is 1s", func() { faas.HTTP(h, faas.Limit(time.Second)) })
	require.NotPanics(t, func() { faas.HTTP(h, faas.Limit(time.Second+1)); faas.HTTP(h) })
}

// A request that is refused is answered although its body never comes.
func TestHTTP_refusedWithoutABody(t *testing.T) {
	addr := serving(t, faas.HTTP(faas.New("price", plusOne(0), faas.Logger(quiet)), faas.Limit(100*time.Millisecond)))
	for head, want := range map[string]int{"POST / HTTP/1.1\r\nContent-Type: text/plain": 415, "PUT / HTTP/1.1": 405} {
		c, err := net.Dial("tcp", addr)
		require.NoError(t, err)
		require.NoError(t, c.SetDeadline(time.Now().Add(10*time.Second)))
		_, err = fmt.Fprintf(c, "%s\r\nHost: x\r\nContent-Length: 10\r\n\r\n", head)
		require.NoError(t, err)
		r, err := http.ReadResponse(bufio.NewReader(c), nil)
		require.NoError(t, err, head)
		require.Equal(t, want, r.StatusCode)
		require.NoError(t, r.Body.Close())
		require.NoError(t, c.Close())
	}
}

// typedNil is an error whose methods panic.
type typedNil struct{ text string }

func (e *typedNil) Error() string  { return e.text }
func (e *typedNil) Public() string { return e.text }

func TestHTTP_anErrorThatPanics(t *testing.T) {
	var none *typedNil
	h := faas.HTTP(faas.New("price", func(context.Context, int) (int, error) { return 0, none }, faas.Logger(quiet)))
	require.Equal(t, faas.Problem{Title: "Internal Server Error", Status: 500, Class: "code"}, problemOf(t, post(t, h, "1")))
}

// An input that another handler has refused, inside of the function, is not the client's.
func TestHTTP_anInputInside(t *testing.T) {
	inner := faas.New("inner", plusOne(0), faas.Logger(quiet))
	h := faas.HTTP(faas.New("outer", func(ctx context.Context, _ int) (string, error) {
		_, err := inner.InvokeJSON(ctx, []byte(`"x"`))
		return "", fmt.Errorf("pricing: %w", errors.Unwrap(err))
	}, faas.Logger(quiet)))
	require.Equal(t, faas.Problem{Title: "Internal Server Error", Status: 500, Class: "unknown"}, problemOf(t, post(t, h, "1")))
}

// A function that is late is answered before the limit of the request.
func TestHTTP_late(t *testing.T) {
	h := faas.HTTP(faas.New("price", plusOne(time.Hour), faas.Logger(quiet)), faas.Limit(50*time.Millisecond))
	p := problemOf(t, post(t, h, "1"))
	require.Equal(t, faas.Problem{Title: "Gateway Timeout", Status: 504, Class: "timeout"}, p)
}

// Ten thousand requests, every tenth of which fails: none is lost, none has the answer of another.
func TestHTTP_tenThousandRequests(t *testing.T) {
	var failed atomic.Int32
	addr := serving(t, faas.HTTP(faas.New("price", func(_ context.Context, n int) (int, error) {
		if n%10 == 0 {
			failed.Add(1)
			return 0, soldOut{409}
		}
		return 2 * n, nil
	}, faas.Logger(quiet))))
	transport := &http.Transport{MaxIdleConnsPerHost: 16}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: 30 * time.Second}
	var wg sync.WaitGroup
	const clients, each = 16, 625
	for c := range clients {
		wg.Go(func() {
			for i := range each {
				n := c*each + i
				r, err := client.Post("http://"+addr, "application/json", bytes.NewReader(fmt.Append(nil, n)))
				if err != nil {
					t.Error(err)
					return
				}
				body, err := io.ReadAll(r.Body)
				_ = r.Body.Close()
				switch {
				case err != nil:
					t.Error(err)
				case n%10 == 0 && r.StatusCode != 409, n%10 != 0 && string(body) != fmt.Sprint(2*n):
					t.Errorf("%d: status %d, %s", n, r.StatusCode, body)
				}
			}
		})
	}
	wg.Wait()
	require.Equal(t, int32(1000), failed.Load())
}

// closingListener tells when it is closed.
type closingListener struct {
	net.Listener
	once   sync.Once
	closed chan struct{}
}

func (l *closingListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

// A server that is to end answers what is under way.
func TestServe_ends(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	closing := &closingListener{Listener: l, closed: make(chan struct{})}
	h := faas.HTTP(faas.New("price", func(context.Context, int) (int, error) {
		stop()
		<-closing.closed // the server is ending
		return 7, nil
	}, faas.Logger(quiet)))
	served := make(chan error, 1)
	go func() { served <- faas.Serve(ctx, closing, h, 5*time.Second) }()
	r, err := http.Post("http://"+l.Addr().String(), "application/json", strings.NewReader("1"))
	require.NoError(t, err)
	defer r.Body.Close()
	require.Equal(t, 200, r.StatusCode)
	require.NoError(t, <-served)
	require.Error(t, faas.Serve(t.Context(), l, h, 0), "the listener is closed")
	http.DefaultClient.CloseIdleConnections()

	t.Setenv("PORT", "0")
	l, err = faas.Listen()
	require.NoError(t, err)
	require.NoError(t, l.Close())
	t.Setenv("PORT", "nope")
	_, err = faas.Listen()
	require.Error(t, err)
}
