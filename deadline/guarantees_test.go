package deadline_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
)

var errBoom = errors.New("boom")

func bg() context.Context { return context.Background() }

// limits are the two ways to put one on a future.
var limits = map[string]func(f future.Future[int], d time.Duration) future.Future[int]{
	"Within": func(f future.Future[int], d time.Duration) future.Future[int] { return deadline.Within(f, d) },
	"At": func(f future.Future[int], d time.Duration) future.Future[int] {
		return deadline.At(f, time.Now().Add(d))
	},
}

func TestG15_answersOnTimeEvenIfTheWorkDoesNotStop(t *testing.T) {
	for name, limit := range limits {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, scope := future.WithScope(bg())
				hold := make(chan struct{})
				var work context.Context
				f := future.Go(ctx, func(ctx context.Context) (int, error) { work = ctx; <-hold; return 7, nil })
				start := time.Now()
				r := futuretest.AwaitVirtual(t, limit(f, time.Second))
				require.Equal(t, time.Second, time.Since(start))
				require.ErrorIs(t, r.Err, context.DeadlineExceeded)
				require.Zero(t, r.Value)
				synctest.Wait()
				require.ErrorIs(t, work.Err(), context.DeadlineExceeded, "the work is told")
				require.IsType(t, (*deadline.Error)(nil), context.Cause(work))
				require.True(t, futuretest.IsPending(f))
				close(hold)
				require.Equal(t, future.Result[int]{Value: 7}, futuretest.AwaitVirtual(t, f), "and ends with what it returns")
				require.NoError(t, scope.Close())
			})
		})
		t.Run(name+", in time", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				for _, err := range []error{nil, errBoom} {
					var work context.Context
					f := limit(future.Go(bg(), func(ctx context.Context) (int, error) {
						work = ctx
						time.Sleep(time.Second - 1)
						return 7, errors.Join(err, ctx.Err())
					}), time.Second)
					r := futuretest.AwaitVirtual(t, f)
					require.Equal(t, 7, r.Value)
					require.Equal(t, err == nil, r.Err == nil)
					time.Sleep(time.Hour)
					require.NotErrorIs(t, context.Cause(work), context.DeadlineExceeded, "the limit is off once it is kept")
				}
			})
		})
		t.Run(name+", a promise", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := future.NewPromise[int](bg())
				f := limit(p.Future(), time.Second)
				require.ErrorIs(t, futuretest.AwaitVirtual(t, f).Err, context.DeadlineExceeded)
				require.IsType(t, (*deadline.Error)(nil), futuretest.AwaitVirtual(t, p.Future()).Err, "cancelled with the deadline, not wrapped")
				require.False(t, p.Complete(1, nil))
			})
		})
		t.Run(name+", one that is nested", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				for _, inner := range []time.Duration{time.Second, time.Minute} {
					start := time.Now()
					f := limit(limit(future.NewPromise[int](bg()).Future(), inner), 2*time.Second)
					e, ok := futuretest.AwaitVirtual(t, f).Err.(*deadline.Error)
					require.True(t, ok)
					want := min(inner, 2*time.Second)
					require.Equal(t, want, e.Limit)
					require.Equal(t, want, time.Since(start))
				}
			})
		})
	}
	t.Run("Run", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, scope := future.WithScope(bg())
			hold := make(chan struct{})
			var work context.Context
			start := time.Now()
			v, err := deadline.Run(ctx, time.Second, func(ctx context.Context) (int, error) { work = ctx; <-hold; return 1, nil })
			require.Zero(t, v)
			require.IsType(t, (*deadline.Error)(nil), err)
			require.Equal(t, time.Second, time.Since(start))
			synctest.Wait()
			require.Equal(t, context.DeadlineExceeded, work.Err())
			close(hold)
			require.NoError(t, scope.Close(), "the scope joins it")
		})
	})
	t.Run("Run answers when ctx ends, even if fn ignores that", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(bg())
			hold := make(chan struct{})
			time.AfterFunc(time.Second, func() { cancel(errBoom) })
			start := time.Now()
			_, err := deadline.Run(ctx, time.Hour, func(context.Context) (int, error) { <-hold; return 1, nil })
			require.Equal(t, time.Second, time.Since(start))
			require.ErrorIs(t, err, errBoom)
			require.ErrorIs(t, err, context.Canceled)
			require.NotErrorIs(t, err, context.DeadlineExceeded)
			close(hold)
		})
	})
	t.Run("Partial", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, scope := future.WithScope(bg())
			hold := make(chan struct{})
			stubborn := future.Go(ctx, func(context.Context) (int, error) { <-hold; return 1, nil })
			obedient := future.Go(ctx, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, context.Cause(ctx) })
			bad := future.Go(ctx, func(context.Context) (int, error) { return 0, errBoom })
			good := future.Go(ctx, func(context.Context) (int, error) { time.Sleep(time.Second); return 2, nil })
			start := time.Now()
			r := futuretest.AwaitVirtual(t, deadline.Partial(time.Minute, -1, stubborn, good, bad, obedient, future.Of(3, nil)))
			require.Equal(t, future.Result[[]int]{Value: []int{-1, 2, -1, -1, 3}}, r, "in the order of inputs")
			require.Equal(t, time.Minute, time.Since(start))
			require.IsType(t, (*deadline.Error)(nil), futuretest.AwaitVirtual(t, obedient).Err, "the late are cancelled")
			close(hold)
			require.NoError(t, scope.Close())
		})
	})
	t.Run("Partial ends early when all are complete", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			one := future.Go(bg(), func(context.Context) (int, error) { time.Sleep(time.Second); return 1, nil })
			require.Equal(t, []int{1, -1}, futuretest.AwaitVirtual(t, deadline.Partial(time.Hour, -1, one, future.Of(0, errBoom))).Value)
			require.Equal(t, time.Second, time.Since(start))
		})
	})
}

