package cloudevents

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/cloudevents/sdk-go/v2/protocol"
	cehttp "github.com/cloudevents/sdk-go/v2/protocol/http"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
)

// Final reports whether a failure is one that another delivery of the event would only repeat: the data is not what the function takes, or
// the class is business, because the author of the function says so: see [recovery.Mark]. All else may pass: a service that is down, a deadline, a machine that is full, an initialiser that has
// failed, and what nobody has classified. So may a bug, which is class code: a corrected version takes the event, if the broker still has it.
func Final(err error) bool {
	if invalid(err) {
		return true
	}
	return recovery.Classify(err) == recovery.ClassBusiness && !unready(err)
}

// invalid reports whether the function was not called, for want of an input.
func invalid(err error) bool {
	_, ok := errors.AsType[*faas.InputError](err)
	return ok
}

func unready(err error) bool {
	_, ok := errors.AsType[*faas.InitError](err)
	return ok
}

// verdict is what a sender is told of a failure.
type verdict struct {
	ack    bool
	status int
	class  string        // empty: the function was not called
	text   string        // for who has sent the event
	retry  time.Duration // the sender is to wait so long; 0: that is not known
}

func (s *settings) verdict(err error) verdict {
	v := verdict{ack: s.isFinal(err), text: public(err)}
	if !invalid(err) {
		v.class = recovery.Classify(err).String()
	}
	v.status = s.status(err, v.ack)
	if later, ok := errors.AsType[interface {
		error
		RetryAfter() time.Duration
	}](err); ok {
		v.retry = later.RetryAfter()
	}
	return v
}

// stuck is how long the function of [Ack] may take.
const stuck = 10 * time.Second

// isFinal asks the function of [Ack]. If that panics, ends its goroutine or does not return, the event is delivered again.
func (s *settings) isFinal(err error) bool {
	ctx, cancel := context.WithTimeout(context.Background(), stuck)
	defer cancel()
	final, failed := future.Go(ctx, func(context.Context) (bool, error) { return s.final(err), nil }).Await(ctx)
	return failed == nil && final
}

// status of what is acknowledged is none that senders try again on, as they do on some from 400 to 499: package protocol/http of the
// SDK on 404, 413, 425 and 429, and Knative on 404, 409 and 429, see "Event Acknowledgement and Delivery Retry" in its data plane contract.
func (s *settings) status(err error, ack bool) int {
	switch {
	case ack && s.acked != 0:
		return s.acked
	case ack && invalid(err):
		return http.StatusBadRequest
	case ack:
		return http.StatusUnprocessableEntity
	case unready(err):
		return http.StatusServiceUnavailable
	}
	switch recovery.Classify(err) {
	case recovery.ClassCode, recovery.ClassUnknown:
		return http.StatusInternalServerError
	case recovery.ClassDependency:
		return http.StatusBadGateway
	case recovery.ClassTimeout:
		return http.StatusGatewayTimeout
	}
	return http.StatusServiceUnavailable
}

// public is what may be told of a failure.
func public(err error) string {
	if input, ok := errors.AsType[*faas.InputError](err); ok {
		return input.Reason
	}
	if told, ok := errors.AsType[interface {
		error
		Public() string
	}](err); ok {
		return told.Public()
	}
	return ""
}

// result is the verdict for the SDK: its status for HTTP, and a receipt for all other protocols. It does not wrap the failure: that
// may be the result of another delivery, which would then count as that of this one.
func (v verdict) result() protocol.Result {
	text := v.text
	if text == "" {
		text = v.class
	}
	return cehttp.NewResult(v.status, "%w", protocol.NewReceipt(v.ack, "%s", text))
}
