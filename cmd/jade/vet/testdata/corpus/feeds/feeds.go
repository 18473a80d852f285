// Package feeds runs work in the background of a server.
package feeds

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
)

type Event struct{ ID, Text string }

type Source interface {
	Next(ctx context.Context) (Event, error)
	Ack(ctx context.Context, id string) error
}

type Server struct {
	ctx    context.Context
	scope  *future.Scope
	source Source
	mu     sync.Mutex
	seen   map[string]future.Future[Event]
	done   chan Event
}

func Start(ctx context.Context, source Source) *Server {
	s := &Server{source: source, seen: map[string]future.Future[Event]{}, done: make(chan Event, 100)}
	s.ctx, s.scope = future.WithScope(ctx, future.Grace(time.Second), future.Unobserved(func(err error) { slog.Error("feed", "err", err) }))
	future.Go(s.ctx, s.loop)
	return s
}

func (s *Server) Close() error { return s.scope.Close() }

func (s *Server) loop(ctx context.Context) (int, error) {
	for n := 0; ; n++ {
		e, err := s.source.Next(ctx)
		switch {
		case ctx.Err() != nil:
			return n, nil
		case err != nil:
			slog.WarnContext(ctx, "next", "err", err)
			select {
			case <-time.After(time.Second):
			case <-ctx.Done():
			}
			continue
		}
		// An event may outlive this loop: it belongs to the server.
		f := future.Call(s.ctx, s.handle, e)
		combinators.Finally(s.ctx, f, func(ctx context.Context, r future.Result[Event]) {
			if r.Err == nil {
				if err := s.source.Ack(ctx, r.Value.ID); err != nil {
					slog.WarnContext(ctx, "ack", "err", err)
				}
			}
		})
		combinators.Tap(f, func(e Event) { s.done <- e })
		s.remember(e.ID, f)
	}
}

func (s *Server) remember(id string, f future.Future[Event]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen[id] = f
}

// wait holds the lock while it waits.
func (s *Server) wait(ctx context.Context, id string) (Event, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, ok := s.seen[id]
	if !ok {
		return Event{}, errors.New("no such event")
	}
	return f.Await(ctx)
}

func (s *Server) handle(ctx context.Context, e Event) (Event, error) {
	parsed := future.Go(ctx, func(ctx context.Context) (Event, error) { return e, ctx.Err() })
	stored := combinators.Then(ctx, parsed, func(ctx context.Context, e Event) (Event, error) { return e, nil })
	recovery.Fallback(stored, Event{}) // dropped
	return stored.Await(ctx)
}

// Forget is called when an event is over.
func (s *Server) Forget(f future.Future[Event]) {
	combinators.Tap(f, func(e Event) {
		s.mu.Lock() // wait may hold it for long
		defer s.mu.Unlock()
		delete(s.seen, e.ID)
	})
}
