package faas_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
)

// created is an answer that says its status and headers.
type created struct {
	ID     string `json:"id"`
	status int
	header http.Header
}

func (c created) HTTPStatus() int         { return c.status }
func (c created) HTTPHeader() http.Header { return c.header }

// pointed has the methods of its pointer.
type pointed struct {
	ID string `json:"id"`
}

func (p *pointed) HTTPStatus() int {
	if p.ID == "panic" {
		panic("oh")
	}
	return 202
}

func (p *pointed) HTTPHeader() http.Header { return http.Header{"Location": {"/orders/" + p.ID}} }

func answering[Out any](out Out, opts ...faas.HTTPOption) http.Handler {
	return faas.HTTP(faas.New("order", func(context.Context, struct{}) (Out, error) { return out, nil }, faas.Logger(quiet)), opts...)
}

func TestHTTP_statusAndHeadersOfAnAnswer(t *testing.T) {
	header := http.Header{
		"Location": {"/orders/7"}, "etag": {`"v1"`}, "Set-Cookie": {"a=1", "b=2"}, "Content-Length": {"1"}, "Transfer-Encoding": {"chunked"}, "Connection": {"close"},
	}
	addr := serving(t, answering(created{"7", 201, header}))
	r, err := http.Post("http://"+addr, "application/json", nil)
	require.NoError(t, err)
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	require.Equal(t, 201, r.StatusCode)
	require.Equal(t, `{"id":"7"}`, string(body))
	require.Equal(t, "/orders/7", r.Header.Get("Location"))
	require.Equal(t, `"v1"`, r.Header.Get("ETag"))
	require.Equal(t, []string{"a=1", "b=2"}, r.Header.Values("Set-Cookie"))
	require.Equal(t, "application/json", r.Header.Get("Content-Type"))
	require.Equal(t, int64(len(body)), r.ContentLength)
	require.Len(t, header, 6, "the answer's own are not changed")
	http.DefaultClient.CloseIdleConnections()

	post := func(h http.Handler) *http.Response {
		return asked(t, h, "POST", "/", "", "Content-Type", "application/json")
	}
	for _, status := range []int{204, 205, 304} {
		r := post(answering(created{"7", status, http.Header{"Etag": {`"v1"`}}}))
		require.Equal(t, status, r.StatusCode)
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		require.Empty(t, body)
		require.Empty(t, r.Header.Get("Content-Type"))
		require.Equal(t, `"v1"`, r.Header.Get("ETag"))
	}
	for _, status := range []int{303, 404, 599} {
		require.Equal(t, status, post(answering(created{status: status})).StatusCode)
	}
	for _, status := range []int{-1, 0, 42, 100, 103, 199, 600, 1000} {
		require.Equal(t, faas.Problem{Title: "Internal Server Error", Status: 500, Class: "code"}, problemOf(t, post(answering(created{status: status}))), status)
	}
	for name, r := range map[string]*http.Response{
		"a value":      post(answering(pointed{"7"})),
		"a pointer":    post(answering(&pointed{"7"})),
		"an interface": post(answering[any](&pointed{"7"})),
	} {
		require.Equal(t, 202, r.StatusCode, name)
		require.Equal(t, "/orders/7", r.Header.Get("Location"), name)
	}
	require.Equal(t, 200, post(answering[*pointed](nil)).StatusCode)
	require.Equal(t, 200, post(answering[any](nil)).StatusCode)
	require.Equal(t, 500, post(answering(pointed{"panic"})).StatusCode)
	r = post(answering(created{"7", 200, http.Header{"Content-Type": {"application/vnd.order+json"}}}))
	require.Equal(t, "application/vnd.order+json", r.Header.Get("Content-Type"))
}

// An answer over the same handler elsewhere is JSON alone.
func TestHTTP_aSayingAnswerElsewhere(t *testing.T) {
	h := faas.New("order", func(context.Context, int) (created, error) { return created{"7", 42, nil}, nil }, faas.Logger(quiet))
	text, err := h.InvokeJSON(t.Context(), []byte("1"))
	require.NoError(t, err)
	require.JSONEq(t, `{"id":"7"}`, string(text))
}

// A failure does not have what the answer would have said.
func TestHTTP_anAnswerThatCannotBeWritten(t *testing.T) {
	r := asked(t, answering(broken{}), "POST", "/", "", "Content-Type", "application/json")
	require.Equal(t, 500, r.StatusCode)
	require.Empty(t, r.Header.Get("Location"))
}

type broken struct{}

func (broken) HTTPStatus() int              { return 201 }
func (broken) HTTPHeader() http.Header      { return http.Header{"Location": {"/"}} }
func (broken) MarshalJSON() ([]byte, error) { return json.RawMessage("{"), nil }

// An interface that has a nil pointer in it is null, as a nil pointer is.
func TestHTTP_aNilPointerInAnInterface(t *testing.T) {
	r := asked(t, answering[any]((*pointed)(nil)), "POST", "/", "", "Content-Type", "application/json")
	body, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	require.Equal(t, 200, r.StatusCode)
	require.Equal(t, "null", string(body))
}

// The headers of an answer do not replace those that the server has set for the connection, nor the id of the request.
func TestHTTP_headersOfAnAnswerThatAreTheServers(t *testing.T) {
	h := answering(created{"7", 201, http.Header{"Location": {"/orders/7"}, "Connection": {"keep-alive"}, "X-Request-Id": {"mine"}}})
	ends := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close") // as Serve does when it is to end
		h.ServeHTTP(w, r)
	})
	r := asked(t, ends, "POST", "/", "", "Content-Type", "application/json", "X-Request-Id", "r-7")
	require.Equal(t, "/orders/7", r.Header.Get("Location"))
	require.Equal(t, []string{"close"}, r.Header.Values("Connection"))
	require.Equal(t, []string{"r-7"}, r.Header.Values("X-Request-Id"))
}

// measured is an answer that has timings of its own.
type measured int

func (measured) HTTPHeader() http.Header { return http.Header{"Server-Timing": {"db;dur=53"}} }

func TestHTTP_serverTimingOfTheAnswerToo(t *testing.T) {
	page := lossy("ads")
	h := faas.New("page", func(ctx context.Context, n int) (measured, error) { n, err := page.Do(ctx, n); return measured(n), err }, faas.Logger(quiet))
	r := post(t, faas.HTTP(h, faas.ServerTiming()), "1")
	require.Equal(t, []string{`db;dur=53`, `lost;desc="ads"`}, r.Header.Values("Server-Timing"))
}

// Created is what the function answers, with the status and the headers for HTTP.
type Created struct {
	ID string `json:"id"`
}

func (Created) HTTPStatus() int           { return http.StatusCreated }
func (c Created) HTTPHeader() http.Header { return http.Header{"Location": {"/orders/" + c.ID}} }

func ExampleHTTP_created() {
	h := faas.HTTP(faas.New("order", func(_ context.Context, item string) (Created, error) { return Created{"7"}, nil }))
	r := httptest.NewRequest(http.MethodPost, "/orders", strings.NewReader(`"oil lamp"`))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	fmt.Println(w.Code, w.Header().Get("Location"), w.Body)
	// Output: 201 /orders/7 {"id":"7"}
}
