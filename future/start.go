package future

import (
	"context"

	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/must"
)

// Go calls fn in a goroutine of its own and returns a future for its result.
// The future belongs to the scope of ctx, if there is one.
//
// fn's ctx carries the values and the deadline of ctx. It is done when ctx is,
// when the future is cancelled, and once fn has returned: what fn starts with
// it does not outlive fn. To outlive it, start with the scope's ctx.
//
// Cancellation: if ctx is done or its scope closed, fn is not called and the
// future fails with the cause. Once fn runs, the future completes when fn returns, with what it returns.
// Panics: a panic becomes a [*PanicError], runtime.Goexit becomes [ErrGoexit].
// Cost: three allocations and a goroutine.
func Go[T any](ctx context.Context, fn func(context.Context) (T, error)) Future[T] {
	must.HaveCtx("future.Go", ctx)
	must.HaveFunc("future.Go", fn == nil)
	return begin[T](ctx, plainJob[T](fn))
}

// Call is [Go] for a function of one argument.
func Call[In, Out any](ctx context.Context, fn func(context.Context, In) (Out, error), in In) Future[Out] {
	must.HaveCtx("future.Call", ctx)
	must.HaveFunc("future.Call", fn == nil)
	return begin[Out](ctx, callJob[In, Out]{fn, in})
}

// Begin is [Go] for work of package task. Only packages of this module have a job for it.
//
// Cost: as of [Go].
func Begin[T any, J engine.Job[T]](ctx context.Context, j J) Future[T] {
	return begin[T](ctx, sealedJob[T, J]{j})
}

// job is what a goroutine is started for.
type job[T any] interface {
	call(context.Context) (T, error)
	mend(ctx context.Context, v T, err error) (T, error)
	at(from *parent) place
}

type plainJob[T any] func(context.Context) (T, error)

func (j plainJob[T]) call(ctx context.Context) (T, error)               { return j(ctx) }
func (j plainJob[T]) mend(_ context.Context, v T, err error) (T, error) { return v, err }
func (j plainJob[T]) at(from *parent) place                             { return place{from: from, pc: entry(j)} }

type callJob[In, Out any] struct {
	f  func(context.Context, In) (Out, error)
	in In
}

func (j callJob[In, Out]) call(ctx context.Context) (Out, error)                 { return j.f(ctx, j.in) }
func (j callJob[In, Out]) mend(_ context.Context, v Out, err error) (Out, error) { return v, err }
func (j callJob[In, Out]) at(from *parent) place                                 { return place{from: from, pc: entry(j.f)} }

type sealedJob[T any, J engine.Job[T]] struct{ j J }

func (s sealedJob[T, J]) call(ctx context.Context) (T, error) { return s.j.Call(engine.Seal{}, ctx) }
func (s sealedJob[T, J]) mend(ctx context.Context, v T, err error) (T, error) {
	return s.j.Mend(ctx, v, err)
}
func (s sealedJob[T, J]) at(from *parent) place { return place{from: from, given: s.j.Name()} }

// goroutine is a running function. It starts in begin and ends in main.
type goroutine[T any, J job[T]] struct {
	ctx workCtx
	out *state[T] // until main has ended, as is job
	job J
}

func begin[T any, J job[T]](ctx context.Context, j J) Future[T] {
	s := &state[T]{}
	var g *goroutine[T, J]
	if p := shared(ctx); p != nil {
		g = &goroutine[T, J]{}
		g.ctx.parent = p
	} else {
		both := &struct {
			goroutine goroutine[T, J]
			own       parent
		}{own: newParent(ctx)}
		g = &both.goroutine
		g.ctx.parent = &both.own
	}
	g.ctx.work, g.job, g.out = g, j, s
	s.core.scope = g.ctx.parent.scope
	s.core.work = g
	if e := g.ctx.enter(); e != nil {
		g.ctx.finish(e)
		resume(s.core.fail(s.core.endsWith(e, g.place())))
		return Future[T]{s}
	}
	go g.main()
	return Future[T]{s}
}

// enter lists work that runs, and asks whether it has ended, unless the ctx
// that it is started with has ended: then it returns with what.
func (c *workCtx) enter() *ending {
	if c.parent == &background {
		return nil
	}
	if e := c.parent.ending(); e != nil {
		return e
	}
	return c.attach(true, true)
}

// main is the goroutine of a function. Its scope waits until it has detached.
func (g *goroutine[T, J]) main() {
	defer g.release()
	if next := g.run(); next.head != nil {
		d := dispatcher{home: g.ctx.parent.scope, todo: next}
		d.drain()
	}
}

// run calls the function, and completes the future with what it returns.
func (g *goroutine[T, J]) run() (next chain) {
	returned := false
	defer func() {
		if !returned {
			var zero T
			resume(g.conclude(zero, thrown(recover())))
		}
	}()
	v, err := g.job.call(&g.ctx)
	returned = true
	return g.conclude(v, err)
}

func (g *goroutine[T, J]) conclude(v T, err error) chain {
	if err != nil {
		v, err = g.job.mend(&g.ctx, v, err)
	}
	k := g.ctx.finish(finished)
	var next chain
	if err == nil {
		next = g.out.settle(v)
	} else {
		g.out.value = v
		next = g.out.core.fail(g.returned(err))
	}
	k.tellNow()
	return next
}

// returned is the share of a function that has returned err. It needs none of
// its own if it was cancelled and says so.
func (g *goroutine[T, J]) returned(err error) *share {
	if e := g.ctx.kids.Load().end.Load(); e.failure.quiet && same(err, e.failure.err) {
		return &e.share
	}
	return g.out.core.because(err, g.place())
}

// release lets go of everything. A user may keep the ctx.
func (g *goroutine[T, J]) release() {
	g.ctx.detach()
	var none J
	g.job, g.out = none, nil
}

func (g *goroutine[T, J]) cancel(s *cancellation, e *ending, by reach) { g.ctx.cancellation(s, e, by) }
func (g *goroutine[T, J]) input() *core                                { return nil }
func (g *goroutine[T, J]) place() place                                { return g.job.at(g.ctx.parent) }

// cancellation ends the ctx of work that runs, as part of s. Work with a foreign ctx
// does not end with its scope, but with that ctx, which may just have ended.
func (c *workCtx) cancellation(s *cancellation, e *ending, by reach) {
	if by == byScope && c.parent.owner == nil {
		c.ending()
		return
	}
	if k := c.kids.Load(); k != nil {
		s.visit(k.scope) // before c has ended, as in end
	}
	if k := c.finish(e); k != nil {
		k.tell(s)
	}
}
