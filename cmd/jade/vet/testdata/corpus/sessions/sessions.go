// Package sessions keeps sessions in a cache such as Redis.
package sessions

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/task"
)

// Client talks to the cache.
type Client struct {
	mu     sync.Mutex
	conn   net.Conn
	reader *bufio.Reader
	hits   sync.Map
}

var ErrNil = errors.New("redis: nil")

func (c *Client) command(ctx context.Context, words ...string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if end, ok := ctx.Deadline(); ok {
		_ = c.conn.SetDeadline(end)
	}
	if _, err := fmt.Fprintf(c.conn, "%s\r\n", strings.Join(words, " ")); err != nil {
		return "", err
	}
	line := make([]byte, 512)
	n, err := c.conn.Read(line)
	return string(line[:n]), err
}

func (c *Client) Get(ctx context.Context, key string) (string, error) {
	return c.command(ctx, "GET", key)
}

func (c *Client) Set(ctx context.Context, key, value string, ttl time.Duration) error {
	_, err := c.command(ctx, "SET", key, value, "EX", fmt.Sprint(int(ttl.Seconds())))
	return err
}

// Cache is what a service needs of it.
type Cache interface {
	Get(ctx context.Context, key string) (string, error)
	Set(ctx context.Context, key, value string, ttl time.Duration) error
}

type Session struct{ User, Theme string }

type Service struct {
	cache Cache
	load  task.Task[string, Session]
}

func New(cache Cache, load func(context.Context, string) (Session, error)) *Service {
	s := &Service{cache: cache}
	s.load = guard.Share(task.New("session", load).Timeout(200 * time.Millisecond).Retry(task.Retry{Attempts: 2}))
	return s
}

// Session returns a session from the cache, or loads it.
func (s *Service) Session(ctx context.Context, id string) future.Future[Session] {
	return future.Go(ctx, func(ctx context.Context) (Session, error) {
		text, err := s.cache.Get(ctx, "session:"+id)
		if err == nil {
			var v Session
			if err := json.Unmarshal([]byte(text), &v); err == nil {
				return v, nil
			}
		}
		v, err := s.load.Do(ctx, id)
		if err != nil {
			return Session{}, err
		}
		// The cache is written after the answer, in the scope of the request.
		future.Go(context.WithoutCancel(ctx), func(ctx context.Context) (struct{}, error) {
			b, err := json.Marshal(v)
			if err != nil {
				return struct{}{}, err
			}
			return struct{}{}, s.cache.Set(ctx, "session:"+id, string(b), time.Minute)
		})
		return v, nil
	})
}

// Themes returns the themes of users.
func (s *Service) Themes(ctx context.Context, ids []string) ([]string, error) {
	all := make([]future.Future[string], len(ids))
	for i, id := range ids {
		all[i] = combinators.Map(s.Session(ctx, id), func(v Session) string {
			theme, err := s.cache.Get(ctx, "theme:"+v.User) // waits
			if err != nil {
				return v.Theme
			}
			return theme
		})
	}
	return combinators.All(all...).Await(ctx)
}

// Touch counts a hit, quickly.
func Touch(c *Client, f future.Future[Session]) future.Future[Session] {
	return combinators.Tap(f, func(v Session) { c.hits.Store(v.User, time.Now()) })
}

// Ping is for health checks.
func Ping(ctx context.Context, c *Client) error {
	f := future.Go(ctx, func(context.Context) (string, error) { return c.Get(ctx, "ping") }) // the ctx around
	_, err := f.Await(ctx)
	if errors.Is(err, ErrNil) {
		return nil
	}
	return err
}
