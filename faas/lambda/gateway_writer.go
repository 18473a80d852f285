package lambda

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// gatewayWriter keeps the answer of a handler until it is complete. It does what the writer of a server does.
type gatewayWriter struct {
	header http.Header // the handler's
	head   bool        // the body is counted and not kept

	mu     sync.Mutex // a handler may go on writing after it has returned
	over   bool
	status int         // 0: the answer has not begun
	sent   http.Header // as it was when the answer began
	body   bytes.Buffer
	length int
}

var errOver = errors.New("lambda: the handler of this request has returned")

// Header implements [http.ResponseWriter].
func (w *gatewayWriter) Header() http.Header { return w.header }

// WriteHeader implements [http.ResponseWriter].
func (w *gatewayWriter) WriteHeader(status int) {
	if status < 100 || status > 999 {
		panic(fmt.Sprintf("lambda.Gateway: invalid WriteHeader code %d", status)) // as a server does
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begin(status)
}

func (w *gatewayWriter) begin(status int) {
	informational := status < http.StatusOK && status != http.StatusSwitchingProtocols
	if w.over || w.status != 0 || informational {
		return
	}
	w.status, w.sent = status, w.header.Clone()
	if w.sent == nil {
		w.sent = http.Header{}
	}
}

// Write implements [http.ResponseWriter].
func (w *gatewayWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.take(len(p)); err != nil {
		return 0, err
	}
	if w.head && w.length > sniffed {
		return len(p), nil
	}
	return w.body.Write(p)
}

// WriteString implements [io.StringWriter].
func (w *gatewayWriter) WriteString(s string) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.take(len(s)); err != nil {
		return 0, err
	}
	if w.head && w.length > sniffed {
		return len(s), nil
	}
	return w.body.WriteString(s)
}

// sniffed is how much of a body tells its type.
const sniffed = 512

func (w *gatewayWriter) take(n int) error {
	if w.over {
		return errOver
	}
	w.begin(http.StatusOK)
	if !hasBody(w.status) {
		return http.ErrBodyNotAllowed
	}
	w.length += n
	return nil
}

func hasBody(status int) bool {
	return status >= http.StatusOK && status != http.StatusNoContent && status != http.StatusNotModified
}

// close ends the answer, for those that still write.
func (w *gatewayWriter) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begin(http.StatusOK)
	w.over = true
}

// ofConnection are headers that are for the connection, which is the gateway's.
var ofConnection = []string{"Connection", "Keep-Alive", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade"}

// finish returns the answer of a handler that has returned.
func (w *gatewayWriter) finish() gatewayAnswer {
	w.close()
	w.mu.Lock()
	defer w.mu.Unlock()
	body := w.body.Bytes()
	h := clean(w.sent)
	if _, typed := w.sent["Content-Type"]; !typed && h.Get("Content-Encoding") == "" && len(body) > 0 {
		h.Set("Content-Type", http.DetectContentType(body))
	}
	if !hasBody(w.status) {
		h.Del("Content-Length")
	}
	if w.status == http.StatusNotModified {
		h.Del("Content-Type")
	}
	counted := h.Get("Content-Length") != ""
	if w.head && w.length > 0 && !counted || !w.head && counted {
		h.Set("Content-Length", strconv.Itoa(w.length))
	}
	if w.head {
		body = nil
	}
	return gatewayAnswer{status: w.status, header: h, body: body}
}

var newlines = strings.NewReplacer("\r", " ", "\n", " ")

// clean has of the headers of a handler what a server would send to a gateway.
func clean(sent http.Header) http.Header {
	h := http.Header{}
	for name, values := range sorted(sent) {
		if strings.HasPrefix(name, http.TrailerPrefix) || name == "" || strings.ContainsFunc(name, func(c rune) bool { return c <= ' ' || c >= 0x7f || c == ':' }) {
			continue
		}
		for _, value := range values {
			h.Add(name, strings.TrimSpace(newlines.Replace(value)))
		}
	}
	for _, name := range ofConnection {
		h.Del(name)
	}
	return h
}
