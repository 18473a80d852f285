package cloudevents_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/v2/event"
	cehttp "github.com/cloudevents/sdk-go/v2/protocol/http"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas/cloudevents"
)

const structured = "application/cloudevents+json"

func TestHTTP_whatIsRefused(t *testing.T) {
	s := serve(t, "HTTP", probe(&logbook{}), cloudevents.MaxBody(1000))
	for name, c := range map[string]struct {
		body    string
		headers []string
		status  int
		detail  string
	}{
		"no event":          {`{"id":"o-1"}`, []string{"Content-Type", "application/json"}, 415, "not an event: neither a header Ce-Specversion, of 1.0, nor a content type application/cloudevents+json"},
		"another version":   {`{}`, []string{"Ce-Specversion", "7.0", "Ce-Id", "1"}, 415, "not an event: neither a header Ce-Specversion, of 1.0, nor a content type application/cloudevents+json"},
		"batch":             {`[]`, []string{"Content-Type", "application/cloudevents-batch+json; charset=utf-8"}, 415, "a batch is not taken: send one event a request"},
		"binary, no id":     {`{}`, []string{"Ce-Specversion", "1.0", "Ce-Source", "/shop", "Ce-Type", "t"}, 400, "not a valid event: id: MUST be a non-empty string"},
		"binary, three":     {`{}`, []string{"Ce-Specversion", "1.0"}, 400, "not a valid event: id: MUST be a non-empty string; source: REQUIRED; type: MUST be a non-empty string"},
		"no JSON":           {`{`, []string{"Content-Type", structured}, 400, "not a valid event: unexpected end of JSON input"},
		"no version":        {`{"id":"1"}`, []string{"Content-Type", structured}, 400, "not a valid event: specversion: no specversion"},
		"structured, no id": {`{"specversion":"1.0","type":"t","source":"/shop"}`, []string{"Content-Type", structured}, 400, "not a valid event: id: MUST be a non-empty string"},
		"what the SDK panics on": {
			`{"specversion":"1.0","type":"t","source":"/shop","id":"1","data_base64":7}`, []string{"Content-Type", structured}, 400, "not a valid event: malformed",
		},
		"too long": {strings.Repeat("x", 1001), []string{"Content-Type", structured}, 400, "the body has more than 1000 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			r := s.post(t, c.body, c.headers...)
			require.Equal(t, c.status, r.status, r.body)
			p := r.problem(t)
			require.Equal(t, c.detail, p.Detail)
			require.Equal(t, http.StatusText(c.status), p.Title)
			require.Empty(t, p.Class)
		})
	}
	t.Run("another method", func(t *testing.T) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, s.url, nil)
		require.NoError(t, err)
		r, err := s.do(request)
		require.NoError(t, err)
		require.Equal(t, 405, r.status)
		require.Equal(t, "POST", r.header.Get("Allow"))
	})
	t.Run("batch of the SDK", func(t *testing.T) {
		request, err := cehttp.NewHTTPRequestFromEvents(t.Context(), s.url, []event.Event{opened("1", `{}`), opened("2", `{}`)})
		require.NoError(t, err)
		r, err := s.do(request)
		require.NoError(t, err)
		require.Equal(t, 415, r.status)
	})
	require.Equal(t, 200, s.mustSend(t, true, opened("1", `{"id":"o-1"}`)).status, "it is still there")
}

// The client of the SDK refuses what is no event, and batches, before the function is asked.
func TestReceiver_whatTheClientRefuses(t *testing.T) {
	log := &logbook{}
	s := serve(t, "client of the SDK", probe(log))
	require.Equal(t, 500, s.post(t, `[]`, "Content-Type", "application/cloudevents-batch+json").status)
	require.Equal(t, 415, s.post(t, `{}`, "Content-Type", "application/json").status)
	require.Equal(t, 400, s.post(t, `{}`, "Ce-Specversion", "1.0", "Ce-Type", "t", "Ce-Source", "/shop").status)
	require.Empty(t, log.String())
}

func TestHTTP_base64(t *testing.T) {
	s := serve(t, "HTTP", probe(&logbook{}))
	r := s.post(t, `{"specversion":"1.0","type":"t","source":"/shop","id":"1","datacontenttype":"application/json","data_base64":"eyJpZCI6Im8tMSJ9"}`, "Content-Type", structured)
	require.Equal(t, 200, r.status)
	require.JSONEq(t, `{"order":"o-1","type":"t"}`, r.body)
}

// A body that does not come ends at the deadline.
func TestHTTP_slowBody(t *testing.T) {
	s := serve(t, "HTTP", probe(&logbook{}), cloudevents.Limit(50*time.Millisecond))
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(patience)))
	_, err = io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: "+structured+"\r\nContent-Length: 100\r\n\r\n{")
	require.NoError(t, err)
	answer, err := io.ReadAll(conn)
	require.NoError(t, err)
	require.Contains(t, string(answer), "HTTP/1.1 408 ")
}

// The limit of a body is that of the server if that comes first. It holds for what is refused too, which the server reads before it answers.
func TestHTTP_bodiesThatStall(t *testing.T) {
	for name, c := range map[string]struct {
		limit, server time.Duration
		headers       string
		status        string
	}{
		"the server's limit":    {time.Hour, 100 * time.Millisecond, "Content-Type: " + structured + "\r\n", "408"},
		"no event":              {100 * time.Millisecond, 0, "", "415"},
		"an attribute is wrong": {100 * time.Millisecond, 0, "Ce-Specversion: 1.0\r\nCe-Id: 1\r\nCe-Id: 2\r\n", "400"},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			h := cloudevents.HTTP(probe(&logbook{}), cloudevents.Limit(c.limit))
			server := &http.Server{ReadTimeout: c.server, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				ctx, cancel := context.WithTimeout(r.Context(), time.Hour)
				if c.server == 0 {
					ctx, cancel = context.WithTimeout(r.Context(), c.limit)
				}
				defer cancel()
				h.ServeHTTP(w, r.WithContext(ctx))
			})}
			go func() { _ = server.Serve(l) }()
			defer server.Close()
			conn, err := net.Dial("tcp", l.Addr().String())
			require.NoError(t, err)
			defer conn.Close()
			require.NoError(t, conn.SetDeadline(time.Now().Add(patience)))
			_, err = io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\n"+c.headers+"Content-Length: 100\r\n\r\n{")
			require.NoError(t, err)
			answer, err := io.ReadAll(conn)
			require.NoError(t, err)
			require.Contains(t, string(answer), "HTTP/1.1 "+c.status+" ")
		})
	}
}

// noting is a writer of a server that notes until when it is to read.
type noting struct {
	*httptest.ResponseRecorder
	until []time.Time
}

func (w *noting) SetReadDeadline(until time.Time) error { w.until = append(w.until, until); return nil }

// Without a limit a body is read for 30 s.
func TestHTTP_bodyWithoutALimit(t *testing.T) {
	w := &noting{ResponseRecorder: httptest.NewRecorder()}
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"specversion":"1.0","type":"t","source":"/shop","id":"1","data":{"id":"o-1"}}`))
	r.Header.Set("Content-Type", structured)
	begun := time.Now()
	cloudevents.HTTP(probe(&logbook{})).ServeHTTP(w, r)
	require.Equal(t, 200, w.Code)
	require.Len(t, w.until, 2)
	require.WithinDuration(t, begun.Add(30*time.Second), w.until[0], 10*time.Second)
	require.True(t, w.until[1].IsZero(), "the invocation may take longer")
}
