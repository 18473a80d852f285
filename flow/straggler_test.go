package flow_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// A call that is given up at the limit is told as late, also if the run is answered before the observer knows that.
func TestStraggler_saysThatItWasLate(t *testing.T) {
	for name, hang := range map[string]func(context.Context, int) (int, error){
		"its ctx ends it": func(ctx context.Context, in int) (int, error) {
			<-ctx.Done()
			return 0, context.Cause(ctx)
		},
		"nothing ends it": func(_ context.Context, in int) (int, error) {
			time.Sleep(60 * ms)
			return in, nil
		},
	} {
		f := flow.New("page", func(in number) number {
			return flow.Fallback(flow.Step(task.New("hang", hang), in), 7)
		}).Timeout(50 * ms).Reserve(10 * ms)
		for range 200 {
			synctest.Test(t, func(t *testing.T) {
				var mu sync.Mutex
				var told []observe.Outcome
				o := telling(func(c observe.Call, o observe.Outcome) {
					mu.Lock()
					defer mu.Unlock()
					if c.Node == "hang" {
						told = append(told, o)
					}
				})
				v, err := future.Run(observe.With(t.Context(), o), func(ctx context.Context) (int, error) { return f.Do(ctx, 1) })
				require.NoError(t, err)
				require.Equal(t, 7, v)
				require.Contains(t, []observe.Status{observe.StatusStraggler, observe.StatusFailed}, told[0].Status, name)
				require.Equal(t, recovery.ClassTimeout, told[0].Class, name)
				require.ErrorAs(t, told[0].Err, new(*deadline.Error), name)
			})
		}
	}
}
