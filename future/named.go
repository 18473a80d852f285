package future

import (
	"context"
	"reflect"
	"runtime"
	"strconv"

	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/must"
)

// Named returns a ctx that gives name to what is started with it: reports of
// stragglers, of failures that nobody observed and of what was late use it.
// What that work itself starts is not named by it. Without a name, reports
// give the file and line of the function.
//
// Cost: one allocation.
func Named(ctx context.Context, name string) context.Context {
	must.HaveCtx("future.Named", ctx)
	d := decorate(ctx)
	d.name = name
	return d
}

// Name returns how reports call work that is started with ctx and the function fn.
func Name(ctx context.Context, fn any) string {
	must.HaveCtx("future.Name", ctx)
	return place{from: &parent{ctx: ctx}, pc: entry(fn)}.label()
}

// name is what the ctx gives to what is started with it.
func (p *parent) name() string {
	if p == nil || p.ctx == nil {
		return ""
	}
	name, _ := p.ctx.Value(engine.NameKey{}).(string)
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

// place is where work comes from: the name it was made with, the ctx it was
// started with, and the program counter of its function, as far as they are known.
type place struct {
	from  *parent
	pc    uintptr
	given string
}

func (p place) known() bool { return p.pc != 0 || p.name() != "" }

func (p place) name() string {
	if p.given != "" {
		return p.given
	}
	return p.from.name()
}

// label is how reports call the work. It asks a user's ctx for its values, so no lock is held.
func (p place) label() string {
	if name := p.name(); name != "" {
		return name
	}
	fn := runtime.FuncForPC(p.pc)
	if fn == nil {
		return "unnamed work"
	}
	file, line := fn.FileLine(p.pc)
	return file + ":" + strconv.Itoa(line)
}
