package combinators_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
	recovery "github.com/jade-go/jade/recover"
)

type results = []future.Result[int]

// requireElement checks that element i has failed with target, and has no value.
func requireElement(t *testing.T, got results, i int, target error) {
	t.Helper()
	failed, ok := got[i].Err.(*combinators.ElementError)
	require.True(t, ok, "%d: %v", i, got[i].Err)
	require.Equal(t, i, failed.Index)
	require.Zero(t, got[i].Value)
	require.ErrorIs(t, failed, target)
}

func TestSettleEach_aFailureStopsNoOtherElement(t *testing.T) {
	for _, limit := range []int{1, 2, 3, 100} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var runs, most atomic.Int32
				f := combinators.SettleEach(bg(), limit, []int{0, 1, 2, 3, 4, 5, 6, 7}, func(_ context.Context, i int) (int, error) {
					defer runs.Add(-1)
					if n := runs.Add(1); n > most.Load() {
						most.Store(n)
					}
					time.Sleep(time.Second)
					switch i {
					case 2:
						return 7, errBoom
					case 4:
						panic(errBoom)
					case 5:
						runtime.Goexit()
					case 6:
						return 0, context.Canceled
					}
					return 10 * i, nil
				})
				got, err := f.Await(bg())
				require.NoError(t, err)
				require.Len(t, got, 8)
				for _, i := range []int{0, 1, 3, 7} {
					require.Equal(t, future.Result[int]{Value: 10 * i}, got[i])
				}
				requireElement(t, got, 2, errBoom)
				requireElement(t, got, 4, errBoom)
				panicked, ok := errors.AsType[*future.PanicError](got[4].Err)
				require.True(t, ok)
				require.Contains(t, panicked.Stack(), "settleeach_test.go")
				requireElement(t, got, 5, future.ErrGoexit)
				requireElement(t, got, 6, context.Canceled)
				require.LessOrEqual(t, int(most.Load()), limit)
			})
		})
	}
	require.Equal(t, results{}, futuretest.Await(t, combinators.SettleEach(bg(), 1, nil, again)).Value)
}

// lateCtxs are ctxs that end by a deadline after a second.
var lateCtxs = map[string]func() (ctx context.Context, stop func()){
	"WithTimeout": func() (context.Context, func()) {
		ctx, cancel := context.WithTimeout(bg(), time.Second)
		return ctx, cancel
	},
	"WithTimeoutCause": func() (context.Context, func()) {
		ctx, cancel := context.WithTimeoutCause(bg(), time.Second, errBoom)
		return ctx, cancel
	},
	"Reserve": func() (context.Context, func()) {
		around, cancel := context.WithTimeout(bg(), time.Minute)
		ctx, stop := deadline.Reserve(around, 59*time.Second)
		return ctx, func() { stop(); cancel() }
	},
	"derived": func() (context.Context, func()) {
		around, cancel := context.WithTimeout(bg(), time.Second)
		ctx, stop := context.WithCancel(around)
		return context.WithValue(ctx, new(int), 1), func() { stop(); cancel() }
	},
	"work of Jade": func() (context.Context, func()) {
		p := future.NewPromise[int](bg())
		w := deadline.Within(p.Future(), time.Second)
		return p.Context(), func() { w.Cancel(nil) }
	},
	"derived from work of Jade": func() (context.Context, func()) {
		p := future.NewPromise[int](bg())
		w := deadline.Within(p.Future(), time.Second)
		ctx, stop := context.WithCancel(p.Context())
		return ctx, func() { stop(); w.Cancel(nil) }
	},
}

func TestSettleEach_answersAtTheDeadlineWithWhatIsThere(t *testing.T) {
	for name, make := range lateCtxs {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				around, stop := make()
				defer stop()
				ctx, scope := future.WithScope(around)
				begun := time.Now()
				var called atomic.Int32
				f := combinators.SettleEach(ctx, 2, []int{0, 1, 2, 3, 4, 5}, func(ctx context.Context, i int) (int, error) {
					called.Add(1)
					if i == 1 { // ignores its ctx
						time.Sleep(time.Hour)
						return 1, nil
					}
					select {
					case <-time.After(400 * time.Millisecond):
						return 10 + i, nil
					case <-ctx.Done():
						return 7, ctx.Err()
					}
				})
				got, err := f.Await(bg())
				require.NoError(t, err)
				require.Equal(t, time.Second, time.Since(begun))
				require.Equal(t, future.Result[int]{Value: 10}, got[0])
				require.Equal(t, future.Result[int]{Value: 12}, got[2])
				for _, i := range []int{1, 3, 4, 5} {
					requireElement(t, got, i, context.DeadlineExceeded)
					require.Equal(t, recovery.ClassTimeout, recovery.Classify(got[i].Err))
				}
				if late, ok := errors.AsType[*deadline.Error](future.Cause(around)); ok {
					requireElement(t, got, 5, late)
				}
				kept := slices.Clone(got)
				scope.Close()
				require.Equal(t, time.Hour, time.Since(begun), "the scope joins the straggler")
				require.Equal(t, kept, got)
				require.EqualValues(t, 4, called.Load(), "no element begins after the deadline")
			})
		})
	}
}

