package cloudevents

import (
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/cloudevents/sdk-go/v2/types"
)

// Option changes what is made of events and answers.
type Option func(*settings)

type settings struct {
	kind, source, subject string // of answers; the subject may be empty: that of the event
	silent                bool
	limit                 time.Duration
	final                 func(error) bool
	acked                 int // the status of what is acknowledged; 0: by the failure
	body                  int64
	function, revision    string
}

const defaultBody = 1 << 20

func newSettings(name string, opts []Option) *settings {
	s := &settings{
		kind: name + ".answered", source: "/" + name, final: Final, body: defaultBody,
		function: os.Getenv("K_SERVICE"), revision: os.Getenv("K_REVISION"),
	}
	for _, opt := range opts {
		opt(s)
	}
	return s
}

// Type is the type of the answers' events, the name of the handler and ".answered" without it. An answer of the same type
// as its event may be sent to the function again, for ever: see the triggers of Knative's brokers.
func Type(t string) Option {
	if t == "" {
		panic("cloudevents.Type: an empty type")
	}
	return func(s *settings) { s.kind = t }
}

// Source is the source of the answers' events, a URI reference; a slash and the name of the handler without it.
func Source(uri string) Option {
	if uri == "" || types.ParseURIRef(uri) == nil {
		panic(fmt.Sprintf("cloudevents.Source: %q is no URI reference", uri))
	}
	return func(s *settings) { s.source = uri }
}

// Subject is the subject of the answers' events, that of the event without it.
func Subject(subject string) Option {
	if subject == "" {
		panic("cloudevents.Subject: an empty subject")
	}
	return func(s *settings) { s.subject = subject }
}

// NoAnswer has no event made of what the function returns.
func NoAnswer() Option { return func(s *settings) { s.silent = true } }

// Limit gives each invocation a deadline, d after its event has come. Without it an invocation has the deadline that its ctx has, if any.
func Limit(d time.Duration) Option {
	if d <= 0 {
		panic("cloudevents.Limit: the limit is " + d.String() + ", and must be positive")
	}
	return func(s *settings) { s.limit = d }
}

// Ack makes fn decide which failures are final. Without it, [Final] decides. If a failure is final, its event is acknowledged, and not delivered again. If fn
// panics or does not return within 10 s, the failure is not final.
func Ack(fn func(error) bool) Option {
	if fn == nil {
		panic("cloudevents.Ack: nil function")
	}
	return func(s *settings) { s.final = fn }
}

// AckStatus is the HTTP status with which a failure is acknowledged. Without it, that is 400 for what is not the function's input, 422
// for what has failed, which brokers of Knative keep as dead letters. Pub/Sub and Eventarc deliver again whatever has
// another status than 200, 201, 202 and 204: for them it has to be one of these.
func AckStatus(status int) Option {
	if status < http.StatusOK || status > 499 {
		panic(fmt.Sprintf("cloudevents.AckStatus: the status is %d, and must be from 200 to 499", status))
	}
	return func(s *settings) { s.acked = status }
}

// MaxBody limits the body of a request to [HTTP] to n bytes, 1 MiB without it.
func MaxBody(n int64) Option {
	if n < 1 {
		panic(fmt.Sprintf("cloudevents.MaxBody: the limit is %d bytes, and must be at least 1", n))
	}
	return func(s *settings) { s.body = n }
}
