package main

import (
	"context"
	"errors"
	"testing"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/future"
)

// racers is how many functions race.
const racers = 10

var errLost = errors.New("another was faster")

var raceOfQuick = row{
	name:      "race-quick",
	work:      "`Race` of 10, all quick",
	yardstick: contender{"the same by hand, losers cancelled", func(b *testing.B) { raceByHand(b, quick) }},
	jade:      contender{"jade", func(b *testing.B) { raceJade(b, quick) }},
	budget:    budget{ratio: atMost(1.3)},
}

var raceOfWaiting = row{
	name:      "race-waiting",
	work:      "`Race` of 10, nine wait until they are cancelled",
	yardstick: contender{"the same by hand, losers cancelled", func(b *testing.B) { raceByHand(b, firstWins) }},
	jade:      contender{"jade", func(b *testing.B) { raceJade(b, firstWins) }},
	budget:    budget{ratio: atMost(1.8)},
}

func quick(context.Context, int) (int, error) { return 42, nil }

// firstWins waits for its cancellation unless it is the first.
func firstWins(ctx context.Context, i int) (int, error) {
	if i == 0 {
		return 42, nil
	}
	<-ctx.Done()
	return 0, context.Cause(ctx)
}

// raceByHand does not wait for the losers, as Race does not.
func raceByHand(b *testing.B, fn func(context.Context, int) (int, error)) {
	b.ReportAllocs()
	parent := context.Background()
	var got outcome
	for b.Loop() {
		ctx, cancel := context.WithCancelCause(parent)
		done := make(chan outcome, racers)
		for i := range racers {
			go func() {
				v, err := fn(ctx, i)
				done <- outcome{v, err}
			}()
		}
		got = <-done
		cancel(errLost)
	}
	expect(b, got.value, got.err, 42)
}

func raceJade(b *testing.B, fn func(context.Context, int) (int, error)) {
	b.ReportAllocs()
	ctx := context.Background()
	var got outcome
	for b.Loop() {
		fs := make([]future.Future[int], racers)
		for i := range fs {
			fs[i] = future.Call(ctx, fn, i)
		}
		got.value, got.err = combinators.Race(fs...).Await(ctx)
	}
	expect(b, got.value, got.err, 42)
}
