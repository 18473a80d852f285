package lambda_test

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas/lambda"
)

// gateways make the event of a request that is the one a server would read, as each gateway is documented, or was seen, to do it.
var gateways = map[string]func(r *http.Request, body []byte) map[string]any{
	"rest api": func(r *http.Request, body []byte) map[string]any {
		return before2(r, body, r.URL.EscapedPath(), r.URL.Query())
	},
	"http api 1.0": func(r *http.Request, body []byte) map[string]any {
		e := before2(r, body, r.URL.Path, r.URL.Query())
		e["version"] = "1.0"
		return e
	},
	"http api 2.0": func(r *http.Request, body []byte) map[string]any {
		return format2(r, body, r.URL.Path, "id.execute-api.eu-west-1.amazonaws.com")
	},
	"function url": func(r *http.Request, body []byte) map[string]any {
		return format2(r, body, r.URL.EscapedPath(), "id.lambda-url.eu-west-1.on.aws")
	},
	"balancer": func(r *http.Request, body []byte) map[string]any {
		e := before2(r, body, r.URL.EscapedPath(), undecoded(r.URL.RawQuery))
		e["requestContext"] = map[string]any{"elb": map[string]any{"targetGroupArn": "arn"}}
		delete(e, "headers")
		delete(e, "queryStringParameters")
		return e
	},
}

func before2(r *http.Request, body []byte, path string, query url.Values) map[string]any {
	e := map[string]any{"httpMethod": r.Method, "path": path, "multiValueQueryStringParameters": query, "queryStringParameters": lastOf(query)}
	headers := r.Header.Clone()
	headers.Set("Host", r.Host)
	e["multiValueHeaders"], e["headers"] = headers, lastOf(headers)
	e["requestContext"] = map[string]any{"protocol": "HTTP/1.1"}
	return encoded(e, body)
}

func format2(r *http.Request, body []byte, path, domain string) map[string]any {
	headers := map[string]string{"host": r.Host}
	e := map[string]any{"version": "2.0", "rawPath": path, "rawQueryString": r.URL.RawQuery, "headers": headers}
	for name, values := range r.Header {
		if name == "Cookie" {
			e["cookies"] = strings.Split(strings.Join(values, "; "), "; ")
			continue
		}
		headers[strings.ToLower(name)] = strings.Join(values, ",")
	}
	e["requestContext"] = map[string]any{"domainName": domain, "http": map[string]any{"method": r.Method, "protocol": "HTTP/1.1"}}
	return encoded(e, body)
}

func encoded(e map[string]any, body []byte) map[string]any {
	e["body"], e["isBase64Encoded"] = base64.StdEncoding.EncodeToString(body), true
	return e
}

func lastOf(all map[string][]string) map[string]string {
	last := map[string]string{}
	for name, values := range all {
		last[name] = values[len(values)-1]
	}
	return last
}

// undecoded splits a query and leaves its parts as they are.
func undecoded(raw string) url.Values {
	all := url.Values{}
	for part := range strings.SplitSeq(raw, "&") {
		if name, value, _ := strings.Cut(part, "="); part != "" {
			all[name] = append(all[name], value)
		}
	}
	return all
}

func text(random *rand.Rand, alphabet []string) string {
	var b strings.Builder
	for range random.IntN(6) {
		b.WriteString(alphabet[random.IntN(len(alphabet))])
	}
	return b.String()
}

