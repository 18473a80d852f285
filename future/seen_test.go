package future_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
)

// sights are the ways in which a user sees the failure of a future, and waits for that.
var sights = map[string]func(f future.Future[int]) error{
	"Await": func(f future.Future[int]) error { _, err := f.Await(bg()); return err },
	"Await with a ctx": func(f future.Future[int]) error {
		ctx, cancel := context.WithCancel(bg())
		defer cancel()
		_, err := f.Await(ctx)
		return err
	},
	"Await with a scope's ctx": func(f future.Future[int]) error {
		ctx, scope := future.WithScope(bg())
		defer scope.Close()
		_, err := f.Await(ctx)
		return err
	},
	"Await inside of work": func(f future.Future[int]) error {
		_, err := future.Go(bg(), func(ctx context.Context) (int, error) { return f.Await(ctx) }).Await(bg())
		return err
	},
	"Done, then Peek": func(f future.Future[int]) error { <-f.Done(); r, _ := f.Peek(); return r.Err },
	"Peek in a loop": func(f future.Future[int]) error {
		for {
			if r, ok := f.Peek(); ok {
				return r.Err
			}
			runtime.Gosched()
		}
	},
	"OnDone": func(f future.Future[int]) error {
		got := make(chan error)
		f.OnDone(func(r future.Result[int]) { got <- r.Err })
		return <-got
	},
	"Await of a Shield": func(f future.Future[int]) error { _, err := future.Shield(f).Await(bg()); return err },
	"Await of a body of another scope": func(f future.Future[int]) error {
		ctx, scope := future.WithScope(bg())
		_, err := follow(ctx, f, func(_ context.Context, r future.Result[int]) (int, error) { return r.Get() }).Await(bg())
		if unseen := scope.Close(); unseen != nil {
			return fmt.Errorf("the other scope reports: %w", unseen)
		}
		return err
	},
	"Await of a watch": func(f future.Future[int]) error {
		_, err := watchAll([]future.Future[int]{f, future.NewPromise[int](bg()).Future()}, future.Rule{Failures: 1, Total: 2},
			func(t future.Tally) (int, error) { return 1, t.Failure() }).Await(bg())
		return err
	},
	"Await of a forward": func(f future.Future[int]) error {
		_, err := future.Follow(bg(), future.Of(1, nil), 0, hop[int, int](func(context.Context, future.Result[int]) future.Future[int] { return f })).Await(bg())
		return err
	},
}

// failers make a future of a scope that fails when fail is called.
var failers = map[string]func(ctx context.Context) (f future.Future[int], fail func()){
	"a promise": func(ctx context.Context) (future.Future[int], func()) {
		p := future.NewPromise[int](ctx)
		return p.Future(), func() { p.Complete(0, errBoom) }
	},
	"a function": func(ctx context.Context) (future.Future[int], func()) {
		gate := make(chan struct{})
		f := future.Go(ctx, func(context.Context) (int, error) { <-gate; return 0, errBoom })
		return f, func() { close(gate) }
	},
	"a body": func(ctx context.Context) (future.Future[int], func()) {
		p := future.NewPromise[int](bg())
		f := follow(ctx, p.Future(), func(context.Context, future.Result[int]) (int, error) { return 0, errBoom })
		return f, func() { p.Complete(0, nil); <-f.Done() }
	},
	"a hook": func(ctx context.Context) (future.Future[int], func()) {
		p := future.NewPromise[int](ctx)
		return quickly(p.Future(), func(future.Result[int]) (int, error) { return 0, errBoom }), func() { p.Complete(0, nil) }
	},
	"a panic": func(ctx context.Context) (future.Future[int], func()) {
		gate := make(chan struct{})
		f := future.Go(ctx, func(context.Context) (int, error) { <-gate; panic(errBoom) })
		return f, func() { close(gate) }
	},
	"a nested scope's function": func(ctx context.Context) (future.Future[int], func()) {
		ctx, _ = future.WithScope(ctx)
		gate := make(chan struct{})
		f := future.Go(ctx, func(context.Context) (int, error) { <-gate; return 0, errBoom })
		return f, func() { close(gate) }
	},
}

