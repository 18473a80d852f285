package faas

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jade-go/jade/observe"
)

// HTTPOption changes what [HTTP] accepts and answers.
type HTTPOption func(*httpSettings)

type httpSettings struct {
	body    int64
	limit   time.Duration
	id      string
	status  func(error) int
	losses  bool // the answer has the header Server-Timing
	methods []string
}

const defaultBody = 1 << 20

// MaxBody limits the body of a request to n bytes, 1 MiB without it.
func MaxBody(n int64) HTTPOption {
	if n < 1 {
		panic(fmt.Sprintf("faas.MaxBody: the limit is %d bytes, and must be at least 1", n))
	}
	return func(s *httpSettings) { s.body = n }
}

// Limit gives each request a deadline, d after its headers have been read. Without it, a request has the deadline of its ctx, if a middleware or
// [http.Server.BaseContext] has set one. The limit has to be longer than what [Reserve] keeps, or [HTTP] panics.
func Limit(d time.Duration) HTTPOption {
	if d <= 0 {
		panic("faas.Limit: the limit is " + d.String() + ", and must be positive")
	}
	return func(s *httpSettings) { s.limit = d }
}

// RequestID names the header that has the id of a request, X-Request-Id without it. A request gets a new id if it has none, or if its id is longer than 128
// characters or has others than visible ASCII characters. The answer has the id in the same header. The id comes from the client, so use it only to find
// logs, spans and metrics.
func RequestID(header string) HTTPOption {
	if header == "" {
		panic("faas.RequestID: no header")
	}
	return func(s *httpSettings) { s.id = header }
}

// Status makes fn decide which status a failure has, from 400 to 599. If fn returns any other number, such as 0, the status is as [HTTP] says. If fn
// panics or does not return, the status is 500.
func Status(fn func(error) int) HTTPOption {
	if fn == nil {
		panic("faas.Status: nil function")
	}
	return func(s *httpSettings) { s.status = fn }
}

// Methods are the methods that [HTTP] takes, such as PUT or DELETE. Without it, HTTP takes GET and HEAD if all of the input comes from path and query, and
// otherwise POST. Methods panics without a name. HTTP panics if it is to take GET or HEAD and no field of the input has a tag, unless the input is struct{}.
func Methods(names ...string) HTTPOption {
	if len(names) == 0 {
		panic("faas.Methods: no method")
	}
	for _, name := range names {
		if name == "" || strings.ToUpper(name) != name {
			panic(fmt.Sprintf("faas.Methods: %q is no method: they are in capital letters, as in PUT", name))
		}
	}
	return func(s *httpSettings) { s.methods = names }
}

// HTTP serves h: the input is the JSON body of a POST, and the answer is JSON with the status 200.
//
// # Input
//
// Fields of In with a tag path come from a wildcard of [http.ServeMux]. Fields with a tag query come from the query:
//
//	type Search struct {
//		Shop string   `path:"shop"`  // GET /shops/{shop}/items
//		Text string   `query:"q"`    // ?q=lamp
//		Page *int     `query:"page"` // nil if it is not there
//		Tags []string `query:"tag"`  // ?tag=new&tag=red
//	}
//
// The type of such a field is a string, a boolean, a number, a duration such as 1m30s, a type with a method UnmarshalText, or a pointer to one of these.
// A field for the query may also be a slice of them. A field is zero if the query does not have it. HTTP ignores parameters of the query for which In has
// no field. Tags count in In and in structs that it embeds, but not in other structs.
//
// All other fields come from the body. If there are none, HTTP takes GET and HEAD, and reads no body. [Methods] sets other methods. On other
// platforms all fields come from JSON.
//
// # Answer
//
// If Out has a method HTTPStatus() int, its result is the status, from 200 to 599. If Out has a method HTTPHeader() http.Header, HTTP sets these headers,
// such as Location, ETag or Cache-Control. It does not set headers that belong to the server, such as Content-Length. Each answer has the
// id of the request: see [RequestID]. Answers with the status 204, 205 or 304 have no body.
//
// # Refusals
//
// HTTP does not call the function for these requests. [Handler.Refused] says how they are logged and counted.
//
//   - 400: [Handler.InvokeJSON] does not take the body; or a value of the path or the query has the wrong type or is there twice; or the header
//     Idempotency-Key is malformed. But if a method of In panics or ends its goroutine, the status is 500.
//   - 405: HTTP does not take the method.
//   - 408: the body does not come in time.
//   - 413: the body is too long.
//   - 415: there is not exactly one content type, or it is not application/json, or its charset is not UTF-8, or there is a content encoding.
//     A browser asks the server before it sends a request with this content type from a foreign page.
//   - 503: the [Gate] of h, such as that of [MaxInFlight], does not let the request in.
//
// # Failures
//
// The answer to a failure is a [Problem]. Its status is the first of these that applies:
//
//   - what [Status] says;
//   - what a method HTTPStatus() int of the failure says, from 400 to 599;
//   - 503 if the initialiser has failed;
//   - the status of the class: business 422, dependency 502, system 503, timeout 504, all others 500.
//
// A method RetryAfter() time.Duration of the failure sets Retry-After. The result of a method Public() string is the detail of the Problem. An answer
// has no other text of an error, because such a text may name files and hosts. A method StatusCode() int decides only the class, because it says what a
// backend has answered to this program.
//
// # Other
//
// Idempotency: the header Idempotency-Key is the key of the invocation: see [task.Key].
// Trace: observers find the request in the ctx, with the headers that continue the client's trace: see [observe.RequestOf].
// Cancellation: a client that leaves cancels the invocation.
// Blocking: reading a body ends at the deadline of the request, or after 30 s if it has none. Writing the answer ends after 30 s. The ReadTimeout and
// the WriteTimeout of the server hold too, if they end earlier. A server should also have a ReadHeaderTimeout.
// Panics: HTTP panics if [Limit] is not longer than the [Reserve] of h, or if a tag of In cannot be used, such as one on a field that is not exported.
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
	e := &endpoint[In, Out]{s, h, bindingOf(reflect.TypeFor[In]())}
	e.mustFit()
	return http.HandlerFunc(e.serve)
}

