package combinators_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
)

// What random graphs have found once stays found.

// inScope runs body in a bubble with a scope and returns what Close told.
func inScope(t *testing.T, body func(ctx context.Context, failing text, scope *future.Scope)) (told []error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, scope := future.WithScope(context.Background(), future.Unobserved(func(err error) { told = append(told, err) }))
		failing := future.Go(ctx, func(context.Context) (string, error) {
			time.Sleep(time.Second)
			return "", fault("it")
		})
		body(ctx, failing, scope)
		time.Sleep(time.Minute)
		require.NoError(t, scope.Close())
	})
	return told
}

func TestIssue_sameFailureTwiceAmongInputsIsNotLost(t *testing.T) {
	for name, group := range map[string]func(text) any{
		"Race":         func(f text) any { return combinators.Race(f, f) },
		"All":          func(f text) any { return combinators.All(f, f) },
		"All of a tap": func(f text) any { return combinators.All(f, combinators.Tap(f, func(string) {})) },
		"Zip":          func(f text) any { return combinators.Zip3(f, f, f) },
	} {
		t.Run(name, func(t *testing.T) {
			told := inScope(t, func(_ context.Context, f text, _ *future.Scope) { group(f) })
			require.Len(t, told, 1)
			require.ErrorIs(t, told[0], fault("it"))
		})
	}
}

func TestIssue_failureThatWasSeenIsNotTold(t *testing.T) {
	t.Run("though a group has lost interest in it", func(t *testing.T) {
		require.Empty(t, inScope(t, func(ctx context.Context, f text, _ *future.Scope) {
			tap := combinators.Tap(combinators.Any(f, f), func(string) {})
			zip := combinators.Zip2(f, tap)
			go func() { _, _ = tap.Await(ctx) }()
			go func() { _, _ = zip.Await(ctx) }()
		}))
	})
	t.Run("though it was there before the group", func(t *testing.T) {
		require.Empty(t, inScope(t, func(ctx context.Context, f text, _ *future.Scope) {
			time.Sleep(2 * time.Second)
			_, _ = combinators.Race(future.Of("v", nil), f).Await(ctx)
		}))
	})
	t.Run("though the ctx had ended before the continuation", func(t *testing.T) {
		require.Empty(t, inScope(t, func(ctx context.Context, f text, _ *future.Scope) {
			ended, cancel := context.WithCancel(ctx)
			cancel()
			time.Sleep(2 * time.Second)
			combinators.Then(ended, f, identity)
			recovery.Recover(ended, f, func(context.Context, error) (string, error) { return "", nil })
			combinators.Then2(ended, text{}, f, func(context.Context, string, string) (string, error) { return "", nil })
		}))
	})
	t.Run("by the workers of one Each", func(t *testing.T) {
		require.Empty(t, inScope(t, func(ctx context.Context, f text, _ *future.Scope) {
			_, _ = f.Await(ctx)
			ended, cancel := context.WithTimeout(ctx, 0)
			defer cancel()
			_, err := combinators.Each(ended, 4, []string{"a", "b", "c"}, identity).Await(ctx)
			require.ErrorIs(t, err, context.DeadlineExceeded)
		}))
	})
}

func TestIssue_onePathOfAFailureIsToldOnce(t *testing.T) {
	first := func(vs []string) string { return vs[0] }
	told := inScope(t, func(_ context.Context, f text, _ *future.Scope) {
		a := combinators.Map(combinators.All(f, f), first)
		b := combinators.Map(combinators.All(a), first)
		combinators.All(f, b, a)
	})
	require.Len(t, told, 1)
	require.NotContains(t, told[0].Error(), "unnamed")
}

func TestIssue_panicJoinedToTheScopesEndIsTold(t *testing.T) {
	told := inScope(t, func(ctx context.Context, f text, scope *future.Scope) {
		_, _ = f.Await(ctx)
		require.NoError(t, scope.Close())
		late := future.Go(ctx, func(context.Context) (string, error) { return "", nil })
		combinators.Finally(ctx, late, func(context.Context, future.Result[string]) { panic(fault("cleanup")) })
	})
	require.Len(t, told, 1)
	require.ErrorIs(t, told[0], fault("cleanup"))
}

func TestIssue_theFirstCauseWins(t *testing.T) {
	early, later := errors.New("early"), errors.New("later")
	synctest.Test(t, func(t *testing.T) {
		ctx, scope := future.WithScope(context.Background())
		std, cancel := context.WithCancelCause(ctx)
		inner, nested := future.WithScope(std)
		f := combinators.Then(std, future.Of("v", nil), func(ctx context.Context, _ string) (string, error) {
			time.Sleep(time.Minute) // without a look at ctx
			return "", context.Cause(ctx)
		})
		time.Sleep(time.Second)
		cancel(early)
		time.Sleep(time.Second)
		f.Cancel(later)
		require.NoError(t, nested.Close())
		_, err := f.Await(context.Background())
		require.ErrorIs(t, err, early)
		_, err = future.Go(inner, func(context.Context) (string, error) { return "", nil }).Await(context.Background())
		require.ErrorIs(t, err, early)
		require.NoError(t, scope.Close())
	})
}

func TestIssue_closeJoinsWhatTheEndOfANestedScopeSetsOff(t *testing.T) {
	for range scaled(50) {
		synctest.Test(t, func(t *testing.T) {
			ctx, scope := future.WithScope(context.Background())
			std, cancel := context.WithCancel(ctx)
			defer cancel()
			inner, _ := future.WithScope(std)
			p := future.NewPromise[string](inner)
			cleaned := false
			combinators.Finally(ctx, p.Future(), func(context.Context, future.Result[string]) {
				time.Sleep(time.Second)
				cleaned = true
			})
			require.NoError(t, scope.Close())
			require.True(t, cleaned, "Close has returned before the cleanup")
		})
	}
}

// A failure on its way from one future to the next was handed over to a
// goroutine of another scope, and Close of the first found it between the two.
func TestIssue_closeFindsNoFailureOnItsWay(t *testing.T) {
	for range 50 {
		synctest.Test(t, func(t *testing.T) {
			outer, closeOuter := future.WithScope(context.Background())
			inner, scope := future.WithScope(outer)
			f := future.Go(inner, func(context.Context) (string, error) { time.Sleep(time.Second); panic("late") })
			passed := combinators.Map(combinators.All(f, f), func(vs []string) string { return vs[0] })
			taken := combinators.All(passed)
			recovery.Recover(outer, f, func(context.Context, error) (string, error) { return "", nil })
			closed := make(chan error)
			go func() { closed <- scope.Close() }()
			synctest.Wait()
			combinators.Quorum(2, taken) // cancels it: nobody owes passed's failure any more
			require.NoError(t, <-closed)
			require.NoError(t, closeOuter.Close())
		})
	}
}
