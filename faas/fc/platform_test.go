package fc_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// platform is the other side of the runtime interface: it hands out invocations and takes the answers.
type platform struct {
	t      *testing.T
	server *httptest.Server
	queue  chan sent

	mu      sync.Mutex
	answers map[string]chan taken // by request id
	refuse  int                   // how many times next is answered by 503 yet
}

// sent is an invocation.
type sent struct {
	id      string
	event   string
	headers map[string]string
}

// taken is what an invocation was answered with.
type taken struct {
	what string // response or error
	body string
	at   time.Time
}

func newPlatform(t *testing.T) *platform {
	p := &platform{t: t, queue: make(chan sent), answers: map[string]chan taken{}}
	p.server = httptest.NewServer(p)
	t.Cleanup(p.server.Close)
	return p
}

func (p *platform) hostPort() string { return strings.TrimPrefix(p.server.URL, "http://") }

// ServeHTTP implements [http.Handler].
func (p *platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, ok := strings.CutPrefix(r.URL.Path, "/2020-11-11/runtime/invocation/")
	switch {
	case !ok:
		http.NotFound(w, r)
	case path == "next" && r.Method == http.MethodGet:
		p.next(w, r)
	case r.Method == http.MethodPost:
		p.take(w, r, path)
	default:
		http.Error(w, "method", http.StatusMethodNotAllowed)
	}
}

func (p *platform) next(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	refused := p.refuse > 0
	p.refuse--
	p.mu.Unlock()
	if refused {
		http.Error(w, "not now", http.StatusServiceUnavailable)
		return
	}
	select {
	case i := <-p.queue:
		for name, value := range i.headers {
			w.Header().Set(name, value)
		}
		w.Header().Set("x-fc-request-id", i.id)
		_, _ = io.WriteString(w, i.event)
	case <-r.Context().Done():
	}
}

func (p *platform) take(w http.ResponseWriter, r *http.Request, path string) {
	body, err := io.ReadAll(r.Body)
	id, what, ok := strings.Cut(path, "/")
	p.mu.Lock()
	waiting := p.answers[id]
	p.mu.Unlock()
	if err != nil || !ok || waiting == nil {
		http.Error(w, "no such request", http.StatusBadRequest)
		return
	}
	waiting <- taken{what, string(body), time.Now()} // a second answer would not fit
}

// invoke hands out an invocation, with a limit, and returns its answer.
func (p *platform) invoke(id, event string, limit time.Duration, headers ...string) taken {
	p.t.Helper()
	answer := make(chan taken, 1)
	p.mu.Lock()
	p.answers[id] = answer
	p.mu.Unlock()
	i := sent{id: id, event: event, headers: map[string]string{
		"x-fc-function-deadline": fmt.Sprint(time.Now().Add(limit).UnixMilli()),
		"x-fc-function-timeout":  fmt.Sprint(int(limit.Seconds())),
		"x-fc-function-name":     "order-page-eu", "x-fc-version-id": "7",
	}}
	for k := 0; k+1 < len(headers); k += 2 {
		i.headers[headers[k]] = headers[k+1]
	}
	const patience = 30 * time.Second
	select {
	case p.queue <- i:
	case <-time.After(patience):
		p.t.Errorf("nobody asks for %s", id)
		return taken{}
	}
	select {
	case a := <-answer:
		return a
	case <-time.After(patience):
		p.t.Errorf("%s is not answered", id)
		return taken{}
	}
}

// failure reads the body of an error.
func (a taken) failure(t *testing.T) (f failure) {
	t.Helper()
	require.Equal(t, "error", a.what, a.body)
	require.NoError(t, json.Unmarshal([]byte(a.body), &f))
	return f
}

type failure struct {
	Message string `json:"errorMessage"`
	Type    string `json:"errorType"`
	Stack   []struct {
		Path  string `json:"path"`
		Line  int    `json:"line"`
		Label string `json:"label"`
	} `json:"stackTrace"`
}
