package task

import "context"

// Tee returns an observer that tells all of os, in their order; of the end of a
// call in the reverse order. One that panics does not keep the others from being told. Those that are nil are left out.
func Tee(os ...Observer) Observer {
	var all tee
	for _, o := range os {
		if o != nil {
			all = append(all, o)
		}
	}
	return all
}

type tee []Observer

func (all tee) Begin(ctx context.Context, c Call) (context.Context, func(Outcome)) {
	ends := make([]func(Outcome), 0, len(all))
	for _, o := range all {
		contained("Begin", func() {
			seen, end := o.Begin(ctx, c)
			if seen != nil {
				ctx = seen
			}
			if end != nil {
				ends = append(ends, end)
			}
		})
	}
	return ctx, func(o Outcome) {
		for i := len(ends) - 1; i >= 0; i-- {
			contained("the function of Begin", func() { ends[i](o) })
		}
	}
}
