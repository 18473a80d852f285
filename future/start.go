package future

import "context"

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
	mustCtx("future.Go", ctx)
	mustFunc("future.Go", fn == nil)
	return begin[T](ctx, plainJob[T](fn))
}

// Call is [Go] for a function of one argument.
func Call[In, Out any](ctx context.Context, fn func(context.Context, In) (Out, error), in In) Future[Out] {
	mustCtx("future.Call", ctx)
	mustFunc("future.Call", fn == nil)
	return begin[Out](ctx, callJob[In, Out]{fn, in})
}

// job is what a goroutine is started for.
type job[T any] interface {
	call(context.Context) (T, error)
	fn() any
}

type plainJob[T any] func(context.Context) (T, error)

func (j plainJob[T]) call(ctx context.Context) (T, error) { return j(ctx) }
func (j plainJob[T]) fn() any                             { return j }

type callJob[In, Out any] struct {
	f  func(context.Context, In) (Out, error)
	in In
}

func (j callJob[In, Out]) call(ctx context.Context) (Out, error) { return j.f(ctx, j.in) }
func (j callJob[In, Out]) fn() any                               { return j.f }

// goroutine is a running function. It starts in begin and ends in main.
type goroutine[T any, J job[T]] struct {
	unlisted
	lifetime
	job  J
	out  *state[T]
	hall lobby
}

func begin[T any, J job[T]](ctx context.Context, j J) Future[T] {
	s := &state[T]{}
	var g *goroutine[T, J]
	if from := shared(ctx); from != nil {
		g = &goroutine[T, J]{}
		g.from = from
	} else {
		both := &struct {
			goroutine[T, J]
			origin
		}{origin: ownOrigin(ctx)}
		g = &both.goroutine
		g.from = &both.origin
	}
	g.act, g.job, g.out = g, j, s
	g.phase = claimed
	s.scope = g.from.scope
	s.work = &g.node
	if e, ok := g.admit(); !ok {
		resume(g.end(e.failure()))
		return Future[T]{s}
	}
	go g.lifetime.main()
	return Future[T]{s}
}

// admit enters the scope and the owner's list, unless they have ended.
func (l *lifetime) admit() (ending, bool) {
	if l.from == &background {
		return ending{}, true
	}
	if e, ended := l.from.ending(); ended {
		return e, false
	}
	if !l.from.scope.enter() {
		return closing, false
	}
	if e, ok := l.attach(true); !ok {
		l.from.scope.leave()
		return e, false
	}
	return ending{}, true
}

// main is the goroutine of l's work.
func (l *lifetime) main() {
	home := l.from.scope
	if home != nil {
		defer home.leave()
	}
	if next := l.act.run(); next.head != nil {
		d := dispatcher{home: home, todo: next}
		d.drain()
	}
}

// run is guard with the function's results.
func (g *goroutine[T, J]) run() (next chain) {
	returned := false
	defer func() {
		if !returned {
			resume(g.end(thrown(recover())))
		}
	}()
	v, err := g.job.call(&g.lifetime)
	returned = true
	return g.finish(v, err)
}

func (g *goroutine[T, J]) end(err error) chain {
	var zero T
	return g.finish(zero, err)
}

func (g *goroutine[T, J]) finish(v T, err error) chain {
	var next chain
	if err == nil {
		next = g.out.settle(v)
	} else {
		g.out.value = v
		next = g.out.fail(err, g.place())
	}
	if !g.plain() {
		next.append(g.complete())
		g.detach()
	}
	var none J
	g.job = none
	return next
}

func (g *goroutine[T, J]) lobby() *lobby { return &g.hall }
func (g *goroutine[T, J]) over() bool    { return g.out.done() }
func (g *goroutine[T, J]) home() *Scope  { return g.from.scope }

func (g *goroutine[T, J]) cancel(s *sweep, e ending, _ reach) { g.lifetime.end(e, s) }

func (g *goroutine[T, J]) place() place { return place{from: g.from, pc: entry(g.job.fn())} }
