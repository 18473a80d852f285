package lambda_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// patience is how long a test waits for what has to come.
const patience = 20 * time.Second

// emulator is Lambda, as the documentation of its runtime API has it: version 2018-06-01, for one process.
type emulator struct {
	server    *httptest.Server
	asked     chan struct{} // the process has asked for the next event
	events    chan *event
	initError chan reply
	number    atomic.Int64
	given     atomic.Int64                  // events that the process has taken
	logged    func(require.TestingT) string // what the process has logged so far

	mu      sync.Mutex
	pending map[string]*event
}

type event struct {
	id       string
	payload  string
	deadline time.Time
	reply    chan reply
}

// reply is what the process says to an event.
type reply struct {
	path   string // its last part: response or error
	header http.Header
	pieces []string // of the body, as they came
	errs   http.Header
	at     time.Time
	log    string // of the process, when it asked for the event after this one
}

func (r reply) body() string { return strings.Join(r.pieces, "") }

func newEmulator(t testing.TB) *emulator {
	e := &emulator{
		asked: make(chan struct{}, 1), events: make(chan *event), initError: make(chan reply, 1),
		pending: map[string]*event{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", e.next)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", e.replied)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", e.replied)
	mux.HandleFunc("POST /2018-06-01/runtime/init/error", func(w http.ResponseWriter, r *http.Request) {
		e.initError <- read(r)
		w.WriteHeader(http.StatusAccepted)
	})
	e.server = httptest.NewServer(mux)
	t.Cleanup(func() {
		e.server.CloseClientConnections()
		e.server.Close()
	})
	return e
}

func (e *emulator) address() string { return strings.TrimPrefix(e.server.URL, "http://") }

func (e *emulator) next(w http.ResponseWriter, r *http.Request) {
	select {
	case e.asked <- struct{}{}:
	case <-r.Context().Done():
		return
	}
	select {
	case next := <-e.events:
		e.given.Add(1)
		h := w.Header()
		h.Set("Lambda-Runtime-Aws-Request-Id", next.id)
		h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(next.deadline.UnixMilli(), 10))
		h.Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-west-1:123456789012:function:shop-page")
		h.Set("Lambda-Runtime-Trace-Id", "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1")
		h.Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, next.payload)
	case <-r.Context().Done():
	}
}

func (e *emulator) replied(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	of := e.pending[r.PathValue("id")]
	delete(e.pending, r.PathValue("id"))
	e.mu.Unlock()
	if of == nil {
		http.Error(w, "no such invocation", http.StatusBadRequest)
		return
	}
	of.reply <- read(r)
	w.WriteHeader(http.StatusAccepted)
}

func read(r *http.Request) reply {
	got := reply{path: r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:], header: r.Header}
	piece := make([]byte, 64<<10)
	for {
		n, err := r.Body.Read(piece)
		if n > 0 {
			got.pieces = append(got.pieces, string(piece[:n]))
		}
		if err != nil {
			break
		}
	}
	got.at, got.errs = time.Now(), r.Trailer
	return got
}

// taken is how many events the process has taken.
func (e *emulator) taken() int { return int(e.given.Load()) }

// ready waits until the process asks for an event.
func (e *emulator) ready(t require.TestingT) {
	select {
	case <-e.asked:
	case <-time.After(patience):
		require.FailNow(t, "the process does not ask for an event", e.logged(t))
	}
}

// invoke gives the process, which is ready, an event, and waits until it is ready again.
func (e *emulator) invoke(t require.TestingT, limit time.Duration, payload string) reply {
	got := e.send(t, limit, payload)
	e.ready(t)
	got.log = e.logged(t)
	return got
}

// send gives the process an event as soon as it asks for one, and returns the reply.
func (e *emulator) send(t require.TestingT, limit time.Duration, payload string) (got reply) {
	now := &event{payload: payload, deadline: time.Now().Add(limit), reply: make(chan reply, 1)}
	now.id = fmt.Sprintf("8476a536-e9f4-11e8-9739-%012d", e.number.Add(1))
	e.mu.Lock()
	e.pending[now.id] = now
	e.mu.Unlock()
	late := time.After(patience)
	select {
	case e.events <- now:
	case <-late:
		require.FailNow(t, "the process has not taken the event", e.logged(t))
	}
	select {
	case got = <-now.reply:
	case <-late:
		require.FailNow(t, "no reply", e.logged(t))
	}
	return got
}
