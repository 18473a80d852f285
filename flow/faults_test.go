package flow_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
	"github.com/jade-go/jade/internal/notes"
	"github.com/jade-go/jade/internal/strange"
)

// shapes are flows in which fn is called several times, or once.
func shapes(fn func(context.Context, int) (int, error)) map[string]*flow.Flow[int, int] {
	step := func(name string, in number) number { return flow.Step(named(name, fn), in) }
	return map[string]*flow.Flow[int, int]{
		"one step": of(func(in number) number { return step("a", in) }),
		"three at once": of(func(in number) number {
			return flow.Map3(step("a", in), step("b", in), step("c", in), sum3)
		}),
		"Any": of(func(in number) number { return flow.Any(step("a", in), step("b", in)) }),
		"Recover": of(func(in number) number {
			return flow.Map2(flow.Recover(step("a", in), func(_ context.Context, err error) (int, error) { return 0, err }), step("b", in), sum2)
		}),
		"Timeout": of(func(in number) number { return step("a", in) }).Timeout(time.Hour),
		"nested": of(func(in number) number {
			return flow.Step(of(func(in number) number { return step("a", in) }).Task().Named("inner"), in)
		}),
		"Each": of(func(in number) number {
			many := flow.Map(in, func(int) []int { return []int{1, 2, 3} })
			return flow.Map(flow.Each(named("a", fn), many, 2), func(ns []int) int { return len(ns) })
		}),
		"SettleEach": of(func(in number) number {
			many := flow.Map(in, func(int) []int { return []int{1, 2, 3} })
			return flow.MapErr(flow.SettleEach(named("a", fn), many, 2), func(rs settledResults) (int, error) { return len(rs), rs[0].Err })
		}),
	}
}

// The caller's ctx ends with a cause that cannot be compared, or a step fails with one.
func TestCause_thatCannotBeComparedEndsRuns(t *testing.T) {
	for name, cause := range strange.Errors {
		for _, way := range []string{"cancel", "deadline", "failure", "Cancel of the future"} {
			t.Run(name+"/"+way, func(t *testing.T) {
				notes.Log(t)
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithCancelCause(plainCtx())
					end := func() { cancel(cause) }
					if way == "deadline" {
						c, stop := context.WithTimeoutCause(plainCtx(), time.Second, cause)
						defer stop()
						ctx, end = c, func() { time.Sleep(2 * time.Second) } // virtual
					}
					inside, scope := future.WithScope(ctx, future.Unobserved(func(error) {}))
					fn := func(ctx context.Context, _ int) (int, error) { <-ctx.Done(); return 0, context.Cause(ctx) }
					if way == "failure" {
						fn = func(context.Context, int) (int, error) { return 0, cause }
					}
					var fs []future.Future[int]
					for _, f := range shapes(fn) {
						for _, ctx := range []context.Context{ctx, inside} {
							fs = append(fs, f.Go(ctx, 1), future.Go(plainCtx(), func(context.Context) (int, error) { return f.Do(ctx, 1) }))
						}
					}
					synctest.Wait()
					if way == "Cancel of the future" {
						for _, f := range fs {
							f.Cancel(cause)
						}
						time.Sleep(time.Second) // virtual
						cancel(cause)
					} else if way != "failure" {
						end()
					}
					time.Sleep(time.Second) // virtual
					for i, f := range fs {
						_, err := f.Await(plainCtx())
						require.Error(t, err, "run %d", i)
					}
					scope.Close()
					cancel(nil)
				})
			})
		}
	}
}

// A run that has not ended has no answer without an error, whatever its ctx says.
func TestUnfinished_aRunNeverReturnsWithoutAnError(t *testing.T) {
	for name := range shapes(nothing) {
		t.Run(name, func(t *testing.T) {
			notes.Log(t)
			futuretest.UnfinishedCalls(t, func(fn func(context.Context, int) (int, error)) futuretest.Caller { return shapes(fn)[name] })
		})
	}
}

func nothing(context.Context, int) (int, error) { return 0, nil }

// A failure that a caller of Do gets is not reported, though its scope closes at once.
func TestClose_doesNotReportWhatDoReturns(t *testing.T) {
	for name := range shapes(nothing) {
		t.Run(name, func(t *testing.T) {
			notes.Log(t)
			synctest.Test(t, func(t *testing.T) {
				for range 20 {
					var told []error
					ctx, scope := future.WithScope(plainCtx(), future.Unobserved(func(err error) { told = append(told, err) }))
					hold := make(chan struct{})
					f := shapes(func(context.Context, int) (int, error) { <-hold; return 0, errSoldOut })[name]
					errs := make(chan error, 2)
					go func() { _, err := f.Do(ctx, 1); errs <- err }()
					go func() { _, err := f.Go(ctx, 1).Await(plainCtx()); errs <- err }()
					synctest.Wait()
					close(hold)
					scope.Close()
					require.Error(t, <-errs)
					require.Error(t, <-errs)
					require.Empty(t, told)
				}
			})
		})
	}
}

// Runs inside one another, each with a ctx that adds a value, as a tracer does.
func TestDepth_runsInsideOneAnother(t *testing.T) {
	type key struct{ n int }
	for name := range shapes(nothing) {
		if name == "three at once" || name == "Any" || name == "Each" || name == "SettleEach" || name == "Recover" {
			continue // these would be two to the power of the depth themselves
		}
		t.Run(name, func(t *testing.T) {
			var slow time.Duration
			var inner *flow.Flow[int, int]
			inner = shapes(func(ctx context.Context, n int) (int, error) {
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
				return inner.Do(context.WithValue(ctx, key{n}, n), n+1)
			})[name]
			ctx, cancel := context.WithCancel(plainCtx())
			defer cancel()
			_, err := inner.Do(ctx, 1)
			require.NoError(t, err)
			require.Zero(t, slow, "Err takes so long at a depth of 24 at the most")
		})
	}
}

// A run that has ended keeps nothing of its request.
func TestRetention_aRunThatHasEndedLetsGoOfTheRequest(t *testing.T) {
	type megabyte [1 << 20]byte
	type key struct{}
	notes.Log(t)
	for _, ends := range []error{nil, errSoldOut} {
		for name, f := range shapes(func(context.Context, int) (int, error) { return 1, ends }) {
			for _, around := range []string{"nothing", "a scope", "a closed scope", "a foreign ctx"} {
				t.Run(fmt.Sprintf("%v/%s/%s", ends, name, around), func(t *testing.T) {
					answer, value := func() (future.Future[int], weak.Pointer[megabyte]) {
						m := new(megabyte)
						ctx := context.WithValue(plainCtx(), key{}, m)
						end := func() {}
						switch around {
						case "a foreign ctx":
							c, cancel := context.WithCancel(ctx)
							ctx, end = c, cancel
						case "nothing":
						default:
							c, scope := future.WithScope(ctx)
							ctx = c
							if around == "a closed scope" {
								end = func() { scope.Close() }
							}
						}
						answer := f.Go(ctx, 1)
						answer.Await(plainCtx())
						end()
						return answer, weak.Make(m)
					}()
					futuretest.Gone(t, value, "the value in the request's ctx")
					runtime.KeepAlive(answer)
				})
			}
		}
	}
}
