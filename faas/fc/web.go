package fc

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
)

// Event is what an HTTP trigger sends. MultiValueHeaders is there if the version of the events has it, which version v1 does not.
type Event struct {
	Version         string            `json:"version"`
	RawPath         string            `json:"rawPath"`
	Body            string            `json:"body"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
	Headers         map[string]string `json:"headers"`
	QueryParameters map[string]string `json:"queryParameters"`
	RequestContext  RequestContext    `json:"requestContext"`

	MultiValueHeaders map[string][]string `json:"multiValueHeaders,omitempty"`
}

// RequestContext is what an HTTP trigger says of the request.
type RequestContext struct {
	AccountID    string      `json:"accountId"`
	DomainName   string      `json:"domainName"`
	DomainPrefix string      `json:"domainPrefix"`
	RequestID    string      `json:"requestId"`
	Time         string      `json:"time"`
	TimeEpoch    string      `json:"timeEpoch"`
	HTTP         HTTPContext `json:"http"`
}

// HTTPContext is the request's first line, and who sent it.
type HTTPContext struct {
	Method    string `json:"method"`
	Path      string `json:"path"`
	Protocol  string `json:"protocol"`
	SourceIP  string `json:"sourceIp"`
	UserAgent string `json:"userAgent"`
}

// Answer is what an HTTP trigger takes. MultiValueHeaders is for events that have it.
type Answer struct {
	StatusCode      int               `json:"statusCode"`
	Headers         map[string]string `json:"headers"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
	Body            string            `json:"body"`

	MultiValueHeaders map[string][]string `json:"multiValueHeaders,omitempty"`
}

// Web returns a handler of that name for functions behind an HTTP trigger: handler serves the requests. Headers that
// have several values are joined by a comma, as events and answers of version v1 have one of each name.
//
// Cookies: Set-Cookie must not be joined (RFC 6265, section 3). If the event has multiValueHeaders, all are sent. Else one is: the last one
// with the name of the first. The names of other cookies are then logged, as [MessageCookies].
//
// Failure: for an event that does not come from an HTTP trigger, the invocation fails with a [faas.InputError].
// Panics: the invocation fails. After [http.ErrAbortHandler] the class of the failure is canceled, and the log has no error.
// Memory: the answer is kept until it is complete. What the platform may add to events is ignored.
func Web(name string, handler http.Handler, opts ...faas.Option) *faas.Handler[Event, Answer] {
	if handler == nil {
		panic("fc.Web: nil Handler")
	}
	var h *faas.Handler[Event, Answer]
	h = faas.New(name, func(ctx context.Context, e Event) (Answer, error) {
		request, err := e.request(ctx)
		if err != nil {
			return Answer{}, err
		}
		w := &recorder{header: http.Header{}, head: request.Method == http.MethodHead}
		if err := serve(ctx, handler, w, request); err != nil {
			return Answer{}, err
		}
		a, lost := w.answer(e.MultiValueHeaders != nil)
		if len(lost) > 0 {
			within(ctx, func() {
				h.Logger().LogAttrs(ctx, slog.LevelWarn, MessageCookies, slog.String("function", name), slog.Any("names", lost))
			})
		}
		return a, nil
	}, append(slices.Clip(opts), faas.AllowUnknownFields())...)
	return h
}

// serve calls handler, in a future so that the failure has the stack of its panic.
func serve(ctx context.Context, handler http.Handler, w http.ResponseWriter, r *http.Request) error {
	_, err := future.Go(ctx, func(context.Context) (none struct{}, _ error) { handler.ServeHTTP(w, r); return none, nil }).Await(ctx)
	if p, panicked := err.(*future.PanicError); panicked && p.Value == any(http.ErrAbortHandler) {
		return recovery.Mark(recovery.ClassCanceled, http.ErrAbortHandler)
	}
	return err
}

func (e Event) request(ctx context.Context) (*http.Request, error) {
	body := []byte(e.Body)
	if e.IsBase64Encoded {
		decoded, err := base64.StdEncoding.DecodeString(e.Body)
		if err != nil {
			return nil, recovery.Mark(recovery.ClassBusiness, &faas.InputError{Reason: "the body is not base64", Err: err})
		}
		body = decoded
	}
	if e.RequestContext.HTTP.Method == "" {
		return nil, recovery.Mark(recovery.ClassBusiness, &faas.InputError{Reason: "no event of an HTTP trigger"})
	}
	query := url.Values{}
	for name, value := range e.QueryParameters {
		query.Set(name, value)
	}
	raw := e.RawPath
	if raw == "" {
		raw = "/"
	}
	path, err := url.PathUnescape(raw)
	request, unfit := http.NewRequestWithContext(ctx, e.RequestContext.HTTP.Method, "/", bytes.NewReader(body))
	if err = errors.Join(err, unfit); err != nil {
		return nil, recovery.Mark(recovery.ClassBusiness, &faas.InputError{Reason: fmt.Sprintf("the request %s %q is none", e.RequestContext.HTTP.Method, e.RawPath), Err: err})
	}
	target := &url.URL{Path: path, RawPath: raw, RawQuery: query.Encode()} // not parsed: // is no host here
	request.URL = target
	for name, value := range e.Headers {
		request.Header.Set(name, value)
	}
	for name, values := range e.MultiValueHeaders {
		request.Header[http.CanonicalHeaderKey(name)] = values
	}
	request.Host = cmp.Or(e.RequestContext.DomainName, request.Header.Get("Host"))
	request.Header.Del("Host") // as a server has it
	request.RemoteAddr = net.JoinHostPort(e.RequestContext.HTTP.SourceIP, "0")
	request.RequestURI = target.RequestURI()
	return request, nil
}

// recorder keeps an answer until it is complete.
type recorder struct {
	header http.Header
	sent   http.Header // as it was when the answer began
	status int
	body   bytes.Buffer
	head   bool // the request is a HEAD, so the body is not sent
}

// Header implements [http.ResponseWriter].
func (w *recorder) Header() http.Header { return w.header }

// WriteHeader implements [http.ResponseWriter].
func (w *recorder) WriteHeader(status int) {
	if status < 100 || status > 999 {
		panic(fmt.Sprintf("fc.Web: invalid WriteHeader code %d", status)) // as a server does
	}
	if w.status == 0 && status >= http.StatusOK { // what comes before is for the connection
		w.status, w.sent = status, w.header.Clone()
	}
}

// Write implements [http.ResponseWriter].
func (w *recorder) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	switch {
	case w.status == http.StatusNoContent, w.status == http.StatusNotModified:
		return 0, http.ErrBodyNotAllowed
	case w.head:
		return len(p), nil
	}
	return w.body.Write(p)
}

// answer is what has been written. If it can have one Set-Cookie only, lost are the names of the other cookies.
func (w *recorder) answer(several bool) (a Answer, lost []string) {
	w.WriteHeader(http.StatusOK)
	a = Answer{StatusCode: w.status, Headers: map[string]string{}, Body: w.body.String()}
	for name, values := range w.sent {
		a.Headers[name] = strings.Join(values, ", ")
	}
	if !utf8.ValidString(a.Body) {
		a.IsBase64Encoded, a.Body = true, base64.StdEncoding.EncodeToString(w.body.Bytes())
	}
	cookies := w.sent[setCookie]
	if several && len(cookies) > 1 {
		delete(a.Headers, setCookie)
		a.MultiValueHeaders = map[string][]string{setCookie: cookies}
	} else if len(cookies) > 0 {
		a.Headers[setCookie], lost = oneOf(cookies)
	}
	return a, lost
}
