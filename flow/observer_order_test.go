package flow_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

// What a node waits for without taking its data is told apart: only the first nodes behind
// an After or a branch have it, and what is needed from elsewhere too does not wait.
func TestObserver_isToldOfTheOrder(t *testing.T) {
	step := func(name string) task.Task[int, int] {
		return task.New(name, func(_ context.Context, n int) (int, error) { return n, nil })
	}
	f := flow.New("ordered", func(in flow.Node[int]) flow.Node[int] {
		even := func(n int) bool { return n%2 == 0 }
		rules := flow.Require(flow.Map(flow.Step(step("rules"), in), even), errSoldOut)
		free := flow.Step(step("free"), in) // needed by what is not behind the After, too
		first := flow.Step(step("first"), flow.Map(in, func(n int) int { return n }))
		second := flow.Step(step("second"), flow.Map2(first, free, sum2))
		page := flow.After(second, rules)
		yes, no := flow.Step(step("yes"), in), flow.Step(step("no"), page)
		return flow.Map3(flow.Either(flow.Map(flow.Step(step("which"), in), even), yes, no), page, free, sum3)
	})
	w := &witness{diary: newDiary()}
	_, err := f.Do(task.Observe(t.Context(), w), 2)
	require.NoError(t, err)
	after := map[string][]string{}
	for _, c := range w.calls {
		if len(c.After) > 0 {
			after[c.Node] = c.After
		}
	}
	require.Equal(t, map[string][]string{"first": {"rules"}, "yes": {"which"}, "no": {"which"}}, after)
	require.Equal(t, []string{"first", "free"}, w.call(t, task.NodeCall, "second").Inputs)
}