func TestG16_deadlineErrorsSayWhatWasLate(t *testing.T) {
	hang := func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, ctx.Err() }
	check := func(t *testing.T, err error) {
		t.Helper()
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.NotErrorIs(t, err, context.Canceled)
		require.False(t, future.IsCanceled(err))
		require.NotContains(t, err.Error(), "\n")
		timeout, ok := err.(interface{ Timeout() bool })
		require.True(t, ok && timeout.Timeout())
	}
	t.Run("Within and At", func(t *testing.T) {
		for _, limit := range limits {
			synctest.Test(t, func(t *testing.T) {
				err := futuretest.AwaitVirtual(t, limit(future.Go(future.Named(bg(), "item"), hang), 3*time.Second)).Err
				check(t, err)
				require.Equal(t, deadline.Error{Name: "item", Limit: 3 * time.Second, Elapsed: 3 * time.Second}, *futuretest.Late(t, err))
				require.Contains(t, err.Error(), "item")
				require.Contains(t, err.Error(), "3s")

				err = futuretest.AwaitVirtual(t, limit(future.Go(bg(), hang), time.Second)).Err
				require.Contains(t, futuretest.Late(t, err).Name, "guarantees_test.go:", "without a name: file and line of the function")
				inner := limit(future.Go(future.Named(bg(), "deep"), hang), time.Hour)
				require.Equal(t, "deep", futuretest.Late(t, futuretest.AwaitVirtual(t, limit(inner, time.Second)).Err).Name, "the same work, dressed")
			})
		}
	})
	t.Run("Run, own limit", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			outer, cancel := context.WithTimeout(future.Named(bg(), "page"), time.Hour)
			defer cancel()
			_, err := deadline.Run(outer, time.Second, hang)
			check(t, err)
			require.Equal(t, deadline.Error{Name: "page", Limit: time.Second, Elapsed: time.Second}, *futuretest.Late(t, err))
			_, err = deadline.Run(bg(), time.Second, hang)
			require.Contains(t, futuretest.Late(t, err).Name, "guarantees_test.go:")
		})
	})
	t.Run("Run, ctx's own deadline came first", func(t *testing.T) {
		for name, fn := range map[string]func(context.Context) (int, error){
			"fn stops": hang,
			"fn wraps": func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, fmt.Errorf("call: %w", ctx.Err()) },
			"fn hangs on": func(ctx context.Context) (int, error) {
				time.Sleep(time.Minute)
				return 1, nil
			},
		} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					outer, cancel := context.WithTimeout(future.Named(bg(), "page"), 2*time.Second)
					defer cancel()
					start := time.Now()
					_, err := deadline.Run(outer, time.Hour, fn)
					require.Equal(t, 2*time.Second, time.Since(start))
					check(t, err)
					e := futuretest.Late(t, err)
					require.True(t, e.Inherited)
					require.Equal(t, "page", e.Name)
					require.Equal(t, 2*time.Second, e.Limit)
					require.Equal(t, 2*time.Second, e.Elapsed)
					require.Contains(t, err.Error(), "inherited")
					require.ErrorIs(t, err, context.Cause(outer))
					time.Sleep(time.Hour) // no scope joins what hangs on
				})
			})
		}
	})
	t.Run("Run, ctx's deadline with a cause of its own", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			outer, cancel := context.WithTimeoutCause(bg(), time.Second, errBoom)
			defer cancel()
			_, err := deadline.Run(outer, time.Hour, hang)
			check(t, err)
			require.True(t, futuretest.Late(t, err).Inherited)
		})
	})
	t.Run("what fn returns of itself is untouched", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			own := fmt.Errorf("upstream: %w", context.DeadlineExceeded)
			v, err := deadline.Run(bg(), time.Second, func(context.Context) (int, error) { return 3, own })
			require.Same(t, own, err)
			require.Equal(t, 3, v)
			ended, cancel := context.WithTimeout(bg(), time.Second)
			defer cancel()
			_, err = deadline.Run(ended, time.Hour, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, errBoom })
			if !errors.Is(err, errBoom) { // the wait may end first: then it is the deadline
				check(t, err)
			}
		})
	})
	t.Run("Reserve", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			outer, cancel := context.WithTimeout(bg(), 10*time.Second)
			defer cancel()
			ctx, stop := deadline.Reserve(outer, 3*time.Second)
			defer stop()
			start := time.Now()
			<-ctx.Done()
			require.Equal(t, 7*time.Second, time.Since(start))
			require.NoError(t, outer.Err(), "the rest is for degrading and replying")
			require.Equal(t, context.DeadlineExceeded, ctx.Err())
			require.IsType(t, (*deadline.Error)(nil), context.Cause(ctx))
			require.ErrorIs(t, context.Cause(ctx), context.DeadlineExceeded)

			short, stop2 := deadline.Reserve(outer, time.Hour)
			defer stop2()
			require.Equal(t, context.DeadlineExceeded, short.Err(), "done from the start")
			none, stop3 := deadline.Reserve(bg(), time.Hour)
			require.NoError(t, none.Err())
			_, has := none.Deadline()
			require.False(t, has)
			stop3()
			require.Error(t, none.Err())
		})
	})
	t.Run("Partial", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f := future.Go(bg(), hang)
			var cause error
			g := future.Go(bg(), func(ctx context.Context) (int, error) { <-ctx.Done(); cause = context.Cause(ctx); return 0, nil })
			futuretest.AwaitVirtual(t, deadline.Partial(time.Second, 0, f, g))
			synctest.Wait()
			check(t, cause)
			require.Equal(t, time.Second, futuretest.Late(t, cause).Limit)
		})
	})
}

func TestG17_aLateFutureIsNotACancelledOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := future.NewPromise[int](bg())
		f := deadline.Within(p.Future(), time.Hour)
		f.Cancel(errBoom)
		err := futuretest.AwaitVirtual(t, f).Err
		require.ErrorIs(t, err, context.Canceled)
		require.NotErrorIs(t, err, context.DeadlineExceeded)
		ctx, cancel := context.WithCancel(bg())
		cancel()
		_, err = deadline.Run(ctx, time.Hour, func(context.Context) (int, error) { t.Error("called"); return 0, nil })
		require.True(t, future.IsCanceled(err))
	})
}

type big = futuretest.Big

// hold puts a limit on a future that v hangs on.
func hold(f future.Future[*big], v *big) {
	deadline.Within(future.Follow(nil, f, future.ModeQuick|future.ModeDressed, keeping{v}), time.Hour)
}

type keeping struct{ v *big }

func (keeping) Pass(future.Result[*big]) (v *big, passes bool) { return v, false }

func (k keeping) Run(context.Context, future.Result[*big]) (v *big, _ future.Future[*big], err error) {
	return k.v, future.Future[*big]{}, nil
}

// No timer outlives its future: the timer would keep what it is for.
func TestG18_noTimerOutlivesItsFuture(t *testing.T) {
	ends := map[string]func(p *future.Promise[*big], f interface{ Cancel(error) }, v *big){
		"complete": func(p *future.Promise[*big], _ interface{ Cancel(error) }, v *big) {
			p.Complete(v, nil)
		},
		"failed": func(p *future.Promise[*big], _ interface{ Cancel(error) }, v *big) {
			p.Complete(v, errBoom)
		},
		"cancelled": func(_ *future.Promise[*big], f interface{ Cancel(error) }, _ *big) {
			f.Cancel(nil)
		},
	}
	for name, limit := range map[string]func(f future.Future[*big], fn *big) interface{ Cancel(error) }{
		"Within": func(f future.Future[*big], _ *big) interface{ Cancel(error) } {
			return deadline.Within(f, time.Hour)
		},
		"At": func(f future.Future[*big], _ *big) interface{ Cancel(error) } {
			return deadline.At(f, time.Now().Add(time.Hour))
		},
		"Partial": func(f future.Future[*big], v *big) interface{ Cancel(error) } {
			return deadline.Partial(time.Hour, v, f)
		},
	} {
		for how, end := range ends {
			t.Run(name+"/"+how, func(t *testing.T) {
				v, missing := new(big), new(big)
				a, b := weak.Make(v), weak.Make(missing)
				p := future.NewPromise[*big](bg())
				f := limit(p.Future(), missing)
				end(p, f, v)
				p, f, v, missing = nil, nil, nil, nil
				futuretest.Gone(t, a, "the result, held by the timer,")
				futuretest.Gone(t, b, "the future, held by the timer,")
			})
		}
	}
	t.Run("Run", func(t *testing.T) {
		v := new(big)
		a := weak.Make(v)
		deadline.Run(bg(), time.Hour, func(context.Context) (*big, error) { return v, nil })
		v = nil
		futuretest.Gone(t, a, "the result")
	})
	t.Run("control: a pending one is held by its timer", func(t *testing.T) {
		v := new(big)
		a := weak.Make(v)
		p := future.NewPromise[*big](bg())
		hold(p.Future(), v)
		v, p = nil, nil
		runtime.GC()
		require.NotNil(t, a.Value())
	})
}

