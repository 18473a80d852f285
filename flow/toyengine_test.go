package flow_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/notes"
	recovery "github.com/jade-go/jade/recover"
)

// toy is another engine for flows: one thing after another, and only what is
// needed. It knows a flow by its Graph alone.
type toy struct {
	ctx     context.Context
	graph   flow.Graph
	in      any
	made    map[int]future.Result[any]
	effects []int
}

// toyDo runs the flow that g describes.
func toyDo(ctx context.Context, g flow.Graph, in any) (any, error) {
	e := &toy{ctx: ctx, graph: g, in: in, made: map[int]future.Result[any]{}}
	v, err := e.value(g.Output)
	if err != nil {
		v, err = g.Resolve(ctx, in, err)
	}
	for len(e.effects) > 0 { // after the answer
		n := e.effects[0]
		e.effects = e.effects[1:]
		e.value(n)
	}
	return v, err
}

// value makes node n, once.
func (e *toy) value(n int) (any, error) {
	r, ok := e.made[n]
	if !ok {
		r.Value, r.Err = e.make(e.graph.Node(n))
		e.made[n] = r
	}
	return r.Value, r.Err
}

func (e *toy) make(n flow.GraphNode) (any, error) {
	if n.Kind == flow.KindIn {
		return n.Run(e.ctx, []any{e.in})
	}
	var from []flow.Edge
	for _, edge := range e.graph.Edges {
		if edge.To == n.ID {
			from = append(from, edge)
		}
	}
	inputs := make([]any, len(from))
	need := func(i int) (err error) {
		inputs[i], err = e.value(from[i].From)
		if err != nil {
			inputs[i] = flow.Failed{Err: err}
		}
		return err
	}
	switch n.Kind {
	case flow.KindEither:
		if err := need(0); err != nil {
			return nil, err
		}
		chosen := 2
		if inputs[0].(bool) {
			chosen = 1
		}
		if err := need(chosen); err != nil {
			return nil, err
		}
	case flow.KindAfter:
		for i := range from[1:] {
			if err := need(1 + i); err != nil {
				return nil, err
			}
		}
		if err := need(0); err != nil {
			return nil, err
		}
	case flow.KindAlso:
		for _, edge := range from[1:] {
			e.effects = append(e.effects, edge.From)
		}
		if err := need(0); err != nil {
			return nil, err
		}
	case flow.KindAny:
		for i := range from {
			if need(i) == nil {
				break
			}
		}
	case flow.KindRecover:
		if err := need(0); recovery.ClassifyIn(e.ctx, err) == recovery.ClassCanceled {
			return nil, err
		}
	case flow.KindTry:
		need(0)
	default:
		for i := range from {
			if err := need(i); err != nil {
				return nil, err
			}
		}
	}
	v, err := e.run(n, inputs)
	if err != nil {
		failure := &flow.Error{Flow: e.graph.Name, Node: n.Name, Task: n.Task, Place: n.Place, Err: err}
		if n.TaskAt != nil {
			failure.Place = *n.TaskAt
		}
		return nil, failure
	}
	return v, nil
}

// run goes down into a nested flow, if it has no policies around it.
func (e *toy) run(n flow.GraphNode, inputs []any) (any, error) {
	if n.Flow != nil && len(n.Policies) == 0 && n.Kind == flow.KindStep {
		return toyDo(e.ctx, *n.Flow, inputs[0])
	}
	return n.Run(e.ctx, inputs)
}

