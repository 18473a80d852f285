package guard

import (
	"context"
	"sync"

	"github.com/jade-go/jade/internal/engine"
)

// memory is what [Memo] remembers and [Batch] collects for one request, by the task that does so.
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

// WithMemory returns a ctx with a memory of its own: what [Memo] remembers and [Batch] collects is for the calls with this ctx alone. A run of a flow
// that has such a task makes one if its ctx has none, and package faas makes one for each invocation. So values of one user do not get to another.
func WithMemory(ctx context.Context) context.Context {
	return context.WithValue(ctx, memoryKey{}, &memory{})
}

// partOf returns what the task with that identity has in the memory of ctx, made by fresh if it is not there yet. There is none without a memory.
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
