package jadeslog_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/flowtest"
	"github.com/jade-go/jade/observe/jadeslog"
	"github.com/jade-go/jade/task"
)

func TestRecords_ofATaskAlone(t *testing.T) {
	panics := task.New("item", func(context.Context, string) (string, error) { panic("oh\nno") })
	for what, c := range map[string]struct {
		item task.Task[string, string]
		want []string
	}{
		"ok":         {takes("item", ms, nil), nil},
		"code":       {panics, []string{"ERROR failed kind=node task=item status=failed class=code error=panic: oh\\nno panic=oh\\nno"}},
		"system":     {takes("item", ms, syscall.EMFILE), []string{"ERROR failed kind=node task=item status=failed class=system error=too many open files"}},
		"dependency": {takes("item", ms, flowtest.Unavailable{}), []string{"ERROR failed kind=node task=item status=failed class=dependency error=busy"}},
		"timeout": {takes("item", time.Second, nil).Timeout(ms),
			[]string{"ERROR failed kind=node task=item status=failed class=timeout error=item: deadline exceeded: limit 1ms, elapsed 1ms attempts=1"}},
		"business": {takes("item", ms, errSoldOut), []string{"WARN failed kind=node task=item status=failed class=business error=sold out"}},
		"canceled": {takes("item", ms, &future.CanceledError{}), []string{"INFO canceled kind=node task=item status=canceled class=canceled error=canceled"}},
		"degraded": {takes("item", ms, syscall.EMFILE).Fallback("none"),
			[]string{"WARN degraded kind=node task=item status=degraded class=system error=too many open files"}},
		"degraded by a bug": {panics.Fallback("none"),
			[]string{"ERROR degraded kind=node task=item status=degraded class=code error=panic: oh\\nno panic=oh\\nno"}},
		"retried in vain": {takes("item", ms, flowtest.Unavailable{}).Retry(always),
			[]string{"ERROR failed kind=node task=item status=failed class=dependency error=busy attempts=3"}},
		"its error's method panics": {takes("item", ms, hostile{}),
			[]string{"ERROR failed kind=node task=item status=failed class=unknown error=its Error method panicked"}},
	} {
		t.Run(what, func(t *testing.T) {
			j := logged(t, slog.LevelInfo, func(ctx context.Context) { c.item.Do(ctx, "x") })
			require.Equal(t, c.want, j.brief(t))
			for _, e := range j.entries(t) {
				require.Equal(t, e["panic"] != nil, e["stack"] != nil, "a stack for a panic, and for nothing else")
			}
		})
	}
}

// hostile is an error none of whose methods return.
type hostile struct{}

func (hostile) Error() string   { panic("no text") }
func (hostile) Unwrap() error   { panic("no cause") }
func (hostile) Is(error) bool   { panic("no idea") }
func (hostile) StatusCode() int { panic("no code") }

func TestRecords_ofATaskThatIsRefused(t *testing.T) {
	j := logged(t, slog.LevelDebug, func(ctx context.Context) {
		late, cancel := context.WithTimeout(ctx, ms)
		defer cancel()
		<-late.Done()
		takes("item", ms, nil).Do(late, "x")
		gone, cancel := context.WithCancel(ctx)
		cancel()
		takes("price", ms, nil).Do(gone, "x")
	})
	require.ElementsMatch(t, []string{
		"ERROR failed kind=node task=item status=skipped class=timeout error=context deadline exceeded",
		"DEBUG skipped kind=node task=price status=skipped class=canceled error=canceled",
	}, j.brief(t))
}