func TestGraph_anotherEngineGivesTheSameAnswers(t *testing.T) {
	notes.Log(t)
	bad, worse, gone := failing("bad", errSoldOut), panicking("worse", errNoRoute), exiting("gone")
	recovered := func(_ context.Context, err error) (int, error) { return len(err.Error()), nil }
	refused := func(_ context.Context, err error) (int, error) { return 0, errNoRoute }
	never := func(int) bool { return false }
	inner := of(func(in number) number { return flow.Step(plus("one", 1), flow.Step(moodyTask, in)) })
	caught := inner.Catch(func(_ context.Context, in int, err error) (int, error) { return 1000 + len(err.Error()), nil })
	for name, f := range map[string]*flow.Flow[int, int]{
		"every kind":     everyKind("shop"),
		"input":          of(func(in number) number { return in }),
		"failure":        of(func(in number) number { return flow.Step(bad, in) }),
		"panic":          of(func(in number) number { return flow.Step(plus("one", 1), flow.Step(worse, in)) }),
		"goexit":         of(func(in number) number { return flow.Step(gone.Fallback(3), in) }),
		"map":            of(func(in number) number { return flow.Map2(in, flow.Const(3), func(a, b int) int { return b / (a - 3) }) }),
		"either":         of(func(in number) number { return flow.Either(flow.Map(in, even), flow.Step(bad, in), in) }),
		"either of both": of(func(in number) number { return flow.Either(flow.Map(flow.Step(bad, in), even), in, in) }),
		"require": of(func(in number) number {
			return flow.After(flow.Step(plus("one", 1), in), flow.Require(flow.Map(in, even), errSoldOut))
		}),
		"after a failure": of(func(in number) number { return flow.After(flow.Step(worse, in), flow.Step(bad, in)) }),
		"also": of(func(in number) number {
			return flow.Also(flow.Step(moodyTask, in), flow.Step(bad, in), flow.Step(plus("one", 1), in))
		}),
		"any":        of(func(in number) number { return flow.Any(flow.Step(bad, in), flow.Step(plus("one", 1), in)) }),
		"any of all": of(func(in number) number { return flow.Any(flow.Step(bad, in), flow.Step(worse, in)) }),
		"recover":    of(func(in number) number { return flow.Recover(flow.Step(moodyTask, in), recovered) }),
		"refused":    of(func(in number) number { return flow.Recover(flow.Step(moodyTask, in), refused) }),
		"given up": of(func(in number) number {
			return flow.Recover(flow.Step(failing("g", &future.CanceledError{}), in), recovered)
		}),
		"cancelled": of(func(in number) number { return flow.Recover(flow.Step(failing("c", context.Canceled), in), recovered) }),
		"try": of(func(in number) number {
			return flow.Map(flow.Try(flow.Step(moodyTask, in)), func(r future.Result[int]) int {
				if r.Err != nil {
					return len(r.Err.Error())
				}
				return r.Value
			})
		}),
		"each": of(func(in number) number {
			return flow.Map(flow.Each(moodyTask, flow.Map(in, func(n int) []int { return []int{n, n + 5} }), 1), func(l []int) int { return l[0] + l[1] })
		}),
		"settle each": of(func(in number) number {
			return flow.Map(flow.SettleEach(moodyTask, flow.Map(in, func(n int) []int { return []int{n, n + 1, n + 2, n + 5} }), 2), func(l []future.Result[int]) (sum int) {
				for _, r := range l {
					if sum += r.Value; r.Err != nil {
						sum += len(r.Err.Error())
					}
				}
				return sum
			})
		}),
		"settle each of none": of(func(in number) number {
			return flow.Map(flow.SettleEach(moodyTask, flow.Const([]int(nil)), 1), func(l []future.Result[int]) int {
				if l == nil {
					return -1
				}
				return len(l)
			})
		}),
		"each of none": of(func(in number) number {
			return flow.Map(flow.Each(moodyTask, flow.Const([]int(nil)), 1), func(l []int) int {
				if l == nil {
					return -1
				}
				return len(l)
			})
		}),
		"nested":             of(func(in number) number { return flow.Step(inner.Task(), in) }),
		"nested and caught":  of(func(in number) number { return flow.Step(caught.Task(), in) }),
		"nested with policy": of(func(in number) number { return flow.Step(inner.Task().Fallback(9), in) }),
		"unneeded":           of(func(in number) number { return flow.Either(flow.Map(in, never), flow.Step(bad, in), in) }),
		"caught": of(func(in number) number { return flow.Step(moodyTask, in) }).
			OnError(func(context.Context, int, error) { panic("oh") }).
			Catch(refusedCatch).Catch(func(_ context.Context, n int, err error) (int, error) { return n, nil }),
		"caught in vain": of(func(in number) number { return flow.Step(moodyTask, in) }).Catch(refusedCatch),
	} {
		for n := 1; n <= 6; n++ {
			want, wantErr := f.Do(plainCtx(), n)
			got, err := toyDo(plainCtx(), f.Graph(), n)
			if wantErr != nil {
				require.EqualError(t, err, wantErr.Error(), "%s of %d", name, n)
				continue
			}
			require.NoError(t, err, "%s of %d", name, n)
			require.Equal(t, want, got, "%s of %d", name, n)
		}
	}
}

var moodyTask = named("moody", func(_ context.Context, n int) (int, error) {
	if n%5 == 0 {
		return 0, errSoldOut
	}
	return 2 * n, nil
})

func refusedCatch(context.Context, int, error) (int, error) { return 0, errNoRoute }

// The toy is lazy: it calls what Do calls, and no more.
func TestGraph_anotherEngineCanBeLazy(t *testing.T) {
	inScope(t, func(t *testing.T, ctx context.Context, d *diary) {
		f := of(func(in number) number {
			pay := flow.After(flow.Step(d.works("pay", ms), in), flow.Require(flow.Map(in, even), errSoldOut))
			return flow.Either(flow.Map(in, func(n int) bool { return n > 0 }), pay, flow.Step(d.works("free", ms), in))
		})
		for _, n := range []int{0, 1, 2} {
			f.Do(ctx, n)
			calls := len(d.ByTime())
			d.Clear()
			toyDo(ctx, f.Graph(), n)
			require.Len(t, d.ByTime(), calls, n)
			d.Clear()
		}
		time.Sleep(time.Second)
	})
}
