package cloudevents_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"runtime"
	"syscall"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/cloudevents"
	recovery "github.com/jade-go/jade/recover"
)

var quiet = slog.New(slog.DiscardHandler)

type order struct {
	ID    string `json:"id"`
	Fault string `json:"fault,omitempty"`
}

type page struct {
	Order string   `json:"order"`
	Type  string   `json:"type"` // of the event
	Shout *float64 `json:"shout,omitempty"`
}

// soldOut is a failure that a sender may read of, with a status on which senders try again.
type soldOut struct{}

func (soldOut) Error() string         { return "row 7 of /var/db/items says: sold out" }
func (soldOut) Public() string        { return "the item is sold out" }
func (soldOut) HTTPStatus() int       { return 404 }
func (soldOut) Class() recovery.Class { return recovery.ClassBusiness }

// probe is a handler of a function that fails as it is told to.
func probe(log *logbook) *faas.Handler[order, page] {
	logger := log.logger()
	return faas.New("probe", func(ctx context.Context, o order) (page, error) {
		switch o.Fault {
		case "business":
			return page{}, recovery.Mark(recovery.ClassBusiness, errors.New("row 7: sold out"))
		case "unknown":
			return page{}, errors.New("row 7: no such column")
		case "sold out":
			return page{}, soldOut{}
		case "dependency":
			return page{}, fmt.Errorf("stock at 10.0.0.7: %w", syscall.ECONNREFUSED)
		case "system":
			return page{}, syscall.ENFILE
		case "timeout":
			return page{}, context.DeadlineExceeded
		case "canceled":
			return page{}, context.Canceled
		case "panic":
			panic("in " + o.ID)
		case "goexit":
			runtime.Goexit()
		case "output":
			return page{Shout: new(math.NaN())}, nil
		case "hang":
			logger.Info("begun " + o.ID)
			<-ctx.Done()
			logger.Info("ended " + o.ID)
			return page{}, context.Cause(ctx)
		}
		e, _ := cloudevents.EventOf(ctx)
		return page{Order: o.ID, Type: e.Type()}, nil
	}, faas.Logger(logger))
}
