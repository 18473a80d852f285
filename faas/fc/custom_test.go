package fc_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/fc"
	"github.com/jade-go/jade/internal/notes"
)

func send(t *testing.T, h http.Handler, path, body string, headers ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("x-fc-request-id", "r-1")
	r.Header.Set("x-fc-function-deadline", fmt.Sprint(time.Now().Add(time.Second).UnixMilli()))
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func bodyOf(t *testing.T, r *http.Response) string {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return string(body)
}

func TestCustom(t *testing.T) {
	console := &notes.Text{}
	h := fc.Custom(handler(io.Discard, what), fc.Console(console))
	require.Equal(t, 200, send(t, h, "/initialize", "").StatusCode)
	r := send(t, h, "/invoke", `"it"`)
	require.Equal(t, 200, r.StatusCode)
	require.Equal(t, "application/json", r.Header.Get("Content-Type"))
	require.Equal(t, `"did it"`, bodyOf(t, r))
	require.Equal(t, "FC Initialize Start RequestId: r-1\nFC Initialize End RequestId: r-1\n"+
		"FC Invoke Start RequestId: r-1\nFC Invoke End RequestId: r-1\n", console.String())

	r = send(t, h, "/invoke", `"fail"`)
	require.Equal(t, 404, r.StatusCode)
	require.Equal(t, "404", r.Header.Get("x-fc-status"))
	require.JSONEq(t, `{"errorMessage":"sold out","errorType":"jade.business"}`, bodyOf(t, r))

	require.PanicsWithValue(t, "fc.Custom: nil Handler", func() { fc.Custom[int, int](nil) })
}

// A function behind an HTTP trigger is an http.Handler.
func TestWeb(t *testing.T) {
	pages := http.NewServeMux()
	pages.HandleFunc("POST /orders/{id}", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Add("X-Many", "a")
		w.Header().Add("X-Many", "b")
		w.WriteHeader(http.StatusAccepted)
		w.Header().Set("X-Late", "not sent")
		fmt.Fprintf(w, "%s %s %s %s %s %s", r.PathValue("id"), r.URL.Query().Get("q"), r.Header.Get("Accept"), body, r.Host, r.RemoteAddr)
	})
	pages.HandleFunc("GET /bytes", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte{0xff, 0xfe}) })
	pages.HandleFunc("GET /nothing", func(http.ResponseWriter, *http.Request) {})
	p, _ := started(t, fc.Web("pages", pages))

	ask := func(method, path, body string, coded bool) (a fc.Answer) {
		event, err := json.Marshal(map[string]any{
			"version": "v1", "rawPath": path, "body": body, "isBase64Encoded": coded, "added later": 1,
			"headers": map[string]string{"accept": "text/plain"}, "queryParameters": map[string]string{"q": "a b"},
			"requestContext": map[string]any{"domainName": "shop.example", "http": map[string]any{"method": method, "sourceIp": "192.0.2.1"}},
		})
		require.NoError(t, err)
		got := p.invoke(strings.ReplaceAll(method+path, "/", "-"), string(event), time.Second)
		require.Equal(t, "response", got.what, got.body)
		require.NoError(t, json.Unmarshal([]byte(got.body), &a))
		return a
	}
	for body, coded := range map[string]bool{"hi": false, "aGk=": true} {
		require.Equal(t, fc.Answer{
			StatusCode: 202, Headers: map[string]string{"X-Many": "a, b"}, Body: "o-1 a b text/plain hi shop.example 192.0.2.1:0",
		}, ask("POST", "/orders/o-1", body, coded))
	}
	require.Equal(t, fc.Answer{StatusCode: 200, Headers: map[string]string{}, IsBase64Encoded: true, Body: "//4="}, ask("GET", "/bytes", "", false))
	require.Equal(t, fc.Answer{StatusCode: 200, Headers: map[string]string{}}, ask("GET", "/nothing", "", false))
	require.Equal(t, 404, ask("GET", "/none", "", false).StatusCode)

	require.Equal(t, "input: the body is not base64", p.invoke("x", `{"isBase64Encoded":true,"body":"%"}`, time.Second).failure(t).Message)
	require.Contains(t, p.invoke("y", `{"requestContext":{"http":{"method":"G T"}}}`, time.Second).failure(t).Message, `the request G T "" is none`)
	require.PanicsWithValue(t, "fc.Web: nil Handler", func() { fc.Web("x", nil) })
}

