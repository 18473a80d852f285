package deadline_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
	"github.com/jade-go/jade/internal/strange"
)

// A limit that has passed before the start: the work does not begin.
func TestRun_aLimitOfZeroOrLessDoesNotBeginTheWork(t *testing.T) {
	for _, d := range []time.Duration{0, -1, -time.Hour, -1 << 63} {
		for name, around := range map[string]func() (context.Context, func()){
			"nothing":     func() (context.Context, func()) { return bg(), func() {} },
			"a scope":     func() (context.Context, func()) { ctx, s := future.WithScope(bg()); return ctx, func() { s.Close() } },
			"a value":     func() (context.Context, func()) { return context.WithValue(bg(), new(int), 1), func() {} },
			"a name":      func() (context.Context, func()) { return future.Named(bg(), "the work"), func() {} },
			"a later ctx": func() (context.Context, func()) { ctx, c := context.WithTimeout(bg(), time.Hour); return ctx, c },
			"another work": func() (context.Context, func()) {
				p := future.NewPromise[int](bg())
				return p.Context(), func() { p.Complete(1, nil) }
			},
		} {
			t.Run(fmt.Sprintf("%v/%s", d, name), func(t *testing.T) {
				for range 100 { // it would have to win a race
					synctest.Test(t, func(t *testing.T) {
						ctx, end := around()
						var began atomic.Bool
						v, err := deadline.Run(ctx, d, func(context.Context) (int, error) { began.Store(true); return 7, nil })
						synctest.Wait()
						require.False(t, began.Load(), "the work has begun")
						require.Zero(t, v)
						late, ok := errors.AsType[*deadline.Error](err)
						require.True(t, ok, "%v", err)
						require.False(t, late.Inherited)
						require.ErrorIs(t, err, context.DeadlineExceeded)
						end()
					})
				}
			})
		}
	}
	t.Run("it belongs to a name", func(t *testing.T) {
		_, err := deadline.Run(future.Named(bg(), "the work"), 0, func(context.Context) (int, error) { return 7, nil })
		late, ok := errors.AsType[*deadline.Error](err)
		require.True(t, ok)
		require.Equal(t, "the work", late.Name)
	})
}

// The same where the time has passed in the ctx.
func TestRun_aCtxThatHasEndedDoesNotBeginTheWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, d := range []time.Duration{time.Hour, 0, -1} {
			ctx, cancel := context.WithTimeout(bg(), time.Second)
			time.Sleep(2 * time.Second) // virtual
			began := false
			_, err := deadline.Run(ctx, d, func(context.Context) (int, error) { began = true; return 7, nil })
			synctest.Wait()
			require.False(t, began)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			cancel()
			left, leave := context.WithCancelCause(bg())
			leave(errBoom)
			_, err = deadline.Run(left, d, func(context.Context) (int, error) { began = true; return 7, nil })
			synctest.Wait()
			require.False(t, began)
			require.Error(t, err)
		}
	})
}

// Limits of work whose ctx ends with a cause that cannot be compared.
func TestCause_thatCannotBeComparedEndsLimitedWork(t *testing.T) {
	for _, cause := range []error{strange.List{"a"}, strange.Late{Parts: []string{"a"}}, fmt.Errorf("why: %w", strange.List{"a"}), errors.Join(strange.List{"a"}, strange.Late{Parts: []string{"b"}})} {
		for _, way := range []string{"cancel", "deadline"} {
			t.Run(fmt.Sprintf("%T/%s", cause, way), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithCancelCause(bg())
					end := func() { cancel(cause) }
					if way == "deadline" {
						c, stop := context.WithTimeoutCause(bg(), time.Second, cause)
						defer stop()
						ctx, end = c, func() { time.Sleep(2 * time.Second) } // virtual
					}
					inside, scope := future.WithScope(ctx, future.Unobserved(func(error) {}))
					waits := func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, context.Cause(ctx) }
					var fs []future.Future[int]
					for range 3 {
						for _, ctx := range []context.Context{ctx, inside} {
							fs = append(fs,
								deadline.Within(future.Go(ctx, waits), time.Hour),
								deadline.Within(future.NewPromise[int](ctx).Future(), time.Hour),
								deadline.At(future.Go(ctx, waits), time.Now().Add(time.Hour)),
								future.Go(ctx, func(ctx context.Context) (int, error) { return deadline.Run(ctx, time.Hour, waits) }),
								future.Go(ctx, func(ctx context.Context) (int, error) {
									inside, stop := deadline.Reserve(ctx, time.Millisecond)
									defer stop()
									return future.Go(inside, waits).Await(bg())
								}),
							)
						}
					}
					synctest.Wait()
					end()
					synctest.Wait()
					for i, f := range fs {
						require.Error(t, futuretest.AwaitVirtual(t, f).Err, "future %d", i)
					}
					scope.Close()
					cancel(nil)
				})
			})
		}
	}
}

