package recovery

import (
	"context"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/errtree"
	"github.com/jade-go/jade/internal/must"
)

// Classify returns the class of err, without a ctx: it takes each
// [context.Canceled] for a cancellation, and knows no [Classifier]. Tasks and
// flows use [ClassifyIn].
//
// It goes through err from the outside in. The first of these decides:
//
//   - a method Class() Class, as that of [Mark]
//   - a [Classifier] of the ctx
//   - a [*future.CanceledError]: Canceled; a [*future.PanicError], [future.ErrGoexit], [future.ErrZero]: Code
//   - a deadline: Timeout; [context.Canceled]: Canceled
//
// So a call that was cancelled because of its sibling's panic is Canceled, and
// a panic with a cancellation as its value is Code. A joined error is a cancellation only if all its
// parts are; else a part that is Code decides, as that of a handler that panicked does, or else the first other part.
//
// If none of them decides, it goes by what the machine, the network and their libraries return, the first of these that is anywhere in err:
//
//   - System: ENOMEM, EMFILE, ENFILE, ENOSPC, EDQUOT, EAGAIN, EIO, EROFS; pools that are exhausted or closed; [sql.ErrConnDone],
//     [driver.ErrBadConn], [sql.ErrTxDone]; SQLSTATE 53, 57, 58 and XX; the gRPC code ResourceExhausted
//   - Timeout: a method Timeout() bool that says so; SQLSTATE 57014; the gRPC code DeadlineExceeded
//   - Canceled: the gRPC code Canceled
//   - Dependency: errors of package net, of TLS and certificates; ECONNREFUSED, ECONNRESET, ECONNABORTED, EPIPE, EHOSTUNREACH,
//     ENETUNREACH; [net.ErrClosed], [io.ErrUnexpectedEOF]; StatusCode() int or HTTPStatusCode() int of 408, 425, 429 or from 500 on;
//     SQLSTATE 08 and 40; Redis replies such as LOADING; an AWS ErrorFault() of the server; the gRPC codes
//     Unavailable, Internal, Unknown, DataLoss, Unimplemented and Aborted; any other [url.Error] of a client; a method Temporary() bool that says so
//
// Everything else is Unknown. Statuses are those of an answer that we got from
// somebody, never of the one that we give: see HTTPStatus in package faas. Methods are told
// by their names; no library is imported for them. A method that panics or calls [runtime.Goexit] gives no answer.
func Classify(err error) Class { return examine(examination{}, err).class }

// ClassifyIn returns the class of err, which a call has returned that was made
// with ctx. It is [Classify] with the [Classifier] of ctx; and
// as long as ctx is alive, a [context.Canceled] is the other side's, Dependency: nobody on our side has cancelled
// anything. (A [*future.CanceledError] is always ours.)
func ClassifyIn(ctx context.Context, err error) Class {
	must.HaveCtx("recovery.ClassifyIn", ctx)
	return examine(examination{ctx: ctx}, err).class
}

// Repeatable reports whether it makes sense to make the call again that was
// made with ctx and returned err: a task's Retry goes by it. It does not if err is of class Business,
// Canceled or Code; nor if it is an answer that would only come again:
//
//   - a status from 400 to 499 but for 408, 425 and 429
//   - the gRPC codes InvalidArgument, NotFound, AlreadyExists, PermissionDenied, Unauthenticated, FailedPrecondition and OutOfRange
//   - SQLSTATE 22, 23 and 42; [sql.ErrNoRows]; a "nil" reply of Redis
//   - [fs.ErrNotExist]; a URL that cannot be parsed
func Repeatable(ctx context.Context, err error) bool {
	must.HaveCtx("recovery.Repeatable", ctx)
	switch v := examine(examination{ctx: ctx, inside: true}, err); v.class {
	case ClassNone, ClassBusiness, ClassCanceled, ClassCode:
		return false
	default:
		return !v.final
	}
}

// verdict is what is found out about an error.
type verdict struct {
	class Class
	final bool // the same call would fail again
}

// examine finds out about err.
func examine(x examination, err error) verdict {
	if err == nil {
		return verdict{}
	}
	if x.ctx != nil {
		x.rules = classifiersOf(x.ctx)
	}
	if x.rules == nil {
		here := x
		here.tame = true
		if here.walk(err); !here.wild {
			return here.verdict()
		}
	}
	return apart(x, err)
}

