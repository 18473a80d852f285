package flow_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

// A programmer's mistake panics where it is made, in one line that says which function and why.
func TestMisuse_panics(t *testing.T) {
	one := plus("one", 1)
	stray := func() (kept number) { // of a flow that is built already
		of(func(in number) number { kept = flow.Map(in, func(n int) int { return n }); return kept })
		return kept
	}()
	list := flow.Const([]int{1})
	var zero number
	var zeroTask task.Task[int, int]
	var zeroFlow flow.Flow[int, int]
	var nilFlow *flow.Flow[int, int]
	var noCtx context.Context
	id := func(n int) int { return n }
	keep := of(func(in number) number { return in })
	// inside makes a flow of which the mistake is a part.
	inside := func(mistake func(in number)) func() {
		return func() { of(func(in number) number { mistake(in); return in }) }
	}
	for want, misuse := range map[string]func(){
		"flow.New: nil function":                                              func() { flow.New[int, int]("shop", nil) },
		"flow.New: empty name":                                                func() { flow.New("", func(in number) number { return in }) },
		"flow.New: name \"a\\nb\" is not printable":                           func() { flow.New("a\nb", func(in number) number { return in }) },
		"flow.New: name \" shop\" has space around it":                        func() { flow.New(" shop", func(in number) number { return in }) },
		"flow.New: shop: the build function returned the zero Node":           func() { of(func(number) number { return zero }) },
		"flow.New: shop: the build function returned a node of another flow":  func() { of(func(number) number { return stray }) },
		"flow.New: shop: the build function returned a node of another flow ": inside(func(in number) { of(func(number) number { return in }) }),
		"flow.Step: zero Task":                                                inside(func(in number) { flow.Step(zeroTask, in) }),
		"flow.Step: zero Node":                                                inside(func(in number) { flow.Step(one, zero) }),
		"flow.Step2: zero Node": inside(func(in number) {
			flow.Step2(task.New2("two", func(context.Context, int, int) (int, error) { return 0, nil }), in, zero)
		}),
		"flow.Step: a node of a flow that is built already":  func() { flow.Step(one, stray) },
		"flow.Step: a node of a flow that is built already ": inside(func(in number) { flow.Step(one, stray) }),
		"flow.Map2: a node of a flow that is built already":  inside(func(in number) { flow.Map2(in, stray, sum2) }),
		"flow.Map2: nodes of two flows":                      inside(func(in number) { of(func(inner number) number { return flow.Map2(inner, in, sum2) }) }),
		"flow.Map: nil function":                             inside(func(in number) { flow.Map[int, int](in, nil) }),
		"flow.Map: zero Node":                                inside(func(in number) { flow.Map(zero, id) }),
		"flow.Map2: nil function":                            inside(func(in number) { flow.Map2[int, int, int](in, in, nil) }),
		"flow.Map9: nil function": inside(func(in number) {
			flow.Map9[int, int, int, int, int, int, int, int, int, int](in, in, in, in, in, in, in, in, in, nil)
		}),
		"flow.Map9: zero Node": inside(func(in number) {
			flow.Map9(in, in, in, in, in, in, in, in, zero, func(_, _, _, _, _, _, _, _, _ int) int { return 0 })
		}),
		"flow.After: nothing to wait for":                            inside(func(in number) { flow.After(in) }),
		"flow.After: zero Node":                                      inside(func(in number) { flow.After(in, zero) }),
		"flow.After: nil Dependency":                                 inside(func(in number) { flow.After(in, nil) }),
		"flow.Also: no effect":                                       inside(func(in number) { flow.Also(in) }),
		"flow.Also: nil Dependency":                                  inside(func(in number) { flow.Also(in, nil) }),
		"flow.Also: zero Node":                                       inside(func(in number) { flow.Also(zero, in) }),
		"flow.Require: nil error":                                    inside(func(in number) { flow.Require(flow.Map(in, even), nil) }),
		"flow.Require: zero Node":                                    inside(func(in number) { flow.Require(flow.Node[bool]{}, errSoldOut) }),
		"flow.Either: zero Node":                                     inside(func(in number) { flow.Either(flow.Const(true), in, zero) }),
		"flow.Each: the limit is 0, and must be at least 1":          inside(func(in number) { flow.Each(one, list, 0) }),
		"flow.Each: zero Task":                                       inside(func(in number) { flow.Each(zeroTask, list, 1) }),
		"flow.SettleEach: the limit is 0, and must be at least 1":    inside(func(in number) { flow.SettleEach(one, list, 0) }),
		"flow.SettleEach: zero Task":                                 inside(func(in number) { flow.SettleEach(zeroTask, list, 1) }),
		"flow.SettleEach: zero Node":                                 inside(func(in number) { flow.SettleEach(one, flow.Node[[]int]{}, 1) }),
		"flow.Each: zero Node":                                       inside(func(in number) { flow.Each(one, flow.Node[[]int]{}, 1) }),
		"flow.Any: no node":                                          inside(func(in number) { flow.Any[int]() }),
		"flow.Any: zero Node":                                        inside(func(in number) { flow.Any(in, zero) }),
		"flow.Recover: nil function":                                 inside(func(in number) { flow.Recover(in, nil) }),
		"flow.Recover: zero Node":                                    inside(func(in number) { flow.Recover(zero, func(context.Context, error) (int, error) { return 0, nil }) }),
		"flow.Try: zero Node":                                        inside(func(in number) { flow.Try(zero) }),
		"flow.Flow.Timeout: the limit is 0s, and must be positive":   func() { keep.Timeout(0) },
		"flow.Flow.Timeout: the limit is -1ms, and must be positive": func() { keep.Timeout(-ms) },
		"flow.Flow.Catch: nil function":                              func() { keep.Catch(nil) },
		"flow.Flow.OnError: nil function":                            func() { keep.OnError(nil) },
		"flow.Flow.Do: nil context":                                  func() { keep.Do(noCtx, 1) },
		"flow.Flow.Go: nil context":                                  func() { keep.Go(noCtx, 1) },
		"flow.Flow.Do: the flow was not made by New":                 func() { zeroFlow.Do(plainCtx(), 1) },
		"flow.Flow.Do: the flow was not made by New ":                func() { nilFlow.Do(plainCtx(), 1) },
		"flow.Flow.Go: the flow was not made by New":                 func() { zeroFlow.Go(plainCtx(), 1) },
		"flow.Flow.Task: the flow was not made by New":               func() { zeroFlow.Task() },
		"flow.Flow.Graph: the flow was not made by New":              func() { zeroFlow.Graph() },
		"flow.Flow.Name: the flow was not made by New":               func() { nilFlow.Name() },
		"flow.Flow.Timeout: the flow was not made by New":            func() { zeroFlow.Timeout(ms) },
		"flow.Flow.Catch: the flow was not made by New":              func() { zeroFlow.Catch(nil) },
		"flow.Flow.OnError: the flow was not made by New":            func() { zeroFlow.OnError(nil) },
		"flow.Graph.Node: shop has no node 1":                        func() { keep.Graph().Node(1) },
		"flow.Graph.Node: shop has no node -1":                       func() { keep.Graph().Node(-1) },
		"flow.Graph.Resolve: nil context":                            func() { keep.Graph().Resolve(noCtx, 1, errSoldOut) },
		"flow.GraphNode.Run: nil context":                            func() { keep.Graph().Node(0).Run(noCtx, nil) },
	} {
		t.Run(want, func(t *testing.T) {
			require.PanicsWithValue(t, strings.TrimSpace(want), misuse)
		})
	}
}

