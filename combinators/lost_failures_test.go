package combinators_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
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

// ledger collects what scopes report.
type ledger struct{ told []error }

func (l *ledger) scope() (context.Context, *future.Scope) {
	return future.WithScope(bg(), future.Unobserved(func(err error) { l.told = append(l.told, err) }))
}

func (l *ledger) has(err error) int {
	n := 0
	for _, told := range l.told {
		if errors.Is(told, err) {
			n++
		}
	}
	return n
}

var errOther = errors.New("other")

// joiners put the futures of two scopes together.
var joiners = map[string]func(a, b fint) (done <-chan struct{}){
	"All":    func(a, b fint) <-chan struct{} { return combinators.All(a, b).Done() },
	"AllMap": func(a, b fint) <-chan struct{} { return combinators.AllMap(map[int]fint{1: a, 2: b}).Done() },
	"Zip2":   func(a, b fint) <-chan struct{} { return combinators.Zip2(a, b).Done() },
	"Zip3":   func(a, b fint) <-chan struct{} { return combinators.Zip3(a, b, future.Of(1, nil)).Done() },
	"Quorum": func(a, b fint) <-chan struct{} { return combinators.Quorum(2, a, b).Done() },
	"Map of All": func(a, b fint) <-chan struct{} {
		return combinators.Map(combinators.All(a, b), func([]int) int { return 1 }).Done()
	},
	"Tap of All": func(a, b fint) <-chan struct{} {
		return combinators.Tap(combinators.All(a, b), func([]int) {}).Done()
	},
	"Shield of All": func(a, b fint) <-chan struct{} { return future.Shield(combinators.All(a, b)).Done() },
	"All of All":    func(a, b fint) <-chan struct{} { return combinators.All(combinators.All(a, b)).Done() },
}

// A future over work of two scopes fails with the failure of the second, and
// nobody looks. Whichever scope closes first, the failure is reported, once.
func TestClose_aFailureOfASecondScopeIsNotLost(t *testing.T) {
	for how, join := range joiners {
		for _, first := range []string{"a closes before", "b closes before", "a closes before the failure"} {
			for _, swapped := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%s/%v", how, first, swapped), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						var l ledger
						ctxA, scopeA := l.scope()
						ctxB, scopeB := l.scope()
						a := future.Go(ctxA, func(context.Context) (int, error) { return 1, nil })
						gate := make(chan struct{})
						b := future.Go(ctxB, func(context.Context) (int, error) { <-gate; return 0, errBoom })
						<-a.Done()
						if swapped {
							a, b = b, a
						}
						done := join(a, b)
						if first == "a closes before the failure" {
							scopeA.Close()
							synctest.Wait()
						}
						close(gate)
						<-done
						synctest.Wait()
						switch first {
						case "a closes before":
							scopeA.Close()
							scopeB.Close()
						case "b closes before":
							scopeB.Close()
							scopeA.Close()
						default:
							scopeB.Close()
						}
						require.Equal(t, 1, l.has(errBoom), "reports of the failure: %v", l.told)
					})
				})
			}
		}
	}
}

// AsCompleted that is left early has yielded some failures. The others are still nobody's.
func TestClose_reportsWhatAnAsCompletedLeftEarlyHasNotYielded(t *testing.T) {
	for _, when := range []string{"all complete before", "complete while it waits", "complete after it was left"} {
		for _, leave := range []string{"break", "panic", "its ctx ends"} {
			for yielded := range 3 {
				t.Run(fmt.Sprintf("%s/%s/%d", when, leave, yielded), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						var l ledger
						ctx, scope := l.scope()
						errs := []error{errors.New("0"), errors.New("1"), errors.New("2"), errors.New("3")}
						var ps []*future.Promise[int]
						var fs []fint
						for range errs {
							p := future.NewPromise[int](ctx)
							ps, fs = append(ps, p), append(fs, p.Future())
						}
						fail := func() {
							for i, p := range ps {
								p.Complete(0, errs[i])
							}
						}
						if when == "all complete before" {
							fail()
							synctest.Wait()
						} else if when == "complete while it waits" {
							go fail()
						} else {
							go func() { // only those that it is to yield
								for i := range yielded {
									ps[i].Complete(0, errs[i])
								}
							}()
						}
						waiting, cancel := context.WithCancel(bg())
						seen := make([]error, 0, 4)
						func() {
							defer func() { _ = recover() }()
							if yielded == 0 && leave != "its ctx ends" {
								return // the sequence is not even ranged over
							}
							if yielded == 0 {
								cancel()
							}
							for _, r := range combinators.AsCompleted(waiting, fs...) {
								if future.IsCanceled(r.Err) {
									continue
								}
								seen = append(seen, r.Err)
								if len(seen) < yielded {
									continue
								}
								switch leave {
								case "break":
									return
								case "panic":
									panic("left")
								default:
									if when == "complete while it waits" {
										synctest.Wait()
									}
									cancel()
								}
							}
						}()
						cancel()
						synctest.Wait()
						fail()
						scope.Close()
						for _, err := range errs {
							want := 1
							if slices.Contains(seen, err) {
								want = 0
							}
							require.Equal(t, want, l.has(err), "reports of failure %v; seen: %v, told: %v", err, seen, l.told)
						}
					})
				})
			}
		}
	}
}

