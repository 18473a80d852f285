package combinators_test

import (
	"context"

	"github.com/samber/lo"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/future"
)

type text = future.Future[string]

// zipN is ZipN for as many futures as fs has.
func zipN(name string, fs []text) text {
	switch len(fs) {
	case 2:
		return renderAs(combinators.Zip2(fs[0], fs[1]), func(t lo.Tuple2[string, string]) string { return render(name, t.A, t.B) })
	case 3:
		return renderAs(combinators.Zip3(fs[0], fs[1], fs[2]), func(t lo.Tuple3[string, string, string]) string { return render(name, t.A, t.B, t.C) })
	case 4:
		return renderAs(combinators.Zip4(fs[0], fs[1], fs[2], fs[3]), func(t lo.Tuple4[string, string, string, string]) string { return render(name, t.A, t.B, t.C, t.D) })
	case 5:
		return renderAs(combinators.Zip5(fs[0], fs[1], fs[2], fs[3], fs[4]), func(t lo.Tuple5[string, string, string, string, string]) string {
			return render(name, t.A, t.B, t.C, t.D, t.E)
		})
	case 6:
		return renderAs(combinators.Zip6(fs[0], fs[1], fs[2], fs[3], fs[4], fs[5]), func(t lo.Tuple6[string, string, string, string, string, string]) string {
			return render(name, t.A, t.B, t.C, t.D, t.E, t.F)
		})
	case 7:
		return renderAs(combinators.Zip7(fs[0], fs[1], fs[2], fs[3], fs[4], fs[5], fs[6]), func(t lo.Tuple7[string, string, string, string, string, string, string]) string {
			return render(name, t.A, t.B, t.C, t.D, t.E, t.F, t.G)
		})
	case 8:
		return renderAs(combinators.Zip8(fs[0], fs[1], fs[2], fs[3], fs[4], fs[5], fs[6], fs[7]), func(t lo.Tuple8[string, string, string, string, string, string, string, string]) string {
			return render(name, t.A, t.B, t.C, t.D, t.E, t.F, t.G, t.H)
		})
	case 9:
		return renderAs(combinators.Zip9(fs[0], fs[1], fs[2], fs[3], fs[4], fs[5], fs[6], fs[7], fs[8]), func(t lo.Tuple9[string, string, string, string, string, string, string, string, string]) string {
			return render(name, t.A, t.B, t.C, t.D, t.E, t.F, t.G, t.H, t.I)
		})
	}
	panic("arity")
}

// thenN is ThenN; fn gets the values.
func thenN(ctx context.Context, fs []text, fn func(context.Context, ...string) (string, error)) text {
	switch len(fs) {
	case 2:
		return combinators.Then2(ctx, fs[0], fs[1], func(ctx context.Context, a, b string) (string, error) { return fn(ctx, a, b) })
	case 3:
		return combinators.Then3(ctx, fs[0], fs[1], fs[2], func(ctx context.Context, a, b, c string) (string, error) { return fn(ctx, a, b, c) })
	case 4:
		return combinators.Then4(ctx, fs[0], fs[1], fs[2], fs[3], func(ctx context.Context, a, b, c, d string) (string, error) { return fn(ctx, a, b, c, d) })
	case 5:
		return combinators.Then5(ctx, fs[0], fs[1], fs[2], fs[3], fs[4], func(ctx context.Context, a, b, c, d, e string) (string, error) { return fn(ctx, a, b, c, d, e) })
	case 6:
		return combinators.Then6(ctx, fs[0], fs[1], fs[2], fs[3], fs[4], fs[5], func(ctx context.Context, a, b, c, d, e, f string) (string, error) { return fn(ctx, a, b, c, d, e, f) })
	case 7:
		return combinators.Then7(ctx, fs[0], fs[1], fs[2], fs[3], fs[4], fs[5], fs[6], func(ctx context.Context, a, b, c, d, e, f, g string) (string, error) {
			return fn(ctx, a, b, c, d, e, f, g)
		})
	case 8:
		return combinators.Then8(ctx, fs[0], fs[1], fs[2], fs[3], fs[4], fs[5], fs[6], fs[7], func(ctx context.Context, a, b, c, d, e, f, g, h string) (string, error) {
			return fn(ctx, a, b, c, d, e, f, g, h)
		})
	case 9:
		return combinators.Then9(ctx, fs[0], fs[1], fs[2], fs[3], fs[4], fs[5], fs[6], fs[7], fs[8], func(ctx context.Context, a, b, c, d, e, f, g, h, i string) (string, error) {
			return fn(ctx, a, b, c, d, e, f, g, h, i)
		})
	}
	panic("arity")
}

// awaitN is AwaitN; it returns the values.
func awaitN(ctx context.Context, fs []text) ([]string, error) {
	switch len(fs) {
	case 2:
		a, b, err := combinators.Await2(ctx, fs[0], fs[1])
		return []string{a, b}, err
	case 3:
		a, b, c, err := combinators.Await3(ctx, fs[0], fs[1], fs[2])
		return []string{a, b, c}, err
	case 4:
		a, b, c, d, err := combinators.Await4(ctx, fs[0], fs[1], fs[2], fs[3])
		return []string{a, b, c, d}, err
	case 5:
		a, b, c, d, e, err := combinators.Await5(ctx, fs[0], fs[1], fs[2], fs[3], fs[4])
		return []string{a, b, c, d, e}, err
	case 6:
		a, b, c, d, e, f, err := combinators.Await6(ctx, fs[0], fs[1], fs[2], fs[3], fs[4], fs[5])
		return []string{a, b, c, d, e, f}, err
	case 7:
		a, b, c, d, e, f, g, err := combinators.Await7(ctx, fs[0], fs[1], fs[2], fs[3], fs[4], fs[5], fs[6])
		return []string{a, b, c, d, e, f, g}, err
	case 8:
		a, b, c, d, e, f, g, h, err := combinators.Await8(ctx, fs[0], fs[1], fs[2], fs[3], fs[4], fs[5], fs[6], fs[7])
		return []string{a, b, c, d, e, f, g, h}, err
	case 9:
		a, b, c, d, e, f, g, h, i, err := combinators.Await9(ctx, fs[0], fs[1], fs[2], fs[3], fs[4], fs[5], fs[6], fs[7], fs[8])
		return []string{a, b, c, d, e, f, g, h, i}, err
	}
	panic("arity")
}

// renderAs is the same work as f, with its value as text.
func renderAs[T any](f future.Future[T], fn func(T) string) text {
	return future.Follow(nil, f, future.ModeQuick|future.ModeDressed, renderer[T](fn))
}

type renderer[T any] func(T) string

func (renderer[T]) Pass(in future.Result[T]) (v string, passes bool) { return v, in.Err != nil }

func (fn renderer[T]) Run(_ context.Context, in future.Result[T]) (string, text, error) {
	return fn(in.Value), text{}, nil
}
