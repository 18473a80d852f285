package inspect_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/inspect"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
	"github.com/jade-go/jade/trace"
)

// odd is a gate that cannot be compared. Its state cannot be had.
type odd struct{ of []int }

func (odd) Describe() task.Policy                         { return task.Policy{Gate: task.Admission{Kind: "odd <b>"}} }
func (odd) Enter(context.Context, string) (uint64, error) { return 0, nil }
func (odd) Answered(uint64, observe.Outcome)              {}
func (odd) Left(uint64)                                   {}
func (o odd) Fresh() task.Gate                            { return o }
func (odd) InUse() int                                    { panic("oh") }

// rows are the cells of the table of gates, with "|" between them.
func rows(body string) (all []string) {
	_, table, _ := strings.Cut(body, "<h2>Gates</h2>")
	table, _, _ = strings.Cut(table, "</table>")
	for _, row := range strings.Split(table, "<tr>")[2:] {
		cells := regexp.MustCompile(`<td[^>]*>(.*)</td>`).FindAllStringSubmatch(row, -1)
		var texts []string
		for _, c := range cells {
			texts = append(texts, c[1])
		}
		all = append(all, strings.Join(texts, "|"))
	}
	return all
}

func TestHandler_listsGatesAndTheirState(t *testing.T) {
	slots, breaker, budget := guard.Slots(2, guard.Queue(5), guard.Name("backend")), guard.Breaker(.5, guard.Min(1), guard.OpenFor(time.Hour)), guard.Budget(.1)
	does := func(name string) task.Task[string, string] {
		return task.New(name, func(_ context.Context, in string) (string, error) {
			if in == "" {
				return "", errors.New("no answer")
			}
			return in, nil
		})
	}
	prices := task.New("prices", func(_ context.Context, ids []string) (map[string]string, error) { return nil, nil }).Gate(slots)
	inner := flow.New("inner", func(in flow.Node[string]) flow.Node[string] {
		return flow.Step(guard.Share(does("stock").Gate(slots)).Retry(task.Retry{Attempts: 2, Budget: budget}), in)
	})
	page := flow.New("page", func(in flow.Node[string]) flow.Node[string] {
		item := flow.Step(does("item").Gate(slots).Gate(odd{[]int{1}}).Hedge(time.Second, budget), in)
		coupons := flow.Step(does("coupons").Gate(breaker).Fallback(""), item)
		return flow.Step(guard.Batch(prices, 10, time.Second), flow.Step(inner.Task(), coupons))
	})
	h := inspect.Handler(trace.NewHistory(5), page)
	want := []string{
		"backend: 2 slots, 5 waiting|0|0||page/item, page/inner/stock, page/prices",
		"odd &lt;b&gt;|||not known: a method of the gate has panicked|page/item",
		"budget 10% of 10 in 10s||||page/item, page/inner/stock",
		"breaker 50% of 20 in 10s, open 1h0m0s|||closed: lets calls in|page/coupons",
	}
	want[3] = strings.Replace(want[3], "of 20", "of 1", 1)
	require.Equal(t, want, rows(get(h, "/").Body.String()))

	_, err := slots.Enter(t.Context(), "")
	require.NoError(t, err)
	_, _ = does("coupons").Gate(breaker).Do(t.Context(), "")
	want[0] = strings.Replace(want[0], "|0|0|", "|1|0|", 1)
	want[3] = strings.Replace(want[3], "closed: lets calls in", "open: rejects calls", 1)
	require.Equal(t, want, rows(get(h, "/").Body.String()))

	require.NotContains(t, get(inspect.Handler(trace.NewHistory(1), newPage("p")), "/").Body.String(), "Gates", "no task has one")
}
