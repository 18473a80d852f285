package main

import (
	"context"
	"sync"
	"time"
)

// services answer from memory, after the time that each takes, and note when they are first asked.
type services struct {
	takes map[string]time.Duration // by call; 0: no time
	fails map[string]error

	mu    sync.Mutex
	asked map[string]time.Time // by call
}

// answer takes the call's time, or ends with ctx if that is earlier.
func (s *services) answer(ctx context.Context, call string) error {
	s.mu.Lock()
	if s.asked == nil {
		s.asked = map[string]time.Time{}
	}
	if _, again := s.asked[call]; !again {
		s.asked[call] = time.Now()
	}
	s.mu.Unlock()
	if takes := s.takes[call]; takes > 0 {
		select {
		case <-time.After(takes):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return s.fails[call]
}

func (s *services) muted(ctx context.Context, user string) (bool, error) {
	return user == "lu", s.answer(ctx, "muted")
}

func (s *services) violates(ctx context.Context, subject string) (bool, error) {
	return subject == "ivory", s.answer(ctx, "violates")
}

func (s *services) profile(ctx context.Context, user string) (string, error) {
	return "user " + user, s.answer(ctx, "profile")
}

func (s *services) stock(ctx context.Context, subject string) (int, error) {
	return len(subject), s.answer(ctx, "stock")
}

func (s *services) messages(ctx context.Context, subject string) ([]string, error) {
	return []string{"who likes " + subject + "?"}, s.answer(ctx, "messages")
}
