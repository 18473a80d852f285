package cloudevents_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	sdk "github.com/cloudevents/sdk-go/v2"
	cehttp "github.com/cloudevents/sdk-go/v2/protocol/http"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/cloudevents"
)

// withMiddleware are the ways to serve events of the HTTP binding.
func withMiddleware(t *testing.T, h *faas.Handler[order, order], opts ...cloudevents.Option) map[string]http.Handler {
	t.Helper()
	p, err := sdk.NewHTTP()
	require.NoError(t, err)
	receiver, err := sdk.NewHTTPReceiveHandler(context.Background(), p, cloudevents.Receiver(h, opts...))
	require.NoError(t, err)
	return map[string]http.Handler{"HTTP": cloudevents.HTTP(h, opts...), "handler of the SDK": cloudevents.Middleware(receiver)}
}

// binary sends an event in binary mode, with more headers, as they are.
func binary(h http.Handler, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "/", strings.NewReader(`{"id":"o-1"}`))
	r.Header = http.Header{"Content-Type": {"application/json"}, "Ce-Specversion": {"1.0"}, "Ce-Id": {"1"}, "Ce-Source": {"/shop"}, "Ce-Type": {"t"}}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// See the HTTP binding for CloudEvents, version 1.0.2, section 3.1.3.2.
func TestMiddleware_percentEncoding(t *testing.T) {
	var subject, extension string
	h := faas.New("probe", func(ctx context.Context, o order) (order, error) {
		e, _ := cloudevents.EventOf(ctx)
		subject = e.Subject()
		extension, _ = e.Extensions()["partitionkey"].(string)
		return o, nil
	}, faas.Logger(quiet))
	for kind, served := range withMiddleware(t, h) {
		for name, c := range map[string]struct{ sent, want, answered string }{
			"the example of the specification": {"Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro € 😀", "Euro%20%E2%82%AC%20%F0%9F%98%80"},
			"lower case":                       {"%e2%82%ac", "€", "%E2%82%AC"},
			"encoded without need":             {"%41b", "Ab", "Ab"},
			"once only":                        {"100%2525", "100%25", "100%2525"},
			"a percent that encodes nothing":   {"100% of %zz %4", "100% of %zz %4", "100%25%20of%20%25zz%20%254"},
			"quoted, as of old":                {`"a \"b\" \\ %20c"`, `a "b" \  c`, `a%20%22b%22%20\%20%20c`},
			"quotes inside":                    {`say "hi"`, `say "hi"`, "say%20%22hi%22"},
			"two that are quoted":              {`"a" or "b"`, `"a" or "b"`, "%22a%22%20or%20%22b%22"},
			"UTF-8 as it is":                   {"€", "€", "%E2%82%AC"},
			"plain":                            {"tea/1?a=b#c+d", "tea/1?a=b#c+d", "tea/1?a=b#c+d"},
		} {
			t.Run(kind+" "+name, func(t *testing.T) {
				w := binary(served, "Ce-Subject", c.sent, "Ce-Partitionkey", c.sent)
				require.Equal(t, 200, w.Code, w.Body)
				require.Equal(t, c.want, subject)
				require.Equal(t, c.want, extension)
				require.Equal(t, []string{c.answered}, w.Header()["Ce-Subject"])
				require.Equal(t, []string{c.answered}, w.Header()["Ce-Partitionkey"])
				require.JSONEq(t, `{"id":"o-1"}`, w.Body.String())
			})
		}
		for name, c := range map[string]struct{ header, value, detail string }{
			"overlong UTF-8":    {"Ce-Subject", "%C0%A0", "not a valid event: subject: not UTF-8"},
			"a lone byte":       {"Ce-Partitionkey", "%E2%82", "not a valid event: partitionkey: not UTF-8"},
			"control character": {"Ce-Subject", "a%0Ab", "not a valid event: subject: has a control character"},
			"two values":        {"Ce-Id", "2", "not a valid event: id: two values"},
		} {
			t.Run(kind+" "+name, func(t *testing.T) {
				subject = "not called"
				w := binary(served, c.header, c.value)
				require.Equal(t, 400, w.Code)
				require.Contains(t, w.Body.String(), c.detail)
				require.Equal(t, "not called", subject)
			})
		}
	}
}

