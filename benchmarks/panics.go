package main

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/alitto/pond/v2"
	"github.com/jade-go/jade/future"
	"github.com/sourcegraph/conc"
)

var panicToError = row{
	name:      "panic",
	work:      "panic to error with stack",
	yardstick: contender{"recover + `debug.Stack` + channel", panicByHand},
	jade:      contender{"jade", panicJade},
	others: []contender{
		{"jade, stack as text", panicJadeText},
		{"conc", panicConc},
		{"pond", panicPond},
	},
	budget: budget{ratio: atMost(0.4)},
}

var errBroken = errors.New("broken")

func panics(context.Context) (int, error) { panic(errBroken) }

// expectPanic fails the benchmark unless err is the panic's and stack names
// the function that panicked.
func expectPanic(b *testing.B, err error, stack string) {
	b.Helper()
	if !errors.Is(err, errBroken) {
		b.Fatalf("got error %v, want %v", err, errBroken)
	}
	if !strings.Contains(stack, "main.panics") && !strings.Contains(stack, "benchmarks.panics") {
		b.Fatalf("panics is not in the stack %s", stack)
	}
}

// panicked is a panic as an error, by hand.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v", p.value) }

func (p *panicked) Unwrap() error {
	err, _ := p.value.(error)
	return err
}

func panicByHand(b *testing.B) {
	b.ReportAllocs()
	ctx := context.Background()
	var got outcome
	for b.Loop() {
		done := make(chan outcome, 1)
		go func() {
			var r outcome
			defer func() {
				if v := recover(); v != nil {
					r.err = &panicked{v, debug.Stack()}
				}
				done <- r
			}()
			r.value, r.err = panics(ctx)
		}()
		got = <-done
	}
	p, ok := errors.AsType[*panicked](got.err)
	expect(b, ok, nil, true)
	expectPanic(b, got.err, string(p.stack))
}

func panicJade(b *testing.B) {
	b.ReportAllocs()
	ctx := context.Background()
	var got outcome
	for b.Loop() {
		got.value, got.err = future.Go(ctx, panics).Await(ctx)
	}
	p, ok := errors.AsType[*future.PanicError](got.err)
	expect(b, ok, nil, true)
	expectPanic(b, got.err, p.Stack())
}

// panicJadeText also formats the stack, which Jade leaves to who wants to read
// it.
func panicJadeText(b *testing.B) {
	b.ReportAllocs()
	ctx := context.Background()
	var (
		got  outcome
		text string
	)
	for b.Loop() {
		got.value, got.err = future.Go(ctx, panics).Await(ctx)
		if p, ok := errors.AsType[*future.PanicError](got.err); ok {
			text = p.Stack()
		}
	}
	expectPanic(b, got.err, text)
}

func panicConc(b *testing.B) {
	b.ReportAllocs()
	ctx := context.Background()
	var (
		err   error
		stack []byte
	)
	for b.Loop() {
		var group conc.WaitGroup
		group.Go(func() { _, _ = panics(ctx) })
		recovered := group.WaitAndRecover()
		err, stack = recovered.AsError(), recovered.Stack
	}
	expectPanic(b, err, string(stack))
}

// panicPond has the stack in the error's text.
func panicPond(b *testing.B) {
	b.ReportAllocs()
	ctx := context.Background()
	workers := pond.NewResultPool[int](0)
	defer workers.StopAndWait()
	var err error
	for b.Loop() {
		_, err = workers.SubmitErr(func() (int, error) { return panics(ctx) }).Wait()
	}
	expectPanic(b, err, err.Error())
}
