package task_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/internal/notes"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// turnstile is a gate that counts, and does what a test wants.
type turnstile struct {
	name   string
	enter  func(ctx context.Context, key string) error // nil: it lets everybody in
	answer func(o observe.Outcome)
	left   func()

	mu       sync.Mutex
	tickets  uint64
	keys     []string
	outcomes map[uint64][]observe.Outcome
	leaves   map[uint64]int
	inside   int
	most     int
	diary    notes.List[string]
}

func newTurnstile(name string) *turnstile {
	return &turnstile{name: name, outcomes: map[uint64][]observe.Outcome{}, leaves: map[uint64]int{}}
}

func (g *turnstile) Describe() task.Policy {
	return task.Policy{Gate: task.Admission{Kind: "turnstile", Name: g.name}}
}

func (g *turnstile) Fresh() task.Gate { return newTurnstile(g.name) }

func (g *turnstile) Enter(ctx context.Context, key string) (uint64, error) {
	if g.enter != nil {
		if err := g.enter(ctx, key); err != nil {
			g.diary.Add(g.name + " refuses")
			return 0, err
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.tickets++
	g.keys = append(g.keys, key)
	g.inside++
	g.most = max(g.most, g.inside)
	g.diary.Add(g.name + " enter")
	return g.tickets, nil
}

func (g *turnstile) Answered(ticket uint64, o observe.Outcome) {
	g.mu.Lock()
	g.outcomes[ticket] = append(g.outcomes[ticket], o)
	g.diary.Add(g.name + " " + o.Status.String())
	if g.leaves[ticket] > 0 {
		g.diary.Add("LEFT BEFORE")
	}
	g.mu.Unlock()
	if g.answer != nil {
		g.answer(o)
	}
}

func (g *turnstile) Left(ticket uint64) {
	g.mu.Lock()
	g.leaves[ticket]++
	g.inside--
	g.diary.Add(g.name + " left")
	g.mu.Unlock()
	if g.left != nil {
		g.left()
	}
}

// statuses are those that it was told of, by ticket.
func (g *turnstile) statuses() (all []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for ticket := uint64(1); ticket <= g.tickets; ticket++ {
		for _, o := range g.outcomes[ticket] {
			all = append(all, o.Status.String())
		}
	}
	return all
}

func (g *turnstile) answered() (n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, all := range g.outcomes {
		n += len(all)
	}
	return n
}

func (g *turnstile) occupied() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.inside
}

// settled checks that each ticket was answered once and left once, in this order.
func (g *turnstile) settled(t testing.TB, tickets int, said ...string) {
	t.Helper()
	g.mu.Lock()
	defer g.mu.Unlock()
	require.EqualValues(t, tickets, g.tickets, "%s: tickets %v", g.name, said)
	for ticket := uint64(1); ticket <= g.tickets; ticket++ {
		require.Len(t, g.outcomes[ticket], 1, "%s: ticket %d is answered %v", g.name, ticket, said)
		require.Equal(t, 1, g.leaves[ticket], "%s: ticket %d has left %v", g.name, ticket, said)
	}
	require.Zero(t, g.inside)
	require.False(t, slices.Contains(g.diary.All(), "LEFT BEFORE"), "%s: left before it was answered %v", g.name, said)
}

var errFull = errors.New("full")

// refuses lets nobody in.
func refuses(err error) func(context.Context, string) error {
	return func(context.Context, string) error { return err }
}
