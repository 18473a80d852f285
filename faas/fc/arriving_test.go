package fc_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas/fc"
	"github.com/jade-go/jade/internal/notes"
)

// handing is a platform that hands out one invocation, piece by piece, as the test says.
type handing struct {
	*httptest.Server
	asked   chan struct{}     // next is asked for
	pieces  chan func(handed) // what to do then
	answers chan [2]string    // what was posted: path and body
	refuse  func(n int) bool  // the answer, its first time being 1
	posts   map[string]int    // by path; of the server's goroutines, one at a time here
}

type handed struct {
	w http.ResponseWriter
	*http.ResponseController
}

func newHanding(t *testing.T) *handing {
	p := &handing{asked: make(chan struct{}), pieces: make(chan func(handed)), answers: make(chan [2]string, 10), posts: map[string]int{}}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			body, _ := io.ReadAll(r.Body)
			path := strings.TrimPrefix(r.URL.Path, "/2020-11-11/runtime/invocation/")
			if p.posts[path]++; p.refuse != nil && p.refuse(p.posts[path]) {
				panic(http.ErrAbortHandler) // the connection is reset
			}
			p.answers <- [2]string{path, string(body)}
			return
		}
		select {
		case p.asked <- struct{}{}:
		case <-r.Context().Done():
			return
		}
		select {
		case do := <-p.pieces:
			do(handed{w, http.NewResponseController(w)})
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(p.Close)
	return p
}

// headers sends those of an invocation, and nothing of its event.
func (h handed) headers(id string, limit time.Duration) {
	h.w.Header().Set("x-fc-request-id", id)
	h.w.Header().Set(deadlineHeader, fmt.Sprint(time.Now().Add(limit).UnixMilli()))
	h.w.WriteHeader(http.StatusOK)
	_ = h.Flush()
}

func (p *handing) run(ctx context.Context, log io.Writer) chan error {
	ended := make(chan error, 1)
	go func() {
		ended <- fc.Run(ctx, handler(log, what), fc.API(strings.TrimPrefix(p.URL, "http://")), fc.Console(io.Discard))
	}()
	return ended
}

func within[T any](t *testing.T, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(30 * time.Second):
		require.Fail(t, "it does not come")
	}
	return v
}

// The platform has handed out an invocation when its headers are there: it is answered, although the process is told to end before its event is there.
func TestRun_toldToEndWhileAnEventArrives(t *testing.T) {
	p := newHanding(t)
	ctx, end := context.WithCancel(t.Context())
	ended := p.run(ctx, io.Discard)
	within(t, p.asked)
	p.pieces <- func(h handed) {
		h.headers("r-1", 20*time.Second)
		_, _ = io.WriteString(h.w, `"i`)
		_ = h.Flush()
		within(t, p.asked) // the next one: the headers have been read
		end()
		_, _ = io.WriteString(h.w, `t"`)
	}
	require.Equal(t, [2]string{"r-1/response", `"did it"`}, within(t, p.answers))
	require.NoError(t, within(t, ended))
}

// A process that waits for an invocation ends at once.
func TestRun_toldToEndWhileItWaits(t *testing.T) {
	p := newHanding(t)
	ctx, end := context.WithCancel(t.Context())
	ended := p.run(ctx, io.Discard)
	within(t, p.asked)
	end()
	require.NoError(t, within(t, ended))
}

// An event that stops to arrive is waited for until the deadline of its invocation. The platform is told, and other invocations are not held up.
func TestRun_eventThatStops(t *testing.T) {
	for name, stop := range map[string]func(handed, <-chan [2]string) [2]string{
		"stalled": func(h handed, answers <-chan [2]string) [2]string { return within(t, answers) },
		"cut off": func(h handed, _ <-chan [2]string) [2]string { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			var log notes.Text
			p := newHanding(t)
			ctx, end := context.WithCancel(t.Context())
			ended := p.run(ctx, &log)
			answers := make(chan [2]string, 1)
			within(t, p.asked)
			p.pieces <- func(h handed) {
				h.headers("r-1", time.Second)
				_, _ = io.WriteString(h.w, `"i`)
				_ = h.Flush()
				within(t, p.asked)
				answers <- stop(h, p.answers)
			}
			if name == "cut off" {
				answers <- within(t, p.answers)
			}
			answer := within(t, answers)
			require.Equal(t, "r-1/error", answer[0])
			require.Contains(t, answer[1], "the event could not be read")
			require.Contains(t, log.String(), "msg=refused")
			require.Contains(t, log.String(), "request_id=r-1")
			end()
			require.NoError(t, within(t, ended))
		})
	}
}

// An answer whose connection is reset is sent again.
func TestRun_answerIsSentAgain(t *testing.T) {
	var log notes.Text
	p := newHanding(t)
	p.refuse = func(n int) bool { return n < 3 }
	ctx, end := context.WithCancel(t.Context())
	ended := p.run(ctx, &log)
	within(t, p.asked)
	p.pieces <- func(h handed) {
		h.headers("r-1", 20*time.Second)
		_, _ = io.WriteString(h.w, `"it"`)
	}
	require.Equal(t, [2]string{"r-1/response", `"did it"`}, within(t, p.answers))
	end()
	require.NoError(t, within(t, ended))
	require.NotContains(t, log.String(), "level=ERROR")
}
