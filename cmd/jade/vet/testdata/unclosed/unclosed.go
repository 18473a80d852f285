package unclosed

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
)

func use(context.Context) error { return nil }

func early(ctx context.Context, id string) error {
	ctx, scope := future.WithScope(ctx) // want `scope of future.WithScope is not closed on the path that returns in line 18: its work runs on; write defer scope.Close\(\) below`
	if id == "" {
		return errors.New("no id")
	}
	defer scope.Close()
	return use(ctx)
}

func waited(ctx context.Context) {
	ctx, scope := future.WithScope(ctx) // want `scope of future.WithScope is not closed on the path that returns in line 28`
	_ = use(ctx)
	scope.Wait()
}

func loop(ctx context.Context, ids []string) error {
	for _, id := range ids {
		inner, scope := future.WithScope(ctx) // want `not closed on the path that returns in line 34`
		if err := use(inner); err != nil {
			return err
		}
		if id == "" {
			continue
		}
		_ = scope.Close()
	}
	return nil
}

func chosen(ctx context.Context, n int) error {
	var inner, s = future.WithScope(ctx, future.Grace(time.Second)) // want `s of future.WithScope is not closed`
	switch n {
	case 1:
		return s.Close()
	case 2:
		panic("no")
	case 3:
		os.Exit(1)
	}
	return use(inner)
}

func literal(ctx context.Context) {
	_ = func() error {
		ctx, scope := future.WithScope(ctx) // want `not closed on the path`
		if ctx.Err() != nil {
			return nil
		}
		return scope.Close()
	}
}

func reserved(ctx context.Context) error {
	ctx, cancel := deadline.Reserve(ctx, time.Second) // want `cancel of deadline.Reserve is not called on the path that returns in line 70: its timer stays; write defer cancel\(\) below`
	if err := use(ctx); err != nil {
		return err
	}
	cancel()
	return nil
}

// What follows is right.

func deferred(ctx context.Context) error {
	ctx, scope := future.WithScope(ctx)
	defer scope.Close()
	if err := use(ctx); err != nil {
		return err
	}
	scope.Wait()
	return nil
}

func named(ctx context.Context) (err error) {
	ctx, scope := future.WithScope(ctx)
	defer func() { err = errors.Join(err, scope.Close()) }()
	return use(ctx)
}

func given(ctx context.Context) (context.Context, *future.Scope) {
	ctx, scope := future.WithScope(ctx)
	return ctx, scope
}

func direct(ctx context.Context) (context.Context, *future.Scope) { return future.WithScope(ctx) }

type server struct {
	ctx   context.Context
	scope *future.Scope
}

func stored(ctx context.Context) *server {
	s := &server{}
	s.ctx, s.scope = future.WithScope(ctx)
	return s
}

func around(ctx context.Context) error {
	var scope *future.Scope
	func() { ctx, scope = future.WithScope(ctx) }()
	defer scope.Close()
	return use(ctx)
}

func every(ctx context.Context, ok bool) error {
	ctx, scope := future.WithScope(ctx)
	if ok {
		return scope.Close()
	}
	for ctx.Err() == nil {
		_ = use(ctx)
	}
	stop := scope.Close
	return stop()
}

func forever(ctx context.Context) {
	ctx, scope := future.WithScope(ctx)
	_ = scope
	for {
		_ = use(ctx)
	}
}