// A path is what the request said, and never a host.
func TestWeb_paths(t *testing.T) {
	p, _ := started(t, fc.Web("pages", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s %s %q", r.URL.Path, r.URL.EscapedPath(), r.URL.Host)
	})))
	for path, want := range map[string]string{"//evil.example/a": `//evil.example/a //evil.example/a ""`, "/a%20b%2Fc": `/a b/c /a%20b%2Fc ""`, "": `/ / ""`} {
		got := p.invoke("r"+fmt.Sprint(len(path)), fmt.Sprintf(`{"rawPath":%q,"requestContext":{"http":{"method":"GET"}}}`, path), time.Second)
		var a fc.Answer
		require.NoError(t, json.Unmarshal([]byte(got.body), &a), got.body)
		require.Equal(t, want, a.Body)
	}
}

func TestMisuse(t *testing.T) {
	require.PanicsWithValue(t, "fc.Run: nil Handler", func() { _ = fc.Run[int, int](t.Context(), nil) })
	require.PanicsWithValue(t, "fc.PreStop: nil function", func() { fc.PreStop(nil) })
	require.PanicsWithValue(t, "fc.PreFreeze: nil function", func() { fc.PreFreeze(nil) })
}

// The platform adds fields to its events.
func TestCustom_eventsOfThePlatform(t *testing.T) {
	h := faas.New("order-page", func(_ context.Context, e fc.Event) (string, error) { return e.RawPath, nil }, faas.Logger(slog.New(slog.DiscardHandler)))
	const event = `{"rawPath":"/a","addedLater":{"x":1},"requestContext":{"http":{"addedLater":1}}}`
	r := send(t, fc.Custom(h, fc.Console(io.Discard)), "/invoke", event)
	require.Equal(t, `"/a"`, bodyOf(t, r))
	p, _ := started(t, h)
	require.Equal(t, `"/a"`, p.invoke("r-1", event, time.Second).body)
}

// Answers that have no body have none, whatever a handler writes, and the request is as a server has it.
func TestWeb_isAServer(t *testing.T) {
	var log notes.Text
	pages := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var status int
		_, _ = fmt.Sscan(strings.TrimPrefix(r.URL.Path, "/"), &status)
		w.Header().Set("X-Host", r.Host+" "+fmt.Sprint(r.Header["Host"]))
		if status == 1 {
			panic(http.ErrAbortHandler)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "body")
	})
	p, _ := started(t, fc.Web("pages", pages, faas.Logger(slog.New(slog.NewTextHandler(&log, nil)))))
	ask := func(method, path, domain string) taken {
		return p.invoke(method+path, fmt.Sprintf(`{"rawPath":"/%s","headers":{"host":"shop.example"},"requestContext":{"domainName":%q,"http":{"method":%q}}}`, path, domain, method), time.Second)
	}
	for _, c := range []struct{ method, path, body string }{{"GET", "200", "body"}, {"HEAD", "200", ""}, {"GET", "204", ""}, {"GET", "304", ""}} {
		var a fc.Answer
		require.NoError(t, json.Unmarshal([]byte(ask(c.method, c.path, "").body), &a))
		require.Equal(t, c.body, a.Body, c)
		require.Equal(t, "shop.example []", a.Headers["X-Host"])
	}
	require.Contains(t, ask("PUT", "200", "other.example").body, "other.example []")
	require.NotContains(t, log.String(), "ERROR")
	require.Equal(t, "jade.canceled", ask("PUT", "1", "").failure(t).Type)
	require.NotContains(t, log.String(), "ERROR")
	require.Equal(t, "jade.code", ask("PUT", "0", "").failure(t).Type)
}

// What no HTTP trigger has sent is no GET.
func TestWeb_refusesOtherEvents(t *testing.T) {
	p, _ := started(t, fc.Web("pages", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("called") }), faas.Logger(slog.New(slog.DiscardHandler))))
	for i, event := range []string{`{}`, `{"events":[{"eventName":"ObjectCreated:PutObject"}]}`, `{"version":"v9","requestContext":{}}`} {
		require.Equal(t, "input: no event of an HTTP trigger", p.invoke(fmt.Sprint("r-", i), event, time.Second).failure(t).Message)
	}
}
