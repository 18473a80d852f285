package lambda_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/lambda"
	recovery "github.com/jade-go/jade/recover"
)

const (
	get2  = `{"version":"2.0","rawPath":"/","requestContext":{"http":{"method":"GET"}}}`
	head2 = `{"version":"2.0","rawPath":"/","requestContext":{"http":{"method":"HEAD"}}}`
	getLB = `{"requestContext":{"elb":{}},"httpMethod":"GET","path":"/","headers":{}}`
)

// answered is the answer of fn to an event of format 2.0.
func answered(t *testing.T, event string, fn http.HandlerFunc) events.LambdaFunctionURLResponse {
	t.Helper()
	answer, err := lambda.Gateway("test", fn, unlogged).Invoke(t.Context(), json.RawMessage(event))
	require.NoError(t, err)
	return answer.(events.LambdaFunctionURLResponse)
}

// Answers of handlers, each of which is also given by a server, with the same result.
func TestGateway_answersAsAServer(t *testing.T) {
	for name, fn := range map[string]http.HandlerFunc{
		"nothing":          func(http.ResponseWriter, *http.Request) {},
		"an empty body":    func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(nil) },
		"a status":         func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) },
		"the first status": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404); w.WriteHeader(200) },
		"no content":       func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204); _, _ = io.WriteString(w, "no") },
		"not modified":     func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("ETag", `"1"`); w.WriteHeader(304) },
		"no content and a type": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			w.WriteHeader(204)
		},
		"not modified and a type": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			w.Header().Set("ETag", `"1"`)
			w.WriteHeader(304)
		},
		"reset content":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(205) },
		"a tab":          func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X-A", "a\tb") },
		"an empty value": func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X-A", "") },
		"html":           func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html><body>ü</body></html>") },
		"json with its type": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, "{}")
		},
		"no type at all": func(w http.ResponseWriter, _ *http.Request) { w.Header()["Content-Type"] = nil; fmt.Fprint(w, "x") },
		"bytes":          func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte{0xff, 0xfe, 0}) },
		"headers too late": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, "x")
			w.Header().Set("X-Late", "1")
			w.WriteHeader(500)
		},
		"a redirect":          func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/there", http.StatusFound) },
		"two of a kind":       func(w http.ResponseWriter, _ *http.Request) { w.Header()["X-A"] = []string{"1", "2"} },
		"a new line":          func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X-A", "1\r\nX-B: 2") },
		"a name with a space": func(w http.ResponseWriter, _ *http.Request) { w.Header()["X A"] = []string{"1"} },
		"a trailer": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set(http.TrailerPrefix+"X-T", "1")
			fmt.Fprint(w, "x")
		},
		"early hints": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(103); w.WriteHeader(201) },
		"gzip": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			fmt.Fprint(z, "text")
			_ = z.Close()
		},
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			t.Run(name+" "+method, func(t *testing.T) {
				server := httptest.NewServer(fn)
				defer server.Close()
				client := &http.Client{
					Transport:     &http.Transport{DisableCompression: true, DisableKeepAlives: true},
					CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
				}
				r, err := http.NewRequest(method, server.URL, nil)
				require.NoError(t, err)
				want, err := client.Do(r)
				require.NoError(t, err)
				body, err := io.ReadAll(want.Body)
				require.NoError(t, err)
				require.NoError(t, want.Body.Close())
				for _, name := range []string{"Date", "Connection", "Content-Length", "Trailer"} { // which the gateway makes
					want.Header.Del(name)
				}
				headers := map[string]string{}
				for name, values := range want.Header {
					headers[name] = strings.Join(values, ", ")
				}
				event := map[string]string{http.MethodGet: get2, http.MethodHead: head2}[method]
				got := answered(t, event, fn)
				delete(got.Headers, "Content-Length")
				require.Equal(t, want.StatusCode, got.StatusCode)
				require.Equal(t, headers, got.Headers)
				require.Equal(t, string(body), string(bodyOf(t, got)))
			})
		}
	}
}

func bodyOf(t *testing.T, a events.LambdaFunctionURLResponse) []byte {
	if !a.IsBase64Encoded {
		return []byte(a.Body)
	}
	var body []byte
	require.NoError(t, json.Unmarshal([]byte(`"`+a.Body+`"`), &body))
	return body
}