// In structured mode, a percent is a percent.
func TestMiddleware_structured(t *testing.T) {
	h := faas.New("probe", func(ctx context.Context, o order) (order, error) {
		e, _ := cloudevents.EventOf(ctx)
		return order{ID: e.Subject()}, nil
	}, faas.Logger(quiet))
	for kind, served := range withMiddleware(t, h) {
		r := httptest.NewRequest("POST", "/", strings.NewReader(`{"specversion":"1.0","id":"1","source":"/shop","type":"t","subject":"a%20b c","data":{}}`))
		r.Header.Set("Content-Type", structured)
		r.Header.Set("Ce-Subject", "%C0") // a copy that does not count
		w := httptest.NewRecorder()
		served.ServeHTTP(w, r)
		require.Equal(t, 200, w.Code, kind+w.Body.String())
		require.JSONEq(t, `{"id":"a%20b c"}`, w.Body.String())
		require.Equal(t, "a%2520b%20c", w.Header().Get("Ce-Subject"))
	}
}

// See "HTTP 1.1 Web Hooks for Event Delivery", version 1.0.2, section 4.
func TestMiddleware_handshake(t *testing.T) {
	h := faas.New("probe", func(context.Context, order) (order, error) { panic("called") }, faas.Logger(quiet))
	for kind, served := range withMiddleware(t, h) {
		options := func(headers ...string) *httptest.ResponseRecorder {
			r := httptest.NewRequestWithContext(t.Context(), "OPTIONS", "/", nil) // the SDK's goroutine waits for its end
			for i := 0; i+1 < len(headers); i += 2 {
				r.Header.Set(headers[i], headers[i+1])
			}
			w := httptest.NewRecorder()
			served.ServeHTTP(w, r)
			return w
		}
		for rate, want := range map[string]string{"": "*", "120": "120", "0": "*", "-1": "*", "fast": "*", "99999999999999999999": "*"} {
			w := options("WebHook-Request-Origin", "eventgrid.azure.net", "WebHook-Request-Rate", rate, "WebHook-Request-Callback", "https://example.com/confirm?key=k")
			require.Equal(t, 200, w.Code, kind)
			require.Equal(t, "eventgrid.azure.net", w.Header().Get("WebHook-Allowed-Origin"))
			require.Equal(t, want, w.Header().Get("WebHook-Allowed-Rate"), rate)
			require.Equal(t, "POST", w.Header().Get("Allow"))
			require.Empty(t, w.Body.String())
		}
		w := options("Origin", "https://evil.example", "Access-Control-Request-Method", "POST")
		require.Equal(t, 405, w.Code, "it is not of a sender of events")
		require.Empty(t, w.Header().Get("WebHook-Allowed-Origin"))
		require.Empty(t, w.Header().Get("Access-Control-Allow-Origin"))
	}
}

// A real request, with a real handler behind it, keeps what http.ResponseController needs.
func TestMiddleware_isTransparent(t *testing.T) {
	server := httptest.NewServer(cloudevents.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Ce-Subject", "a b")
		require.NoError(t, http.NewResponseController(w).Flush())
		_, err := io.WriteString(w, r.Header.Get("Ce-Subject"))
		require.NoError(t, err)
	})))
	defer server.Close()
	r, err := cehttp.NewHTTPRequestFromEvent(t.Context(), server.URL, opened("1", `{}`))
	require.NoError(t, err)
	r.Header.Set("Ce-Subject", "a%20b")
	answer, err := server.Client().Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.Equal(t, "a b", string(body))
	require.Equal(t, "a%20b", answer.Header.Get("Ce-Subject"))
	require.Equal(t, "a%20b", r.Header.Get("Ce-Subject"), "the sender's own header")
}

func FuzzMiddleware(f *testing.F) {
	var got string
	h := cloudevents.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Get("Ce-Subject")
		w.Header().Set("Ce-Subject", got)
	}))
	for _, seed := range []string{"", "a b", "%", "%2", "%25", `"a\"b"`, `"`, "€", "%C0%A0", "\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, sent string) {
		w := binary(h, "Ce-Subject", sent)
		if w.Code == http.StatusBadRequest {
			return
		}
		encoded := w.Header().Get("Ce-Subject")
		require.NotContains(t, encoded, " ")
		want := got
		require.Equal(t, 200, binary(h, "Ce-Subject", encoded).Code)
		require.Equal(t, want, got, "what is encoded is decoded to the same")
	})
}
