package guard

import (
	"context"
	"sync"

	"github.com/jade-go/jade/internal/engine"
)

// memory is what [Memo] remembers and [Batch] collects for one request, by task.
type memory struct {
	mu sync.Mutex
	of map[any]any // nil until something is there
}

type memoryKey struct{}

func init() {
	engine.Remember = func(ctx context.Context) context.Context {
		if ctx.Value(memoryKey{}) != nil {
			return ctx
		}
		return WithMemory(ctx)
	}
}

// WithMemory returns a ctx with a new memory for [Memo] and [Batch]. They remember and share only for calls with this ctx, or with a ctx made from it.
// Package faas makes a memory for each invocation, so no user gets values of another. A run of a flow with such a task makes a memory if its ctx
// has none.
func WithMemory(ctx context.Context) context.Context {
	return context.WithValue(ctx, memoryKey{}, &memory{})
}

// partOf returns the part of the memory of ctx that belongs to the task with that id. If it is not there yet, fresh makes it. It is not ok if ctx has no
// memory.
func partOf[T any](ctx context.Context, id any, fresh func() T) (part T, ok bool) {
	m, ok := ctx.Value(memoryKey{}).(*memory)
	if !ok {
		return part, false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if part, ok = m.of[id].(T); ok {
		return part, true
	}
	if m.of == nil {
		m.of = map[any]any{}
	}
	part = fresh()
	m.of[id] = part
	return part, true
}