// Work that is not complete has no result without an error, whatever its ctx says.
func TestRun_neverReturnsWithoutAnErrorUnlessItIsComplete(t *testing.T) {
	futuretest.Unfinished(t, func(ctx context.Context, _ future.Future[int]) error {
		hold := make(chan struct{})
		defer close(hold)
		_, err := deadline.Run(ctx, time.Hour, func(context.Context) (int, error) { <-hold; return 7, nil })
		return err
	})
}

type hostile struct{ do func() }

func (e *hostile) Error() string { return "hostile" }
func (e *hostile) Is(error) bool { e.do(); return false }

// A limit holds whatever the methods of the cause do that ends the work before.
func TestCancel_ofLimitedWorkCallsNoMethodOfItsCause(t *testing.T) {
	for name, limit := range map[string]func(f future.Future[int]) (cancel func(error), done <-chan struct{}){
		"Within": func(f future.Future[int]) (func(error), <-chan struct{}) {
			w := deadline.Within(f, time.Hour)
			return w.Cancel, w.Done()
		},
		"At": func(f future.Future[int]) (func(error), <-chan struct{}) {
			w := deadline.At(f, time.Now().Add(time.Hour))
			return w.Cancel, w.Done()
		},
		"Partial": func(f future.Future[int]) (func(error), <-chan struct{}) {
			w := deadline.Partial(time.Hour, 0, f, f)
			return w.Cancel, w.Done()
		},
	} {
		for _, doing := range []string{"blocks", "calls Goexit"} {
			t.Run(name+"/"+doing, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					gate := make(chan struct{})
					do := func() { <-gate }
					if doing == "calls Goexit" {
						do = func() { runtime.Goexit() }
					}
					p := future.NewPromise[int](bg())
					cancel, done := limit(p.Future())
					returned := false
					go func() { cancel(&hostile{do}); returned = true }()
					synctest.Wait()
					if !returned {
						t.Error("Cancel has not returned")
					}
					close(gate)
					synctest.Wait()
					select {
					case <-done:
					default:
						t.Error("the future is pending")
						p.Complete(1, nil)
					}
				})
			})
		}
	}
}

// What has no time left is late at once: before the caller can do anything.
func TestLateAtOnce(t *testing.T) {
	for _, d := range []time.Duration{0, -1, math.MinInt64} {
		p := future.NewPromise[int](context.Background())
		limited := deadline.Within(p.Future(), d)
		some := deadline.Partial(d, -1, future.NewPromise[int](context.Background()).Future(), future.Of(2, nil))
		p.Complete(1, nil)
		_, err := limited.Await(context.Background())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		v, err := some.Await(context.Background())
		require.NoError(t, err)
		require.Equal(t, []int{-1, 2}, v)
	}
}

type longPast struct{ context.Context }

func (longPast) Deadline() (time.Time, bool) { return time.Time{}, true }

func TestReserve_ofADeadlineThatIsLongPast(t *testing.T) {
	ctx, cancel := deadline.Reserve(longPast{context.Background()}, time.Second)
	defer cancel()
	require.Error(t, ctx.Err())
}
