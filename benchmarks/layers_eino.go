package main

import (
	"context"
	"strconv"
	"testing"

	"github.com/cloudwego/eino/compose"
)

func layersEino(b *testing.B) {
	compiled, err := compileEino(context.Background(), layersGraphEino())
	if err != nil {
		b.Fatal(err)
	}
	sums(b, func(ctx context.Context, in int) (int, error) { return compiled.Invoke(ctx, in) })
}

func layersGraphEino() *compose.Graph[int, int] {
	g := compose.NewGraph[int, int]()
	keys := make([]string, layerTasks)
	for i := range keys {
		keys[i] = strconv.Itoa(i)
		if i < layerWidth {
			addEino(g, keys[i], func(ctx context.Context, in int) (int, error) {
				return seed(ctx, in, i)
			}, compose.START)
			continue
		}
		a, b, c := inputsOf(i)
		x, y, z := keys[a], keys[b], keys[c]
		addEino(g, keys[i], func(ctx context.Context, in map[string]any) (int, error) {
			return mix(ctx, in[x].(int), in[y].(int), in[z].(int))
		}, x, y, z)
	}
	endEino(g, "sum", func(_ context.Context, in map[string]any) (int, error) {
		sum := 0
		for _, v := range in {
			sum += v.(int)
		}
		return sum, nil
	}, keys[lastLayer:]...)
	return g
}
