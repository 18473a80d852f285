package combinators_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
	"github.com/jade-go/jade/internal/strange"
	recovery "github.com/jade-go/jade/recover"
)

// family is three futures of one kind behind the same inputs.
func family(kind struct {
	build  build2
	passes bool
	one    bool
}, ctx context.Context, a, b fint) (all []ending) {
	for range 3 {
		all = append(all, kind.build(ctx, a, b))
	}
	return all
}

func TestCause_thatCannotBeComparedEndsEveryCombinator(t *testing.T) {
	for name, cause := range strange.Errors {
		for how, kind := range reaches {
			t.Run(name+"/"+how, func(t *testing.T) {
				for _, by := range []string{"its ctx", "Cancel", "a deadline of its ctx", "its inputs", "its inputs' ctx", "the inputs' scope"} {
					synctest.Test(t, func(t *testing.T) {
						ctx, cancel := context.WithCancelCause(bg())
						defer cancel(nil)
						timed, stop := context.WithTimeoutCause(ctx, time.Second, cause)
						defer stop()
						started := ctx
						if by == "a deadline of its ctx" {
							started = timed
						}
						inside, scope := future.WithScope(started, future.Unobserved(func(error) {}))
						a, b := future.NewPromise[int](bg()), future.NewPromise[int](bg())
						if by == "its inputs' ctx" {
							a, b = future.NewPromise[int](started), future.NewPromise[int](started)
						} else if by == "the inputs' scope" {
							a, b = future.NewPromise[int](inside), future.NewPromise[int](inside)
						}
						all := family(kind, inside, a.Future(), b.Future())
						all = append(all, family(kind, started, a.Future(), b.Future())...)
						synctest.Wait()
						switch by {
						case "Cancel":
							for _, f := range all {
								f.cancel(cause)
							}
							a.Future().Cancel(cause)
							b.Future().Cancel(cause)
						case "a deadline of its ctx":
							time.Sleep(2 * time.Second) // virtual
						case "its inputs":
							a.Complete(0, cause)
							b.Complete(0, cause)
						default:
							cancel(cause)
						}
						synctest.Wait()
						a.Complete(0, cause)
						b.Complete(0, cause)
						synctest.Wait()
						for _, f := range all {
							require.True(t, f.done())
							_ = f.err(t)
						}
						scope.Close()
					})
				}
			})
		}
	}
}

// What passes a failure on keeps the name of the work that failed, whatever the error's type.
func TestFailure_thatCannotBeComparedKeepsItsName(t *testing.T) {
	never := func(context.Context, error) (int, error) { return 1, nil }
	for how, pass := range map[string]func(ctx context.Context, f fint) (done <-chan struct{}){
		"All":  func(_ context.Context, f fint) <-chan struct{} { return combinators.All(future.Of(1, nil), f).Done() },
		"Zip2": func(_ context.Context, f fint) <-chan struct{} { return combinators.Zip2(future.Of(1, nil), f).Done() },
		"Race": func(_ context.Context, f fint) <-chan struct{} { return combinators.Race(f).Done() },
		"Map": func(_ context.Context, f fint) <-chan struct{} {
			return combinators.Map(f, func(int) int { return 1 }).Done()
		},
		"Then": func(ctx context.Context, f fint) <-chan struct{} { return combinators.Then(ctx, f, again).Done() },
		"Then2": func(ctx context.Context, f fint) <-chan struct{} {
			return combinators.Then2(ctx, f, future.Of(1, nil), add2).Done()
		},
		"FlatMap": func(ctx context.Context, f fint) <-chan struct{} {
			return combinators.FlatMap(ctx, future.Of(1, nil), func(context.Context, int) fint { return f }).Done()
		},
		"Within":  func(_ context.Context, f fint) <-chan struct{} { return deadline.Within(f, time.Hour).Done() },
		"OnError": func(_ context.Context, f fint) <-chan struct{} { return recovery.OnError(f, func(error) {}).Done() },
		"Finally": func(ctx context.Context, f fint) <-chan struct{} { return combinators.Finally(ctx, f, cleanUp).Done() },
		"RecoverIs": func(ctx context.Context, f fint) <-chan struct{} {
			return recovery.RecoverIs(ctx, f, errOther, never).Done()
		},
		"RecoverAs": func(ctx context.Context, f fint) <-chan struct{} {
			return recovery.RecoverAs(ctx, f, handlesCanceled).Done()
		},
	} {
		for name, err := range strange.Errors {
			t.Run(how+"/"+name, func(t *testing.T) {
				var l ledger
				ctx, scope := l.scope()
				f := future.Go(future.Named(ctx, "culprit"), func(context.Context) (int, error) { return 0, err })
				<-pass(ctx, f)
				scope.Close()
				if errors.Is(err, context.Canceled) {
					require.Empty(t, l.told, "a cancellation is not reported")
					return
				}
				require.Len(t, l.told, 1)
				u, ok := errors.AsType[*future.UnobservedError](l.told[0])
				require.True(t, ok)
				require.Equal(t, "culprit", u.Name)
			})
		}
	}
}