// What has ended when the deadline passes has its own result, even if that is at the same moment.
func TestSettleEach_aResultWinsATie(t *testing.T) {
	for range 50 {
		synctest.Test(t, func(t *testing.T) {
			ctx, stop := context.WithTimeout(bg(), time.Second)
			defer stop()
			got, err := combinators.SettleEach(ctx, 3, []int{0, 1, 2}, func(ctx context.Context, i int) (int, error) {
				switch i {
				case 0:
					time.Sleep(time.Second)
				case 1:
					<-ctx.Done()
				}
				return 1 + i, nil
			}).Await(bg())
			require.NoError(t, err)
			require.Equal(t, future.Result[int]{Value: 3}, got[2])
			for i, r := range got[:2] {
				if r.Err == nil {
					require.Equal(t, 1+i, r.Value)
				} else {
					requireElement(t, got, i, context.DeadlineExceeded)
				}
			}
		})
	}
}

func TestSettleEach_aDeadlineThatHasPassedCallsNothing(t *testing.T) {
	for name, make := range lateCtxs {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, stop := make()
				defer stop()
				time.Sleep(2 * time.Second)
				got, err := combinators.SettleEach(ctx, 2, []int{1, 2, 3}, func(context.Context, int) (int, error) {
					t.Error("called")
					return 0, nil
				}).Await(bg())
				require.NoError(t, err)
				for i := range 3 {
					requireElement(t, got, i, context.DeadlineExceeded)
				}
			})
		})
	}
}

// It fails if somebody has left, in whatever way.
func TestSettleEach_failsOnlyIfItIsCancelled(t *testing.T) {
	type setting struct {
		ctx    context.Context
		cancel func()
		scope  *future.Scope
	}
	for name, leave := range map[string]func(s setting, f future.Future[results]){
		"the caller": func(s setting, _ future.Future[results]) { s.cancel() },
		"the scope":  func(s setting, _ future.Future[results]) { go s.scope.Close() },
		"Cancel":     func(_ setting, f future.Future[results]) { f.Cancel(errBoom) },
		"Race": func(_ setting, f future.Future[results]) {
			combinators.Race(f, future.Of(results{}, nil))
		},
		"Any": func(_ setting, f future.Future[results]) { combinators.Any(f, future.Of(results{}, nil)) },
		"Within": func(_ setting, f future.Future[results]) {
			_, _ = deadline.Within(f, time.Second).Await(bg())
		},
	} {
		for _, late := range []bool{false, true} {
			t.Run(fmt.Sprint(name, late), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					around, cancel := context.WithCancel(bg())
					defer cancel()
					if late {
						timed, stop := context.WithTimeout(around, time.Hour)
						defer stop()
						around = timed
					}
					ctx, scope := future.WithScope(around)
					var called, ended atomic.Int32
					f := combinators.SettleEach(ctx, 2, make([]int, 10), func(ctx context.Context, _ int) (int, error) {
						if called.Add(1) == 1 {
							return 1, nil
						}
						<-ctx.Done()
						ended.Add(1)
						time.Sleep(time.Second)
						return 2, nil
					})
					synctest.Wait()
					leave(setting{ctx, cancel, scope}, f)
					synctest.Wait()
					r, done := f.Peek()
					require.True(t, done, "at once")
					require.Error(t, r.Err)
					require.Nil(t, r.Value)
					require.EqualValues(t, 2, ended.Load(), "the calls are cancelled")
					scope.Close()
					require.EqualValues(t, 3, called.Load(), "and no more are started")
				})
			})
		}
	}
	t.Run("with all elements failed", func(t *testing.T) { // for that reason, perhaps
		for range 200 {
			ctx, cancel := context.WithCancel(bg())
			f := combinators.SettleEach(ctx, 3, []int{1, 2, 3}, func(ctx context.Context, _ int) (int, error) {
				<-ctx.Done()
				return 0, ctx.Err()
			})
			cancel()
			require.True(t, future.IsCanceled(futuretest.Await(t, f).Err))
		}
	})
	t.Run("before the start", func(t *testing.T) {
		ended, cancel := context.WithCancelCause(bg())
		cancel(errBoom)
		_, err := combinators.SettleEach(ended, 2, []int{1, 2}, func(context.Context, int) (int, error) {
			t.Error("called")
			return 0, nil
		}).Await(bg())
		require.ErrorIs(t, err, errBoom)
		require.True(t, future.IsCanceled(err))
	})
	t.Run("not through a Shield", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f := combinators.SettleEach(bg(), 2, []int{1, 2}, func(context.Context, int) (int, error) {
				time.Sleep(time.Second)
				return 1, nil
			})
			future.Shield(f).Cancel(errBoom)
			require.Equal(t, results{{Value: 1}, {Value: 1}}, futuretest.Await(t, f).Value)
		})
	})
}

