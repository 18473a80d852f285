package faas

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

const transfer = 30 * time.Second // for a body or an answer, if nothing else limits it

// readBody returns the body of a request, or a refusal.
func (s *httpSettings) readBody(ctx context.Context, w http.ResponseWriter, r *http.Request) (body []byte, err error) {
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

// unreadBody limits how long the server waits for the rest of a body that nobody reads. Call it only before the answer is written: it also ends the
// ctx of the request when that time is over.
func unreadBody(ctx context.Context, w http.ResponseWriter, r *http.Request) {
	if server, ok := r.Context().Value(http.ServerContextKey).(*http.Server); ok && server.ReadTimeout > 0 {
		return
	}
	_ = http.NewResponseController(w).SetReadDeadline(readUntil(ctx)) // not all writers can
}

// unfit says why a body with these headers is refused, or is empty. A browser sends a body that is not refused from a page of another origin only if
// the server allows it: see "CORS-safelisted request-header" in the Fetch standard.
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

// shorten sets a deadline of a connection, but never makes an existing deadline later: only at the time end does a timer set a deadline, which is in the
// past. After stop, the timer does nothing.
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

// refusal is why a request is refused before the function is called.
type refusal struct {
	status int
	why    string
}

func (e refusal) Error() string   { return e.why }
func (e refusal) HTTPStatus() int { return e.status }
func (e refusal) Public() string  { return e.why }
