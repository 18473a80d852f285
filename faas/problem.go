package faas

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/errtree"
	recovery "github.com/jade-go/jade/recover"
)

// Problem is how a failure is told to a client: the problem details of RFC 9457, and the class of the failure.
type Problem struct {
	Type    string `json:"type,omitempty"` // a URI; empty, as RFC 9457 has it, is about:blank: the title is that of the status
	Title   string `json:"title"`
	Status  int    `json:"status"`
	Detail  string `json:"detail,omitempty"`
	Class   string `json:"class,omitempty"`
	Request string `json:"request_id,omitempty"`

	retry time.Duration
}

// problem is how err is told, which is a failure of an invocation, so that its methods return, or a refusal.
func (s *httpSettings) problem(err error, id string) (p Problem) {
	p = Problem{Status: s.statusOf(err), Request: id}
	p.Title = http.StatusText(p.Status)
	if class := recovery.Classify(err); !refused(err) {
		p.Class = class.String()
	}
	if told, ok := errors.AsType[interface {
		error
		Public() string
	}](err); ok {
		p.Detail = told.Public()
	}
	if input, ok := errors.AsType[*InputError](err); ok && refused(err) {
		p.Detail = input.Reason
	}
	if later, ok := errors.AsType[interface {
		error
		RetryAfter() time.Duration
	}](err); ok {
		p.retry = later.RetryAfter()
	}
	return p
}

// refused reports whether the function was not called.
func refused(err error) bool {
	_, request := errors.AsType[refusal](err)
	_, input := errors.AsType[*unread](err)
	return request || input
}

func (s *httpSettings) statusOf(err error) int {
	if s.status != nil {
		if status := guarded(func() int { return s.status(err) }, http.StatusInternalServerError, stuck); isFailure(status) {
			return status
		}
	}
	if e, ok := errors.AsType[*unread](err); ok {
		if e.isBug() {
			return http.StatusInternalServerError
		}
		return http.StatusBadRequest
	}
	if r, ok := errors.AsType[refusal](err); ok {
		return r.status
	}
	if _, ok := errors.AsType[*InitError](err); ok {
		return http.StatusServiceUnavailable // the next request tries again
	}
	if status := toldStatus(err); status != 0 {
		return status
	}
	switch recovery.Classify(err) {
	case recovery.ClassBusiness:
		return http.StatusUnprocessableEntity
	case recovery.ClassDependency:
		return http.StatusBadGateway
	case recovery.ClassSystem:
		return http.StatusServiceUnavailable
	case recovery.ClassTimeout:
		return http.StatusGatewayTimeout
	}
	return http.StatusInternalServerError
}

// isFailure reports whether a client takes a status for that of a failure.
func isFailure(status int) bool { return status >= 400 && status < 600 }

// toldStatus is what a method HTTPStatus of err says, unless err is a panic or a cancellation because of such an error; else 0.
func toldStatus(err error) (status int) {
	errtree.Walk(err, func(err error) errtree.Next {
		switch e := err.(type) {
		case *future.PanicError, *future.CanceledError:
			return errtree.Beside
		case interface{ HTTPStatus() int }:
			if status = e.HTTPStatus(); isFailure(status) {
				return errtree.Stop
			}
			status = 0
		}
		return errtree.Inside
	})
	return status
}

// write answers with the problem.
func (p Problem) write(w http.ResponseWriter) {
	body, err := json.Marshal(p)
	if err != nil { // its texts are strings: there is none
		body = []byte("{}")
	}
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("X-Content-Type-Options", "nosniff")
	if p.retry > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(p.retry.Seconds()))))
	}
	w.WriteHeader(p.Status)
	_, _ = w.Write(body) // fails only if the client has left
}
