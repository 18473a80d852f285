package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/jade-go/jade/future"
)

// calls names what the services are asked for.
var calls = []string{"muted", "banned", "profile", "stock", "messages"}

// services answer from memory.
type services struct {
	befalls func(ctx context.Context, call string) error // before a call answers
}

func (s *services) muted(ctx context.Context, user string) (bool, error) {
	return user == "lu", s.befalls(ctx, "muted")
}

func (s *services) banned(ctx context.Context, subject string) (bool, error) {
	return subject == "ivory", s.befalls(ctx, "banned")
}

func (s *services) profile(ctx context.Context, user string) (string, error) {
	return "user " + user, s.befalls(ctx, "profile")
}

func (s *services) stock(ctx context.Context, subject string) (int, error) {
	return len(subject), s.befalls(ctx, "stock")
}

func (s *services) messages(ctx context.Context, subject string) ([]string, error) {
	return []string{"who likes " + subject + "?"}, s.befalls(ctx, "messages")
}

// faults are the calls that the flags are about.
type faults struct{ slow, fail map[string]bool }

func (f faults) befall(ctx context.Context, call string) error {
	if f.slow[call] {
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return future.Cause(ctx)
		}
	}
	if f.fail[call] {
		return syscall.ECONNREFUSED
	}
	return nil
}

// into is the flag that adds a call to the set.
func into(set map[string]bool) func(string) error {
	return func(call string) error {
		if !slices.Contains(calls, call) {
			return fmt.Errorf("unknown call %q: want one of %s", call, strings.Join(calls, ", "))
		}
		set[call] = true
		return nil
	}
}
