package future

import (
	"context"

	"github.com/jade-go/jade/internal/engine"
)

func init() {
	engine.CancelKey = cancelKey
	engine.Observe = func(ctx context.Context, o engine.Observer) context.Context {
		d := decorate(ctx)
		d.observer = o
		return d
	}
	engine.ObserverOf = func(ctx context.Context) engine.Observer {
		_, _, observer := surroundings(ctx)
		return observer
	}
	engine.WithValues = func(ctx, values context.Context) context.Context {
		d := decorate(ctx)
		d.values = values
		return d
	}
}

// decoratedCtx is a ctx with something added: a name for what is started with it, an
// observer, or the values of another ctx. It ends when the ctx below does, and
// work that is started with it finds its scope without a walk.
type decoratedCtx struct {
	context.Context
	own      *workCtx // whose end is this ctx's end, if it is Jade's own
	around   *workCtx // the nearest one
	observer engine.Observer
	name     string
	values   context.Context // nil: those of the ctx below
}

func decorate(ctx context.Context) *decoratedCtx {
	d := &decoratedCtx{Context: ctx}
	d.own, d.around, d.observer = surroundings(ctx)
	return d
}

func (d *decoratedCtx) Value(key any) any {
	switch key {
	case engine.LifeKey{}:
		return d
	case engine.NameKey{}:
		if d.name != "" {
			return d.name
		}
	case cancelKey: // that of the ctx which can end
	default:
		if d.values != nil {
			if v := d.values.Value(key); v != nil {
				return v
			}
		}
	}
	return d.Context.Value(key)
}

func (d *decoratedCtx) String() string   { return "jade.Context" }
func (d *decoratedCtx) GoString() string { return "jade.Context" }
