package lambda_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/lambda"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

// Effects may have what is left until the deadline that Lambda sets.
func TestHandler_drainsUntilTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := false
		audit := task.New("audit", func(context.Context, string) (string, error) {
			time.Sleep(2 * time.Second)
			ended = true
			return "", nil
		})
		f := flow.New("echo", func(in flow.Node[string]) flow.Node[string] { return flow.Also(in, flow.Step(audit, in)) })
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		begun := time.Now()
		answer, err := lambda.Handler(faas.FromFlow(f, quiet, faas.Drain(faas.TimeLeft))).Invoke(ctx, []byte(`"oh"`))
		require.NoError(t, err)
		require.Equal(t, `"oh"`, string(answer))
		require.Equal(t, 2*time.Second, time.Since(begun))
		require.True(t, ended)
	})
}
