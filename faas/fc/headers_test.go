package fc_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/fc"
	"github.com/jade-go/jade/internal/notes"
)

// ask sends a request that has those headers alone.
func ask(h http.Handler, method, path, body string, headers ...string) *http.Response {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

const (
	deadlineHeader = "x-fc-function-deadline"
	timeoutHeader  = "x-fc-function-timeout"
)

// The published headers of custom runtimes have a timeout, and no deadline.
func TestCustom_deadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at := func(d time.Duration) string { return fmt.Sprint(time.Now().Add(d).UnixMilli()) }
		const none = -1
		for name, c := range map[string]struct {
			headers []string
			want    time.Duration // until the deadline
		}{
			"the header":                  {[]string{deadlineHeader, at(2 * time.Second), timeoutHeader, "9"}, 2 * time.Second},
			"the timeout":                 {[]string{timeoutHeader, "3"}, 3 * time.Second},
			"neither":                     {nil, none},
			"a header that is no number":  {[]string{deadlineHeader, "soon", timeoutHeader, "3"}, 3 * time.Second},
			"a header in seconds":         {[]string{deadlineHeader, fmt.Sprint(time.Now().Unix()), timeoutHeader, "3"}, 3 * time.Second},
			"a header in microseconds":    {[]string{deadlineHeader, fmt.Sprint(time.Now().UnixMicro()), timeoutHeader, "3"}, 3 * time.Second},
			"an endless header":           {[]string{deadlineHeader, "9223372036854775807"}, none},
			"a header of 0":               {[]string{deadlineHeader, "0"}, none},
			"a timeout that is no number": {[]string{timeoutHeader, "long"}, none},
			"a negative timeout":          {[]string{timeoutHeader, "-3"}, none},
			"an endless timeout":          {[]string{timeoutHeader, "9223372036854775807"}, none},
		} {
			h := faas.New("order-page", func(ctx context.Context, _ string) (time.Duration, error) {
				end, ok := ctx.Deadline()
				if !ok {
					return none, nil
				}
				return time.Until(end), nil
			}, faas.Logger(slog.New(slog.DiscardHandler)), faas.Reserve(0))
			r := ask(fc.Custom(h, fc.Console(io.Discard)), "POST", "/invoke", `""`, c.headers...)
			require.Equal(t, 200, r.StatusCode, name)
			require.Equal(t, fmt.Sprint(int64(c.want)), bodyOf(t, r), name)
		}
	})
}

// The initialiser has a timeout of its own.
func TestCustom_deadlineOfTheInitialiser(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		h := fc.Custom(faas.Initialized("order-page", func(context.Context) (faas.Func[string, string], error) {
			<-release
			return what, nil
		}, faas.Logger(slog.New(slog.DiscardHandler))), fc.Console(io.Discard))
		begun := time.Now()
		r := ask(h, "POST", "/initialize", "", "x-fc-initialization-timeout", "2", timeoutHeader, "60")
		require.Equal(t, 404, r.StatusCode)
		require.Equal(t, 2*time.Second, time.Since(begun))
		close(release)
		require.Equal(t, 200, ask(h, "POST", "/initialize", "").StatusCode)
	})
}

// A deadline that is over is one: nobody waits for the answer any more.
func TestCustom_lateInvocation(t *testing.T) {
	h := handler(io.Discard, func(context.Context, string) (string, error) { panic("called") })
	server := httptest.NewServer(fc.Custom(h, fc.Console(io.Discard)))
	defer server.Close()
	request, err := http.NewRequest("POST", server.URL+"/invoke", strings.NewReader(`"it"`))
	require.NoError(t, err)
	request.Header.Set(deadlineHeader, fmt.Sprint(time.Now().Add(-time.Second).UnixMilli()))
	r, err := server.Client().Do(request)
	require.NoError(t, err)
	defer r.Body.Close()
	require.Equal(t, 404, r.StatusCode)
	require.Contains(t, bodyOf(t, r), "jade.timeout")

	p, _ := started(t, h)
	require.Equal(t, "jade.timeout", p.invoke("r-1", `"it"`, -time.Second).failure(t).Type)
}

