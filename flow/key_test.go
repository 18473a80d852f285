package flow_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// Each call of a run has a key of its own, which is the same in each attempt, and the next time.
func TestKey_ofEachCall(t *testing.T) {
	var mu sync.Mutex
	var seen map[string]int
	note := func(ctx context.Context) {
		key, ok := task.Key(ctx)
		if !ok {
			key = "none"
		}
		mu.Lock()
		defer mu.Unlock()
		seen[key]++
	}
	fn := func(ctx context.Context, n int) (int, error) { note(ctx); return n, nil }
	fails := func(ctx context.Context, n int) (int, error) { note(ctx); return n, errors.New("down") }
	charge := task.New("charge", fn)
	mail := task.New("mail", fn)
	again := task.New("again", fails).Retry(task.Retry{Attempts: 3}).Recover(func(ctx context.Context, n int, _ error) (int, error) { note(ctx); return n, nil })
	mended := task.New("mended", fails).Recover(func(ctx context.Context, n int, _ error) (int, error) { note(ctx); return n, nil })
	limited := task.New("limited", fn).Timeout(1e12)
	rules := flow.New("rules", func(in flow.Node[int]) flow.Node[int] { return flow.Step(charge, flow.Step(charge, in)) })
	sum := func(a, b, c, d, e int, all []int) int { return len(all) }
	build := func(in flow.Node[int]) flow.Node[int] {
		all := flow.Each(mail, flow.Map(in, func(n int) []int { return []int{n, n} }), 2)
		policed := flow.Each(mail.Named("sms").Timeout(1e12), flow.Map(in, func(n int) []int { return []int{n} }), 2)
		plain := flow.Map6(flow.Step(again, in), flow.Step(mended, in), flow.Step(limited, in), flow.Step(rules.Task(), in), flow.Step(charge, in), all, sum)
		return flow.Also(plain, flow.Step(mail.Named("audit"), flow.Map(policed, func(a []int) int { return len(a) })))
	}
	want := map[string]int{
		"m-17/page/again": 4, "m-17/page/mended": 2, "m-17/page/limited": 1, "m-17/page/charge": 1,
		"m-17/page/rules/charge": 1, "m-17/page/rules/charge#2": 1, "m-17/page/mail[0]": 1, "m-17/page/mail[1]": 1, "m-17/page/sms[0]": 1, "m-17/page/audit": 1,
	}
	page := flow.New("page", build)
	for name, c := range map[string]struct {
		page  *flow.Flow[int, int]
		watch func(context.Context) context.Context
	}{
		"plain":    {page, func(ctx context.Context) context.Context { return ctx }},
		"observed": {page, func(ctx context.Context) context.Context { return observe.With(ctx, seer{}) }},
		"limited":  {page.Timeout(1e12), func(ctx context.Context) context.Context { return ctx }},
	} {
		t.Run(name, func(t *testing.T) {
			run := func(ctx context.Context) {
				seen = map[string]int{}
				ctx, scope := future.WithScope(c.watch(ctx))
				_, err := c.page.Do(ctx, 1)
				require.NoError(t, err)
				scope.Wait()
				require.NoError(t, scope.Close())
			}
			for range 2 {
				run(task.WithKey(t.Context(), "m-17"))
				require.Equal(t, want, seen)
			}
			run(t.Context())
			require.Equal(t, map[string]int{"none": 14}, seen)
		})
	}
}

// A flow that a function calls has keys below that of the function's own call. A task has that one.
func TestKey_insideOfAFunction(t *testing.T) {
	key := func(ctx context.Context, _ int) (string, error) { k, _ := task.Key(ctx); return k, nil }
	ask := task.New("ask", key)
	inner := flow.New("inner", func(in flow.Node[int]) flow.Node[string] { return flow.Step(ask, in) })
	outer := flow.New("outer", func(in flow.Node[int]) flow.Node[string] {
		return flow.Step(task.New("calls", func(ctx context.Context, n int) (string, error) {
			alone, err := ask.Do(ctx, n)
			if err != nil {
				return "", err
			}
			below, err := inner.Do(ctx, n)
			return alone + " " + below, err
		}), in)
	})
	got, err := outer.Do(task.WithKey(t.Context(), "m-17"), 1)
	require.NoError(t, err)
	require.Equal(t, "m-17/outer/calls m-17/outer/calls/inner/ask", got)
	recovers := flow.New("page", func(in flow.Node[int]) flow.Node[string] {
		return flow.Recover(flow.Step(task.New("down", func(context.Context, int) (string, error) { return "", errors.New("down") }), in),
			func(ctx context.Context, _ error) (string, error) { return key(ctx, 0) })
	})
	got, err = recovers.Do(task.WithKey(t.Context(), "m-17"), 1)
	require.NoError(t, err)
	require.Regexp(t, `^m-17/page/.+`, got)
}

