package jadeslog_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/flowtest"
	"github.com/jade-go/jade/observe/jadeslog"
	"github.com/jade-go/jade/task"
)

// failures are the records of failures as "path/task class", and after them the lines of the runs.
func failures(t *testing.T, j *journal) (all []string) {
	for _, e := range j.entries(t) {
		name := ""
		if path := e["path"]; path != nil {
			name = fmt.Sprint(path, "/")
		}
		if e["task"] != nil {
			name += fmt.Sprint(e["task"])
		}
		all = append(all, strings.Join(strings.Fields(fmt.Sprint(e["msg"], " ", name, " ", e["class"])), " "))
	}
	return all
}

// calling is a task that calls another one, and makes of its failure what fail says.
func calling(name string, inner task.Task[string, string], fail func(error) error) task.Task[string, string] {
	return task.New(name, func(ctx context.Context, in string) (string, error) {
		v, err := inner.Do(ctx, in)
		if err != nil {
			err = fail(err)
		}
		return v, err
	})
}

func same(err error) error    { return err }
func wrapped(err error) error { return fmt.Errorf("no page: %w", err) }

// list is an error of a type that cannot be compared.
type list []string

func (l list) Error() string { return strings.Join(l, ", ") }

func TestOneFailure_isOneRecord(t *testing.T) {
	item := takes("item", ms, errSoldOut)
	panics := task.New("item", func(context.Context, string) (string, error) { panic("oh") })
	list := takes("item", ms, list{"a", "b"})
	many := func(t task.Task[string, string]) *flow.Flow[string, []string] {
		return flow.New("many", func(in flow.Node[string]) flow.Node[[]string] {
			return flow.Each(t, flow.Map(in, func(string) []string { return []string{"a"} }), 1)
		})
	}
	deep := line("deep", item)
	for range 5 {
		deep = line("deep", deep.Task().Named("part"), takes("next", ms, nil))
	}
	for what, c := range map[string]struct {
		run  func(context.Context)
		want []string
	}{
		"attempts, a node and a run": {func(ctx context.Context) { line("shop", item.Retry(always)).Do(ctx, "x") },
			[]string{"failed item business", "run item business"}},
		"five flows deep": {func(ctx context.Context) { deep.Do(ctx, "x") },
			[]string{"failed part/part/part/part/part/item business", "run part/part/part/part/part/item business"}},
		"a panic five deep": {func(ctx context.Context) {
			line("shop", line("inner", calling("outer", panics, wrapped).Retry(always)).Task()).Do(ctx, "x")
		}, []string{"failed inner/item code", "failed inner/item code", "failed inner/item code", "run inner/item code"}},
		"elements": {func(ctx context.Context) { many(item).Do(ctx, "x") }, []string{"failed item business", "run item business"}},
		"a task in a task": {func(ctx context.Context) { calling("outer", calling("middle", item, wrapped), wrapped).Do(ctx, "x") },
			[]string{"failed item business"}},
		"a flow in a task": {func(ctx context.Context) {
			calling("outer", task.New("middle", line("shop", item).Do), wrapped).Do(ctx, "x")
		}, []string{"failed middle/item business", "run middle/item business"}},
		"an error that cannot be compared": {func(ctx context.Context) { line("shop", calling("outer", list, same)).Do(ctx, "x") },
			[]string{"failed item unknown", "run item unknown"}},
		"a fallback around it": {func(ctx context.Context) { line("shop", calling("outer", item, same).Fallback("?")).Do(ctx, "x") },
			[]string{"degraded item business", "run business"}},
		"a fallback inside": {func(ctx context.Context) { line("shop", line("inner", item.Fallback("?")).Task()).Do(ctx, "x") },
			[]string{"degraded inner/item business", "run business"}},
		"its Catch": {func(ctx context.Context) {
			line("shop", line("inner", item).Catch(func(context.Context, string, error) (string, error) { return "", nil }).Task()).Do(ctx, "x")
		}, []string{"degraded inner/item business", "run business"}},
		"a node that recovers it": {func(ctx context.Context) {
			flow.New("shop", func(in flow.Node[string]) flow.Node[string] {
				return flow.Recover(flow.Step(item, in), func(_ context.Context, err error) (string, error) { return "", wrapped(err) })
			}).Do(ctx, "x")
		}, []string{"failed item business", "run item business"}},
		"several at once, joined": {func(ctx context.Context) {
			task.New("page", func(ctx context.Context, in string) (string, error) {
				return combinators.Any(item.Go(ctx, in), takes("price", 2*ms, flowtest.Unavailable{}).Go(ctx, in)).Await(ctx)
			}).Do(ctx, "x")
		}, []string{"failed item business", "failed price dependency"}},
	} {
		t.Run(what, func(t *testing.T) {
			require.Equal(t, c.want, failures(t, logged(t, slog.LevelInfo, c.run)))
		})
	}
}

