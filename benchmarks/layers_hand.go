package main

import "context"

// A handNode is a task by hand. Its value and err are written before done is
// closed, and read only after.
type handNode struct {
	done  chan struct{}
	value int
	err   error
}

// layersByHand returns when the last layer is done: every goroutine is waited
// for by one of the next layer.
func layersByHand(ctx context.Context, in int) (int, error) {
	nodes := make([]handNode, layerTasks)
	for i := range nodes {
		nodes[i].done = make(chan struct{})
	}
	for i := range nodes {
		go func() {
			n := &nodes[i]
			defer close(n.done)
			if i < layerWidth {
				n.value, n.err = seed(ctx, in, i)
				return
			}
			n.value, n.err = mixByHand(ctx, nodes, i)
		}()
	}
	var (
		sum   int
		first error
	)
	for i := lastLayer; i < layerTasks; i++ {
		<-nodes[i].done
		sum += nodes[i].value
		if first == nil {
			first = nodes[i].err
		}
	}
	return sum, first
}

func mixByHand(ctx context.Context, nodes []handNode, i int) (int, error) {
	a, b, c := inputsOf(i)
	x, y, z := &nodes[a], &nodes[b], &nodes[c]
	for _, n := range [...]*handNode{x, y, z} {
		<-n.done
		if n.err != nil {
			return 0, n.err
		}
	}
	return mix(ctx, x.value, y.value, z.value)
}