// sent is a request at random, as it is on the wire.
func sent(random *rand.Rand) string {
	path := text(random, []string{"/", "a", "b", "%2F", "%20", "%25", "+", "%C3%BC", "~", ":", ";", "@", "%3F", "!", "(", "/."})
	var query []string
	for range random.IntN(4) {
		alphabet := []string{"a", "b", "+", "%20", "%2B", "%26", "%3D", "%25", "%C3%BC", "/", "?", "'", "%23"}
		query = append(query, "k"+text(random, alphabet)+"="+text(random, alphabet))
	}
	headers := ""
	for range random.IntN(4) {
		headers += fmt.Sprintf("X-H%d: v%d\r\n", random.IntN(3), random.IntN(9))
	}
	for i := range random.IntN(3) {
		headers += fmt.Sprintf("Cookie: c%d=%d; d%d=%d\r\n", i, random.IntN(9), i, random.IntN(9))
	}
	body := make([]byte, random.IntN(20))
	for i := range body {
		body[i] = byte(random.UintN(256))
	}
	target := "/" + path
	if len(query) > 0 {
		target += "?" + strings.Join(query, "&")
	}
	method := []string{"GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "PATCH"}[random.IntN(7)]
	return fmt.Sprintf("%s %s HTTP/1.1\r\nHost: shop.example\r\n%sContent-Length: %d\r\n\r\n%s", method, target, headers, len(body), body)
}

// A handler sees the same request behind a gateway as in a server, except for what the gateway does not say.
func TestGateway_isAServer(t *testing.T) {
	for kind, toEvent := range gateways {
		t.Run(kind, func(t *testing.T) {
			var got *http.Request
			var gotBody []byte
			handler := lambda.Handler(lambda.Gateway("see", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				var err error
				gotBody, err = io.ReadAll(r.Body)
				require.NoError(t, err)
				got = r
			}), unlogged))
			for seed := range uint64(500) {
				wire := sent(rand.New(rand.NewPCG(seed, 17)))
				want, err := http.ReadRequest(bufio.NewReader(strings.NewReader(wire)))
				require.NoError(t, err, wire)
				body, err := io.ReadAll(want.Body)
				require.NoError(t, err)
				event, err := json.Marshal(toEvent(want, body))
				require.NoError(t, err)
				_, err = handler.Invoke(t.Context(), event)
				require.NoError(t, err)

				require.Equal(t, want.Method, got.Method, wire)
				require.Equal(t, want.URL.Path, got.URL.Path, wire)
				require.Equal(t, want.URL.Query(), got.URL.Query(), wire)
				require.Equal(t, want.Host, got.Host)
				require.Equal(t, want.Proto, got.Proto)
				require.Equal(t, string(body), string(gotBody))
				require.Equal(t, want.ContentLength, got.ContentLength)
				require.Equal(t, len(body) == 0, got.Body == http.NoBody)
				require.Equal(t, want.Cookies(), got.Cookies())
				if !strings.HasPrefix(kind, "http api") {
					require.Equal(t, want.URL.EscapedPath(), got.URL.EscapedPath(), wire)
					require.Equal(t, want.URL.RawPath, got.URL.RawPath, wire)
				}
				if kind == "function url" {
					require.Equal(t, want.RequestURI, got.RequestURI)
				}
				if strings.HasSuffix(kind, "2.0") || kind == "function url" {
					for name, values := range want.Header {
						separator := ","
						if name == "Cookie" {
							separator = "; "
						}
						want.Header[name] = []string{strings.Join(values, separator)}
					}
				}
				require.Equal(t, want.Header, got.Header, wire)
			}
		})
	}
}

// Whatever an event is, it is refused or answered in the format of its gateway, and the handler sees a request that a client could send.
func FuzzGateway(f *testing.F) {
	for _, toEvent := range gateways {
		for seed := range uint64(3) {
			r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(sent(rand.New(rand.NewPCG(seed, 18))))))
			require.NoError(f, err)
			event, err := json.Marshal(toEvent(r, nil))
			require.NoError(f, err)
			f.Add(event)
		}
	}
	f.Add([]byte(`{"httpMethod":"GET","path":null,"headers":{"":"","a b":"c"},"requestContext":null}`))
	handler := lambda.Handler(lambda.Gateway("echo", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/") || r.Body == nil || r.Method == "" || r.RequestURI == "" {
			panic("no request of a server")
		}
		if u, err := url.ParseRequestURI(r.RequestURI); err == nil && !strings.HasPrefix(r.RequestURI, "//") && u.Path != r.URL.Path {
			panic("two paths")
		}
		body, err := io.ReadAll(r.Body)
		if err != nil || int64(len(body)) != r.ContentLength {
			panic("another length")
		}
		_, _ = w.Write(body)
	}), unlogged))
	f.Fuzz(func(t *testing.T, event []byte) {
		answer, err := handler.Invoke(t.Context(), event)
		if err != nil {
			require.NotContains(t, err.Error(), "jade.code")
			var e any
			_ = json.Unmarshal(event, &e)
			require.Contains(t, fmt.Sprint(err), "input", "%s", event)
			return
		}
		var a struct {
			StatusCode      int
			Body            string
			IsBase64Encoded bool
		}
		require.NoError(t, json.Unmarshal(answer, &a))
		require.Contains(t, []int{200, 400}, a.StatusCode)
		if a.IsBase64Encoded {
			_, err := base64.StdEncoding.DecodeString(a.Body)
			require.NoError(t, err)
		}
	})
}