// The time of what is around is up: whatever is inside has failed because of that, sooner or later.
func TestOneFailure_isThatOfTheLimitAround(t *testing.T) {
	late := func(fail func(error) error) task.Task[string, string] {
		return line("inner", calling("outer", takes("item", time.Second, nil), fail)).Task().Timeout(ms)
	}
	j := logged(t, slog.LevelError, func(ctx context.Context) {
		line("shop", late(wrapped)).Do(ctx, "x")
		calling("page", late(same), wrapped).Do(ctx, "x")
	})
	got := failures(t, j)
	require.Len(t, got, 2)
	for _, record := range got { // of the limit, of the call that was late at it, or of what is around, which does not wait until that is told
		require.Regexp(t, `^failed (page|inner(/outer(/item)?|/item)?) timeout$`, record)
	}
}

// What looks like the same failure and is another one has a record of its own.
func TestOneFailure_isNotTwo(t *testing.T) {
	item, price := takes("item", ms, errSoldOut), takes("price", 2*ms, errSoldOut)
	try := func(in flow.Node[string], t task.Task[string, string]) flow.Node[future.Result[string]] {
		return flow.Try(flow.Step(t, in))
	}
	for what, c := range map[string]struct {
		run  func(context.Context)
		want []string
	}{
		"of two nodes, with the same error": {func(ctx context.Context) {
			flow.New("shop", func(in flow.Node[string]) flow.Node[string] {
				return flow.Map2(try(in, item), try(in, price), func(a, b future.Result[string]) string { return "" })
			}).Do(ctx, "x")
		}, []string{"degraded item business", "degraded price business", "run business"}},
		"of two runs": {func(ctx context.Context) { item.Do(ctx, "x"); item.Do(ctx, "x") },
			[]string{"failed item business", "failed item business"}},
		"one not wrapped": {func(ctx context.Context) {
			calling("outer", item, func(err error) error { return errors.New(err.Error()) }).Do(ctx, "x")
		}, []string{"failed item business", "failed outer unknown"}},
		"a deadline, after that of something inside": {func(ctx context.Context) {
			ctx, cancel := context.WithTimeout(ctx, 10*ms)
			defer cancel()
			flow.New("shop", func(in flow.Node[string]) flow.Node[string] {
				return flow.Map2(try(in, takes("item", ms, context.DeadlineExceeded)), flow.Step(stubborn("slow", 20*ms, nil), in),
					func(future.Result[string], string) string { return "" })
			}).Do(ctx, "x")
			time.Sleep(time.Second)
		}, []string{"degraded item timeout", "failed slow timeout", "run slow timeout", "returned slow <nil>"}},
		"one whose methods panic": {func(ctx context.Context) {
			line("shop", calling("outer", item, func(error) error { return hostile{} })).Do(ctx, "x")
		}, []string{"failed item business", "failed outer unknown", "run outer unknown"}},
		"a panic with it": {func(ctx context.Context) {
			line("shop", calling("outer", item, func(err error) error { panic(err) })).Do(ctx, "x")
		}, []string{"failed item business", "failed outer code", "run item code"}},
		"one that was made up for": {func(ctx context.Context) {
			calling("outer", calling("middle", item.Fallback("?"), same), same).Do(ctx, "x")
			task.New("outer", func(ctx context.Context, in string) (string, error) {
				if _, err := item.Fallback("?").Do(ctx, in); err != nil {
					return "", err
				}
				return "", errSoldOut
			}).Do(ctx, "x")
		}, []string{"degraded item business", "degraded item business", "failed outer business"}},
		"each call of a task": {func(ctx context.Context) { calling("outer", item, wrapped).Retry(always).Do(ctx, "x") },
			[]string{"failed item business", "failed item business", "failed item business"}},
		"an effect's own limit, after the answer": {func(ctx context.Context) {
			flow.New("shop", func(in flow.Node[string]) flow.Node[string] {
				return flow.Also(in, flow.Step(takes("audit", time.Second, nil).Timeout(ms), in))
			}).Do(ctx, "x")
			time.Sleep(time.Second)
		}, []string{"run <nil>", "failed audit timeout"}},
		"the limit of a ctx that the author made": {func(ctx context.Context) {
			task.New("outer", func(ctx context.Context, in string) (string, error) {
				ctx, cancel := context.WithTimeout(ctx, ms)
				defer cancel()
				_, _ = takes("item", time.Second, nil).Do(ctx, in)
				return "", nil
			}).Do(ctx, "x")
		}, []string{"failed item timeout"}},
	} {
		t.Run(what, func(t *testing.T) {
			require.Equal(t, c.want, failures(t, logged(t, slog.LevelInfo, c.run)))
		})
	}
}

