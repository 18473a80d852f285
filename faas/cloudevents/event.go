package cloudevents

import (
	"crypto/sha256"
	"encoding/hex"
	"mime"
	"strings"
	"time"

	"github.com/cloudevents/sdk-go/v2/event"

	"github.com/jade-go/jade/faas"
)

// maxID is how much of the id of an event is in each line of the log, in bytes.
const maxID = 256

// idOf is the id of the invocation. Ids of events are unique in a source only.
func idOf(e event.Event) string {
	id := e.ID() + "@" + e.Source()
	if len(id) > maxID {
		id = strings.ToValidUTF8(id[:maxID], "") + "…"
	}
	return strings.ToValidUTF8(id, "\uFFFD")
}

// dataOf is the data of an event, which has to be JSON: an event without a type of its data has JSON, says the specification of
// CloudEvents' JSON format, section 3.1.
func dataOf(e event.Event) ([]byte, error) {
	kind := e.DataContentType()
	if kind == "" {
		return e.Data(), nil
	}
	name, _, err := mime.ParseMediaType(kind)
	if err != nil || name != "application/json" && name != "text/json" && !strings.HasSuffix(name, "+json") {
		return nil, &faas.InputError{Reason: "the data is not JSON, by its content type", Err: err}
	}
	return e.Data(), nil
}

// answer is the event of an answer: see the package's comment.
func (s *settings) answer(to event.Event, data []byte) *event.Event {
	answer := event.New()
	answer.SetID(s.answerID(to))
	answer.SetSource(s.source)
	answer.SetType(s.kind)
	answer.SetTime(time.Now())
	answer.SetDataContentType(event.ApplicationJSON)
	answer.DataEncoded = data
	if s.subject != "" {
		answer.SetSubject(s.subject)
	} else if subject := to.Subject(); subject != "" {
		answer.SetSubject(subject)
	}
	extensions := to.Extensions()
	for _, name := range handedOn {
		if value, ok := extensions[name]; ok {
			answer.SetExtension(name, value)
		}
	}
	answer.SetExtension(causation, to.ID())
	return &answer
}

// Extensions of answers. Both are of extensions that CloudEvents documents.
const causation = "causationid"

var handedOn = []string{"correlationid", "partitionkey", "traceparent", "tracestate"}

// answerID is the same whenever the same event is delivered, so that who receives the answers can tell that it has one already.
func (s *settings) answerID(to event.Event) string {
	sum := sha256.New()
	for _, part := range []string{to.Source(), to.ID(), s.kind} {
		sum.Write([]byte(part))
		sum.Write([]byte{0})
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}