// What nothing consumes is named, with its place, and what to do about it.
func TestMisuse_nothingConsumesIt(t *testing.T) {
	require.PanicsWithValue(t, "flow.New: shop: nothing consumes audit ("+here(1)+"): make it an argument, or run it by After or Also", func() {
		of(func(in number) number { flow.Step(plus("audit", 1), in); return in })
	})
	require.PanicsWithValue(t, "flow.New: shop: nothing consumes even ("+here(1)+"): make it an argument, or run it by After or Also", func() {
		of(func(in number) number { flow.Map(in, even); return flow.Map(in, func(n int) int { return n }) })
	})
}

// A result that is a constant says that the build function forgot its input.
func TestMisuse_aConstantResult(t *testing.T) {
	require.PanicsWithValue(t, "flow.New: shop: the result is the constant made at "+here(1)+": nothing consumes the input (int)", func() {
		of(func(in number) number { return flow.Const(7) })
	})
	require.PanicsWithValue(t, "flow.New: shop: nothing consumes item ("+here(1)+"): make it an argument, or run it by After or Also", func() {
		of(func(in number) number { flow.Step(plus("item", 1), in); return flow.Const(7) })
	})
	require.NotPanics(t, func() {
		of(func(in number) number { return flow.After(flow.Const(7), in) })
		flow.New("seven", func(flow.Node[struct{}]) number { return flow.Const(7) })
	})
}

func TestMisuse_twoTasksOfOneName(t *testing.T) {
	first, second := plus("item", 1), plus("item", 2)
	places := "made at " + first.Place().String() + " and " + second.Place().String()
	require.PanicsWithValue(t, "flow.New: shop: two different tasks are called item ("+places+"): see Task.Named", func() {
		of(func(in number) number { return flow.Step(second, flow.Step(first, in)) })
	})
	require.NotPanics(t, func() {
		of(func(in number) number { return flow.Step(second.Named("other"), flow.Step(first, in)) })
		of(func(in number) number { return flow.Step(first.Fallback(1), flow.Step(first, in)) })
	})
}

// A build function that panics makes no flow, and its nodes are of no use to others.
func TestMisuse_buildThatPanics(t *testing.T) {
	var kept number
	require.PanicsWithValue(t, "oh", func() {
		of(func(in number) number { kept = in; panic("oh") })
	})
	require.PanicsWithValue(t, "flow.Map: a node of a flow that is built already", func() {
		of(func(in number) number { return flow.Map(kept, func(n int) int { return n }) })
	})
}
