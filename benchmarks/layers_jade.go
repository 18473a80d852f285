package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

var layered = newLayersFlow()

func layersFlow(ctx context.Context, in int) (int, error) { return layered.Do(ctx, in) }

func newLayersFlow() *flow.Flow[int, int] {
	return flow.New("layers", func(in flow.Node[int]) flow.Node[int] {
		nodes := make([]flow.Node[int], layerTasks)
		mixed := task.New3("mix", mix)
		for i := range nodes {
			if i < layerWidth {
				nodes[i] = flow.Step(seedTask(i), in)
				continue
			}
			x, y, z := inputsOf(i)
			nodes[i] = flow.Step3(mixed, nodes[x], nodes[y], nodes[z])
		}
		sums := sumsOfFive(sumsOfFive(nodes[lastLayer:])) // 100 nodes, 20, 4
		return flow.Map4(sums[0], sums[1], sums[2], sums[3], func(a, b, c, d int) int { return a + b + c + d })
	})
}

// seedTask is a task of its own, by name too: its number is in the function.
func seedTask(i int) task.Task[int, int] {
	return task.New(fmt.Sprintf("seed-%d", i), func(ctx context.Context, in int) (int, error) { return seed(ctx, in, i) })
}

// sumsOfFive is one layer of the tree that gathers what no single node can.
func sumsOfFive(nodes []flow.Node[int]) []flow.Node[int] {
	var sums []flow.Node[int]
	for five := range slices.Chunk(nodes, 5) {
		sums = append(sums, flow.Map5(five[0], five[1], five[2], five[3], five[4],
			func(a, b, c, d, e int) int { return a + b + c + d + e }))
	}
	return sums
}
