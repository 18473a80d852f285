package quick

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"

	"example.com/shop/quick/store"

	"github.com/samber/lo"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/guard"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

type shop struct {
	mu      sync.Mutex
	rates   map[string]float64
	prices  sync.RWMutex
	results chan string
	buffer  chan string
	cache   store.Cache
	client  *store.Client
}

func newShop() *shop { return &shop{buffer: nil, results: make(chan string)} }

func (s *shop) load(ctx context.Context, id string) (string, error) { return s.client.Get(ctx, id) }

// reload holds the lock while it waits, so everybody who locks it waits.
func (s *shop) reload() {
	s.prices.Lock()
	defer s.prices.Unlock()
	resp, err := http.Get("http://rates")
	if err == nil {
		resp.Body.Close()
	}
}

func (s *shop) rate(id string) float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rates[id]
}

func (s *shop) price(id string) float64 {
	s.prices.RLock()
	defer s.prices.RUnlock()
	return s.rates[id]
}

func (s *shop) faults(ctx context.Context, f, g future.Future[string], t task.Task[string, string]) {
	combinators.Map(f, func(id string) string {
		time.Sleep(time.Second)     // want `the function that combinators.Map gets must be quick, and it calls time.Sleep: use combinators.Then`
		v, _ := g.Await(ctx)        // want `it calls Future.Await`
		w, _ := t.Do(ctx, v)        // want `it calls Task.Do`
		x, _ := s.load(ctx, w)      // want `it calls s.load, which in the end calls net.Conn.Read`
		y, _ := s.cache.Get(ctx, x) // want `it calls s.cache.Get, a method that takes a ctx and can fail`
		<-f.Done()                  // want `it receives from a channel`
		s.results <- y              // want `it sends to a channel`
		select {                    // want `it waits in a select`
		case <-f.Done():
		case <-ctx.Done():
		}
		for range s.results { // want `it receives from a channel`
		}
		var wg sync.WaitGroup
		wg.Wait()                                      // want `it calls sync.WaitGroup.Wait`
		s.reload()                                     // want `which in the end calls net/http.Get`
		_ = s.price(id)                                // want `it calls s.price, which in the end locks s.prices, which is held elsewhere by a function that calls net/http.Get`
		s.prices.RLock()                               // want `it locks s.prices`
		for range combinators.AsCompleted(ctx, f, g) { // want `it calls combinators.AsCompleted`
		}
		return id
	})
	combinators.Tap(f, func(id string) {
		defer time.Sleep(1) // want `use combinators.Then, or OnDone`
		func() {
			s.client.Refresh(ctx) // want `it calls s.client.Refresh`
		}()
		defer func() { <-ctx.Done() }() // want `it receives from a channel`
		slow := func() { time.Sleep(1) }
		slow() // want `it calls slow, which in the end calls time.Sleep`
		_ = lo.Map([]string{id}, func(id string, _ int) string {
			v, _ := s.load(ctx, id) // want `it calls s.load`
			return v
		})
		slices.SortFunc([]string{id}, func(a, b string) int {
			return (<-time.After(1)).Second() // want `it receives from a channel`
		})
		_ = store.Slow(id) // want `it calls store.Slow`
	})
	recovery.OnError(f, func(err error) {
		_, _ = http.Post("http://alert", "", nil) // want `it calls net/http.Post: use combinators.Then, or OnDone of the future`
	})
	mapped(f, func(id string) string {
		return store.Slow(id) // want `the function that mapped gets must be quick`
	})
	combinators.Map(f, store.Slow)          // want `it calls time.Sleep`
	combinators.Map(f, store.Slow[string])  // want `it calls time.Sleep`
	combinators.Map(f, s.slowly)            // want `it calls net.Conn.Read`
	combinators.Map(f, (*shop)(nil).slowly) // want `it calls net.Conn.Read`
	decode := func(id string) string {
		b, _ := os.ReadFile(id) // want `it calls os.ReadFile`
		return string(b)
	}
	combinators.Map(f, decode)
}

func (s *shop) slowly(id string) string { v, _ := s.load(context.Background(), id); return v }

func mapped(f future.Future[string], fn func(string) string) future.Future[string] {
	return combinators.Map(f, fn)
}

type page struct{ text string }

var fetch = task.New("fetch", func(ctx context.Context, id string) (*http.Response, error) { return nil, nil })

func (s *shop) page(ctx context.Context) {
	flow.New("page", func(id flow.Node[string]) flow.Node[page] {
		resp := flow.Step(fetch, id)
		body := flow.MapErr(resp, func(r *http.Response) ([]byte, error) {
			return io.ReadAll(r.Body) // want `the function that flow.MapErr gets must be quick, and it calls io.ReadAll: make it a task, and use flow.Step`
		})
		row := flow.MapErr(resp, func(r *http.Response) (v page, err error) {
			err = json.NewDecoder(r.Body).Decode(&v) // want `it calls encoding/json.Decoder.Decode`
			return v, err
		})
		file := flow.MapErr(id, os.ReadFile) // want `it calls os.ReadFile`
		return flow.Map3(body, row, file, func(b []byte, p page, _ []byte) page {
			_, _ = s.load(ctx, p.text) // want `the function that flow.Map3 gets`
			return p
		})
	}).Degraded(func(p page, lost []flow.Loss) page {
		p.text, _ = s.load(ctx, "spare") // want `let a node of the flow load what it needs`
		return p
	})
}

func (s *shop) keys(t task.Task[string, string], g task.Gate) {
	t.GateBy(g, func(id string) string { return s.slowly(id) }) // want `the function that Task.GateBy gets must be quick, .* make the key of the argument alone`
	guard.ShareBy(t, s.slowly)                                  // want `guard.ShareBy gets`
}
