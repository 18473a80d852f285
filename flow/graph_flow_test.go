package flow_test

// The flow whose description is in testdata/graph.golden.json. Its places are
// part of that, so it stands alone in this file.

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/task"
)

// tupleOfInts is the argument of a task of two.
type tupleOfInts = lo.Tuple2[int, int]

type basket struct {
	User  string
	Items []string
}

func length(_ context.Context, s string) (int, error)      { return len(s), nil }
func shout(_ context.Context, s string) (string, error)    { return strings.ToUpper(s), nil }
func together(_ context.Context, a, b int) (string, error) { return strings.Repeat("*", a+b), nil }

var (
	taskLength   = task.New("length", length).Gate(guard.Slots(8, guard.Queue(100), guard.Name("words"))).Gate(guard.Breaker(0.5)).Hedge(time.Minute, guard.Budget(0.1)).GateBy(guard.Rate(100, time.Second, guard.Burst(10)), strings.ToLower)
	taskShout    = task.New("shout", shout).Timeout(50 * time.Millisecond).Retry(task.Retry{Attempts: 3, Delay: time.Millisecond, MaxDelay: time.Second, Jitter: 0.5}).Fallback("!")
	taskTogether = task.New2("together", together).
			OnError(func(context.Context, tupleOfInts, error) {}).
			Recover(func(context.Context, tupleOfInts, error) (string, error) { return "", nil }).
			Wrap(func(fn task.Func[tupleOfInts, string]) task.Func[tupleOfInts, string] { return fn })

	flowGreeting = flow.New("greeting", func(in flow.Node[string]) flow.Node[string] {
		return flow.Step(taskShout, in)
	}).Timeout(time.Second)

	flowEveryKind = flow.New("every-kind", func(in flow.Node[basket]) flow.Node[string] {
		user := flow.Map(in, func(b basket) string { return b.User })
		greeting := flow.Step(flowGreeting.Task(), user)
		named := flow.Step(taskLength, user)
		again := flow.Step(taskLength, greeting)
		stars := flow.Step2(taskTogether, named, again)
		items := flow.Each(taskShout, flow.Map(in, func(b basket) []string { return b.Items }), 4)
		known := flow.Require(flow.Map(user, func(s string) bool { return s != "" }), errors.New("who are you?"))
		checked := flow.After(stars, known)
		chosen := flow.Either(flow.Map(items, func(l []string) bool { return len(l) > 1 }), checked, flow.Const("-"))
		first := flow.Any(chosen, flow.Recover(checked, func(context.Context, error) (string, error) { return "", nil }))
		tried := flow.Map(flow.Try(first), func(r future.Result[string]) string { return r.Value })
		settled := flow.SettleEach(taskShout, flow.Map(in, func(b basket) []string { return b.Items }), 2)
		tried = flow.Fallback(flow.Map2(tried, settled, func(s string, _ []future.Result[string]) string { return s }), "-")
		return flow.Also(tried, flow.Step(taskLength.Named("audit"), tried))
	}).Timeout(2 * time.Second).
		OnError(func(context.Context, basket, error) {}).
		Catch(func(_ context.Context, _ basket, err error) (string, error) { return "", err })
)
