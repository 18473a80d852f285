package observe_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"go.uber.org/goleak"

	recovery "github.com/jade-go/jade/recover"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The examples are about the calls behind a page of a small shop.

type Item struct {
	Name  string
	Price int // in cents
}

var errNoItem = recovery.Mark(recovery.ClassBusiness, errors.New("no such item"))

func fetchItem(_ context.Context, id string) (Item, error) {
	items := map[string]Item{"bell": {"brass bell", 1900}, "lamp": {"oil lamp", 4500}}
	item, ok := items[id]
	if !ok {
		return Item{}, fmt.Errorf("item %s: %w", id, errNoItem)
	}
	return item, nil
}

// unsteady is a service whose first answers are cut off.
func unsteady(failures int) func(context.Context, string) (Item, error) {
	calls := 0
	return func(ctx context.Context, id string) (Item, error) {
		if calls++; calls <= failures {
			return Item{}, fmt.Errorf("item %s: %w", id, io.ErrUnexpectedEOF)
		}
		return fetchItem(ctx, id)
	}
}
