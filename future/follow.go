package future

import (
	"context"

	"github.com/jade-go/jade/internal/must"
)

// Body is what happens behind one input. It is one of the two primitives that
// every combinator is made of; see [Follow].
//
// Reports name a body that is a func by its file and line. A body of another
// kind may have a method Func() any that returns the user's function. It is called under
// locks: it must be quick, and call nothing of this package.
type Body[A, B any] interface {
	// Pass decides, when the input is complete, whether there is nothing to
	// run: then the future gets v and the input's error. It is asked before
	// anything else happens, and must be quick, pure and free of user code.
	Pass(in Result[A]) (v B, passes bool)
	// Run makes the result, or names the future that will have it: the result
	// is v and err if become is the zero Future.
	Run(ctx context.Context, in Result[A]) (v B, become Future[B], err error)
}

// Releaser is a [Body] or a [Rule]'s holder that has something to let go of.
type Releaser interface {
	// Release is called once, when the future is complete, however that came
	// about. It must be quick and free of user code.
	Release()
}

// Mode says how a [Body] runs. Modes are combined by |.
type Mode uint32

const (
	// ModeQuick runs the body inline, on the goroutine that completes the input
	// (the caller's, if it is complete). It needs no ctx to start with; its
	// Run gets the ctx of the input's scope, and must not wait.
	ModeQuick Mode = 1 << iota
	// ModeDressed says that the future is the same work as its input under
	// another name: a cancellation is passed on to the input.
	ModeDressed
	// ModeCleanup runs the body whatever happens: no cancellation and no closing
	// scope ends the future before its input is complete.
	ModeCleanup
	// ModePrivate says that nobody else has the input: if the future ends before
	// its input is complete, the input is cancelled.
	ModePrivate
	// ModeReleases says that the body is a [Releaser].
	ModeReleases
)

// Follow returns a future that b completes once f is complete. It is the
// primitive below Then, Map, Recover and their like; a program that only uses
// combinators never calls it. ctx is not used, and may be nil, if the mode is [ModeQuick].
//
// A func type with the two methods of [Body] converts to one without allocating.
//
// Failure: what Pass passes on, or what Run returns.
// Cancellation: while f is pending, the future ends at once with the cause of
// ctx when that ends or its scope closes; once Run runs, it ends when Run does.
// Panics: a panic in b becomes a [*PanicError], runtime.Goexit becomes [ErrGoexit].
// Cost: two allocations; three more with a cancellable ctx that is not Jade's own.
func Follow[A, B any](ctx context.Context, f Future[A], m Mode, b Body[A, B]) Future[B] {
	must.HaveFunc("future.Follow", b == nil)
	if f.s == nil {
		var zero A
		f = Of(zero, ErrZero)
	}
	if m&ModeQuick != 0 {
		return followQuickly(f, m, b)
	}
	must.HaveCtx("future.Follow", ctx)
	return followBody(ctx, f, m, b)
}

// behind is the part of a continuation that both kinds share. Who has claimed
// the node owns body and in, and lets go of them once out is complete.
type behind[A, B any] struct {
	body Body[A, B]
	in   *state[A]
	out  *state[B]
}

// pass completes the future, which has been claimed, if there is nothing to run.
func (b *behind[A, B]) pass() (next chain, passed bool) {
	in, returned := b.in, false
	defer func() {
		if !returned {
			resume(b.out.core.fail(b.out.core.because(thrown(recover()), place{pc: b.pc()})))
			passed = true
		}
	}()
	v, passes := b.body.Pass(Result[A]{in.value, in.core.failed.error()})
	returned = true
	if !passes {
		return chain{}, false
	}
	if in.core.failed == nil {
		return b.out.settle(v), true
	}
	b.out.value = v
	return b.out.core.failAs(in.core.failed), true
}

// returned completes the future with what the body has returned.
func (b *behind[A, B]) returned(v B, err error, from *parent) chain {
	if err == nil {
		if !b.in.core.ok() {
			b.in.core.failed.see() // the body has dealt with it
		}
		return b.out.settle(v)
	}
	b.out.value = v
	return b.out.core.fail(b.out.core.again(err, b.in.core.failed, nil, place{from: from, pc: b.pc()}))
}

// abandon leaves the input, whose node n a cancellation has claimed.
func (b *behind[A, B]) abandon(n *node, s *cancellation, e *ending) {
	m := n.manner()
	if l, ok := b.body.(leaver[A]); ok {
		l.left(Future[A]{b.in})
	}
	b.in.core.remove(n, true)
	if m&ModePrivate != 0 {
		s.future(&b.in.core, e, byCancel)
	}
	b.clear(m)
}

func (b *behind[A, B]) clear(m Mode) {
	if m&ModeReleases != 0 {
		b.body.(Releaser).Release()
	}
	b.body, b.in = nil, nil
}

// dressed is the input that a cancellation is passed on to. It is called under
// the lock of out, which is pending, so nobody has cleared in.
func (b *behind[A, B]) dressed(m Mode) *core {
	if m&ModeDressed == 0 {
		return nil
	}
	return &b.in.core
}

func (b *behind[A, B]) pc() uintptr {
	if b.body == nil {
		return 0
	}
	return entry(b.body)
}
