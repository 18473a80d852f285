package observe

import (
	"context"
	"slices"
)

// Tee returns an observer that tells all of os, in their order; of the end of a
// call in the reverse order. One that panics does not keep the others from being told. Those that are nil are left out; if one is left, that is returned.
//
// What the ctx has that one returns, those after it find in theirs. So what starts spans comes before what writes records:
// with Tee(jadeotel.New(), jadeslog.New(logger)) a record has the ctx with the span of the call that it is about.
func Tee(os ...Observer) Observer {
	var all tee
	for _, o := range os {
		if o != nil {
			all = append(all, o)
		}
	}
	if len(all) == 1 {
		return all[0]
	}
	return all
}

type tee []Observer

func (all tee) Begin(ctx context.Context, c Call) (context.Context, func(Outcome)) {
	ends := make([]func(Outcome), 0, len(all))
	for _, o := range all {
		seen, end := beginOne(ctx, o, c)
		if seen != nil {
			ctx = seen
		}
		if end != nil {
			ends = append(ends, end)
		}
	}
	return ctx, func(o Outcome) {
		for _, end := range slices.Backward(ends) {
			endOne(end, o)
		}
	}
}

// OnlyFailures implements [Selective]: all of them have to be content with it.
func (all tee) OnlyFailures(kind Kind) bool {
	return !slices.ContainsFunc(all, func(o Observer) bool { return !onlyFailures(o, kind) })
}

func beginOne(ctx context.Context, o Observer, c Call) (seen context.Context, end func(Outcome)) {
	defer contain("Begin")
	return o.Begin(ctx, c)
}

func endOne(end func(Outcome), o Outcome) {
	defer contain("the function of Begin")
	end(o)
}
