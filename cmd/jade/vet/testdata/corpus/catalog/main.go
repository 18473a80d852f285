// Catalog serves items over HTTP, and gathers each answer with futures.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
)

type item struct {
	ID, Name string
	Price    int
	Reviews  []string
	Stock    int
}

type catalog struct {
	client *http.Client
	base   string
	log    *slog.Logger
}

func (c *catalog) get(ctx context.Context, path string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+path, nil)
	if err != nil {
		return err
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", path, resp.Status)
	}
	return json.NewDecoder(resp.Body).Decode(into)
}

func fetch[T any](ctx context.Context, c *catalog, path string) future.Future[T] {
	return future.Go(future.Named(ctx, path), func(ctx context.Context) (v T, err error) {
		err = c.get(ctx, path, &v)
		return v, err
	})
}

func (c *catalog) item(ctx context.Context, id string) (item, error) {
	ctx, scope := future.WithScope(ctx, future.Grace(50*time.Millisecond))
	defer func() {
		if err := scope.Close(); err != nil {
			c.log.WarnContext(ctx, "left behind", "err", err)
		}
	}()
	base := fetch[item](ctx, c, "/items/"+id)
	reviews := recovery.Fallback(deadline.Within(fetch[[]string](ctx, c, "/reviews/"+id), 200*time.Millisecond), nil)
	stock := recovery.Recover(ctx, fetch[int](ctx, c, "/stock/"+id), func(ctx context.Context, err error) (int, error) {
		var cached int
		return cached, c.get(ctx, "/stock-cache/"+id, &cached)
	})
	recovery.OnError(stock, func(err error) { c.log.Warn("stock", "err", err) })
	price := combinators.Then(ctx, base, func(own context.Context, it item) (int, error) {
		var p int
		return p, c.get(ctx, "/prices/"+it.ID, &p) // the ctx around
	})
	it, rs, n, p, err := combinators.Await4(ctx, base, reviews, stock, price)
	it.Reviews, it.Stock, it.Price = rs, n, p
	return it, err
}

func (c *catalog) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	it, err := c.item(r.Context(), r.PathValue("id"))
	var late *deadline.Error
	switch {
	case errors.As(err, &late):
		http.Error(w, late.Error(), http.StatusGatewayTimeout)
	case err != nil:
		http.Error(w, "failed", http.StatusBadGateway)
	default:
		_ = json.NewEncoder(w).Encode(it)
	}
}

func main() {
	c := &catalog{client: &http.Client{}, base: os.Getenv("BASE"), log: slog.Default()}
	mux := http.NewServeMux()
	mux.Handle("GET /items/{id}", c)
	if err := http.ListenAndServe(":8080", mux); err != nil {
		slog.Error("serve", "err", err)
	}
}
