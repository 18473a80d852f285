package faas_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/task"
)

// What a guard.Memo remembers is for one invocation, and for the handlers that it calls.
func TestInvoke_hasAMemory(t *testing.T) {
	calls := 0
	item := guard.Memo(task.New("item", func(context.Context, int) (int, error) { calls++; return calls, nil }))
	inner := faas.New("inner", func(ctx context.Context, n int) (int, error) { return item.Do(ctx, n) }, faas.Logger(quiet))
	outer := faas.New("outer", func(ctx context.Context, n int) (int, error) {
		first, err := item.Do(ctx, n)
		if err != nil {
			return 0, err
		}
		second, err := inner.Invoke(ctx, n)
		require.Equal(t, first, second)
		return second, err
	}, faas.Logger(quiet))
	for want := 1; want <= 3; want++ {
		got, err := outer.Invoke(faas.WithInvocation(t.Context(), faas.Invocation{ID: "r"}), 7)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}
