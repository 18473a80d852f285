package realserver

import (
	"errors"
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/worker"

	"github.com/jade-go/jade/durable/jadetemporal"
	"github.com/jade-go/jade/durable/jadetemporal/internal/kinds"
	recovery "github.com/jade-go/jade/recover"
)

var elapsed = regexp.MustCompile(`elapsed [^ ]+`)

func TestFlow_answersAsDoDoes(t *testing.T) {
	e := jadetemporal.New(dial(), t.Name())
	w := worker.New(dial(), t.Name(), workerOptions())
	flows := map[string]*jadetemporal.Flow[int, int]{}
	for name, f := range kinds.Table() {
		r, err := jadetemporal.Register(e, w, f)
		require.NoError(t, err)
		flows[name] = r
	}
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
	ctx := within(t, 3*time.Minute)
	for name, f := range kinds.Table() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, n := range []int{1, 2, 5, 6} {
				want, wantErr := f.Do(ctx, n)
				id := fmt.Sprintf("%s %d", name, n)
				got, err := flows[name].Run(ctx, id, n)
				if wantErr != nil {
					require.Error(t, err)
					require.Equal(t, elapsed.ReplaceAllString(wantErr.Error(), ""), elapsed.ReplaceAllString(err.Error(), ""))
					require.Equal(t, recovery.Classify(wantErr), recovery.Classify(err))
					require.Equal(t, errors.Is(wantErr, kinds.ErrSoldOut), errors.Is(err, kinds.ErrSoldOut))
				} else {
					require.NoError(t, err)
				}
				require.Equal(t, want, got)
				again, errAgain := flows[name].Run(ctx, id, n) // joins it
				require.Equal(t, got, again)
				require.Equal(t, fmt.Sprint(err), fmt.Sprint(errAgain))
			}
			n := map[bool]int{true: 5, false: 2}[name != "every kind"]
			id := fmt.Sprintf("%s %d", name, n)
			_ = dial().GetWorkflow(ctx, id, "").Get(ctx, nil) // effects too
			save(t, id, name)
			require.Zero(t, count(historyOf(t, id), enums.EVENT_TYPE_WORKFLOW_TASK_FAILED))
		})
	}
}
