package task_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
	"github.com/jade-go/jade/internal/strange"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// policied are tasks with each policy around fn.
func policied(fn func(ctx context.Context, n int) (int, error)) map[string]number {
	return map[string]number{
		"plain":        does(fn),
		"Timeout":      does(fn).Timeout(time.Hour),
		"Retry":        does(fn).Retry(task.Retry{Attempts: 2, Delay: ms, If: always}),
		"Recover":      does(fn).Recover(func(_ context.Context, _ int, err error) (int, error) { return 0, err }),
		"OnError":      does(fn).OnError(func(context.Context, int, error) {}),
		"Wrap":         does(fn).Wrap(same),
		"all":          does(fn).Timeout(time.Hour).Retry(task.Retry{Attempts: 2, If: always}).Wrap(same).OnError(func(context.Context, int, error) {}).Timeout(2 * time.Hour),
		"two Timeouts": does(fn).Timeout(time.Hour).Timeout(2 * time.Hour),
	}
}

// The caller's ctx ends with a cause that cannot be compared, while several calls of each kind run.
func TestCause_thatCannotBeComparedEndsCalls(t *testing.T) {
	for name, cause := range strange.Errors {
		for _, way := range []string{"cancel", "deadline", "Cancel of a promise", "failure"} {
			for _, waits := range []bool{true, false} {
				t.Run(fmt.Sprintf("%s/%s/%v", name, way, waits), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						ctx, cancel := context.WithCancelCause(bg())
						end := func() { cancel(cause) }
						switch way {
						case "deadline":
							c, stop := context.WithTimeoutCause(bg(), time.Second, cause)
							defer stop()
							ctx, end = c, func() { time.Sleep(2 * time.Second) } // virtual
						case "Cancel of a promise":
							p := future.NewPromise[int](bg())
							ctx, end = p.Context(), func() { p.Future().Cancel(cause) }
						}
						inside, scope := future.WithScope(ctx, future.Unobserved(func(error) {}))
						hold := make(chan struct{})
						fn := func(ctx context.Context, n int) (int, error) { <-hold; return 0, cause }
						if waits && way != "failure" {
							fn = func(ctx context.Context, n int) (int, error) { <-ctx.Done(); return 0, context.Cause(ctx) }
						}
						var fs []future.Future[int]
						for _, tk := range policied(fn) {
							for range 2 {
								for _, ctx := range []context.Context{ctx, inside} {
									fs = append(fs, tk.Go(ctx, 1), future.Go(bg(), func(context.Context) (int, error) { return tk.Do(ctx, 1) }))
								}
							}
						}
						synctest.Wait()
						if way != "failure" {
							end()
						}
						synctest.Wait()
						close(hold)
						time.Sleep(time.Second) // virtual
						for i, f := range fs {
							require.Error(t, futuretest.AwaitVirtual(t, f).Err, "call %d", i)
						}
						scope.Close()
						cancel(nil)
					})
				})
			}
		}
	}
}

// A call that has not ended has no result without an error, whatever its ctx says.
func TestUnfinished_aCallNeverReturnsWithoutAnError(t *testing.T) {
	for name := range policied(nothing) {
		t.Run(name, func(t *testing.T) {
			futuretest.UnfinishedCalls(t, func(fn func(context.Context, int) (int, error)) futuretest.Caller { return policied(fn)[name] })
		})
	}
}

func nothing(context.Context, int) (int, error) { return 0, nil }

// A failure that a blocked wait for a call gets is not reported, though its scope closes at once.
func TestClose_doesNotReportWhatAWaitForACallReturns(t *testing.T) {
	for name := range policied(nothing) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				for range 30 {
					var told []error
					ctx, scope := future.WithScope(bg(), future.Unobserved(func(err error) { told = append(told, err) }))
					hold := make(chan struct{})
					tk := policied(func(context.Context, int) (int, error) { <-hold; return 0, errBoom })[name]
					waits := map[string]func() error{
						"Await": func() error {
							_, err := tk.Go(ctx, 1).Await(bg())
							return err
						},
						"Await2": func() error {
							_, _, err := combinators.Await2(bg(), tk.Go(ctx, 1), future.NewPromise[int](bg()).Future())
							return err
						},
					}
					var all sync.WaitGroup
					for _, wait := range waits {
						all.Go(func() {
							if wait() == nil {
								t.Error("no error")
							}
						})
					}
					synctest.Wait()
					close(hold)
					if name == "Retry" || name == "all" {
						time.Sleep(time.Hour / 2) // virtual: until the last attempt
					}
					scope.Close()
					all.Wait()
					require.Empty(t, told)
				}
			})
		})
	}
}

