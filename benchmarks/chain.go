package main

import (
	"context"
	"testing"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/future"
	"github.com/samber/mo"
)

// links is how many continuations a chain has.
const links = 10

func next(n int) int { return n + 1 }

func nextOf(_ context.Context, n int) (int, error) { return n + 1, nil }

var mapsOnCompleted = row{
	name:      "maps",
	work:      "10 `Map`s on a completed root",
	yardstick: contender{"goroutine + channel", startByHand},
	jade:      contender{"jade", mapsJade},
	others:    []contender{{"mo", mapsMo}},
	budget:    budget{ratio: atMost(1), allocs: atMost(links).because("1 a link")},
}

func mapsJade(b *testing.B) {
	b.ReportAllocs()
	ctx := context.Background()
	root := future.Of(0, nil)
	var got outcome
	for b.Loop() {
		f := root
		for range links {
			f = combinators.Map(f, next)
		}
		got.value, got.err = f.Await(ctx)
	}
	expect(b, got.value, got.err, links)
}

func mapsMo(b *testing.B) {
	b.ReportAllocs()
	root := mo.NewFuture(func(resolve func(int), _ func(error)) { resolve(0) })
	_, _ = root.Collect()
	var got outcome
	for b.Loop() {
		f := root
		for range links {
			f = f.Then(func(n int) (int, error) { return next(n), nil })
		}
		got.value, got.err = f.Collect()
	}
	expect(b, got.value, got.err, links)
}

// aroundChain is what a chain allocates besides its links: three for the gate
// and the function that waits for it, three for the root, one for the wait at its end.
const aroundChain = 3 + 3 + 1

var thensPlain = row{
	name:      "thens",
	work:      "10 `Then`s on a running future, plain ctx",
	yardstick: contender{"goroutine + channel", startByHand},
	jade:      contender{"jade", func(b *testing.B) { thensJade(b, context.Background()) }},
	others: []contender{
		{"goroutine + channel, gated", gatedByHand},
		{"goroutine + channel a link", thensByHand},
		{"mo", thensMo},
	},
	budget: budget{ratio: atMost(3.5), allocs: atMost(2*links + aroundChain).because("2 a link")},
}

var thensInScope = row{
	name:      "thens-scope",
	work:      "10 `Then`s on a running future, a scope's ctx",
	yardstick: contender{"goroutine + channel", startByHand},
	jade: contender{"jade", func(b *testing.B) {
		ctx, scope := future.WithScope(context.Background())
		thensJade(b, ctx)
		if err := scope.Close(); err != nil {
			b.Fatal(err)
		}
	}},
	budget: budget{ratio: atMost(3.5), allocs: atMost(2*links + aroundChain).because("2 a link")},
}

var thensCancellable = row{
	name:      "thens-cancellable",
	work:      "10 `Then`s on a running future, another cancellable ctx",
	yardstick: contender{"goroutine + channel", startByHand},
	jade: contender{"jade", func(b *testing.B) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		thensJade(b, ctx)
	}},
	budget: budget{allocs: atMost(5*links + aroundChain).because("5 a link")},
}

// thensJade attaches the links while the root runs: it waits at a gate until
// they are there.
func thensJade(b *testing.B, ctx context.Context) {
	b.ReportAllocs()
	var got outcome
	for b.Loop() {
		gate := make(chan struct{})
		f := future.Go(ctx, func(context.Context) (int, error) {
			<-gate
			return 0, nil
		})
		for range links {
			f = combinators.Then(ctx, f, nextOf)
		}
		close(gate)
		got.value, got.err = f.Await(ctx)
	}
	expect(b, got.value, got.err, links)
}

// gatedByHand is the yardstick with the gate: what the gate alone costs.
func gatedByHand(b *testing.B) {
	b.ReportAllocs()
	ctx := context.Background()
	var got outcome
	for b.Loop() {
		gate, done := make(chan struct{}), make(chan outcome, 1)
		go func() {
			<-gate
			v, err := answer(ctx)
			done <- outcome{v, err}
		}()
		close(gate)
		got = <-done
	}
	expect(b, got.value, got.err, 42)
}

// thensByHand is a goroutine and a channel a link.
func thensByHand(b *testing.B) {
	b.ReportAllocs()
	ctx := context.Background()
	var got outcome
	for b.Loop() {
		gate, root := make(chan struct{}), make(chan outcome, 1)
		go func() {
			<-gate
			root <- outcome{}
		}()
		last := root
		for range links {
			from, to := last, make(chan outcome, 1)
			go func() {
				in := <-from
				if in.err != nil {
					to <- in
					return
				}
				v, err := nextOf(ctx, in.value)
				to <- outcome{v, err}
			}()
			last = to
		}
		close(gate)
		got = <-last
	}
	expect(b, got.value, got.err, links)
}

func thensMo(b *testing.B) {
	b.ReportAllocs()
	ctx := context.Background()
	var got outcome
	for b.Loop() {
		gate := make(chan struct{})
		f := mo.NewFuture(func(resolve func(int), _ func(error)) {
			<-gate
			resolve(0)
		})
		for range links {
			f = f.Then(func(n int) (int, error) { return nextOf(ctx, n) })
		}
		close(gate)
		got.value, got.err = f.Collect()
	}
	expect(b, got.value, got.err, links)
}

var thensOnPromise = row{
	name:      "thens-promise",
	work:      "10 `Then`s on a promise, then completed",
	yardstick: contender{"goroutine + channel", startByHand},
	jade:      contender{"jade", promiseJade},
	budget: budget{
		ratio:  atMost(3.5),
		allocs: atMost(2*links + 3).because("2 a link"), // and the promise, the goroutine that Complete starts, and the wait
	},
}

func promiseJade(b *testing.B) {
	b.ReportAllocs()
	ctx := context.Background()
	var got outcome
	for b.Loop() {
		p := future.NewPromise[int](ctx)
		f := p.Future()
		for range links {
			f = combinators.Then(ctx, f, nextOf)
		}
		p.Complete(0, nil)
		got.value, got.err = f.Await(ctx)
	}
	expect(b, got.value, got.err, links)
}