func TestRecords_ofARun(t *testing.T) {
	slow := takes("slow", time.Second, nil)
	recovered := func(in flow.Node[string]) flow.Node[string] {
		return flow.Recover(flow.Step(takes("item", ms, errSoldOut), in), func(context.Context, error) (string, error) { return "", nil })
	}
	for what, c := range map[string]struct {
		shop *flow.Flow[string, string]
		want []string
	}{
		"ok": {line("shop", takes("item", ms, nil)), []string{"INFO run flow=shop status=ok"}},
		"failed": {line("shop", takes("item", ms, flowtest.Unavailable{}).Retry(always), slow), []string{
			"ERROR failed kind=node flow=shop task=item status=failed class=dependency error=busy attempts=3",
			"INFO run flow=shop task=item status=failed class=dependency error=E retries=2",
		}},
		"degraded tasks": {line("shop", takes("price", ms, errSoldOut).Fallback("?"), takes("item", ms, errSoldOut).Fallback("?")), []string{
			"WARN degraded kind=node flow=shop task=price status=degraded class=business error=sold out",
			"WARN degraded kind=node flow=shop task=item status=degraded class=business error=sold out",
			"INFO run flow=shop status=degraded class=business error=E degraded=[item price]",
		}},
		"caught": {line("shop", takes("item", ms, errSoldOut)).Catch(func(context.Context, string, error) (string, error) { return "", nil }), []string{
			"WARN degraded kind=node flow=shop task=item status=failed class=business error=sold out",
			"INFO run flow=shop task=item status=degraded class=business error=E",
		}},
		"not caught": {line("shop", takes("item", ms, errSoldOut)).Catch(func(context.Context, string, error) (string, error) { panic("oh") }), []string{
			"WARN failed kind=node flow=shop task=item status=failed class=business error=sold out",
			"ERROR failed kind=run flow=shop task=item status=failed class=code error=E panic=oh",
			"INFO run flow=shop task=item status=failed class=code error=E",
		}},
		"recovered": {flow.New("shop", recovered), []string{
			"WARN degraded kind=node flow=shop task=item status=failed class=business error=sold out",
			"INFO run flow=shop status=degraded class=business error=E degraded=[item]",
		}},
		"an error none of whose methods return": {line("shop", line("inner", takes("item", ms, hostile{})).Task()), []string{
			"ERROR failed kind=node flow=inner path=inner task=item status=failed class=unknown error=its Error method panicked",
			"INFO run flow=shop path=inner task=item status=failed class=unknown error=E",
		}},
		"a task under another name": {line("shop", takes("item", ms, nil), slow.Named("second").Timeout(ms)), []string{
			"ERROR failed kind=node flow=shop task=second status=failed class=timeout error=second: deadline exceeded: limit 1ms, elapsed 1ms attempts=1",
			"INFO run flow=shop task=second status=failed class=timeout error=E",
		}},
	} {
		t.Run(what, func(t *testing.T) {
			j := logged(t, slog.LevelInfo, func(ctx context.Context) { c.shop.Do(ctx, "x") })
			var got []string
			for _, e := range j.entries(t) {
				if e["msg"] == jadeslog.MessageRun && e["error"] != nil || e["kind"] == "run" {
					e["error"] = "E" // which is the flow's affair
				}
				got = append(got, e.brief())
			}
			require.Equal(t, c.want, got)
		})
	}
}

func TestRecords_ofAnElement(t *testing.T) {
	list := func(t task.Task[string, string]) *flow.Flow[string, []string] {
		return flow.New("shop", func(in flow.Node[string]) flow.Node[[]string] {
			return flow.Each(t, flow.Map(in, func(string) []string { return []string{"a", "b", "b"} }), 1)
		})
	}
	pick := task.New("items", func(_ context.Context, in string) (string, error) {
		if in == "b" {
			return "", flowtest.Unavailable{}
		}
		return in, nil
	})
	j := logged(t, slog.LevelInfo, func(ctx context.Context) {
		list(pick.Retry(always)).Do(ctx, "x")
		list(pick.Fallback("?")).Do(ctx, "x")
	})
	got := j.entries(t)
	require.Len(t, got, 4)
	require.Equal(t, "ERROR failed kind=element flow=shop task=items element=1 status=failed class=dependency error=busy attempts=3", got[0].brief())
	require.Equal(t, []any{"run", "items", "failed", 2.0}, []any{got[1]["msg"], got[1]["task"], got[1]["status"], got[1]["retries"]})
	require.Equal(t, "WARN degraded kind=element flow=shop task=items element=1 status=degraded class=dependency error=busy", got[2].brief())
	require.EqualValues(t, 2, got[2][jadeslog.KeyCount], "elements that something stands in for")
	require.Equal(t, "INFO run flow=shop status=degraded class=dependency error=shop: items (jadeslog/outcomes_test.go:140): busy degraded=[items]", got[3].brief())

	j = logged(t, slog.LevelDebug, func(ctx context.Context) { list(pick.Retry(always)).Do(ctx, "x") })
	require.Equal(t, "DEBUG attempt kind=attempt flow=shop task=items element=1 attempt=1 status=failed class=dependency error=busy", j.brief(t)[0])
}

