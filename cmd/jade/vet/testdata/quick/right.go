package quick

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"sync/atomic"

	"example.com/shop/quick/store"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

func (s *shop) right(ctx context.Context, f future.Future[string], t task.Task[string, string]) {
	var failures atomic.Int64
	results := make(chan string, 10)
	recovery.OnError(f, func(err error) {
		failures.Add(1)
		slog.ErrorContext(ctx, "failed", "err", err)
		s.client.Count()
	})
	combinators.Map(f, func(id string) float64 { return s.rate(id) }) // a lock that nobody holds for long
	combinators.Tap(f, func(id string) {
		fmt.Println(id)
		results <- id
		select {
		case s.results <- id:
		default:
		}
		go s.slowly(id)
		go func() { <-ctx.Done() }()
		store.Background(s.client)
		future.Go(ctx, func(ctx context.Context) (string, error) { return s.load(ctx, id) })
		t.Go(ctx, id)
		f.OnDone(func(future.Result[string]) { s.reload() })
		_ = store.Even(3) && s.cache.Has(id)
		_ = store.Apply(id, func(id string) string { return id })
		later := func() { s.reload() }
		_ = later
	})
	combinators.Then(ctx, f, func(ctx context.Context, id string) (string, error) { return s.load(ctx, id) })
	f.OnDone(func(r future.Result[string]) { s.reload() })
	// Closures that call each other.
	var even, odd func(n int) bool
	even = func(n int) bool { return n == 0 || odd(n-1) }
	odd = func(n int) bool { return n != 0 && even(n-1) }
	combinators.Map(f, func(id string) bool { return even(len(id)) })
	flow.New("right", func(id flow.Node[[]byte]) flow.Node[page] {
		return flow.MapErr(id, func(b []byte) (p page, err error) {
			if _, err := io.ReadAll(bytes.NewReader(b)); err != nil {
				return p, err
			}
			return p, json.NewDecoder(bytes.NewReader(b)).Decode(&p)
		})
	})
}
