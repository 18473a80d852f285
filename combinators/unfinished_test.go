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
)

// fromAsCompleted is all errors that the sequence gives, nil if one of fs has none.
func fromAsCompleted(ctx context.Context, fs ...fint) error {
	var errs []error
	for _, r := range combinators.AsCompleted(ctx, fs...) {
		if r.Err == nil {
			return nil
		}
		errs = append(errs, r.Err)
	}
	return errors.Join(errs...)
}

// waitsFor wait for a future that is pending, with a ctx of the user's own kind.
var waitsFor = map[string]func(ctx context.Context, f fint) error{
	"Await2": func(ctx context.Context, f fint) error {
		_, _, err := combinators.Await2(ctx, f, future.Of(1, nil))
		return err
	},
	"Await3": func(ctx context.Context, f fint) error {
		_, _, _, err := combinators.Await3(ctx, future.Of(1, nil), f, f)
		return err
	},
	"Await9": func(ctx context.Context, f fint) error {
		_, _, _, _, _, _, _, _, _, err := combinators.Await9(ctx, f, f, f, f, f, f, f, f, f)
		return err
	},
	"AsCompleted":             func(ctx context.Context, f fint) error { return fromAsCompleted(ctx, f) },
	"AsCompleted, of several": func(ctx context.Context, f fint) error { return fromAsCompleted(ctx, f, future.Shield(f), f) },
	"Await of All":            func(ctx context.Context, f fint) error { _, err := combinators.All(f, f).Await(ctx); return err },
	"Await of Race":           func(ctx context.Context, f fint) error { _, err := combinators.Race(f, f).Await(ctx); return err },
	"Await of Within": func(ctx context.Context, f fint) error {
		_, err := deadline.Within(f, time.Hour).Await(ctx)
		return err
	},
	"Await of Partial": func(ctx context.Context, f fint) error {
		_, err := deadline.Partial(time.Hour, 0, f).Await(ctx)
		return err
	},
	"Await of Settle": func(ctx context.Context, f fint) error { _, err := combinators.Settle(f).Await(ctx); return err },
	"Await2 with a value": func(ctx context.Context, f fint) error {
		_, _, err := combinators.Await2(context.WithValue(ctx, new(int), 1), f, f)
		return err
	},
}

// startsWith start something with such a ctx, and wait for that.
var startsWith = map[string]func(ctx context.Context, f fint) error{
	"Then": func(ctx context.Context, f fint) error {
		_, err := combinators.Then(ctx, f, again).Await(bg())
		return err
	},
	"Then2": func(ctx context.Context, f fint) error {
		_, err := combinators.Then2(ctx, f, f, add2).Await(bg())
		return err
	},
	"FlatMap": func(ctx context.Context, f fint) error {
		_, err := combinators.FlatMap(ctx, future.Of(1, nil), func(context.Context, int) fint { return f }).Await(bg())
		return err
	},
	"Each": func(ctx context.Context, f fint) error {
		_, err := combinators.Each(ctx, 2, []int{1, 2, 3}, func(ctx context.Context, _ int) (int, error) { return f.Await(ctx) }).Await(bg())
		return err
	},
	"SettleEach": func(ctx context.Context, f fint) error {
		_, err := combinators.SettleEach(ctx, 2, []int{1, 2, 3}, func(ctx context.Context, _ int) (int, error) { return f.Await(ctx) }).Await(bg())
		return err
	},
	"Each that waits for its ctx": func(ctx context.Context, f fint) error {
		_, err := combinators.Each(ctx, 2, []int{1, 2, 3}, func(ctx context.Context, _ int) (int, error) {
			<-ctx.Done()
			return 0, future.Cause(ctx)
		}).Await(bg())
		return err
	},
	"Run": func(ctx context.Context, f fint) error {
		_, err := future.Run(ctx, func(ctx context.Context) (int, error) { _, _, err := combinators.Await2(ctx, f, f); return 0, err })
		return err
	},
	"deadline.Run": func(ctx context.Context, f fint) error {
		_, err := deadline.Run(ctx, time.Hour, func(ctx context.Context) (int, error) { return f.Await(ctx) })
		return err
	},
}

func TestUnfinished_waitsForSeveralNeverEndWithoutAnError(t *testing.T) {
	neverWithoutAnError(t, waitsFor)
}

func TestUnfinished_whatIsStartedNeverEndsWithoutAnError(t *testing.T) {
	neverWithoutAnError(t, startsWith)
}

func neverWithoutAnError(t *testing.T, waits map[string]func(context.Context, fint) error) {
	for how, wait := range waits {
		t.Run(how, func(t *testing.T) { futuretest.Unfinished(t, wait) })
	}
}

// Two FlatMaps that return each other can have no result: that is an error.
func TestFlatMap_thatWaitsForItselfFails(t *testing.T) {
	for _, n := range []int{1, 2, 3, 5} {
		for _, scoped := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d/%v", n, scoped), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx := bg()
					if scoped {
						inside, scope := future.WithScope(bg(), future.Unobserved(func(error) {}))
						ctx = inside
						defer scope.Close()
					}
					fs := make([]fint, n)
					ready := make(chan struct{})
					for i := range fs {
						fs[i] = combinators.FlatMap(ctx, future.Of(1, nil), func(context.Context, int) fint { <-ready; return fs[(i+1)%n] })
					}
					outside := combinators.FlatMap(ctx, future.Of(1, nil), func(context.Context, int) fint { <-ready; return fs[0] })
					close(ready)
					synctest.Wait()
					for i, f := range append(fs, outside) {
						r, complete := f.Peek()
						if !complete {
							t.Errorf("future %d waits for itself", i)
							f.Cancel(nil)
							return
						}
						require.Error(t, r.Err)
						require.False(t, future.IsCanceled(r.Err), "it is a mistake, which has to be told: %v", r.Err)
					}
				})
			})
		}
	}
}
