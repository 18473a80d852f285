package main

import (
	"context"
	"testing"
)

// The layered graph: a task of the first layer takes the graph's input, every
// other takes the values of three tasks of the layer before, and the output is
// the sum of the last layer. The tasks do next to nothing, so that only their
// orchestration is measured, and are numbered layer by layer.

const (
	layerWidth = 100
	layerTasks = 10 * layerWidth
	lastLayer  = layerTasks - layerWidth // its first task
)

var flowOf1000 = row{
	name:      "flow-1000",
	work:      "graph of 1000 tasks, 10 layers, 3 inputs each",
	yardstick: contender{"goroutine a node + channels", func(b *testing.B) { sums(b, layersByHand) }},
	jade:      contender{"jade", func(b *testing.B) { sums(b, layersFlow) }},
	others: []contender{
		{"eino", layersEino},
		{"dag", layersDAG},
	},
	budget: budget{ratio: atMost(0.12), allocs: atMost(10)},
}

// sums runs the graph, ctx being one that nothing cancels: the yardstick's
// goroutines wait for their inputs and for nothing else.
func sums(b *testing.B, run func(ctx context.Context, in int) (int, error)) {
	b.ReportAllocs()
	ctx := context.Background()
	var (
		got int
		err error
	)
	for b.Loop() {
		got, err = run(ctx, 5)
	}
	expect(b, got, err, wantSum(5))
}

// inputsOf returns the tasks whose values task i takes. Each task is an input
// of the one that follows it in the next layer, so that the sum needs all.
func inputsOf(i int) (x, y, z int) {
	before, at := i/layerWidth*layerWidth-layerWidth, i%layerWidth
	return before + at, before + (at+1)%layerWidth, before + (at+7)%layerWidth
}

// modulus makes the sum depend on who takes whose value: without it, it would
// be the same for any inputsOf that gives each task to three others.
const modulus = 1009

// seed is task i of the first layer.
func seed(_ context.Context, in, i int) (int, error) { return (in + i) % modulus, nil }

// mix is every task of the other layers.
func mix(_ context.Context, x, y, z int) (int, error) { return (x + 2*y + 3*z) % modulus, nil }

// wantSum does the work with neither graph nor tasks.
func wantSum(in int) int {
	values, sum := make([]int, layerTasks), 0
	for i := range values {
		if i < layerWidth {
			values[i] = (in + i) % modulus
			continue
		}
		x, y, z := inputsOf(i)
		values[i] = (values[x] + 2*values[y] + 3*values[z]) % modulus
	}
	for _, v := range values[lastLayer:] {
		sum += v
	}
	return sum
}
