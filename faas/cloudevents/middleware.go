package cloudevents

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Middleware does what the HTTP binding for CloudEvents asks for and the SDK does not do. [HTTP] has it; a client of the SDK gets
// it by [cehttp.WithMiddleware], a handler of the SDK by a call.
//
// Attributes in binary mode are percent-encoded: those of events are decoded, and those of answers encoded. What cannot be decoded, and an
// attribute with two values, is refused (400).
//
// A sender may ask by OPTIONS, with a header WebHook-Request-Origin, whether it may deliver events. It may, at the rate that it asks for.
func Middleware(next http.Handler) http.Handler {
	if next == nil {
		panic("cloudevents.Middleware: nil Handler")
	}
	return middleware(next, func(context.Context, string) {})
}

// middleware is [Middleware] that calls refused for each request that it refuses.
func middleware(next http.Handler, refused func(ctx context.Context, reason string)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if origin := request.Header.Get("WebHook-Request-Origin"); request.Method == http.MethodOptions && origin != "" {
			limitBody(request.Context(), w, request)
			permit(w.Header(), origin, request.Header.Get("WebHook-Request-Rate"))
			return
		}
		decoded, reason := decodedHeader(request.Header)
		if reason != "" {
			limitBody(request.Context(), w, request)
			v := verdict{status: http.StatusBadRequest, text: "not a valid event: " + reason}
			refused(request.Context(), v.text)
			v.write(w, "")
			return
		}
		request = request.WithContext(request.Context()) // a copy
		request.Header = decoded
		answer := &encodingWriter{ResponseWriter: w}
		next.ServeHTTP(answer, request)
		answer.begin()
	})
}

// permit answers the handshake of web hooks: see "HTTP 1.1 Web Hooks for Event Delivery", version 1.0.2, section 4.2. It protects the sender from who
// registers other people's addresses: who serves events wants them. The callback, which is for administrators, is not called.
func permit(h http.Header, origin, rate string) {
	if n, err := strconv.Atoi(rate); err != nil || n < 1 {
		rate = "*"
	}
	h.Set("Allow", http.MethodPost)
	h.Set("WebHook-Allowed-Origin", origin)
	h.Set("WebHook-Allowed-Rate", rate)
}

const prefix = "Ce-"

// decodedHeader is a header with the attributes of an event in binary mode decoded, or why it has none. In structured mode
// the attributes are in the body.
func decodedHeader(h http.Header) (decoded http.Header, reason string) {
	if strings.HasPrefix(h.Get("Content-Type"), "application/cloudevents") {
		return h, ""
	}
	copied := false
	decoded = h
	for name, values := range h {
		if !strings.HasPrefix(name, prefix) || len(values) == 0 {
			continue
		}
		value, why := decode(values[0])
		if len(values) > 1 {
			why = "two values"
		}
		if why != "" {
			return nil, strings.ToLower(name[len(prefix):]) + ": " + why
		}
		if value == values[0] {
			continue
		}
		if !copied {
			decoded, copied = h.Clone(), true
		}
		decoded[name] = []string{value}
	}
	return decoded, ""
}

// encodingWriter encodes the attributes of an answer.
type encodingWriter struct {
	http.ResponseWriter
	begun bool
}

// Unwrap is for [http.ResponseController].
func (w *encodingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// begin encodes the attributes, before they are sent.
func (w *encodingWriter) begin() {
	if w.begun {
		return
	}
	w.begun = true
	for name, values := range w.Header() {
		if strings.HasPrefix(name, prefix) && slices.ContainsFunc(values, encodable) {
			w.Header()[name] = []string{encode(values[0])}
		}
	}
}

// WriteHeader implements [http.ResponseWriter].
func (w *encodingWriter) WriteHeader(status int) {
	if status >= http.StatusOK {
		w.begin()
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write implements [http.ResponseWriter].
func (w *encodingWriter) Write(p []byte) (int, error) {
	w.begin()
	return w.ResponseWriter.Write(p)
}

// FlushError is for [http.ResponseController].
func (w *encodingWriter) FlushError() error {
	w.begin()
	return http.NewResponseController(w.ResponseWriter).Flush()
}
