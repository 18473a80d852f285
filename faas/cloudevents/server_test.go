package cloudevents_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	sdk "github.com/cloudevents/sdk-go/v2"
	"github.com/cloudevents/sdk-go/v2/binding"
	"github.com/cloudevents/sdk-go/v2/event"
	cehttp "github.com/cloudevents/sdk-go/v2/protocol/http"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/cloudevents"
)

const patience = 30 * time.Second

// server is a real one, on a port of its own.
type server struct {
	url    string
	client *http.Client
}

// kinds are the two ways to serve events.
var kinds = map[string]func(context.Context, testing.TB, net.Listener, *faas.Handler[order, page], []cloudevents.Option) error{
	"client of the SDK": func(ctx context.Context, t testing.TB, l net.Listener, h *faas.Handler[order, page], opts []cloudevents.Option) error {
		client, err := sdk.NewClientHTTP(cehttp.WithListener(l))
		require.NoError(t, err)
		return client.StartReceiver(ctx, cloudevents.Receiver(h, opts...))
	},
	"HTTP": func(ctx context.Context, _ testing.TB, l net.Listener, h *faas.Handler[order, page], opts []cloudevents.Option) error {
		return faas.Serve(ctx, l, cloudevents.HTTP(h, opts...), patience)
	},
}

// underEach runs test with a server of each kind, with the function probe.
func underEach(t *testing.T, test func(t *testing.T, s *server, log *logbook), opts ...cloudevents.Option) {
	for kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			log := &logbook{}
			test(t, serve(t, kind, probe(log), opts...), log)
		})
	}
}

func serve(t testing.TB, kind string, h *faas.Handler[order, page], opts ...cloudevents.Option) *server {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- kinds[kind](ctx, t, l, h, opts) }()
	transport := &http.Transport{MaxIdleConnsPerHost: 200}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		stop()
		select {
		case err := <-ended:
			require.NoError(t, err)
		case <-time.After(patience):
			require.Fail(t, "the server does not end")
		}
	})
	return &server{"http://" + l.Addr().String(), &http.Client{Transport: transport, Timeout: patience}}
}

type reply struct {
	status int
	header http.Header
	body   string
}

func (s *server) do(request *http.Request) (reply, error) {
	response, err := s.client.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return reply{response.StatusCode, response.Header, string(text)}, err
}

// send sends an event in binary or in structured mode.
func (s *server) send(ctx context.Context, structured bool, e event.Event) (reply, error) {
	if structured {
		ctx = binding.WithForceStructured(ctx)
	}
	request, err := cehttp.NewHTTPRequestFromEvent(ctx, s.url, e)
	if err != nil {
		return reply{}, err
	}
	return s.do(request)
}

func (s *server) mustSend(t testing.TB, structured bool, e event.Event) reply {
	t.Helper()
	r, err := s.send(t.Context(), structured, e)
	require.NoError(t, err)
	return r
}

// post sends a request as it is.
func (s *server) post(t testing.TB, body string, headers ...string) reply {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url, strings.NewReader(body))
	require.NoError(t, err)
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	r, err := s.do(request)
	require.NoError(t, err)
	return r
}

func (r reply) event(t testing.TB) event.Event {
	t.Helper()
	message := cehttp.NewMessage(r.header, io.NopCloser(strings.NewReader(r.body)))
	e, err := binding.ToEvent(context.Background(), message)
	require.NoError(t, err, r.body)
	require.NoError(t, e.Validate())
	return *e
}

func (r reply) problem(t testing.TB) (p faas.Problem) {
	t.Helper()
	require.Equal(t, "application/problem+json", r.header.Get("Content-Type"), r.body)
	require.NoError(t, json.Unmarshal([]byte(r.body), &p))
	return p
}

// opened is an event with data as it is.
func opened(id, data string) event.Event {
	e := event.New()
	e.SetID(id)
	e.SetSource("/shop")
	e.SetType("order.opened")
	e.SetSubject("tea")
	e.SetDataContentType("application/json")
	e.DataEncoded = []byte(data)
	return e
}

// logbook is a log that a test reads.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// has waits until text is written.
func (l *logbook) has(t testing.TB, text string) {
	t.Helper()
	require.Eventually(t, func() bool { return strings.Contains(l.String(), text) }, patience, time.Millisecond, text)
}

func (l *logbook) logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }
