package task_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/internal/futuretest"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

func TestTask_methodsReturnNewTasks(t *testing.T) {
	base := fails(errBoom)
	for what, other := range map[string]number{
		"Timeout": base.Timeout(time.Second), "Retry": base.Retry(task.Retry{Attempts: 2}), "Fallback": base.Fallback(7),
		"Recover": base.Recover(func(context.Context, int, error) (int, error) { return 7, nil }),
		"OnError": base.OnError(func(context.Context, int, error) {}), "Wrap": base.Wrap(same), "Named": base.Named("other"),
	} {
		require.NotEqual(t, base, other, what)
		require.Same(t, inside(base).Origin(), inside(other).Origin(), what)
	}
	require.Empty(t, base.Policies())
	require.Equal(t, "item", base.Name())
	_, err := base.Do(bg(), 1)
	require.Same(t, errBoom, err, "unchanged")
}

// Two tasks that are made of one share the policies up to there, not their room.
func TestTask_variantsOfOnePrefixDoNotAlias(t *testing.T) {
	tk := fails(errBoom)
	var told []string
	for range 10 { // whatever the capacity of the list
		a, b := tk.Fallback(1), tk.Recover(func(context.Context, int, error) (int, error) { return 2, nil })
		c := tk.OnError(func(_ context.Context, _ int, err error) { told = append(told, err.Error()) }).Fallback(3)
		for want, variant := range map[int]number{1: a, 2: b, 3: c} {
			v, err := variant.Do(bg(), 1)
			require.NoError(t, err)
			require.Equal(t, want, v)
		}
		require.Equal(t, "fallback", last(a.Policies()).Kind)
		require.Equal(t, "recover", last(b.Policies()).Kind)
		require.Len(t, c.Policies(), len(tk.Policies())+2)
		tk = tk.OnError(func(context.Context, int, error) {})
	}
	require.Len(t, told, 10)
}

func last(ps []task.Policy) task.Policy { return ps[len(ps)-1] }

func TestTask_policiesAreDescribed(t *testing.T) {
	tk := plus().Timeout(50 * ms).
		Retry(task.Retry{Attempts: 3, Delay: ms, MaxDelay: time.Second, Jitter: 0.5, If: always}).
		Recover(func(context.Context, int, error) (int, error) { return 0, nil }).
		Fallback(7).
		OnError(func(context.Context, int, error) {}).
		Wrap(same).
		Timeout(time.Minute)
	require.Equal(t, []task.Policy{
		{Kind: "timeout", Limit: 50 * ms},
		{Kind: "retry", Retry: task.Backoff{Attempts: 3, Delay: ms, MaxDelay: time.Second, Jitter: 0.5}},
		{Kind: "recover"}, {Kind: "fallback"}, {Kind: "on-error"}, {Kind: "wrap"},
		{Kind: "timeout", Limit: time.Minute},
	}, tk.Policies(), "inner to outer")
	require.Equal(t, "[timeout 50ms 3 attempts recover fallback on-error wrap timeout 1m0s]", fmt.Sprint(tk.Policies()))
	text, err := json.Marshal(tk.Policies()[:3])
	require.NoError(t, err)
	require.Equal(t, `[{"kind":"timeout","limit":50000000},{"kind":"retry","retry":{"attempts":3,"delay":1000000,`+
		`"max_delay":1000000000,"jitter":0.5}},{"kind":"recover"}]`, string(text))

	tk.Policies()[0] = task.Policy{Kind: "none"}
	require.Equal(t, "timeout", tk.Policies()[0].Kind, "the slice is the caller's own")
	require.Equal(t, tk.Policies(), tk.Named("other").Policies())
}

func TestTask_namedKeepsTheOrigin(t *testing.T) {
	a := plus()
	b := a.Timeout(time.Second).Named("other")
	require.Equal(t, "other", b.Name())
	require.Equal(t, "item", a.Name())
	require.Same(t, inside(a).Origin(), inside(b).Origin())
	require.NotSame(t, inside(a).Origin(), inside(plus()).Origin(), "another task of the same function is another task")
	require.Nil(t, inside(a).Origin().Engine)
	_, err := hangs().Named("other").Timeout(1).Do(bg(), 1)
	require.Equal(t, "other", futuretest.Late(t, err).Name)
}

// here is where its caller's caller line is, plus lines.
func here(lines int) observe.Place {
	_, _, line, _ := runtime.Caller(1)
	return observe.Place{File: "task/definition_test.go", Line: line + lines}
}