// apart is examine for an error with methods that may panic, or end their goroutine. After the latter it begins anew, without that error.
func apart(x examination, err error) verdict {
	const most = 8 // of those
	for {
		now := x // if its goroutine ends, what was found out so far is there
		switch {
		case errtree.Apart(func() { now.walk(err) }) || len(x.silent) == most:
			return now.verdict()
		case now.at == 0:
			return verdict{} // a method Class that asks for its own class, deep inside of that: no answer
		case now.ruling:
			x.rules = nil
			continue
		}
		x.silent = append(x.silent[:len(x.silent):len(x.silent)], now.at)
	}
}

// examination is a walk through an error.
type examination struct {
	ctx    context.Context // of the call; may be nil
	rules  *classifiers
	ruling bool // a Classifier is being asked
	inside bool // whether another call would fail again matters
	tame   bool // it ends, wild, at an error with methods that may not return
	wild   bool
	at     int   // how many errors have been visited
	silent []int // those that are not asked; those that are there twice are not unwrapped either

	class    Class // of the first error that has decided, or Code if one says so
	canceled bool  // one is a cancellation
	unknown  bool  // one has said that it is Unknown
	guess    guess // the best so far
	all      bool  // each way down has ended with one of those
}

func (x *examination) walk(err error) { x.all = errtree.Walk(err, x.visit) }

func (x *examination) verdict() verdict {
	switch {
	case x.class != ClassNone:
		return verdict{class: x.class}
	case x.all && x.canceled && !x.unknown:
		return verdict{class: ClassCanceled}
	case x.guess.class != ClassNone:
		return verdict{x.guess.class, x.guess.rank == final}
	}
	return verdict{class: ClassUnknown}
}

func (x *examination) visit(err error) errtree.Next {
	if x.tame && !errtree.IsTame(err) {
		x.wild = true
		return errtree.Stop
	}
	x.at++
	switch silent(x.silent, x.at) {
	case 0:
	case 1:
		return errtree.Inside
	default:
		x.unknown = true
		return errtree.Beside
	}
	switch class := x.mark(err); class {
	case ClassNone:
		x.guess.improve(guessOf(err))
		if x.guess.class == ClassCanceled && x.alive() {
			x.guess = guess{strong, ClassDependency}
		}
		return errtree.Inside
	case ClassCanceled:
		x.canceled = true
		return errtree.Beside
	case ClassUnknown:
		x.unknown = true
		if !x.inside {
			return errtree.Beside
		}
		if x.tame && !errtree.Tame(err) {
			x.wild = true
			return errtree.Stop
		}
		if inside := guessIn(err); inside.rank == final {
			x.guess.improve(inside)
		}
		return errtree.Beside
	case ClassCode:
		x.class = ClassCode
		return errtree.Stop
	default:
		if x.class == ClassNone {
			x.class = class
		}
		return errtree.Beside
	}
}

func silent(all []int, at int) (times int) {
	for _, i := range all {
		if i == at {
			times++
		}
	}
	return times
}

// mark asks one error, not what it wraps, for a class that decides.
func (x *examination) mark(err error) Class {
	if e, ok := err.(interface{ Class() Class }); ok {
		if class, _ := ask(e.Class); class != ClassNone {
			return class
		}
	}
	x.ruling = true
	class := x.rules.classify(err)
	if x.ruling = false; class != ClassNone {
		return class
	}
	switch err.(type) {
	case *future.CanceledError:
		return ClassCanceled
	case *future.PanicError:
		return ClassCode
	}
	switch {
	case err == future.ErrGoexit || err == future.ErrZero:
		return ClassCode
	case is(err, context.DeadlineExceeded):
		return ClassTimeout
	case !is(err, context.Canceled):
		return ClassNone
	}
	if _, ours := err.(interface{ Ours(engine.Seal) }); !ours && x.alive() {
		return ClassDependency
	}
	return ClassCanceled
}

// alive reports whether the ctx of the call, if it is known, has not ended.
func (x *examination) alive() bool { return x.ctx != nil && future.Cause(x.ctx) == nil }

// is is errors.Is for one error, not what it wraps.
func is(err, target error) bool {
	if same, ok := ask(func() bool { return err == target }); ok && same {
		return true
	}
	e, ok := err.(interface{ Is(error) bool })
	if !ok {
		return false
	}
	matches, _ := ask(func() bool { return e.Is(target) })
	return matches
}

// ask calls a foreign error's method; a panic is no answer.
func ask[T any](method func() T) (answer T, ok bool) {
	defer func() { _ = recover() }()
	return method(), true
}