// A call may fail of the first failure of very many, or of the last.
func TestOneFailure_ofVeryMany(t *testing.T) {
	for which, want := range map[int]int{0: 1000, 31: 1000, 999: 1000, 500: 1001} {
		j := logged(t, slog.LevelWarn, func(ctx context.Context) {
			task.New("page", func(ctx context.Context, in string) (string, error) {
				var chosen error
				for i := range 1000 {
					_, err := takes("item", ms, fmt.Errorf("no %d", i)).Do(ctx, in)
					if i == which {
						chosen = err
					}
				}
				return "", chosen
			}).Do(ctx, "x")
		})
		require.Len(t, j.entries(t), want, "no %d: the first and the latest failures are known, as the memory is bounded", which)
	}
}

func TestRuns_doNotMix(t *testing.T) {
	const runs = 50
	shop := func(i int) *flow.Flow[string, string] {
		name := fmt.Sprint("item", i)
		return line(fmt.Sprint("shop", i),
			takes("price", time.Duration(i%7)*ms, errSoldOut).Fallback("?").Named("price"+name),
			line("inner", takes(name, time.Duration(i%5)*ms, flowtest.Unavailable{}).Retry(always)).Task())
	}
	j := logged(t, slog.LevelInfo, func(ctx context.Context) {
		for i := range runs {
			shop(i).Go(ctx, "x")
		}
		time.Sleep(time.Second)
	})
	byRun := map[any][]entry{}
	for _, e := range j.entries(t) {
		byRun[e[jadeslog.KeyRun]] = append(byRun[e[jadeslog.KeyRun]], e)
	}
	require.Len(t, byRun, runs)
	for _, got := range byRun {
		require.Len(t, got, 3)
		var i int
		_, err := fmt.Sscanf(fmt.Sprint(got[2]["flow"]), "shop%d", &i)
		require.NoError(t, err)
		item := fmt.Sprint("item", i)
		require.Equal(t, []any{"degraded", "priceitem" + fmt.Sprint(i)}, []any{got[0]["msg"], got[0]["task"]})
		require.Equal(t, []any{"failed", item, 3.0}, []any{got[1]["msg"], got[1]["task"], got[1]["attempts"]})
		require.Equal(t, []any{"run", item, "inner", 2.0, []any{"price" + item}},
			[]any{got[2]["msg"], got[2]["task"], got[2]["path"], got[2]["retries"], got[2]["degraded"]})
	}
}