// A target that cannot be compared matches nothing, and breaks nothing.
func TestRecoverIs_aTargetThatCannotBeCompared(t *testing.T) {
	for name, err := range strange.Errors {
		t.Run(name, func(t *testing.T) {
			_, got := recovery.RecoverIs(bg(), future.Of(0, err), err, handles).Await(bg())
			if _, broke := errors.AsType[*future.PanicError](got); broke {
				t.Errorf("the comparison panics: %v", got)
			}
			require.NotPanics(t, func() { recovery.Classify(err) })
			require.NotPanics(t, func() { recovery.Classify(errors.Join(err, err)) })
		})
	}
}

func TestEach_elementsThatFailWithWhatCannotBeCompared(t *testing.T) {
	for name, err := range strange.Errors {
		for _, limit := range []int{1, 3, 10} {
			t.Run(fmt.Sprintf("%s/%d", name, limit), func(t *testing.T) {
				ctx, scope := future.WithScope(bg())
				_, got := combinators.Each(ctx, limit, make([]int, 10), func(context.Context, int) (int, error) { return 0, err }).Await(bg())
				require.Error(t, got)
				require.NoError(t, scope.Close())
				parent, cancel := context.WithCancelCause(bg())
				inside, scope := future.WithScope(parent, future.Unobserved(func(error) {}))
				f := combinators.Each(inside, limit, make([]int, 10), func(ctx context.Context, _ int) (int, error) { <-ctx.Done(); return 0, context.Cause(ctx) })
				g := combinators.Each(parent, limit, make([]int, 10), func(ctx context.Context, _ int) (int, error) { <-ctx.Done(); return 0, context.Cause(ctx) })
				cancel(err)
				require.Error(t, futuretest.Await(t, f).Err)
				require.Error(t, futuretest.Await(t, g).Err)
				scope.Close()
			})
		}
	}
}

func TestSettleEach_elementsThatFailWithWhatCannotBeCompared(t *testing.T) {
	for name, err := range strange.Errors {
		for _, limit := range []int{1, 3, 10} {
			t.Run(fmt.Sprintf("%s/%d", name, limit), func(t *testing.T) {
				ctx, scope := future.WithScope(bg())
				got := futuretest.Await(t, combinators.SettleEach(ctx, limit, make([]int, 10), func(context.Context, int) (int, error) { return 0, err }))
				require.NoError(t, got.Err)
				for _, r := range got.Value {
					require.Error(t, r.Err)
				}
				require.NoError(t, scope.Close())
				parent, cancel := context.WithCancelCause(bg())
				inside, scope := future.WithScope(parent, future.Unobserved(func(error) {}))
				waits := func(ctx context.Context, _ int) (int, error) { <-ctx.Done(); return 0, context.Cause(ctx) }
				f := combinators.SettleEach(inside, limit, make([]int, 10), waits)
				g := combinators.SettleEach(parent, limit, make([]int, 10), waits)
				h := combinators.SettleEach(bg(), limit, make([]int, 10), waits)
				cancel(err)
				h.Cancel(err)
				require.Error(t, futuretest.Await(t, f).Err)
				require.Error(t, futuretest.Await(t, g).Err)
				require.Error(t, futuretest.Await(t, h).Err)
				scope.Close()
			})
		}
	}
}
