package task_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/task"
)

func TestWithKey_ofNothing(t *testing.T) {
	require.PanicsWithValue(t, "task.WithKey: empty key", func() { task.WithKey(t.Context(), "") })
	require.PanicsWithValue(t, "task.WithKey: nil context", func() { task.WithKey(nil, "m-17") }) //nolint:staticcheck // that is the mistake
	_, ok := task.Key(t.Context())
	require.False(t, ok)
}

func ExampleKey() {
	charge := task.New("charge", func(ctx context.Context, cents int) (string, error) {
		key, _ := task.Key(ctx)
		return fmt.Sprintf("POST /charges, Idempotency-Key: %s, %d cents", key, cents), nil
	})
	ctx := task.WithKey(context.Background(), "message-17") // as package faas does
	fmt.Println(charge.Do(ctx, 1900))
	// Output: POST /charges, Idempotency-Key: message-17, 1900 cents <nil>
}

func ExampleWithKey() {
	ctx := task.WithKey(context.Background(), "message-17")
	fmt.Println(task.Key(ctx))
	// Output: message-17 true
}