// Do leaves when the scope of its ctx closes. A failure that comes at the same instant is then returned or reported: it
// is not lost, nor reported twice.
func TestClose_reportsWhatDoDoesNotReturn(t *testing.T) {
	for name := range policied(nothing) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				for range 100 {
					var told []error
					ctx, scope := future.WithScope(bg(), future.Unobserved(func(err error) { told = append(told, err) }))
					hold := make(chan struct{})
					tk := policied(func(context.Context, int) (int, error) { <-hold; return 0, errBoom })[name]
					returned := make(chan error, 1)
					go func() {
						_, err := tk.Do(ctx, 1)
						returned <- err
					}()
					synctest.Wait()
					close(hold)
					scope.Close()
					err := <-returned
					require.Error(t, err)
					require.LessOrEqual(t, len(told), 1)
					if !errors.Is(err, errBoom) {
						require.ErrorIs(t, err, future.ErrScopeClosed)
						if name == "Retry" || name == "all" {
							continue // a Retry whose ctx has ended fails with that
						}
						require.Len(t, told, 1)
						require.ErrorIs(t, told[0], errBoom)
					}
				}
			})
		})
	}
}

// A caller of Do whose ctx does not end gets the failure, and nobody else does.
func TestClose_doesNotReportWhatDoReturns(t *testing.T) {
	for name := range policied(nothing) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var told []error
				ctx, scope := future.WithScope(bg(), future.Unobserved(func(err error) { told = append(told, err) }))
				tk := policied(func(context.Context, int) (int, error) { time.Sleep(ms); return 0, errBoom })[name]
				_, err := tk.Do(ctx, 1)
				require.ErrorIs(t, err, errBoom)
				scope.Close()
				require.Empty(t, told)
			})
		})
	}
}

// Calls inside one another, each with a ctx that adds a value, as a tracer does.
func TestDepth_callsInsideOneAnother(t *testing.T) {
	type key struct{ n int }
	for _, how := range []string{"WithValue", "WithCancel", "both in turn"} {
		t.Run(how, func(t *testing.T) {
			var slow time.Duration
			var down func(ctx context.Context, n int) (int, error)
			inner := does(func(ctx context.Context, n int) (int, error) { return down(ctx, n) })
			down = func(ctx context.Context, n int) (int, error) {
				if n == 24 || slow > 0 {
					return 1, nil
				}
				best := time.Hour
				for range 20 {
					start := time.Now()
					_ = ctx.Err()
					best = min(best, time.Since(start))
				}
				if best > 100*time.Microsecond {
					slow = best
					return 1, nil
				}
				derived, cancel := context.WithValue(ctx, key{n}, n), func() {}
				if how == "WithCancel" || how == "both in turn" && n%2 == 0 {
					derived, cancel = context.WithCancel(ctx)
				}
				defer cancel()
				return inner.Do(derived, n+1)
			}
			ctx, cancel := context.WithCancel(bg())
			defer cancel()
			_, err := inner.Do(ctx, 1)
			require.NoError(t, err)
			require.Zero(t, slow, "Err takes so long at a depth of 24 at the most")
		})
	}
}

// A call that has ended does not keep its argument.
func TestRetention_aCallThatHasEndedLetsGoOfItsArgument(t *testing.T) {
	type megabyte [1 << 20]byte
	for _, ends := range []error{nil, errBoom} {
		size := task.New("size", func(_ context.Context, m *megabyte) (int, error) { return len(m), ends })
		for name, tk := range map[string]task.Task[*megabyte, int]{
			"plain":   size,
			"Timeout": size.Timeout(time.Hour),
			"Retry":   size.Retry(task.Retry{Attempts: 2, If: always}),
			"Discard": size.Discard(func(int) {}),
		} {
			for _, ctx := range []context.Context{bg(), observe.With(bg(), new(recorder))} {
				t.Run(fmt.Sprintf("%v/%s", ends, name), func(t *testing.T) {
					f, argument := func() (future.Future[int], weak.Pointer[megabyte]) {
						m := new(megabyte)
						f := tk.Go(ctx, m)
						f.Await(bg())
						return f, weak.Make(m)
					}()
					futuretest.Gone(t, argument, "the argument")
					runtime.KeepAlive(f)
				})
			}
		}
	}
}

// A call that has ended keeps nothing of its request.
func TestRetention_aCallThatHasEndedLetsGoOfTheRequest(t *testing.T) {
	type megabyte [1 << 20]byte
	type key struct{}
	for _, ends := range []error{nil, errBoom} {
		tasks := policied(func(context.Context, int) (int, error) { return 1, ends })
		tasks["Discard"] = tasks["plain"].Discard(func(int) {})
		for name, tk := range tasks {
			for _, around := range []string{"nothing", "a scope", "a closed scope", "a foreign ctx"} {
				t.Run(fmt.Sprintf("%v/%s/%s", ends, name, around), func(t *testing.T) {
					f, value := func() (future.Future[int], weak.Pointer[megabyte]) {
						m := new(megabyte)
						ctx := context.WithValue(bg(), key{}, m)
						var f future.Future[int]
						switch around {
						case "a foreign ctx":
							ctx, cancel := context.WithCancel(ctx)
							f = tk.Go(ctx, 1)
							defer cancel()
						case "nothing":
							f = tk.Go(ctx, 1)
						default:
							ctx, scope := future.WithScope(ctx)
							f = tk.Go(ctx, 1)
							f.Await(bg())
							if around == "a closed scope" {
								scope.Close()
							}
						}
						f.Await(bg())
						return f, weak.Make(m)
					}()
					futuretest.Gone(t, value, "the value in the request's ctx")
					runtime.KeepAlive(f)
				})
			}
		}
	}
}