// Stragglers that end while somebody reads the results write none of them.
func TestSettleEach_resultsDoNotChange(t *testing.T) {
	for range 200 {
		ctx, cancel := context.WithTimeout(bg(), 200*time.Microsecond)
		inside, scope := future.WithScope(ctx)
		got, err := combinators.SettleEach(inside, 4, make([]int, 64), func(context.Context, int) (int, error) {
			busy(10 * time.Microsecond)
			return 7, nil
		}).Await(bg())
		require.NoError(t, err)
		for range 100 {
			for i, r := range got { // the race detector looks on
				if (r.Value == 7) == (r.Err != nil) {
					t.Fatalf("%d: %v", i, r)
				}
			}
		}
		scope.Close()
		cancel()
	}
}

func busy(d time.Duration) {
	for begun := time.Now(); time.Since(begun) < d; {
		runtime.Gosched()
	}
}

// A scope is told of failures that nobody looked at, by the function, and of none that somebody did.
func TestSettleEach_failuresAreNewsUntilSomebodyLooks(t *testing.T) {
	for _, look := range []bool{false, true} {
		var mu sync.Mutex
		var told []error
		ctx, scope := future.WithScope(bg(), future.Unobserved(func(err error) {
			mu.Lock()
			defer mu.Unlock()
			told = append(told, err)
		}))
		f := combinators.SettleEach(ctx, 1, []int{0, 1, 2, 3}, func(_ context.Context, i int) (int, error) {
			switch i {
			case 1:
				return 0, errBoom
			case 3:
				panic("crash")
			}
			return i, nil
		})
		<-f.Done()
		if look {
			_, _ = f.Await(bg())
		}
		require.NoError(t, scope.Close())
		if look {
			require.Empty(t, told)
			continue
		}
		require.Len(t, told, 1)
		require.ErrorIs(t, told[0], errBoom)
		_, panicked := errors.AsType[*future.PanicError](told[0])
		require.True(t, panicked)
		require.Contains(t, told[0].(*future.UnobservedError).Name, "settleeach_test.go:")
		require.Contains(t, told[0].Error(), "element[1]: boom; element[3]: panic: crash")
	}
}

// What stragglers do after the deadline is nobody's failure.
func TestSettleEach_aStragglerThatPanicsIsJoinedAndNotTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		around, stop := context.WithTimeout(bg(), time.Second)
		defer stop()
		ctx, scope := future.WithScope(around)
		f := combinators.SettleEach(ctx, 3, []int{0, 1, 2}, func(_ context.Context, i int) (int, error) {
			time.Sleep(time.Minute)
			switch i {
			case 0:
				panic(errBoom)
			case 1:
				runtime.Goexit()
			}
			return 0, errBoom
		})
		got, err := f.Await(bg())
		require.NoError(t, err)
		for i := range 3 {
			requireElement(t, got, i, context.DeadlineExceeded)
		}
		require.NoError(t, scope.Close())
	})
}

// The cost of an element does not grow with their number, whatever ends it.
func TestSettleEach_manyElements(t *testing.T) {
	for name, fn := range map[string]func(context.Context, int) (int, error){
		"succeed": func(_ context.Context, i int) (int, error) { return i, nil },
		"fail":    func(context.Context, int) (int, error) { return 0, errBoom },
		"panic":   func(context.Context, int) (int, error) { panic(errBoom) },
		"exit":    func(context.Context, int) (int, error) { runtime.Goexit(); return 0, nil },
	} {
		for _, limit := range []int{1, 100, 100_000} {
			t.Run(fmt.Sprint(name, limit), func(t *testing.T) {
				ctx, scope := future.WithScope(bg())
				defer scope.Close()
				n := 10_000
				if name == "exit" {
					n = 2000
				}
				r := futuretest.Await(t, combinators.SettleEach(ctx, limit, make([]int, n), fn))
				require.NoError(t, r.Err)
				require.Len(t, r.Value, n)
				for i, r := range r.Value {
					if (r.Err == nil) != (name == "succeed") {
						t.Fatal(i, r.Err)
					}
				}
			})
		}
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithTimeout(bg(), time.Second)
		defer stop()
		f := combinators.SettleEach(ctx, 10_000, make([]int, 10_000), func(ctx context.Context, _ int) (int, error) {
			<-ctx.Done()
			return 0, ctx.Err()
		})
		require.Len(t, futuretest.Await(t, f).Value, 10_000)
	})
}
