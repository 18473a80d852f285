package shop

import (
	"context"
	"log/slog"
	"time"

	"github.com/samber/lo"
)

// What the services answer.
type (
	Reservation struct {
		Number string `json:"number"`
	}
	Payment struct {
		Number string `json:"number"`
		Cents  int    `json:"cents"`
	}
	Parcel struct {
		Number string `json:"number"`
	}
	Risk struct {
		Percent int `json:"percent"`
	}
	Sent struct {
		Number string `json:"number"`
	}
)

func (r Risk) low() bool { return r.Percent < 50 }

func (c *Client) reserve(ctx context.Context, o Order) (Reservation, error) {
	return post[Reservation](ctx, c, "reserve", o)
}

func (c *Client) check(ctx context.Context, o Order) (Risk, error) {
	return post[Risk](ctx, c, "check", o)
}

// charge is not called before the stock is reserved.
func (c *Client) charge(ctx context.Context, o Order, _ Reservation) (Payment, error) {
	return post[Payment](ctx, c, "charge", o)
}

// ship is not called before the order is paid.
func (c *Client) ship(ctx context.Context, o Order, _ Payment) (Parcel, error) {
	return post[Parcel](ctx, c, "ship", o)
}

func (c *Client) mail(ctx context.Context, r Receipt) (Sent, error) {
	return post[Sent](ctx, c, "mail", r)
}

// What undoes them.

func (c *Client) release(ctx context.Context, o Order, _ Reservation) error {
	return c.undo(ctx, "release", o)
}

func (c *Client) refund(ctx context.Context, in lo.Tuple2[Order, Reservation], _ Payment) error {
	return c.undo(ctx, "refund", in.A)
}

func (c *Client) recall(ctx context.Context, in lo.Tuple2[Order, Payment], _ Parcel) error {
	return c.undo(ctx, "recall", in.A)
}

// undo tries for some time: a flow undoes once, and whoever reads its log has to do it if that fails.
func (c *Client) undo(ctx context.Context, action string, o Order) (err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		if _, err = post[struct{}](ctx, c, action, o); err == nil || refused(err) {
			return err
		}
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return err
		}
	}
}

func logFailure(ctx context.Context, o Order, err error) {
	slog.ErrorContext(ctx, "checkout", "order", o.ID, "error", err)
}