func TestRecords_ofWhatIsUsedTwiceNameTheNode(t *testing.T) {
	n := 0
	user := task.New("user", func(context.Context, string) (string, error) {
		if n++; n == 2 {
			return "", errSoldOut
		}
		return "", nil
	})
	j := logged(t, slog.LevelWarn, func(ctx context.Context) { line("shop", user, user).Do(ctx, "x") })
	require.Equal(t, []string{"WARN failed kind=node flow=shop task=user node=user#2 status=failed class=business error=sold out"}, j.brief(t))
}

func TestRecords_whatIsOnlyThereForDebugging(t *testing.T) {
	j := logged(t, slog.LevelDebug, func(ctx context.Context) {
		line("shop", takes("item", ms, flowtest.Unavailable{}).Retry(task.Retry{Attempts: 2, Delay: ms}).Fallback("?"), takes("price", ms, errSoldOut), takes("next", ms, nil)).Do(ctx, "x")
	})
	var got []string
	for _, e := range j.entries(t) {
		if e["level"] == "DEBUG" {
			delete(e, "error")
			got = append(got, e.brief())
		}
	}
	require.Equal(t, []string{
		"DEBUG attempt kind=attempt flow=shop task=item attempt=1 status=failed class=dependency",
		"DEBUG attempt kind=attempt flow=shop task=item attempt=2 status=failed class=dependency",
		"DEBUG skipped kind=node flow=shop task=next status=skipped class=business",
	}, got)
}

func TestRecords_times(t *testing.T) {
	j := logged(t, slog.LevelInfo, func(ctx context.Context) {
		takes("alone", 1500*time.Microsecond, errSoldOut).Do(ctx, "x")
		ctx, cancel := context.WithTimeout(ctx, 10*ms)
		defer cancel()
		line("shop", takes("item", 2*ms, nil), stubborn("price", 12*ms, errSoldOut)).Do(ctx, "x")
		time.Sleep(time.Second)
	})
	var got [][3]any
	for _, e := range j.entries(t) {
		got = append(got, [3]any{e["msg"], e["elapsed_ms"], e["deadline_left_ms"]})
	}
	require.Equal(t, [][3]any{
		{"failed", 1.5, nil}, {"failed", 7.9, 0.0}, {"run", 9.9, 0.1}, {"returned", 12.0, -4.1},
	}, got)
}

func TestRecords_longTextsAreCut(t *testing.T) {
	long := make([]byte, 1<<20)
	for i := range long {
		long[i] = 'x'
	}
	j := logged(t, slog.LevelInfo, func(ctx context.Context) { takes("item", ms, errors.New(string(long))).Do(ctx, "x") })
	require.Len(t, j.entries(t)[0]["error"], 4<<10+len("…"))
}