// Without x-fc-status the platform takes an answer for a success.
func TestCustom_statusHeaderOnEveryAnswer(t *testing.T) {
	var log notes.Text
	console := &notes.Text{}
	h := fc.Custom(handler(&log, what), fc.Console(console))
	for name, c := range map[string]struct {
		method, path, body string
		status             int
		told               string
		logged             string
	}{
		"success":        {"POST", "/invoke", `"it"`, 200, "200", ""},
		"initialised":    {"POST", "/initialize", "", 200, "200", ""},
		"failure":        {"POST", "/invoke", `"fail"`, 404, "404", ""},
		"bad input":      {"POST", "/invoke", `7`, 404, "404", "want a string, got a number"},
		"too long":       {"POST", "/invoke", strings.Repeat(" ", 33<<20), 413, "404", "the event has more than 33554432 bytes"},
		"another method": {"GET", "/invoke", "", 405, "404", "GET /invoke"},
		"another path":   {"POST", "/", "", 404, "404", "POST /"},
	} {
		t.Run(name, func(t *testing.T) {
			r := ask(h, c.method, c.path, c.body, "x-fc-request-id", name)
			require.Equal(t, c.status, r.StatusCode)
			require.Equal(t, []string{c.told}, r.Header.Values("x-fc-status"))
			if c.logged == "" {
				return
			}
			for line := range strings.Lines(log.String()) {
				if strings.Contains(line, "msg=refused") && strings.Contains(line, c.logged) {
					require.Contains(t, line, fmt.Sprintf("request_id=%q", name))
					require.Contains(t, line, "function=order-page")
					return
				}
			}
			require.Fail(t, "no line in the log", log.String())
		})
	}
	require.Contains(t, console.String(), "FC Invoke End RequestId: too long, Error: Unhandled function error\n")
	require.Equal(t, "POST", ask(h, "GET", "/invoke", "").Header.Get("Allow"))
}

// An invocation without an id gets one, which is the same everywhere.
func TestCustom_withoutID(t *testing.T) {
	var log notes.Text
	console := &notes.Text{}
	h := fc.Custom(handler(&log, func(ctx context.Context, _ string) (string, error) {
		i, _ := faas.InvocationOf(ctx)
		return i.ID, nil
	}), fc.Console(console))
	first := strings.Trim(bodyOf(t, ask(h, "POST", "/invoke", `""`)), `"`)
	require.NotEmpty(t, first)
	require.Equal(t, "FC Invoke Start RequestId: "+first+"\nFC Invoke End RequestId: "+first+"\n", console.String())
	require.Contains(t, log.String(), "request_id="+first)
	require.NotContains(t, bodyOf(t, ask(h, "POST", "/invoke", `""`)), first)
}

// A body that does not come is waited for as long as the invocation may take.
func TestCustom_stalledBody(t *testing.T) {
	var log notes.Text
	server := httptest.NewServer(fc.Custom(handler(&log, what), fc.Console(io.Discard)))
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(30*time.Second)))
	_, err = io.WriteString(conn, "POST /invoke HTTP/1.1\r\nHost: x\r\nx-fc-request-id: r-1\r\nx-fc-function-timeout: 1\r\nContent-Length: 100\r\n\r\n{")
	require.NoError(t, err)
	answer, err := io.ReadAll(conn)
	require.NoError(t, err)
	require.Contains(t, string(answer), "HTTP/1.1 408 ")
	require.Contains(t, string(answer), "X-Fc-Status: 404\r\n")
	require.Contains(t, log.String(), "msg=refused")
}

// What is refused is answered, although its body does not come.
func TestCustom_refusesAStalledBody(t *testing.T) {
	server := httptest.NewServer(fc.Custom(handler(io.Discard, what), fc.Console(io.Discard)))
	defer server.Close()
	for line, status := range map[string]string{"POST /other": "404", "PUT /invoke": "405"} {
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		require.NoError(t, err)
		defer conn.Close()
		require.NoError(t, conn.SetDeadline(time.Now().Add(30*time.Second)))
		_, err = io.WriteString(conn, line+" HTTP/1.1\r\nHost: x\r\nx-fc-function-timeout: 1\r\nContent-Length: 100\r\n\r\n{")
		require.NoError(t, err)
		answer, err := io.ReadAll(conn)
		require.NoError(t, err)
		require.Contains(t, string(answer), "HTTP/1.1 "+status+" ")
	}
}