// The results of Settle are failures that somebody may look at. If nobody does, they are reported.
func TestClose_reportsTheFailuresInASettleNobodyReads(t *testing.T) {
	for how, settle := range map[string]func(fs ...fint) (done <-chan struct{}, read func()){
		"Settle": func(fs ...fint) (<-chan struct{}, func()) {
			f := combinators.Settle(fs...)
			return f.Done(), func() { f.Await(bg()) }
		},
		"Settle, by Peek": func(fs ...fint) (<-chan struct{}, func()) {
			f := combinators.Settle(fs...)
			return f.Done(), func() { <-f.Done(); f.Peek() }
		},
		"Settle, by OnDone": func(fs ...fint) (<-chan struct{}, func()) {
			f := combinators.Settle(fs...)
			return f.Done(), func() {
				told := make(chan struct{})
				f.OnDone(func(future.Result[[]future.Result[int]]) { close(told) })
				<-told
			}
		},
		"Settle, by Map": func(fs ...fint) (<-chan struct{}, func()) {
			f := combinators.Settle(fs...)
			return f.Done(), func() {
				combinators.Map(f, func(rs []future.Result[int]) int { return len(rs) }).Await(bg())
			}
		},
		"Shield of Settle": func(fs ...fint) (<-chan struct{}, func()) {
			f := future.Shield(combinators.Settle(fs...))
			return f.Done(), func() { f.Await(bg()) }
		},
	} {
		for _, reads := range []string{"", "before Close", "before it is complete"} {
			for _, scopes := range []int{1, 3} {
				t.Run(fmt.Sprintf("%s/read %q/%d scopes", how, reads, scopes), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						var l ledger
						var ctxs []context.Context
						var all []*future.Scope
						for range scopes {
							ctx, scope := l.scope()
							ctxs, all = append(ctxs, ctx), append(all, scope)
						}
						gate := make(chan struct{})
						errs := []error{errBoom, errOther, nil}
						var fs []fint
						for i, err := range errs {
							fs = append(fs, future.Go(ctxs[i%scopes], func(context.Context) (int, error) { <-gate; return i, err }))
						}
						done, read := settle(fs...)
						if reads == "before it is complete" {
							go read()
							synctest.Wait()
						}
						close(gate)
						<-done
						synctest.Wait()
						if reads == "before Close" {
							read()
						}
						for _, scope := range all {
							scope.Close()
						}
						want := 1
						if reads != "" {
							want = 0
						}
						require.Equal(t, want, l.has(errBoom), "%v", l.told)
						require.Equal(t, want, l.has(errOther), "%v", l.told)
					})
				})
			}
		}
	}
}

// A quorum that cannot be had cancels its inputs. What they end with because of that is no news.
func TestClose_doesNotReportTheLosersOfAChoice(t *testing.T) {
	obedient := func(ctx context.Context) fint {
		return future.Go(ctx, func(ctx context.Context) (int, error) {
			<-ctx.Done()
			return 0, fmt.Errorf("query: %w", context.Cause(ctx))
		})
	}
	for how, choose := range map[string]func(fs ...fint) ending{
		"Quorum of too many": func(fs ...fint) ending { return endingOf(combinators.Quorum(len(fs)+1, fs...)) },
		"Quorum that cannot be had": func(fs ...fint) ending {
			return endingOf(combinators.Quorum(len(fs)+1, append(fs, future.Of(0, errBoom))...))
		},
		"Race":    func(fs ...fint) ending { return endingOf(combinators.Race(append(fs, future.Of(1, nil))...)) },
		"Any":     func(fs ...fint) ending { return endingOf(combinators.Any(append(fs, future.Of(1, nil))...)) },
		"Quorum":  func(fs ...fint) ending { return endingOf(combinators.Quorum(1, append(fs, future.Of(1, nil))...)) },
		"Partial": func(fs ...fint) ending { return endingOf(deadline.Partial(-1, 0, fs...)) },
	} {
		for _, returns := range []string{"cancellation", "its own failure", "success", "had failed before"} {
			t.Run(how+"/"+returns, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var l ledger
					ctx, scope := l.scope()
					var fs []fint
					for range 3 {
						switch returns {
						case "cancellation":
							fs = append(fs, obedient(ctx))
						case "its own failure": // because it was cancelled
							fs = append(fs, future.Go(ctx, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, errOther }))
						case "success":
							fs = append(fs, future.Go(ctx, func(ctx context.Context) (int, error) { <-ctx.Done(); return 1, nil }))
						default:
							fs = append(fs, future.Go(ctx, func(context.Context) (int, error) { return 0, errOther }))
						}
					}
					synctest.Wait()
					f := choose(fs...)
					synctest.Wait()
					require.True(t, f.done())
					_ = f.err(t)
					synctest.Wait()
					scope.Close()
					require.Empty(t, l.told)
				})
			})
		}
	}
}

