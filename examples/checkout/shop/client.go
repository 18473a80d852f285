package shop

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/jade-go/jade/durable"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// Client makes the calls of the flow, over HTTP.
type Client struct {
	HTTP *http.Client
	URLs map[string]string // by action: reserve, check, charge, ship, mail, release, refund, recall
}

// post has a service do something. The service knows the call by its key, and does it once.
func post[Out any](ctx context.Context, c *Client, action string, in any) (out Out, err error) {
	body, err := json.Marshal(in)
	if err != nil {
		return out, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URLs[action], bytes.NewReader(body))
	if err != nil {
		return out, err
	}
	if key, ok := task.Key(ctx); ok {
		request.Header.Set("Idempotency-Key", key)
	}
	response, err := c.HTTP.Do(request)
	if err != nil {
		return out, why(ctx, err)
	}
	defer func() { _ = response.Body.Close() }()
	switch {
	case response.StatusCode == http.StatusUnprocessableEntity:
		reason, _ := io.ReadAll(io.LimitReader(response.Body, 1000)) // an error leaves it shorter
		return out, &RefusedError{Action: action, Reason: string(bytes.TrimSpace(reason))}
	case response.StatusCode != http.StatusOK:
		return out, &StatusError{Action: action, Code: response.StatusCode}
	}
	if err := json.NewDecoder(response.Body).Decode(&out); err != nil {
		return out, why(ctx, err)
	}
	return out, nil
}

// why returns the reason for a failed call: that ctx has ended, if it has; else err without the address in front.
func why(ctx context.Context, err error) error {
	if cause := future.Cause(ctx); cause != nil {
		return cause
	}
	if outer, ok := errors.AsType[*url.Error](err); ok {
		return outer.Err
	}
	return err
}

// RefusedError says that a service does not do what it was asked for. That is nobody's fault, and is not repeated.
type RefusedError struct {
	Action string `json:"action"`
	Reason string `json:"reason"`
}

func (e *RefusedError) Error() string         { return e.Action + ": refused: " + e.Reason }
func (e *RefusedError) Class() recovery.Class { return recovery.ClassBusiness }

func refused(err error) bool {
	_, ok := errors.AsType[*RefusedError](err)
	return ok
}

// StatusError is an answer of a service that is broken.
type StatusError struct {
	Action string `json:"action"`
	Code   int    `json:"code"`
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("%s: HTTP %d %s", e.Action, e.Code, http.StatusText(e.Code))
}

// StatusCode tells recovery.Classify whose fault it is.
func (e *StatusError) StatusCode() int { return e.Code }

// ErrSuspicious is why an order is not charged.
var ErrSuspicious = recovery.Mark(recovery.ClassBusiness, errors.New("the order looks like fraud"))

// Errors that a program asks for by errors.As and errors.Is have a name. So they are the same after a crash.
func init() {
	durable.RegisterError[*RefusedError]("shop.RefusedError")
	durable.RegisterError[*StatusError]("shop.StatusError")
	durable.RegisterSentinel("shop.ErrSuspicious", ErrSuspicious)
}
