package faas

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jade-go/jade/observe"
)

// HTTPOption changes what [HTTP] accepts and answers.
type HTTPOption func(*httpSettings)

type httpSettings struct {
	body   int64
	limit  time.Duration
	id     string
	status func(error) int
	losses bool // are told
}

const (
	defaultBody = 1 << 20
	transfer    = 30 * time.Second // for a body or an answer, if nothing else limits it
)

// MaxBody limits the body of a request to n bytes, 1 MiB without it.
func MaxBody(n int64) HTTPOption {
	if n < 1 {
		panic(fmt.Sprintf("faas.MaxBody: the limit is %d bytes, and must be at least 1", n))
	}
	return func(s *httpSettings) { s.body = n }
}

// Limit gives each request a deadline, d after its headers have been read. Without it a request has the deadline that
// its ctx has, from [http.Server.BaseContext] or a middleware, if any. It has to be longer than what [Reserve] keeps, or [HTTP] panics.
func Limit(d time.Duration) HTTPOption {
	if d <= 0 {
		panic("faas.Limit: the limit is " + d.String() + ", and must be positive")
	}
	return func(s *httpSettings) { s.limit = d }
}

// RequestID names the header that has the id of a request, X-Request-Id without it. It is trusted for logs only.
func RequestID(header string) HTTPOption { return func(s *httpSettings) { s.id = header } }

// Status has fn say which status a failure has, from 400 to 599. Where it returns anything else, such as 0, that is as [HTTP] says; if it
// panics or does not return, 500.
func Status(fn func(error) int) HTTPOption {
	if fn == nil {
		panic("faas.Status: nil function")
	}
	return func(s *httpSettings) { s.status = fn }
}

// HTTP serves h: a POST with a JSON body is the input, and the answer is JSON, with the status 200.
//
// What is refused: another method (405); no content type, another one than application/json, or several, another charset than UTF-8, and any
// content encoding (415), so that no browser sends a request of a foreign page without asking first; a body that is too long (413), does not
// come in time (408), or that [Handler.InvokeJSON] does not take (400, or 500 if a method of In's panics or ends its goroutine). See [Handler.Refused] for how that is logged and counted.
//
// A failure is answered by a [Problem]. Its status is what [Status] says, or a method
// HTTPStatus() int of the failure, from 400 to 599, or else that of its class: business 422; dependency 502; system 503; timeout 504; code, unknown and all else 500; an initialiser
// that has failed is 503. A method StatusCode() int tells the class alone: it is what somebody has answered us, and not for our client. A method
// RetryAfter() time.Duration of the failure is told as Retry-After. No answer has the text of an error, which may tell of the
// inside, unless the error has a method Public() string: that is the detail.
//
// Cancellation: a client that leaves cancels the invocation.
// Blocking: reading a body ends at the deadline of the request, or after 30 s if it has none; so does writing the answer, after
// 30 s. The ReadTimeout and the WriteTimeout of the server hold too, if they end earlier. A server should have a ReadHeaderTimeout besides.
// Panics: if [Limit] leaves nothing beside the [Reserve] of h.
func HTTP[In, Out any](h *Handler[In, Out], opts ...HTTPOption) http.Handler {
	if h == nil {
		panic("faas.HTTP: nil Handler")
	}
	s := &httpSettings{body: defaultBody, id: "X-Request-Id"}
	for _, opt := range opts {
		opt(s)
	}
	if s.limit > 0 && h.reserve >= s.limit {
		panic(fmt.Sprintf("faas.HTTP: the Limit is %s, and must be longer than the Reserve of %s, which is %s", s.limit, h.name, h.reserve))
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		if s.limit > 0 {
			limited, cancel := context.WithTimeout(ctx, s.limit)
			defer cancel()
			ctx = limited
		}
		i, told := InvocationOf(ctx) // by an adapter
		if !told {
			i.Platform = "http"
		}
		if i.ID == "" {
			i.ID = s.idOf(r)
		}
		ctx = WithInvocation(ctx, i)
		var lost losses
		if s.losses {
			ctx = observe.With(ctx, observe.Tee(observe.From(ctx), &lost))
		}
		answer, err := answerHTTP(ctx, h, s, w, r)
		if err != nil {
			s.problem(err, i.ID).write(w)
			return
		}
		lost.tell(w.Header())
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
		send(w, answer)
	})
}

