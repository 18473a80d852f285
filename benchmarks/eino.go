package main

import (
	"context"

	"github.com/cloudwego/eino/compose"
)

// addEino adds a node that runs fn, and its edges. What fn returns is put into a
// map under the node's key: a node has one input, merged from all nodes before
// it, and maps are what eino can merge by itself. The graph remembers the first
// mistake and Compile returns it, so the errors in between say nothing new.
func addEino[I, O, In, Out any](g *compose.Graph[I, O], key string, fn func(context.Context, In) (Out, error), from ...string) {
	_ = g.AddLambdaNode(key, compose.InvokableLambda(fn), compose.WithOutputKey(key))
	for _, source := range from {
		_ = g.AddEdge(source, key)
	}
}

// endEino ends the graph with a node whose output is the graph's.
func endEino[I, O any](g *compose.Graph[I, O], key string, fn func(context.Context, map[string]any) (O, error), from ...string) {
	_ = g.AddLambdaNode(key, compose.InvokableLambda(fn))
	for _, source := range from {
		_ = g.AddEdge(source, key)
	}
	_ = g.AddEdge(key, compose.END)
}

// compileEino makes each node run as soon as all nodes before it are done.
func compileEino[I, O any](ctx context.Context, g *compose.Graph[I, O]) (compose.Runnable[I, O], error) {
	return g.Compile(ctx, compose.WithNodeTriggerMode(compose.AllPredecessor))
}
