package main

import (
	"context"
	"sync"
)

// services answer from memory, and count what they are asked.
type services struct {
	mu    sync.Mutex
	asked map[string]int
}

func (s *services) note(call string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked == nil {
		s.asked = map[string]int{}
	}
	s.asked[call]++
}

func (s *services) muted(_ context.Context, user string) (bool, error) {
	s.note("muted")
	return user == "lu", nil
}

func (s *services) violates(_ context.Context, subject string) (bool, error) {
	s.note("violates")
	return subject == "ivory", nil
}

func (s *services) profile(_ context.Context, user string) (string, error) {
	s.note("profile")
	return "user " + user, nil
}

func (s *services) stock(_ context.Context, subject string) (int, error) {
	s.note("stock")
	return len(subject), nil
}

func (s *services) messages(_ context.Context, subject string) ([]string, error) {
	s.note("messages")
	return []string{"who likes " + subject + "?"}, nil
}