func TestTask_placeIsThatOfTheCaller(t *testing.T) {
	var none observe.Place
	require.Empty(t, none.String())
	one := task.New("x", func(context.Context, int) (int, error) { return 0, nil })
	require.Equal(t, here(-1), one.Place())
	require.Equal(t, fmt.Sprintf("task/definition_test.go:%d", here(-2).Line), one.Place().String())
	text, err := json.Marshal(observe.Place{File: "a/b.go", Line: 3})
	require.NoError(t, err)
	require.Equal(t, `{"file":"a/b.go","line":3}`, string(text))

	require.Equal(t, here(0), task.New2("x", func(context.Context, int, int) (int, error) { return 0, nil }).Place())
	require.Equal(t, here(0), task.New3("x", func(context.Context, int, int, int) (int, error) { return 0, nil }).Place())
	require.Equal(t, here(0), task.New4("x", func(context.Context, int, int, int, int) (int, error) { return 0, nil }).Place())
	require.Equal(t, here(0), task.New5("x", func(context.Context, int, int, int, int, int) (int, error) { return 0, nil }).Place())
	require.Equal(t, here(0), task.New6("x", func(context.Context, int, int, int, int, int, int) (int, error) { return 0, nil }).Place())
	require.Equal(t, here(0), task.New7("x", func(context.Context, int, int, int, int, int, int, int) (int, error) { return 0, nil }).Place())
	require.Equal(t, here(0), task.New8("x", func(context.Context, int, int, int, int, int, int, int, int) (int, error) { return 0, nil }).Place())
	require.Equal(t, here(0), task.New9("x", func(context.Context, int, int, int, int, int, int, int, int, int) (int, error) { return 0, nil }).Place())
}

func TestTask_severalArgumentsKeepTheirOrder(t *testing.T) {
	text := func(vs ...any) (string, error) { return fmt.Sprint(vs...), nil }
	run := func(v string, err error) string { require.NoError(t, err); return v }
	require.Equal(t, "1 2", run(task.New2("x", func(_ context.Context, a int, b int32) (string, error) { return text(a, b) }).
		Do(bg(), lo.T2(1, int32(2)))))
	require.Equal(t, "1 2 3", run(task.New3("x", func(_ context.Context, a int, b int32, c int64) (string, error) { return text(a, b, c) }).
		Do(bg(), lo.T3(1, int32(2), int64(3)))))
	require.Equal(t, "1 2 3 4", run(task.New4("x", func(_ context.Context, a int, b int32, c int64, d uint) (string, error) { return text(a, b, c, d) }).
		Do(bg(), lo.T4(1, int32(2), int64(3), uint(4)))))
	require.Equal(t, "1 2 3 4 5", run(task.New5("x", func(_ context.Context, a, b, c, d, e int) (string, error) { return text(a, b, c, d, e) }).
		Do(bg(), lo.T5(1, 2, 3, 4, 5))))
	require.Equal(t, "1 2 3 4 5 6", run(task.New6("x", func(_ context.Context, a, b, c, d, e, f int) (string, error) { return text(a, b, c, d, e, f) }).
		Do(bg(), lo.T6(1, 2, 3, 4, 5, 6))))
	require.Equal(t, "1 2 3 4 5 6 7", run(task.New7("x", func(_ context.Context, a, b, c, d, e, f, g int) (string, error) { return text(a, b, c, d, e, f, g) }).
		Do(bg(), lo.T7(1, 2, 3, 4, 5, 6, 7))))
	require.Equal(t, "1 2 3 4 5 6 7 8", run(task.New8("x", func(_ context.Context, a, b, c, d, e, f, g, h int) (string, error) {
		return text(a, b, c, d, e, f, g, h)
	}).
		Do(bg(), lo.T8(1, 2, 3, 4, 5, 6, 7, 8))))
	require.Equal(t, "1 2 3 4 5 6 7 8 9", run(task.New9("x", func(_ context.Context, a, b, c, d, e, f, g, h, i int) (string, error) {
		return text(a, b, c, d, e, f, g, h, i)
	}).Do(bg(), lo.T9(1, 2, 3, 4, 5, 6, 7, 8, 9))))
	_, err := task.New2("two", func(context.Context, int, int) (int, error) { panic(errBoom) }).Do(bg(), lo.T2(1, 2))
	require.ErrorIs(t, err, errBoom)
}

func TestMisuse_names(t *testing.T) {
	for _, good := range []string{"item", "order page", "价格", "🛒", "café", "a:b, c", "Ω", strings.Repeat("long", 1000)} {
		require.Equal(t, good, task.New(good, hang).Name())
		require.Equal(t, good, plus().Named(good).Name())
	}
	for bad, why := range map[string]string{
		"":            "empty name",
		" ":           `name " " has space around it`,
		" item":       `name " item" has space around it`,
		"item\n":      `name "item\n" has space around it`,
		"it\nem":      `name "it\nem" is not printable`,
		"it\x00em":    `name "it\x00em" is not printable`,
		"it\tem":      `name "it\tem" is not printable`,
		"it\xffem":    `name "it\xffem" is not printable`,
		"it\ufffdem":  `name "it` + "\ufffd" + `em" is not printable`,
		"it\u200bem":  `name "it\u200bem" is not printable`,
		"it\u202eem":  `name "it\u202eem" is not printable`,
		"\x1b31mitem": `name "\x1b31mitem" is not printable`,
		"rules/muted": `name "rules/muted" has a / in it: #, [, ] and / number names and join them to paths`,
		"item#2":      `name "item#2" has a # in it: #, [, ] and / number names and join them to paths`,
		"price[17]":   `name "price[17]" has a [ in it: #, [, ] and / number names and join them to paths`,
	} {
		require.PanicsWithValue(t, "task.New: "+why, func() { task.New(bad, hang) })
		require.PanicsWithValue(t, "task.New3: "+why, func() { task.New3(bad, func(context.Context, int, int, int) (int, error) { return 0, nil }) })
		require.PanicsWithValue(t, "task.Task.Named: "+why, func() { plus().Named(bad) })
	}
}