// endpoint is a handler behind HTTP.
type endpoint[In, Out any] struct {
	*httpSettings
	h     *Handler[In, Out]
	bound *binding
}

// mustFit sets the methods that suit the input, unless [Methods] has set some. It panics if the methods do not suit the input.
func (e *endpoint[In, Out]) mustFit() {
	switch {
	case e.methods != nil:
	case e.bound != nil && !e.bound.body:
		e.methods = []string{http.MethodGet, http.MethodHead}
	default:
		e.methods = []string{http.MethodPost}
	}
	in := reflect.TypeFor[In]()
	if e.bound == nil && slices.ContainsFunc(e.methods, bodiless) && in != reflect.TypeFor[struct{}]() {
		panic(fmt.Sprintf("faas.HTTP: %s takes %s, but no field of its %s has a tag path or query", e.h.name, strings.Join(e.methods, " and "), in))
	}
}

// bodiless reports whether requests of a method have no body.
func bodiless(method string) bool { return method == http.MethodGet || method == http.MethodHead }

func (e *endpoint[In, Out]) serve(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	if e.limit > 0 {
		limited, cancel := context.WithTimeout(ctx, e.limit)
		defer cancel()
		ctx = limited
	}
	ctx, id := e.identified(ctx, r)
	w.Header().Set(e.id, id)
	var says atomic.Pointer[reply]
	if e.h.Observed(ctx) {
		ctx = e.described(ctx, id, r, &says)
	}
	var lost losses
	if e.losses {
		ctx = observe.With(ctx, observe.Tee(observe.From(ctx), &lost))
	}
	answer, err := e.answer(ctx, w, r, &says)
	if err != nil {
		e.problem(err, id).write(w)
		return
	}
	says.Load().set(w.Header())
	lost.tell(w.Header())
	w.Header().Set(e.id, id)
	says.Load().write(w, answer)
}

func (e *endpoint[In, Out]) answer(ctx context.Context, w http.ResponseWriter, r *http.Request, says *atomic.Pointer[reply]) ([]byte, error) {
	ctx, leave, err := e.h.Admit(ctx)
	defer leave()
	var in parts
	if err == nil {
		ctx, in, err = e.read(ctx, w, r)
	}
	if err != nil {
		unreadBody(ctx, w, r)
		e.h.Refused(ctx, err)
		return nil, err
	}
	a := e.h.exchange(ctx, func() (In, error) { return e.decode(in) }, func(out Out) (text []byte, err error) {
		r, err := replyOf(&out)
		if says.Store(&r); err != nil || r.bodiless() {
			return nil, err
		}
		return json.Marshal(out)
	})
	if !in.read && r.ContentLength != 0 {
		unreadBody(ctx, w, r)
	}
	return a.text, a.err
}

// parts are what an input is made of.
type parts struct {
	body  []byte
	read  bool // there is a body
	texts [][]string
}

// read returns what a request has for the input, or a refusal.
func (e *endpoint[In, Out]) read(ctx context.Context, w http.ResponseWriter, r *http.Request) (_ context.Context, in parts, err error) {
	if !slices.Contains(e.methods, r.Method) {
		all := strings.Join(e.methods, ", ")
		w.Header().Set("Allow", all)
		return ctx, in, refusal{http.StatusMethodNotAllowed, "the method is " + all}
	}
	in.read = !bodiless(r.Method) && (e.bound == nil || e.bound.body)
	if in.read || r.Method == http.MethodPost {
		if why := unfit(r.Header); why != "" {
			return ctx, in, refusal{http.StatusUnsupportedMediaType, why}
		}
	}
	if ctx, err = keyed(ctx, r); err != nil {
		return ctx, in, err
	}
	if e.bound != nil {
		if in.texts, err = e.bound.texts(r); err != nil {
			return ctx, in, err
		}
	}
	if in.read {
		in.body, err = e.readBody(ctx, w, r)
	}
	return ctx, in, err
}

// decode makes the input. It calls methods that belong to In, so it may panic.
func (e *endpoint[In, Out]) decode(from parts) (in In, err error) {
	if from.read {
		in, err = decode[In](from.body, e.h.shape, e.h.rules)
	}
	if err == nil && e.bound != nil {
		err = e.bound.read(reflect.ValueOf(&in).Elem(), from.texts)
	}
	if err != nil {
		return in, &unread{err}
	}
	return in, nil
}
