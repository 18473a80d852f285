// Package kinds has flows of every kind of node, for tests that run them in several ways.
package kinds

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"time"

	"github.com/jade-go/jade/durable"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

var (
	// ErrSoldOut is a registered error.
	ErrSoldOut = errors.New("sold out")

	soldOut    = recovery.Mark(recovery.ClassBusiness, ErrSoldOut)
	errNoRoute = errors.New("no route") // which nobody registers
)

func init() { durable.RegisterSentinel("kinds.ErrSoldOut", ErrSoldOut) }

type (
	number = flow.Node[int]
	// Flow is what the flows of this package are.
	Flow = *flow.Flow[int, int]
)

var (
	moody = task.New("moody", func(_ context.Context, n int) (int, error) {
		if n%5 == 0 {
			return 0, soldOut
		}
		return 2 * n, nil
	})
	one  = plus("one", 1)
	bad  = task.New("bad", func(context.Context, int) (int, error) { return 0, fmt.Errorf("bad: %w", io.ErrUnexpectedEOF) })
	lost = task.New("lost", func(context.Context, int) (int, error) { return 0, errNoRoute })
	boom = task.New("boom", func(_ context.Context, n int) (int, error) { return []int{}[n], nil })
	gone = task.New("gone", func(context.Context, int) (int, error) {
		runtime.Goexit()
		return 0, nil
	})
)

func plus(name string, by int) task.Task[int, int] {
	return task.New(name, func(_ context.Context, n int) (int, error) { return n + by, nil })
}

func even(n int) bool  { return n%2 == 0 }
func never(n int) bool { return n < 0 }

func recovered(_ context.Context, err error) (int, error) { return len(err.Error()), nil }
func refused(context.Context, error) (int, error)         { return 0, errNoRoute }
func caught(_ context.Context, in int, err error) (int, error) {
	return 1000*in + len(err.Error()), nil
}
func refusedCatch(context.Context, int, error) (int, error) { return 0, errNoRoute }

func sum(l []int) (n int) {
	for _, v := range l {
		n += v
	}
	return n
}

func settled(l []future.Result[int]) (n int) {
	for _, r := range l {
		if n += r.Value; r.Err != nil {
			n += len(r.Err.Error())
		}
	}
	return n
}

func upTo(n int) (l []int) {
	for i := range n {
		l = append(l, i+1)
	}
	return l
}

func tried(r future.Result[int]) int {
	if r.Err != nil {
		return len(r.Err.Error())
	}
	return r.Value
}

func inner(name string) Flow {
	return flow.New(name, func(in number) number { return flow.Step(one, flow.Step(moody, in)) })
}

// Every is a flow of every kind of node but Sleep and Signal.
func Every(name string) Flow {
	return flow.New(name, func(in number) number {
		first := flow.Step(one, in)
		gated := flow.After(flow.Step(plus("two", 2), first), flow.Require(flow.Map(in, func(n int) bool { return n < 6 }), soldOut))
		each := flow.Map(flow.Each(plus("three", 3), flow.Map(in, upTo), 2), sum)
		settle := flow.Map(flow.SettleEach(moody, flow.Map(first, upTo), 3), settled)
		either := flow.Either(flow.Map(in, even), flow.Step(plus("four", 4), in), flow.Const(4))
		some := flow.Any(flow.Step(bad, in), flow.Step(plus("five", 5), in))
		safe := flow.Recover(flow.Step(task.New("moody again", moodyAgain), in), recovered)
		try := flow.Map(flow.Try(flow.Step(lost, in)), tried)
		optional := flow.Fallback(flow.Step(boom, in), 7)
		nested := flow.Step(inner(name+" inner").Catch(caught).Task(), in)
		all := flow.Map9(first, gated, each, settle, either, some, safe, try, optional, func(a, b, c, d, e, f, g, h, i int) int {
			return a + 3*b + 5*c + 7*d + 11*e + 13*f + 17*g + 19*h + 23*i
		})
		return flow.Also(flow.Map2(all, nested, func(a, b int) int { return a + 29*b }), flow.Step(plus("audit", 0), in), flow.Step(task.New("audit in vain", refusedStep), in))
	}).Timeout(time.Hour)
}

func moodyAgain(_ context.Context, n int) (int, error) {
	if n%2 == 0 {
		return 0, soldOut
	}
	return n, nil
}

func refusedStep(context.Context, int) (int, error) { return 0, errNoRoute }