// A failure that a user sees in one place is not reported for another place in which it stands as well.
func TestClose_aFailureSeenThroughOneCombinatorIsSeenThroughAll(t *testing.T) {
	for see, how := range map[string]func(f fint) error{
		"Await": func(f fint) error { _, err := f.Await(bg()); return err },
		"Await2": func(f fint) error {
			_, _, err := combinators.Await2(bg(), f, future.NewPromise[int](bg()).Future())
			return err
		},
		"Await9": func(f fint) error {
			o := future.Of(1, nil)
			_, _, _, _, _, _, _, _, _, err := combinators.Await9(bg(), o, o, o, o, o, o, o, o, f)
			return err
		},
		"AsCompleted": func(f fint) (err error) {
			for _, r := range combinators.AsCompleted(bg(), f) {
				err = r.Err
			}
			return err
		},
		"Settle": func(f fint) error { rs, _ := combinators.Settle(f).Await(bg()); return rs[0].Err },
		"Recover": func(f fint) (err error) {
			recovery.Recover(bg(), f, func(_ context.Context, e error) (int, error) { err = e; return 1, nil }).Await(bg())
			return err
		},
		"Fallback": func(f fint) error { recovery.Fallback(f, 1).Await(bg()); return errBoom },
		"Any":      func(f fint) error { _, err := combinators.Any(f).Await(bg()); return err },
	} {
		t.Run(see, func(t *testing.T) {
			for _, blocked := range []bool{true, false} {
				synctest.Test(t, func(t *testing.T) {
					var l ledger
					ctx, scope := l.scope()
					other, otherScope := l.scope()
					gate := make(chan struct{})
					f := future.Go(ctx, func(context.Context) (int, error) { <-gate; return 0, errBoom })
					copies := []func() bool{
						done(combinators.All(f)), done(combinators.Map(f, func(int) int { return 1 })), done(future.Shield(f)),
						done(combinators.Then(other, f, func(context.Context, int) (int, error) { return 1, nil })),
						done(combinators.Zip2(f, future.NewPromise[int](other).Future())),
					}
					var err error
					if blocked {
						go func() { err = how(f) }()
						synctest.Wait()
					}
					close(gate)
					synctest.Wait()
					if !blocked {
						err = how(f)
					}
					synctest.Wait()
					require.ErrorIs(t, err, errBoom)
					for _, isDone := range copies {
						require.True(t, isDone())
					}
					scope.Close()
					otherScope.Close()
					require.Empty(t, l.told)
				})
			}
		})
	}
}

func done[T any](f future.Future[T]) func() bool {
	return func() bool { return !futuretest.IsPending(f) }
}

// Failures of Await2 and AsCompleted that are blocked, as a race with Close.
func TestClose_doesNotReportWhatABlockedAwait2Returns(t *testing.T) {
	for how, wait := range map[string]func(ctx context.Context, a, b fint) error{
		"Await2": func(ctx context.Context, a, b fint) error { _, _, err := combinators.Await2(ctx, a, b); return err },
		"Await3": func(ctx context.Context, a, b fint) error {
			_, _, _, err := combinators.Await3(ctx, b, a, b)
			return err
		},
		"AsCompleted": func(ctx context.Context, a, b fint) error {
			for _, r := range combinators.AsCompleted(ctx, b, a) {
				return r.Err
			}
			return nil
		},
		"All": func(ctx context.Context, a, b fint) error { _, err := combinators.All(b, a).Await(ctx); return err },
		"Race": func(ctx context.Context, a, b fint) error {
			_, err := combinators.Race(future.Shield(b), a).Await(ctx)
			return err
		},
		"Then2": func(ctx context.Context, a, b fint) error {
			_, err := combinators.Then2(ctx, a, b, add2).Await(ctx)
			return err
		},
		"Within": func(ctx context.Context, a, _ fint) error {
			_, err := deadline.Within(a, time.Hour).Await(ctx)
			return err
		},
		"OnError": func(ctx context.Context, a, _ fint) error {
			_, err := recovery.OnError(a, func(error) {}).Await(ctx)
			return err
		},
	} {
		for _, kind := range []string{"no scope", "a scope", "a foreign ctx"} {
			for _, by := range []string{"a promise", "a function"} {
				t.Run(how+"/"+kind+"/"+by, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						var l ledger
						for range 30 {
							waiting, cleanup := contextKind(kind)
							ctx, scope := l.scope()
							gate := make(chan struct{})
							p := future.NewPromise[int](ctx)
							a := p.Future()
							fail := func() { p.Complete(0, errBoom) }
							if by == "a function" {
								a = future.Go(ctx, func(context.Context) (int, error) { <-gate; return 0, errBoom })
								fail = func() { close(gate) }
							}
							b := future.NewPromise[int](bg()).Future()
							returned := make(chan error, 1)
							go func() { returned <- wait(waiting, a, b) }()
							synctest.Wait()
							fail()
							scope.Close()
							require.ErrorIs(t, <-returned, errBoom)
							cleanup()
						}
						require.Empty(t, l.told)
					})
				})
			}
		}
	}
}