// What something in a flow takes is a warning, however it is taken: one record a failure, with the names of the run's line.
func TestRecords_ofWhatIsTaken(t *testing.T) {
	const taken = "WARN degraded kind=node flow=shop task=item status=failed class=dependency error=busy"
	item := takes("item", ms, flowtest.Unavailable{})
	panics := task.New("item", func(context.Context, string) (string, error) { panic("oh") })
	shop := func(build func(in flow.Node[string]) flow.Node[string]) *flow.Flow[string, string] {
		return flow.New("shop", build)
	}
	text := func(r future.Result[string]) string { return r.Value }
	for what, c := range map[string]struct {
		shop *flow.Flow[string, string]
		want []string
		line string
	}{
		"Try": {shop(func(in flow.Node[string]) flow.Node[string] { return flow.Map(flow.Try(flow.Step(item, in)), text) }),
			[]string{taken}, "degraded [item]"},
		"Fallback of a node": {shop(func(in flow.Node[string]) flow.Node[string] { return flow.Fallback(flow.Step(item, in), "?") }),
			[]string{taken}, "degraded [item]"},
		"Fallback of a task": {shop(func(in flow.Node[string]) flow.Node[string] { return flow.Step(item.Fallback("?"), in) }),
			[]string{strings.Replace(taken, "status=failed", "status=degraded", 1)}, "degraded [item]"},
		"Recover": {shop(func(in flow.Node[string]) flow.Node[string] {
			return flow.Recover(flow.Step(item, in), func(context.Context, error) (string, error) { return "?", nil })
		}), []string{taken}, "degraded [item]"},
		"Any": {shop(func(in flow.Node[string]) flow.Node[string] {
			return flow.Any(flow.Step(item, in), flow.Step(takes("price", 5*ms, nil), in))
		}), []string{taken}, "degraded [item]"},
		"a bug": {shop(func(in flow.Node[string]) flow.Node[string] { return flow.Fallback(flow.Step(panics, in), "?") }),
			[]string{"ERROR degraded kind=node flow=shop task=item status=failed class=code error=panic: oh panic=oh"}, "degraded [item]"},
		"Recover at the limit, beside what nobody needs then": {shop(func(in flow.Node[string]) flow.Node[string] {
			slow := flow.Step(stubborn("slow", 20*ms, nil), in)
			some := flow.SettleEach(takes("some", time.Hour, nil), flow.Map(in, func(string) []string { return make([]string, 2) }), 2)
			both := flow.Map2(slow, flow.Map(some, func([]future.Result[string]) string { return "" }), func(a, b string) string { return a + b })
			return flow.Recover(both, func(context.Context, error) (string, error) { time.Sleep(ms); return "?", nil })
		}).Timeout(20 * ms).Reserve(10 * ms), []string{
			"WARN degraded kind=node flow=shop task=slow status=straggler class=timeout error=E",
			"INFO returned kind=node flow=shop task=slow status=ok",
		}, "degraded [slow]"},
		"Recover at the limit": {shop(func(in flow.Node[string]) flow.Node[string] {
			return flow.Recover(flow.Step(stubborn("slow", 20*ms, nil), in), func(context.Context, error) (string, error) { return "?", nil })
		}).Timeout(20 * ms).Reserve(10 * ms), []string{
			"WARN degraded kind=node flow=shop task=slow status=straggler class=timeout error=E",
			"INFO returned kind=node flow=shop task=slow status=ok",
		}, "degraded [slow]"},
		"Recover at the limit, in a flow in a run that fails": {shop(func(in flow.Node[string]) flow.Node[string] {
			inner := flow.New("inner", func(in flow.Node[string]) flow.Node[string] {
				return flow.Recover(flow.Step(stubborn("slow", 20*ms, nil), in), func(context.Context, error) (string, error) { return "?", nil })
			})
			return flow.Step(takes("price", ms, flowtest.Unavailable{}), flow.Step(inner.Timeout(20*ms).Reserve(10*ms).Task(), in))
		}), []string{
			"WARN degraded kind=node flow=inner path=inner task=slow status=straggler class=timeout error=E",
			"INFO returned kind=node flow=inner path=inner task=slow status=ok",
			"ERROR failed kind=node flow=shop task=price status=failed class=dependency error=busy",
		}, "failed <nil>"},
		"Recover at the limit, of what has not begun": {shop(func(in flow.Node[string]) flow.Node[string] {
			slow := flow.Fallback(flow.Step(stubborn("slow", 20*ms, nil), in), "?")
			return flow.Recover(flow.Step(item, slow), func(context.Context, error) (string, error) { return "?", nil })
		}).Timeout(20 * ms).Reserve(10 * ms), []string{
			"WARN degraded kind=node flow=shop task=slow status=straggler class=timeout error=E",
			"WARN degraded kind=node flow=shop task=item status=degraded class=timeout error=E",
			"INFO returned kind=node flow=shop task=slow status=ok",
		}, "degraded [item slow]"},
		"in a run that fails of something else": {shop(func(in flow.Node[string]) flow.Node[string] {
			return flow.Step(takes("price", ms, syscall.EMFILE), flow.Fallback(flow.Step(item, in), "?"))
		}), []string{taken, "ERROR failed kind=node flow=shop task=price status=failed class=system error=too many open files"}, "failed [item]"},
		"in a run that fails of an equal error": {shop(func(in flow.Node[string]) flow.Node[string] {
			return flow.Step(takes("price", ms, flowtest.Unavailable{}), flow.Fallback(flow.Step(item, in), "?"))
		}), []string{taken, "ERROR failed kind=node flow=shop task=price status=failed class=dependency error=busy"}, "failed [item]"},
		"around a nested flow": {shop(func(in flow.Node[string]) flow.Node[string] {
			return flow.Fallback(flow.Step(line("inner", item).Task(), in), "?")
		}), []string{strings.NewReplacer("flow=shop", "flow=inner path=inner").Replace(taken)}, "degraded [inner]"},
		"at the limit, and never begun": {shop(func(in flow.Node[string]) flow.Node[string] {
			slow := flow.Step(stubborn("slow", 20*ms, nil), in)
			return flow.Map2(flow.Fallback(slow, "?"), flow.Fallback(flow.Step(item, slow), "?"), func(a, b string) string { return a + b })
		}).Timeout(10 * ms), []string{
			"WARN degraded kind=node flow=shop task=slow status=straggler class=timeout error=E",
			"WARN degraded kind=node flow=shop task=item status=degraded class=timeout error=E",
			"INFO returned kind=node flow=shop task=slow status=ok",
		}, "degraded [item slow]"},
	} {
		t.Run(what, func(t *testing.T) {
			j := logged(t, slog.LevelInfo, func(ctx context.Context) { c.shop.Do(ctx, "x"); time.Sleep(time.Second) })
			var got []string
			for _, e := range j.entries(t) {
				if e["msg"] == jadeslog.MessageRun {
					require.Equal(t, c.line, fmt.Sprint(e["status"], " ", e["degraded"]))
					continue
				}
				if e["class"] == "timeout" {
					e["error"] = "E"
				}
				got = append(got, e.brief())
			}
			require.ElementsMatch(t, c.want, got)
		})
	}
}

