package futuretest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/strange"
)

// Unfinished checks a wait for f, which stays pending, with a ctx that is done
// before it says why. The wait must end with its ctx, and must have an error.
func Unfinished(t *testing.T, wait func(ctx context.Context, f future.Future[int]) error) {
	t.Helper()
	unfinished(t, wait, true)
	t.Run("as a race", func(t *testing.T) {
		for range 100 {
			ctx := strange.NewHasty(context.Background())
			p := future.NewPromise[int](context.Background())
			var all sync.WaitGroup
			all.Go(func() { ctx.End(); ctx.Set(context.Canceled) })
			all.Go(func() { fails(t, wait(ctx, p.Future())) })
			all.Wait()
			p.Future().Cancel(nil)
		}
	})
}

// Caller is a task or a flow.
type Caller interface {
	Do(ctx context.Context, n int) (int, error)
	Go(ctx context.Context, n int) future.Future[int]
}

// UnfinishedCalls is [Unfinished] for what is made of a function, which does not
// end with its ctx: a call may wait for the function.
func UnfinishedCalls(t *testing.T, of func(fn func(context.Context, int) (int, error)) Caller) {
	t.Helper()
	for how, call := range map[string]func(ctx context.Context, c Caller) (int, error){
		"Do": func(ctx context.Context, c Caller) (int, error) { return c.Do(ctx, 1) },
		"Go": func(ctx context.Context, c Caller) (int, error) { return c.Go(ctx, 1).Await(ctx) },
	} {
		t.Run(how, func(t *testing.T) {
			unfinished(t, func(ctx context.Context, f future.Future[int]) error {
				_, err := call(ctx, of(func(context.Context, int) (int, error) { <-f.Done(); return 7, errors.New("it has failed") }))
				return err
			}, false)
		})
	}
}

func unfinished(t *testing.T, wait func(ctx context.Context, f future.Future[int]) error, endsWithCtx bool) {
	t.Helper()
	for _, when := range []string{"before", "meanwhile"} {
		for says, pause := range map[string]time.Duration{"a moment later": 0, "much later": time.Minute} {
			t.Run(when+"/"+says, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx := strange.NewHasty(context.Background())
					p := future.NewPromise[int](context.Background())
					if when == "before" {
						ctx.End()
					}
					returned := make(chan struct{})
					go func() {
						defer close(returned)
						fails(t, wait(ctx, p.Future()))
					}()
					synctest.Wait()
					if when == "meanwhile" {
						ctx.End()
					}
					synctest.Wait()
					time.Sleep(pause) // virtual
					ctx.Set(context.Canceled)
					select {
					case <-returned:
					case <-time.After(time.Minute): // virtual: who has to ask again may do so in a while
						if endsWithCtx {
							t.Error("still waits after Err is set")
							p.Complete(0, errors.New("too late"))
						}
					}
					if !endsWithCtx {
						p.Complete(0, errors.New("the work has ended"))
					}
				})
			})
		}
	}
}

func fails(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		t.Error("returned without an error, and the future is pending")
	}
}