func TestMisuse_panicsInTheCaller(t *testing.T) {
	var (
		noCtx context.Context
		zero  number
		noFn  func(context.Context, int) (int, error)
		on    = func(context.Context, int, error) {}
	)
	again := func(p task.Retry) func() { return func() { plus().Retry(p) } }
	for want, misuse := range map[string]func(){
		"task.New: nil function":                                                  func() { task.New("x", noFn) },
		"task.New2: nil function":                                                 func() { task.New2[int, int, int]("x", nil) },
		"task.New9: nil function":                                                 func() { task.New9[int, int, int, int, int, int, int, int, int, int]("x", nil) },
		"task.Task.Recover: nil function":                                         func() { plus().Recover(nil) },
		"task.Task.OnError: nil function":                                         func() { plus().OnError(nil) },
		"task.Task.Wrap: nil function":                                            func() { plus().Wrap(nil) },
		"task.Task.Do: nil context":                                               func() { plus().Do(noCtx, 1) },
		"task.Task.Go: nil context":                                               func() { plus().Go(noCtx, 1) },
		"observe.With: nil context":                                               func() { observe.With(noCtx, observe.Tee()) },
		"observe.With: nil Observer":                                              func() { observe.With(bg(), nil) },
		"observe.From: nil context":                                               func() { observe.From(noCtx) },
		"task.Task.Do: zero Task":                                                 func() { zero.Do(bg(), 1) },
		"task.Task.Go: zero Task":                                                 func() { zero.Go(bg(), 1) },
		"task.Task.Timeout: zero Task":                                            func() { zero.Timeout(1) },
		"task.Task.Retry: zero Task":                                              func() { zero.Retry(task.Retry{Attempts: 1}) },
		"task.Task.Recover: zero Task":                                            func() { zero.Recover(func(context.Context, int, error) (int, error) { return 0, nil }) },
		"task.Task.Fallback: zero Task":                                           func() { zero.Fallback(1) },
		"task.Task.OnError: zero Task":                                            func() { zero.OnError(on) },
		"task.Task.Wrap: zero Task":                                               func() { zero.Wrap(same) },
		"task.Task.Named: zero Task":                                              func() { zero.Named("x") },
		"task.Task.Timeout: the limit is 0s, and must be positive":                func() { plus().Timeout(0) },
		"task.Task.Timeout: the limit is -1ns, and must be positive":              func() { plus().Timeout(-1) },
		"task.Task.Retry: Attempts is 0, and must be at least 1":                  again(task.Retry{}),
		"task.Task.Retry: Attempts is -1, and must be at least 1":                 again(task.Retry{Attempts: -1}),
		"task.Task.Retry: a delay is -1ms, and must not be negative":              again(task.Retry{Attempts: 1, Delay: -ms}),
		"task.Task.Retry: MaxDelay is 1ms, and must be at least the Delay of 2ms": again(task.Retry{Attempts: 1, Delay: 2 * ms, MaxDelay: ms}),
		"task.Task.Retry: a delay is -1s, and must not be negative":               again(task.Retry{Attempts: 1, Delay: ms, MaxDelay: -time.Second}),
		"task.Task.Retry: Jitter is -0.1, and must be from 0 to 1":                again(task.Retry{Attempts: 1, Jitter: -0.1}),
		"task.Task.Retry: Jitter is 1.1, and must be from 0 to 1":                 again(task.Retry{Attempts: 1, Jitter: 1.1}),
		"task.Task.Retry: Jitter is NaN, and must be from 0 to 1":                 again(task.Retry{Attempts: 1, Jitter: math.NaN()}),
		`task.Task.Wrap: the middleware around "item" returned a nil function`: func() {
			plus().Wrap(func(task.Func[int, int]) task.Func[int, int] { return nil })
		},
	} {
		t.Run(want, func(t *testing.T) { require.PanicsWithValue(t, want, misuse) })
	}
	require.Empty(t, zero.Name())
	require.Zero(t, zero.Place())
	require.Nil(t, inside(zero).Origin())
	require.Nil(t, zero.Policies())
}