// An effect that is cut off is a warning of its own; one that fails by itself is a failure.
func TestRecords_ofEffects(t *testing.T) {
	page := func(effects ...task.Task[string, string]) *flow.Flow[string, string] {
		return flow.New("shop", func(in flow.Node[string]) flow.Node[string] {
			var all []flow.Dependency
			for _, e := range effects {
				all = append(all, flow.Step(e, in))
			}
			return flow.Also(in, all...)
		})
	}
	told := func(j *journal) (all []string) {
		for _, e := range j.entries(t) {
			if e["msg"] != jadeslog.MessageRun {
				all = append(all, fmt.Sprint(e["level"], " ", e["msg"], " ", e["task"], " ", e["class"]))
			}
		}
		return all
	}
	audit := takes("audit", time.Minute, nil)
	require.Equal(t, []string{"WARN lost audit timeout"}, told(logged(t, slog.LevelInfo, func(ctx context.Context) {
		page(audit).Timeout(10*ms).Do(ctx, "x")
		time.Sleep(time.Second)
	})), "the limit of the run")
	require.Equal(t, []string{"WARN lost audit canceled"}, told(logged(t, slog.LevelInfo, func(ctx context.Context) {
		page(audit).Do(ctx, "x")
	})), "the scope is closed")
	require.ElementsMatch(t, []string{"WARN lost audit timeout", "WARN lost mail timeout"}, told(logged(t, slog.LevelInfo, func(ctx context.Context) {
		flow.New("shop", func(in flow.Node[string]) flow.Node[string] {
			return flow.Also(in, flow.Step(takes("mail", ms, nil), flow.Step(audit, in)))
		}).Timeout(10*ms).Do(ctx, "x")
		time.Sleep(time.Second)
	})), "one that waits for it")
	require.Equal(t, []string{"ERROR failed audit dependency"}, told(logged(t, slog.LevelInfo, func(ctx context.Context) {
		page(takes("audit", ms, flowtest.Unavailable{})).Do(ctx, "x")
		time.Sleep(time.Second)
	})), "its own failure")
	require.Equal(t, []string{"ERROR failed audit timeout"}, told(logged(t, slog.LevelInfo, func(ctx context.Context) {
		page(audit.Timeout(5*ms)).Do(ctx, "x")
		time.Sleep(time.Second)
	})), "its own limit")
	require.Empty(t, told(logged(t, slog.LevelInfo, func(ctx context.Context) {
		page(stubborn("audit", 20*ms, nil)).Timeout(10*ms).Do(ctx, "x")
		time.Sleep(time.Second)
	})), "it has done its work all the same")
}