// A call has one key, whoever starts the flow, and whatever is around its task: two flows of one request never share the keys of their nodes.
func TestKey_whoeverStartsTheFlow(t *testing.T) {
	var mu sync.Mutex
	var seen []string
	charge := task.New("charge", func(ctx context.Context, n int) (int, error) {
		key, _ := task.Key(ctx)
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, key)
		return n, nil
	})
	inner := flow.New("inner", func(in flow.Node[int]) flow.Node[int] { return flow.Step(charge, in) })
	wrapped := inner.Task().Wrap(func(next task.Func[int, int]) task.Func[int, int] {
		return func(ctx context.Context, n int) (int, error) { return next(ctx, n) }
	})
	twice := func(in flow.Node[int]) flow.Node[[]int] {
		return flow.Map(in, func(n int) []int { return []int{n, n} })
	}
	for name, c := range map[string]struct {
		build func(in flow.Node[int]) flow.Node[int]
		want  []string
	}{
		"a task":        {func(in flow.Node[int]) flow.Node[int] { return flow.Step(charge, in) }, []string{"m-17/page/charge"}},
		"a flow":        {func(in flow.Node[int]) flow.Node[int] { return flow.Step(inner.Task(), in) }, []string{"m-17/page/inner/charge"}},
		"with a policy": {func(in flow.Node[int]) flow.Node[int] { return flow.Step(inner.Task().Timeout(1e12), in) }, []string{"m-17/page/inner/charge"}},
		"wrapped":       {func(in flow.Node[int]) flow.Node[int] { return flow.Step(wrapped, in) }, []string{"m-17/page/inner/charge"}},
		"named":         {func(in flow.Node[int]) flow.Node[int] { return flow.Step(inner.Task().Named("pay"), in) }, []string{"m-17/page/pay/charge"}},
		"elements": {func(in flow.Node[int]) flow.Node[int] {
			return flow.Map(flow.Each(charge, twice(in), 1), func(a []int) int { return len(a) })
		}, []string{"m-17/page/charge[0]", "m-17/page/charge[1]"}},
		"elements that are flows": {func(in flow.Node[int]) flow.Node[int] {
			return flow.Map(flow.SettleEach(inner.Task(), twice(in), 1), func(a []future.Result[int]) int { return len(a) })
		}, []string{"m-17/page/inner[0]/charge", "m-17/page/inner[1]/charge"}},
	} {
		page := flow.New("page", c.build)
		passing := func(ctx context.Context, in any, call func(context.Context) (any, error)) (any, error) {
			return call(ctx)
		}
		for how, do := range map[string]func(context.Context, int) (int, error){
			"the flow":          page.Do,
			"its task":          page.Task().Do,
			"with a policy":     page.Task().Retry(task.Retry{Attempts: 2}).Do,
			"with a limit":      page.Timeout(1e12).Task().Timeout(1e12).Do,
			"its task, renamed": page.Task().Named("other").Do,
			"with interceptors": page.Intercept(func([]string, flow.GraphNode) flow.Interceptor { return passing }).Do,
			"node after node": func(ctx context.Context, n int) (int, error) {
				for _, node := range page.Graph().Nodes {
					var in any = n
					if node.Limit > 0 {
						in = []int{n, n}
					}
					if node.Task != "" {
						if _, err := node.Run(ctx, []any{in}); err != nil {
							return 0, err
						}
					}
				}
				return n, nil
			},
		} {
			t.Run(name+": "+how, func(t *testing.T) {
				seen = nil
				_, err := do(task.WithKey(t.Context(), "m-17"), 1)
				require.NoError(t, err)
				require.ElementsMatch(t, c.want, seen)
				seen = nil
				_, err = do(t.Context(), 1)
				require.NoError(t, err)
				require.Empty(t, seen[0], "no key, as there is none to begin with")
			})
		}
	}
}

// seer is an observer that sees all calls.
type seer struct{}

func (seer) Begin(ctx context.Context, _ observe.Call) (context.Context, func(observe.Outcome)) {
	return ctx, func(observe.Outcome) {}
}
