package jadedbos_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/durable/jadedbos"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/task"
)

type number = flow.Node[int]

var (
	errSoldOut = errors.New("sold out")
	errNoRoute = errors.New("no route")
)

func of(build func(in number) number) *flow.Flow[int, int] { return flow.New("shop", build) }

func named(name string, fn func(context.Context, int) (int, error)) task.Task[int, int] {
	return task.New(name, fn)
}

func plus(name string, n int) task.Task[int, int] {
	return named(name, func(_ context.Context, in int) (int, error) { return in + n, nil })
}

func failing(name string, err error) task.Task[int, int] {
	return named(name, func(context.Context, int) (int, error) { return 0, err })
}

// endless waits for the end of its ctx.
func endless(name string) task.Task[int, int] {
	return named(name, func(ctx context.Context, _ int) (int, error) { <-ctx.Done(); return 0, context.Cause(ctx) })
}

// opened is an engine on a file of SQLite, in which the flow is registered.
func opened(t testing.TB, database string, f *flow.Flow[int, int]) (*jadedbos.Engine, *jadedbos.Flow[int, int]) {
	t.Helper()
	e, err := jadedbos.Open(context.Background(), jadedbos.Config{Database: database, Poll: 50 * time.Millisecond, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { closed(t, e) })
	shop, err := jadedbos.Register(e, f)
	require.NoError(t, err)
	require.NoError(t, e.Launch())
	return e, shop
}

func closed(t testing.TB, e *jadedbos.Engine) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	require.NoError(t, e.Close(ctx))
}

func file(t testing.TB) string { return filepath.Join(t.TempDir(), "runs.db") }

// limited is a ctx that ends the test before it hangs.
func limited(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// scoped is a ctx for Flow.Do: what it starts ends with the test.
func scoped(t testing.TB) context.Context {
	ctx, scope := future.WithScope(context.Background())
	t.Cleanup(func() { _ = scope.Close() })
	return ctx
}
