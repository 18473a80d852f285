package future

import (
	"context"
	"reflect"
	"runtime"
	"strconv"
	"time"
)

// Named returns a ctx that gives name to what is started with it: reports of
// stragglers, of failures that nobody observed and of what was late use it.
// What that work itself starts is not named by it. Without a name, reports
// give the file and line of the function.
//
// Cost: one allocation.
func Named(ctx context.Context, name string) context.Context {
	mustCtx("future.Named", ctx)
	n := &named{Context: ctx, name: name}
	switch c := ctx.(type) {
	case *lifetime:
		n.life, n.around = c, c
	case *named:
		n.life, n.around = c.life, c.around
	default:
		n.around, _ = ctx.Value(lifetimeKey{}).(*lifetime)
	}
	if n.around != nil {
		n.scope = n.around.within()
	}
	return n
}

type named struct {
	context.Context
	name   string
	life   *lifetime // whose end is this ctx's end, if it is Jade's own
	around *lifetime // the nearest one
	scope  *Scope
}

type nameKey struct{}

func (n *named) Value(key any) any {
	if key == (nameKey{}) {
		return n.name
	}
	return n.Context.Value(key)
}

func (n *named) Deadline() (time.Time, bool) { return n.Context.Deadline() }

// Name returns how reports call work that is started with ctx and the function fn.
func Name(ctx context.Context, fn any) string {
	mustCtx("future.Name", ctx)
	return place{&origin{ctx: ctx}, entry(fn)}.label()
}

// name is what the ctx gives to what is started with it.
func (o *origin) name() string {
	if o == nil || o.ctx == nil {
		return ""
	}
	name, _ := o.ctx.Value(nameKey{}).(string)
	return name
}

// entry is the program counter of a function value, or of the function that a
// body names as the user's; zero for anything else.
func entry(fn any) uintptr {
	if b, ok := fn.(interface{ Func() any }); ok {
		fn = b.Func()
	}
	v := reflect.ValueOf(fn)
	if v.Kind() != reflect.Func || v.IsNil() {
		return 0
	}
	return v.Pointer()
}

// place is where work comes from: the ctx it was started with, and the
// program counter of its function, as far as they are known.
type place struct {
	from *origin
	pc   uintptr
}

func (p place) known() bool { return p.pc != 0 || p.from.name() != "" }

// label is how reports call the work. It asks a user's ctx for its values, so no lock is held.
func (p place) label() string {
	if name := p.from.name(); name != "" {
		return name
	}
	fn := runtime.FuncForPC(p.pc)
	if fn == nil {
		return "unnamed work"
	}
	file, line := fn.FileLine(p.pc)
	return file + ":" + strconv.Itoa(line)
}