// What is compressed is base64 even where its bytes happen to be text.
func TestGateway_encodesWhatIsCoded(t *testing.T) {
	for coding, want := range map[string]bool{"br": true, "identity": false, "": false} {
		a := answered(t, get2, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", coding)
			fmt.Fprint(w, "text")
		})
		require.Equal(t, want, a.IsBase64Encoded, coding)
		require.Equal(t, "text", string(bodyOf(t, a)))
	}
}

func TestGateway_contentLength(t *testing.T) {
	wrong := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "7")
		fmt.Fprint(w, "four")
	}
	require.Equal(t, "4", answered(t, get2, wrong).Headers["Content-Length"])
	for _, status := range []int{http.StatusNoContent, http.StatusNotModified} {
		none := func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "7")
			w.WriteHeader(status)
		}
		for _, event := range []string{get2, head2} {
			require.NotContains(t, answered(t, event, none).Headers, "Content-Length", "as a server has it")
		}
	}
	require.Equal(t, "7", answered(t, head2, wrong).Headers["Content-Length"]) // of a body that it has not written, perhaps
	long := answered(t, head2, func(w http.ResponseWriter, _ *http.Request) {
		for range 1000 {
			fmt.Fprint(w, "four")
		}
	})
	require.Equal(t, "4000", long.Headers["Content-Length"])
	require.Empty(t, long.Body)
}

// A load balancer without multi-value headers gets each cookie under a name of its own.
func TestGateway_cookiesOfABalancer(t *testing.T) {
	const many = 20
	answer, err := lambda.Gateway("test", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for i := range many {
			http.SetCookie(w, &http.Cookie{Name: fmt.Sprint("c", i), Value: "1"})
		}
	}), unlogged).Invoke(t.Context(), json.RawMessage(getLB))
	require.NoError(t, err)
	a := answer.(events.ALBTargetGroupResponse)
	cookies := map[string]bool{}
	for name, value := range a.Headers {
		require.True(t, strings.EqualFold("set-cookie", name))
		cookies[value] = true
	}
	require.Len(t, cookies, many)
	require.Equal(t, "200 OK", a.StatusDescription)
}

func TestGateway_refuses(t *testing.T) {
	handler := lambda.Handler(lambda.Gateway("test", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("called") }), unlogged))
	for _, event := range []string{`{}`, `null`, `[]`, `1`, `{"Records":[]}`, `{"version":"3.0","httpMethod":"GET"}`, `{"version":"2.0"}`,
		`{"requestContext":{"eventType":"MESSAGE","connectionId":"x"},"body":"{}"}`} {
		_, err := handler.Invoke(t.Context(), []byte(event))
		failure, ok := errors.AsType[messages.InvokeResponse_Error](err)
		require.True(t, ok, event)
		require.Equal(t, "jade.input", failure.Type, event)
	}
	for _, event := range []string{`{"httpMethod":"GET","path":"/%zz"}`, `{"httpMethod":"G T","path":"/"}`, `{"httpMethod":"PUT","path":"/","body":"*","isBase64Encoded":true}`} {
		answer, err := handler.Invoke(t.Context(), []byte(event))
		require.NoError(t, err)
		require.Contains(t, string(answer), `"statusCode":400`)
	}
}

func TestGateway_panics(t *testing.T) {
	for what, c := range map[string]struct {
		value any
		kind  string
		level string
	}{
		"a panic":      {"no", "jade.code", "level=ERROR"},
		"giving up":    {http.ErrAbortHandler, "jade.canceled", "level=INFO"},
		"status 0":     {0, "jade.code", "level=ERROR"},
		"uncomparable": {[]int{1}, "jade.code", "level=ERROR"},
	} {
		t.Run(what, func(t *testing.T) {
			var log bytes.Buffer
			handler := lambda.Handler(lambda.Gateway("test", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				fmt.Fprint(w, "half of it")
				if c.value == 0 {
					w.WriteHeader(0)
				}
				panic(c.value)
			}), faas.Logger(slog.New(slog.NewTextHandler(&log, nil)))))
			_, err := handler.Invoke(t.Context(), []byte(get2))
			failure, ok := errors.AsType[messages.InvokeResponse_Error](err)
			require.True(t, ok)
			require.Equal(t, c.kind, failure.Type)
			if what == "giving up" {
				require.NotContains(t, log.String(), "ERROR")
				require.Empty(t, failure.StackTrace)
				return
			}
			require.Contains(t, log.String(), "ERROR")
			require.Contains(t, fmt.Sprint(failure.StackTrace[0].Label, failure.StackTrace[1].Label), "TestGateway_panics")
		})
	}
}