// Table are flows by what they show.
func Table() map[string]Flow {
	nested := inner("inner")
	of := func(name string, build func(in number) number) Flow { return flow.New(name, build) }
	return map[string]Flow{
		"every kind":     Every("every kind"),
		"input":          of("input", func(in number) number { return in }),
		"failure":        of("failure", func(in number) number { return flow.Step(bad, in) }),
		"unregistered":   of("unregistered", func(in number) number { return flow.Step(lost, in) }),
		"panic":          of("panic", func(in number) number { return flow.Step(one, flow.Step(boom, in)) }),
		"goexit":         of("goexit", func(in number) number { return flow.Step(gone, in) }),
		"stands in":      of("stands in", func(in number) number { return flow.Step(gone.Fallback(3), in) }),
		"map panics":     of("map panics", func(in number) number { return flow.Map2(in, flow.Const(3), func(a, b int) int { return b / (a - 3) }) }),
		"map exits":      of("map exits", func(in number) number { return flow.Map(in, func(int) int { runtime.Goexit(); return 0 }) }),
		"either":         of("either", func(in number) number { return flow.Either(flow.Map(in, even), flow.Step(bad, in), in) }),
		"either of both": of("either of both", func(in number) number { return flow.Either(flow.Map(flow.Step(bad, in), even), in, in) }),
		"require": of("require", func(in number) number {
			return flow.After(flow.Step(one, in), flow.Require(flow.Map(in, even), soldOut))
		}),
		"after a failure": of("after a failure", func(in number) number { return flow.After(flow.Step(boom, in), flow.Step(bad, in)) }),
		"also":            of("also", func(in number) number { return flow.Also(flow.Step(moody, in), flow.Step(bad, in), flow.Step(one, in)) }),
		"any":             of("any", func(in number) number { return flow.Any(flow.Step(bad, in), flow.Step(one, in)) }),
		"any of all":      of("any of all", func(in number) number { return flow.Any(flow.Step(bad, in), flow.Step(lost, in)) }),
		"recover":         of("recover", func(in number) number { return flow.Recover(flow.Step(moody, in), recovered) }),
		"refused":         of("refused", func(in number) number { return flow.Recover(flow.Step(moody, in), refused) }),
		"cancelled": of("cancelled", func(in number) number {
			return flow.Recover(flow.Step(task.New("c", func(context.Context, int) (int, error) { return 0, context.Canceled }), in), recovered)
		}),
		"try":  of("try", func(in number) number { return flow.Map(flow.Try(flow.Step(moody, in)), tried) }),
		"each": of("each", func(in number) number { return flow.Map(flow.Each(moody, flow.Map(in, upTo), 1), sum) }),
		"each with fallback": of("each with fallback", func(in number) number {
			return flow.Map(flow.Each(moody.Fallback(100), flow.Map(in, upTo), 3), sum)
		}).Degraded(func(out int, lost []flow.Loss) int { return out + 1000*len(lost) + 10000*lost[0].Count }),
		"settle each":         of("settle each", func(in number) number { return flow.Map(flow.SettleEach(moody, flow.Map(in, upTo), 2), settled) }),
		"settle each of none": of("settle each of none", func(in number) number { return flow.Map(flow.SettleEach(moody, flow.Const([]int(nil)), 1), settled) }),
		"each of none":        of("each of none", func(in number) number { return flow.Map(flow.Each(moody, flow.Const([]int(nil)), 1), sum) }),
		"nested":              of("nested", func(in number) number { return flow.Step(nested.Task(), in) }),
		"nested and caught":   of("nested and caught", func(in number) number { return flow.Step(nested.Catch(caught).Task(), in) }),
		"nested with policy":  of("nested with policy", func(in number) number { return flow.Step(nested.Task().Fallback(9), in) }),
		"nested in each":      of("nested in each", func(in number) number { return flow.Map(flow.Each(nested.Task(), flow.Map(in, upTo), 2), sum) }),
		"unneeded":            of("unneeded", func(in number) number { return flow.Either(flow.Map(in, never), flow.Step(bad, in), in) }),
		"retried": of("retried", func(in number) number {
			return flow.Step(task.New("r", func(ctx context.Context, n int) (int, error) { return 0, errNoRoute }).Retry(task.Retry{Attempts: 3}), in)
		}),
		"told and caught": of("told and caught", func(in number) number { return flow.Step(moody, in) }).
			OnError(func(context.Context, int, error) { panic("oh") }).Catch(refusedCatch).Catch(caught),
		"caught in vain": of("caught in vain", func(in number) number { return flow.Step(moody, in) }).Catch(refusedCatch),
		"degraded": of("degraded", func(in number) number { return flow.Fallback(flow.Step(bad, in), 1) }).
			Degraded(func(out int, lost []flow.Loss) int { return out + len(lost[0].Err.Error()) }),
		"late": of("late", func(in number) number {
			return flow.Step(task.New("slow", slow).Timeout(time.Millisecond), in)
		}),
	}
}

func slow(ctx context.Context, _ int) (int, error) {
	<-ctx.Done()
	return 0, context.Cause(ctx)
}
