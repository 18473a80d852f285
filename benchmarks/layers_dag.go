package main

import (
	"context"
	"strconv"
	"testing"

	"github.com/heimdalr/dag"
)

func layersDAG(b *testing.B) {
	d, err := newDAG(layersTasksDAG())
	if err != nil {
		b.Fatal(err)
	}
	sums(b, func(ctx context.Context, in int) (int, error) {
		v, err := runDAG(ctx, d, "input", in)
		if err != nil {
			return 0, err
		}
		return v.(int), nil
	})
}

func layersTasksDAG() []*dagTask {
	all := []*dagTask{{"input", nil, passOn}}
	ids := make([]string, layerTasks)
	for i := range ids {
		ids[i] = strconv.Itoa(i)
		if i < layerWidth {
			all = append(all, &dagTask{ids[i], []string{"input"}, func(ctx context.Context, in []dag.FlowResult) (any, error) {
				return seed(ctx, in[0].Result.(int), i)
			}})
			continue
		}
		a, b, c := inputsOf(i)
		x, y, z := ids[a], ids[b], ids[c]
		all = append(all, &dagTask{ids[i], []string{x, y, z}, func(ctx context.Context, in []dag.FlowResult) (any, error) {
			return mix(ctx, resultOf[int](in, x), resultOf[int](in, y), resultOf[int](in, z))
		}})
	}
	return append(all, &dagTask{"sum", ids[lastLayer:], func(_ context.Context, in []dag.FlowResult) (any, error) {
		sum := 0
		for _, r := range in {
			sum += r.Result.(int)
		}
		return sum, nil
	}})
}
