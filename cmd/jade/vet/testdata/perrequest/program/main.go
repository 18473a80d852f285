package main

import (
	"context"
	"fmt"
	"net/http"

	"github.com/jade-go/jade/flow"
)

func main() {
	ctx := context.Background()
	if err := run(ctx, "x"); err != nil {
		fmt.Println(err)
	}
	http.HandleFunc("/", handle)
}

func run(ctx context.Context, id string) error { return deeper(ctx, id) }

func deeper(ctx context.Context, id string) error {
	_, err := page().Do(ctx, id)
	return err
}

func page() *flow.Flow[string, string] { // want page:"makes by flow.New"
	return flow.New("page", func(id flow.Node[string]) flow.Node[string] { return id })
}

func handle(w http.ResponseWriter, r *http.Request) {
	_, _ = page().Do(r.Context(), "x") // want `page is called in each call of handle`
	for range 3 {
		_ = batch(r.Context())
	}
}

func batch(ctx context.Context) error {
	_, err := page().Do(ctx, "x") // want `page is called in each call of batch`
	return err
}
