package task_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/internal/seam"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

type body = seam.Body[int, int]

// The new body is inside of all that was around the old one.
func TestWithBody_keepsWhatIsAround(t *testing.T) {
	made := 0
	twice := func(next task.Func[int, int]) task.Func[int, int] {
		made++
		return func(ctx context.Context, n int) (int, error) {
			v, err := next(ctx, n)
			return 2 * v, err
		}
	}
	was := task.New("item", func(_ context.Context, n int) (int, error) { return n, nil }).
		Retry(task.Retry{Attempts: 3, If: always}).Wrap(twice).Timeout(time.Minute).Wrap(twice).Fallback(-1).Named("thing")
	calls := 0
	is := inside(was).WithBody(func(b body) body {
		require.Nil(t, b.Starter)
		return body{Func: func(ctx context.Context, n int) (int, error) {
			if calls++; calls < 3 {
				return 0, errBoom
			}
			v, err := b.Func(ctx, n)
			return v + 1, err
		}}
	})
	v, err := is.Do(context.Background(), 5)
	require.NoError(t, err)
	require.Equal(t, (5+1)*2*2, v)
	require.Equal(t, 3, calls, "the retry is around it")
	require.Equal(t, 4, made, "each middleware was made again")
	require.Equal(t, "thing", is.Name())
	require.Same(t, inside(was).Origin(), inside(is).Origin())
	require.Equal(t, was.Policies(), is.Policies())

	v, err = was.Do(context.Background(), 5)
	require.NoError(t, err)
	require.Equal(t, 5*2*2, v, "the task itself is as it was")
}

func TestWithBody_ofWorkThatAnEngineRuns(t *testing.T) {
	was := inside(number{}).From("item", observe.Place{}, starter(func(_ context.Context, n int) (int, error) { return n, errBoom })).Fallback(-1)
	v, err := was.Do(context.Background(), 5)
	require.NoError(t, err)
	require.Equal(t, -1, v)
	is := inside(was).WithBody(func(b body) body {
		require.Nil(t, b.Func)
		require.NotNil(t, b.Starter)
		return body{Func: func(_ context.Context, n int) (int, error) { return n + 1, nil }}
	})
	v, err = is.Do(context.Background(), 5)
	require.NoError(t, err)
	require.Equal(t, 6, v)
}

// starter is a toy engine: it calls the function.
type starter func(context.Context, int) (int, error)

func (s starter) Start(ctx context.Context, n int, host seam.Host[int]) {
	v, err := s(ctx, n)
	host.Finish(seam.Answer[int]{Value: v, Err: err})
}

func TestWithBody_misuse(t *testing.T) {
	item := task.New("item", func(_ context.Context, n int) (int, error) { return n, nil })
	const one = "task: the body of item must have a function or a starter, and not both"
	require.PanicsWithValue(t, one, func() { inside(item).WithBody(func(body) body { return body{} }) })
	require.PanicsWithValue(t, one, func() {
		inside(item).WithBody(func(b body) body { return body{Func: b.Func, Starter: starter(b.Func)} })
	})
}