// Somebody waits, the failure comes, and the scope closes at once: the one who
// waits gets the failure, so the scope does not report it.
func TestClose_doesNotReportWhatABlockedWaitReturns(t *testing.T) {
	for how, see := range sights {
		if how == "Peek in a loop" || how == "Done, then Peek" {
			continue // these see it when they look, which may be later
		}
		for who, makeFailer := range failers {
			t.Run(how+"/"+who, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					reported := 0
					for range 40 {
						ctx, scope := future.WithScope(bg(), future.Unobserved(func(error) { reported++ }))
						f, fail := makeFailer(ctx)
						var seen error
						var waits sync.WaitGroup
						waits.Go(func() { seen = see(f) })
						synctest.Wait() // it blocks
						fail()
						scope.Close()
						waits.Wait()
						require.ErrorIs(t, seen, errBoom)
						require.NotContains(t, seen.Error(), "the other scope")
					}
					require.Zero(t, reported, "failures reported that somebody had seen, of 40")
				})
			})
		}
	}
}

// A wait that its ctx has ended before the failure came has seen nothing.
func TestClose_reportsWhatAWaitThatHadEndedDidNotSee(t *testing.T) {
	for who, makeFailer := range failers {
		for _, kind := range []string{"WithCancel", "a promise's", "a scope's", "WithValue of a promise's"} {
			t.Run(who+"/"+kind, func(t *testing.T) {
				if who == "a nested scope's function" {
					return // only that scope would report it
				}
				synctest.Test(t, func(t *testing.T) {
					ctx, scope := future.WithScope(bg())
					f, fail := makeFailer(ctx)
					waiting, end := foreignKinds[kind](bg())
					var seen error
					go func() { _, seen = f.Await(waiting) }()
					synctest.Wait()
					end()
					synctest.Wait()
					require.Error(t, seen)
					fail()
					synctest.Wait()
					err := scope.Close()
					require.ErrorIs(t, err, errBoom)
					require.Len(t, unobserved(err), 1)
				})
			})
		}
	}
}

// The same without chance: who waits is blocked when the failure comes.
func TestClose_doesNotReportWhatIsSeenInAnotherScope(t *testing.T) {
	for how, see := range sights {
		if how == "Peek in a loop" {
			continue
		}
		for who, makeFailer := range failers {
			t.Run(how+"/"+who, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, scope := future.WithScope(bg())
					f, fail := makeFailer(ctx)
					var seen error
					go func() { seen = see(f) }()
					synctest.Wait()
					fail()
					synctest.Wait()
					require.ErrorIs(t, seen, errBoom)
					require.NoError(t, scope.Close())
				})
			})
		}
	}
}

// A failure that has gone through futures of several scopes is one: who sees it
// anywhere has seen it, and if nobody does, one scope reports it, once.
func TestClose_aFailureInSeveralScopesIsOneFailure(t *testing.T) {
	pass := func(_ context.Context, r future.Result[int]) (int, error) { return r.Get() }
	for _, looks := range []string{"at the first", "at the middle", "at the last", "not"} {
		for order := range 6 {
			for _, early := range []bool{false, true} {
				t.Run(fmt.Sprintf("looks %s/%d/early %v", looks, order, early), func(t *testing.T) {
					var ctxs [3]context.Context
					var scopes [3]*future.Scope
					for i := range scopes {
						ctxs[i], scopes[i] = future.WithScope(bg())
					}
					p := future.NewPromise[int](ctxs[0])
					a := future.Shield(p.Future())
					b := follow(ctxs[1], a, pass)
					c := follow(ctxs[2], b, pass)
					fs := map[string]future.Future[int]{"at the first": a, "at the middle": b, "at the last": c}
					see := func() {
						if f, ok := fs[looks]; ok {
							_, err := f.Await(bg())
							require.ErrorIs(t, err, errBoom)
						}
					}
					p.Complete(0, errBoom)
					<-c.Done()
					if early {
						see()
					}
					reports := 0
					for _, i := range [][3]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}[order] {
						if i == 2 && !early { // the last scope has the duty: before it reports, somebody looks
							see()
						}
						if err := scopes[i].Close(); err != nil {
							reports += len(unobserved(err))
						}
					}
					want := 0
					if looks == "not" {
						want = 1
					}
					require.Equal(t, want, reports)
				})
			}
		}
	}
}
