package future_test

import (
	"context"
	"fmt"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/engine"
)

// search is work with a name of its own, which has something to say about its failure.
type search string

func (s search) Name() string { return "search" }

func (s search) Call(_ engine.Seal, ctx context.Context) (Item, error) {
	return fetchItem(ctx, string(s))
}

func (s search) Mend(_ context.Context, _ Item, err error) (Item, error) {
	return Item{}, fmt.Errorf("search: %w", err)
}

func ExampleBegin() {
	_, err := future.Begin[Item](context.Background(), search("anvil")).Await(context.Background())
	fmt.Println(err)
	// Output: search: item anvil: no such item
}