func TestG21_doneBeforeTheStart(t *testing.T) {
	ended, cancel := context.WithCancelCause(bg())
	cancel(errBoom)
	_, err := deadline.Run(ended, time.Hour, func(context.Context) (int, error) { t.Error("called"); return 0, nil })
	require.ErrorIs(t, err, errBoom)
	require.ErrorIs(t, err, context.Canceled)
	passed, stop := context.WithTimeout(bg(), 0)
	defer stop()
	_, err = deadline.Run(passed, time.Hour, func(context.Context) (int, error) { t.Error("called"); return 0, nil })
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.True(t, futuretest.Late(t, err).Inherited)
}

func TestG05_runReturnsAPanic(t *testing.T) {
	_, err := deadline.Run(bg(), time.Hour, func(context.Context) (int, error) { panic(errBoom) })
	p, ok := errors.AsType[*future.PanicError](err)
	require.True(t, ok)
	require.ErrorIs(t, err, errBoom)
	require.True(t, strings.Contains(p.Stack(), "TestG05_runReturnsAPanic"))
	_, err = deadline.Run(bg(), time.Hour, func(context.Context) (int, error) { runtime.Goexit(); return 0, nil })
	require.ErrorIs(t, err, future.ErrGoexit)
}

// A future that is complete already keeps its failure, whose news is told once.
func TestG25_withinOfAFailure(t *testing.T) {
	for name, limit := range limits {
		t.Run(name, func(t *testing.T) {
			for _, looks := range []bool{true, false} {
				ctx, scope := future.WithScope(bg())
				f := future.Go(ctx, func(context.Context) (int, error) { return 0, errBoom })
				<-f.Done()
				limited := limit(f, time.Hour)
				if looks {
					require.Equal(t, errBoom, futuretest.AwaitVirtual(t, limited).Err)
					require.NoError(t, scope.Close())
					continue
				}
				var report *future.UnobservedError
				require.ErrorAs(t, scope.Close(), &report)
				require.Equal(t, errBoom, report.Err)
			}
		})
	}
}
