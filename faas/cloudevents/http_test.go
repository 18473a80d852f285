package cloudevents_test

import (
	"io"
	"net"
	"net/http"
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
