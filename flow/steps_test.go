package flow_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

func TestStep_startsWhenItsInputsAreThere(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		add := task.New2("add", func(ctx context.Context, a, b int) (int, error) {
			return d.works("add", 5*ms).Do(ctx, a+b)
		})
		f := of(func(in number) number {
			a := flow.Step(d.works("a", 10*ms), in)
			b := flow.Step(d.works("b", 30*ms), in)
			return flow.Map2(flow.Step2(add, a, b), flow.Step(d.works("c", 3*ms), a), sum2)
		})
		v, elapsed, err := took(ctx, f, 1)
		require.NoError(t, err)
		require.Equal(t, (2+2+1)+3, v)
		require.Equal(t, 35*ms, elapsed)
		require.Equal(t, []string{
			"0s a starts", "0s b starts",
			"10ms a ends", "10ms c starts",
			"13ms c ends",
			"30ms add starts", "30ms b ends",
			"35ms add ends",
		}, d.ByTime())
	})
}

// However wide a layer is, all of it runs at once.
func TestStep_manyRunAtOnce(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		for _, plan := range []string{"counted", "demand"} {
			f := of(func(in number) number {
				total := flow.Map(in, func(int) int { return 0 })
				if plan == "demand" {
					total = flow.After(total, in)
				}
				slow := d.works("slow", 10*ms)
				for range 100 {
					total = flow.Map2(total, flow.Step(slow, in), sum2)
				}
				return total
			})
			v, elapsed, err := took(ctx, f, 1)
			require.NoError(t, err)
			require.Equal(t, 200, v, plan)
			require.Equal(t, 10*ms, elapsed, plan)
		}
	})
}

// A node that two need is made once.
func TestStep_noNodeRunsTwice(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		f := of(func(in number) number {
			a := flow.Step(d.works("a", ms), in)
			return flow.Any(flow.Map2(a, a, sum2), flow.After(a, a), flow.Either(flow.Map(a, even), a, a))
		})
		_, err := f.Do(ctx, 1)
		require.NoError(t, err)
		require.Equal(t, []string{"0s a starts", "1ms a ends"}, d.ByTime())
	})
}

// Arguments arrive in the order in which they are written.
func TestStepAndMap_arguments(t *testing.T) {
	join := func(parts ...string) string { return strings.Join(parts, "") }
	type text = flow.Node[string]
	ctx := plainCtx()
	for name, make := range map[string]func(a, b, c, d, e, f, g, h, i text) text{
		"ab": func(a, b, _, _, _, _, _, _, _ text) text {
			return flow.Step2(task.New2("t", func(_ context.Context, a, b string) (string, error) { return join(a, b), nil }), a, b)
		},
		"abc": func(a, b, c, _, _, _, _, _, _ text) text {
			return flow.Step3(task.New3("t", func(_ context.Context, a, b, c string) (string, error) { return join(a, b, c), nil }), a, b, c)
		},
		"abcd": func(a, b, c, d, _, _, _, _, _ text) text {
			return flow.Step4(task.New4("t", func(_ context.Context, a, b, c, d string) (string, error) { return join(a, b, c, d), nil }), a, b, c, d)
		},
		"abcde": func(a, b, c, d, e, _, _, _, _ text) text {
			return flow.Step5(task.New5("t", func(_ context.Context, a, b, c, d, e string) (string, error) { return join(a, b, c, d, e), nil }), a, b, c, d, e)
		},
		"abcdef": func(a, b, c, d, e, f, _, _, _ text) text {
			return flow.Step6(task.New6("t", func(_ context.Context, a, b, c, d, e, f string) (string, error) { return join(a, b, c, d, e, f), nil }), a, b, c, d, e, f)
		},
		"abcdefg": func(a, b, c, d, e, f, g, _, _ text) text {
			return flow.Step7(task.New7("t", func(_ context.Context, a, b, c, d, e, f, g string) (string, error) {
				return join(a, b, c, d, e, f, g), nil
			}), a, b, c, d, e, f, g)
		},
		"abcdefgh": func(a, b, c, d, e, f, g, h, _ text) text {
			return flow.Step8(task.New8("t", func(_ context.Context, a, b, c, d, e, f, g, h string) (string, error) {
				return join(a, b, c, d, e, f, g, h), nil
			}), a, b, c, d, e, f, g, h)
		},
		"abcdefghi": func(a, b, c, d, e, f, g, h, i text) text {
			return flow.Step9(task.New9("t", func(_ context.Context, a, b, c, d, e, f, g, h, i string) (string, error) {
				return join(a, b, c, d, e, f, g, h, i), nil
			}), a, b, c, d, e, f, g, h, i)
		},
		"ab ": func(a, b, _, _, _, _, _, _, _ text) text {
			return flow.Map2(a, b, func(a, b string) string { return join(a, b) })
		},
		"abc ": func(a, b, c, _, _, _, _, _, _ text) text {
			return flow.Map3(a, b, c, func(a, b, c string) string { return join(a, b, c) })
		},
		"abcd ": func(a, b, c, d, _, _, _, _, _ text) text {
			return flow.Map4(a, b, c, d, func(a, b, c, d string) string { return join(a, b, c, d) })
		},
		"abcde ": func(a, b, c, d, e, _, _, _, _ text) text {
			return flow.Map5(a, b, c, d, e, func(a, b, c, d, e string) string { return join(a, b, c, d, e) })
		},
		"abcdef ": func(a, b, c, d, e, f, _, _, _ text) text {
			return flow.Map6(a, b, c, d, e, f, func(a, b, c, d, e, f string) string { return join(a, b, c, d, e, f) })
		},
		"abcdefg ": func(a, b, c, d, e, f, g, _, _ text) text {
			return flow.Map7(a, b, c, d, e, f, g, func(a, b, c, d, e, f, g string) string { return join(a, b, c, d, e, f, g) })
		},
		"abcdefgh ": func(a, b, c, d, e, f, g, h, _ text) text {
			return flow.Map8(a, b, c, d, e, f, g, h, func(a, b, c, d, e, f, g, h string) string { return join(a, b, c, d, e, f, g, h) })
		},
		"abcdefghi ": func(a, b, c, d, e, f, g, h, i text) text {
			return flow.Map9(a, b, c, d, e, f, g, h, i, func(a, b, c, d, e, f, g, h, i string) string { return join(a, b, c, d, e, f, g, h, i) })
		},
	} {
		letter := flow.Const[string]
		f := flow.New("f", func(in text) text {
			return make(letter("a"), letter("b"), letter("c"), letter("d"), letter("e"), letter("f"), letter("g"), letter("h"), letter("i"))
		})
		v, err := f.Do(ctx, "")
		require.NoError(t, err)
		require.Equal(t, strings.TrimSpace(name), v)
	}
}

