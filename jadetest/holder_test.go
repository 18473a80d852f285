package jadetest_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/jadetest"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// alert is a function of OnError that takes its time.
func alert(d time.Duration) func(context.Context, int, error) {
	return func(context.Context, int, error) { sleepFor(d) }
}

func sleepFor(d time.Duration) { time.Sleep(d) }

// long is longer than anybody waits for an answer.
const long = 80 * time.Second

// slowly is an observer that takes its time when a call has failed.
type slowly time.Duration

func (d slowly) Begin(ctx context.Context, _ observe.Call) (context.Context, func(observe.Outcome)) {
	return ctx, func(o observe.Outcome) {
		if o.Status == observe.StatusFailed {
			sleepFor(time.Duration(d))
		}
	}
}

// Who holds an answer up is named, also if it is no task: then no Timeout of a task is of use.
func TestFaults_whatIsNoTask(t *testing.T) {
	item := takes("item", ms)
	observed := func(d time.Duration) jadetest.Option {
		return jadetest.Context(func(ctx context.Context) context.Context { return observe.With(ctx, slowly(d)) })
	}
	for name, c := range map[string]struct {
		flow *flow.Flow[int, int]
		opts []jadetest.Option
		want string
	}{
		"OnError of a flow": {
			one(item).OnError(alert(80 * ms)), []jadetest.Option{jadetest.AnswerWithin(50 * ms)},
			`^one: item: business: late: let OnError or Catch jadetest_test\.sleepFor \(jadetest/holder_test\.go:\d+\) return at once, as the answer waits for that, and for no task: let it hand over what takes time \(answered after 80ms, due within 50ms\)$`,
		},
		"OnError of a task": {
			one(item.OnError(alert(80 * ms))), []jadetest.Option{jadetest.AnswerWithin(50 * ms)},
			`^one: item: business: late: let OnError jadetest_test\.sleepFor \(jadetest/holder_test\.go:\d+\) return at once`,
		},
		"an observer": {
			one(item), []jadetest.Option{jadetest.AnswerWithin(50 * ms), observed(80 * ms)},
			`^one: item: business: late: let an observer jadetest_test\.sleepFor \(jadetest/holder_test\.go:\d+\) return at once`,
		},
		"OnError of a flow, for long": {
			one(item).OnError(alert(long)), nil, `^one: item: business: hung: let OnError or Catch jadetest_test\.sleepFor .* return at once.* \(no answer in 1m0s\)$`,
		},
		"OnError of a task, for long": {
			one(item.OnError(alert(long))), nil, `^one: item: business: hung: let OnError jadetest_test\.sleepFor .* return at once`,
		},
		"an observer, for long": {
			one(item), []jadetest.Option{observed(long)}, `^one: item: business: hung: let an observer jadetest_test\.sleepFor .* return at once`,
		},
		"a task": {
			one(item.Wrap(func(next task.Func[int, int]) task.Func[int, int] {
				return func(ctx context.Context, n int) (int, error) {
					defer time.Sleep(80 * ms)
					return next(ctx, n)
				}
			})).OnError(alert(ms)), []jadetest.Option{jadetest.AnswerWithin(90 * ms)}, ``,
		},
	} {
		t.Run(name, func(t *testing.T) {
			lines := jadetest.Explore(t, c.flow, 1, append(c.opts, jadetest.Only(jadetest.FaultBusiness))...).Problems()
			if c.want == "" {
				require.Empty(t, lines)
				return
			}
			require.Len(t, lines, 1)
			require.Regexp(t, c.want, lines[0])
		})
	}
	lines := jadetest.Explore(t, one(item).OnError(alert(ms)), 1, jadetest.Only(jadetest.FaultHang)).Problems()
	require.Equal(t, []string{"one: item: hang: hung: give item a Timeout, or the flow (no answer in 1m0s)"}, lines, "a task is told to be one")
}