// idOf is the id of a request, if it is fit for a log.
func (s *httpSettings) idOf(r *http.Request) string {
	const longest = 128
	id := r.Header.Get(s.id)
	if len(id) > longest || strings.ContainsFunc(id, func(c rune) bool { return c < '!' || c > '~' }) {
		return ""
	}
	return id
}

func answerHTTP[In, Out any](ctx context.Context, h *Handler[In, Out], s *httpSettings, w http.ResponseWriter, r *http.Request) ([]byte, error) {
	ctx, leave, err := h.Admit(ctx)
	defer leave()
	var body []byte
	if err == nil {
		body, err = s.read(ctx, w, r)
	}
	if err != nil {
		unreadBody(ctx, w, r)
		h.Refused(ctx, err)
		return nil, err
	}
	return h.InvokeJSON(ctx, body)
}

// read returns the body of a request, or a refusal.
func (s *httpSettings) read(ctx context.Context, w http.ResponseWriter, r *http.Request) (body []byte, err error) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return nil, refusal{http.StatusMethodNotAllowed, "the method is POST"}
	}
	if why := unfit(r.Header); why != "" {
		return nil, refusal{http.StatusUnsupportedMediaType, why}
	}
	stop := shorten(readUntil(ctx), http.NewResponseController(w).SetReadDeadline)
	body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, s.body))
	stop()
	switch long, ok := errors.AsType[*http.MaxBytesError](err); {
	case ok:
		return nil, refusal{http.StatusRequestEntityTooLarge, fmt.Sprintf("the body has more than %d bytes", long.Limit)}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, refusal{http.StatusRequestTimeout, "the body did not come in time"}
	case err != nil:
		return nil, refusal{http.StatusBadRequest, "the body could not be read"}
	}
	return body, nil
}

// readUntil is when a body has to be there.
func readUntil(ctx context.Context) time.Time {
	if end, limited := ctx.Deadline(); limited {
		return end
	}
	return time.Now().Add(transfer)
}

// unreadBody limits how long the server waits for the rest of a body that is refused.
func unreadBody(ctx context.Context, w http.ResponseWriter, r *http.Request) {
	if server, ok := r.Context().Value(http.ServerContextKey).(*http.Server); ok && server.ReadTimeout > 0 {
		return
	}
	_ = http.NewResponseController(w).SetReadDeadline(readUntil(ctx)) // not all writers can
}

// unfit says why the headers are not those of a body that is taken. A browser sends what is taken for a page of another origin only
// if the server allows it: see "CORS-safelisted request-header" in the Fetch standard.
func unfit(h http.Header) string {
	const kind = "the content type is application/json"
	if all := h.Values("Content-Type"); len(all) != 1 {
		return kind + ", in one header"
	} else if all[0] != "application/json" {
		name, params, err := mime.ParseMediaType(all[0])
		if err != nil || name != "application/json" {
			return kind
		}
		if charset, given := params["charset"]; given && !strings.EqualFold(charset, "utf-8") {
			return kind + ", in UTF-8"
		}
	}
	if len(h.Values("Content-Encoding")) > 0 {
		return "the content has no encoding"
	}
	return ""
}

// send writes the answer, for a while.
func send(w http.ResponseWriter, answer []byte) {
	control := http.NewResponseController(w)
	stop := shorten(time.Now().Add(transfer), control.SetWriteDeadline)
	defer stop()
	if _, err := w.Write(answer); err == nil {
		_ = control.Flush() // it fails only if the client has left or does not read
	}
}

// shorten sets a deadline of a connection, but never one later than it has: what sets it does so when it is due. After stop, it does not.
func shorten(end time.Time, set func(time.Time) error) (stop func()) {
	var mu sync.Mutex
	over := false
	timer := time.AfterFunc(time.Until(end), func() {
		mu.Lock()
		defer mu.Unlock()
		if !over {
			_ = set(time.Unix(1, 0)) // long ago; not all writers can
		}
	})
	return func() {
		mu.Lock()
		defer mu.Unlock()
		over = true
		timer.Stop()
	}
}

// refusal is a request that the function is not called for.
type refusal struct {
	status int
	why    string
}

func (e refusal) Error() string   { return e.why }
func (e refusal) HTTPStatus() int { return e.status }
func (e refusal) Public() string  { return e.why }