// The least flows: the input itself, and a constant.
func TestFlow_withoutATask(t *testing.T) {
	v, err := of(func(in number) number { return in }).Do(plainCtx(), 5)
	require.NoError(t, err)
	require.Equal(t, 5, v)
	v, err = flow.New("seven", func(flow.Node[struct{}]) number { return flow.Const(7) }).Do(plainCtx(), struct{}{})
	require.NoError(t, err)
	require.Equal(t, 7, v)
}

// A long chain and a wide graph need no deep stack.
func TestFlow_large(t *testing.T) {
	for _, plan := range []string{"counted", "demand"} {
		one := plus("one", 1)
		f := of(func(in number) number {
			if plan == "demand" {
				in = flow.After(in, in)
			}
			at := flow.Step(one, in)
			for i := range 20_000 {
				if i%100 == 0 {
					at = flow.Step(one, at)
					continue
				}
				at = flow.Map(at, func(n int) int { return n + 1 })
			}
			return at
		})
		v, err := f.Do(plainCtx(), 0)
		require.NoError(t, err)
		require.Equal(t, 20_001, v, plan)
	}
}

// Policies of a task are those of its node.
func TestStep_policiesOfTheTask(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		three := task.Retry{Attempts: 3, Delay: 10 * ms, If: func(error) bool { return true }}
		for name, made := range map[string]struct {
			task  task.Task[int, int]
			takes time.Duration
			want  int
		}{
			"fallback of a failure":       {failing("t", errSoldOut).Fallback(7), 0, 7},
			"fallback of a panic":         {panicking("t", "oh").Fallback(7), 0, 7},
			"fallback of a goexit":        {exiting("t").Fallback(7), 0, 7},
			"timeout":                     {d.works("t", time.Second).Timeout(20 * ms).Fallback(7), 20 * ms, 7},
			"timeout that is not obeyed":  {d.stubborn("t", time.Second).Timeout(20 * ms).Fallback(7), 20 * ms, 7},
			"retries":                     {failing("t", errSoldOut).Retry(three).Fallback(7), 30 * ms, 7},
			"retries of late ones":        {d.works("t", time.Second).Timeout(5 * ms).Retry(three).Fallback(7), 45 * ms, 7},
			"a limit around the attempts": {failing("t", errSoldOut).Retry(three).Timeout(15 * ms).Fallback(7), 10 * ms, 7},
		} {
			f := of(func(in number) number { return flow.Map(flow.Step(made.task, in), func(n int) int { return n }) })
			v, elapsed, err := took(ctx, f, 1)
			require.NoError(t, err, name)
			require.Equal(t, made.want, v, name)
			require.Equal(t, made.takes, elapsed, name)
		}
	})
}
