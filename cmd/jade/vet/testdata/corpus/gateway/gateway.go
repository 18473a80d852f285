// Package gateway calls the same service in several regions.
package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/guard"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

type Gateway struct {
	client  *http.Client
	regions []string
	mu      sync.RWMutex
	health  map[string]bool
	call    task.Task[string, []byte]
}

func New(client *http.Client, regions []string) *Gateway {
	g := &Gateway{client: client, regions: regions, health: map[string]bool{}}
	budget := guard.Budget(0.05)
	g.call = task.New("call", g.get).Timeout(time.Second).Hedge(100*time.Millisecond, budget).
		OnError(func(ctx context.Context, url string, err error) { g.mark(url, false) })
	return g
}

func (g *Gateway) mark(url string, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.health[url] = ok
}

func (g *Gateway) healthy(url string) bool {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.health[url]
}

func (g *Gateway) get(ctx context.Context, url string) ([]byte, error) {
	resp, err := g.open(ctx, url)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}

func (g *Gateway) open(ctx context.Context, url string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	return g.client.Do(req)
}

// First returns the first answer of all regions.
func (g *Gateway) First(ctx context.Context, path string) ([]byte, error) {
	ctx, scope := future.WithScope(ctx)
	defer scope.Close()
	var calls []future.Future[[]byte]
	for _, r := range g.regions {
		if g.healthy(r) {
			calls = append(calls, g.call.Go(ctx, r+path))
		}
	}
	first := deadline.Within(combinators.Any(calls...), 500*time.Millisecond)
	return recovery.RecoverIs(ctx, first, combinators.ErrEmpty, func(ctx context.Context, err error) ([]byte, error) {
		return nil, recovery.Mark(recovery.ClassDependency, fmt.Errorf("no region: %w", err))
	}).Await(ctx)
}

// Stream copies the first answer to w.
func (g *Gateway) Stream(ctx context.Context, w io.Writer, path string) error {
	ctx, scope := future.WithScope(ctx)
	calls := make([]future.Future[*http.Response], 0, len(g.regions))
	for _, r := range g.regions {
		open := future.Call(ctx, g.open, r+path) // its body ends with the ctx of the call
		calls = append(calls, future.Discard(open, func(resp *http.Response) { _ = resp.Body.Close() }))
	}
	resp, err := combinators.Race(calls...).Await(ctx)
	if err != nil {
		return err // does not close the scope
	}
	defer scope.Close()
	defer resp.Body.Close()
	_, err = io.Copy(w, resp.Body)
	return err
}

// Probe asks every region, and keeps who answers.
func (g *Gateway) Probe(ctx context.Context) error {
	results, err := combinators.SettleEach(ctx, 3, g.regions, func(ctx context.Context, region string) (bool, error) {
		ctx, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
		defer cancel()
		_, err := g.get(ctx, region+"/healthz")
		if err != nil {
			return false, nil //jade:ignore swallow that a region does not answer is what a probe finds out
		}
		return true, nil
	}).Await(ctx)
	var failures []error
	for i, r := range results {
		g.mark(g.regions[i], r.Err == nil && r.Value)
		failures = append(failures, r.Err)
	}
	return errors.Join(append(failures, err)...)
}