// What a handler writes after it has returned is lost, and breaks nothing.
func TestGateway_writesAfterItHasReturned(t *testing.T) {
	goOn, over := make(chan struct{}), make(chan error, 3)
	a := answered(t, get2, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "in time")
		go func() {
			<-goOn
			for range 2 {
				_, err := w.Write([]byte("late"))
				over <- err
			}
			w.WriteHeader(500)
			_, err := io.WriteString(w, "late")
			over <- err
		}()
	})
	close(goOn)
	for range 3 {
		require.ErrorContains(t, <-over, "has returned")
	}
	require.Equal(t, "in time", a.Body)
}

func TestEvent(t *testing.T) {
	require.Nil(t, lambda.Event(t.Context()))
	a := answered(t, get2, func(w http.ResponseWriter, r *http.Request) {
		var e events.APIGatewayV2HTTPRequest
		if json.Unmarshal(lambda.Event(r.Context()), &e) == nil {
			fmt.Fprint(w, e.RequestContext.HTTP.Method)
		}
	})
	require.Equal(t, "GET", a.Body)
}

func TestGateway_ofNothing(t *testing.T) {
	require.PanicsWithValue(t, "lambda.Gateway: nil Handler", func() { lambda.Gateway("test", nil) })
}

func TestGateway_doesNotFlush(t *testing.T) {
	answered(t, get2, func(w http.ResponseWriter, _ *http.Request) {
		require.ErrorIs(t, http.NewResponseController(w).Flush(), http.ErrNotSupported)
	})
}

// A handler that ignores its ctx does not keep the invocation from failing in time.
func TestGateway_deadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := lambda.Gateway("test", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			time.Sleep(time.Minute)
			fmt.Fprint(w, "late")
		}), unlogged).Invoke(ctx, json.RawMessage(get2))
		require.Equal(t, recovery.ClassTimeout, recovery.Classify(err))
		require.NoError(t, ctx.Err())
		time.Sleep(time.Minute)
	})
}

// The class of an answer that a handler has given up is that of a caller who has left.
func TestGateway_givenUpIsCanceled(t *testing.T) {
	_, err := lambda.Gateway("test", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }), unlogged).
		Invoke(t.Context(), json.RawMessage(get2))
	require.ErrorIs(t, err, http.ErrAbortHandler)
	require.Equal(t, recovery.ClassCanceled, recovery.Classify(err))
}

// A load balancer appends the address of the client, with its port if client port preservation is on.
func TestGateway_addressOfABalancersClient(t *testing.T) {
	for forwarded, want := range map[string]string{
		"192.0.2.1":                          "192.0.2.1:0",
		"203.0.113.9, 192.0.2.1":             "192.0.2.1:0",
		"2001:db8::1":                        "[2001:db8::1]:0",
		"203.0.113.9, 192.0.2.1:49152":       "192.0.2.1:49152",
		"203.0.113.9:1, [2001:db8::1]:49152": "[2001:db8::1]:49152",
		"":                                   "",
	} {
		event := fmt.Sprintf(`{"requestContext":{"elb":{}},"httpMethod":"GET","path":"/","headers":{"x-forwarded-for":%q}}`, forwarded)
		_, err := lambda.Gateway("test", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { require.Equal(t, want, r.RemoteAddr) }), unlogged).
			Invoke(t.Context(), json.RawMessage(event))
		require.NoError(t, err)
	}
}

// loop is an error that wraps itself.
type loop struct{}

func (loop) Error() string { return "loop" }
func (loop) Unwrap() error { return loop{} }

// A handler may panic with any error.
func TestGateway_panicsWithAnErrorWithoutEnd(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, err := lambda.Gateway("test", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(loop{}) }), unlogged).Invoke(ctx, json.RawMessage(get2))
	require.Error(t, err)
	require.NoError(t, ctx.Err())
	require.Equal(t, recovery.ClassCode, recovery.Classify(err))
}
