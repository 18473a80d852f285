package flow

import (
	"context"
	"errors"
	"fmt"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/must"
)

// This file is what engines need of a flow whose types they do not know, besides its nodes.

func (f *Flow[In, Out]) machinePlan() *plan { return f.plan }

func (f *Flow[In, Out]) hooks() (tells, catches, degrades int) {
	return len(f.told), len(f.catches), len(f.degraded)
}

// degrade calls the i-th function of Degraded.
func (f *Flow[In, Out]) degrade(i int, out any, lost []Loss) any {
	v, _ := out.(Out)
	return f.degraded[i](v, lost)
}

// tell calls the functions of OnError, and returns err; if one of them has not returned, a failure that says so too.
func (f *Flow[In, Out]) tell(ctx context.Context, in any, err error) error {
	arg, ok := in.(In)
	if !ok && in != nil {
		return f.misuse(in)
	}
	for _, tell := range f.told {
		_, failed := future.Go(ctx, func(ctx context.Context) (struct{}, error) { tell(ctx, arg, err); return struct{}{}, nil }).Await(ctx)
		if failed != nil {
			err = f.plan.ownFailed(ctx, "OnError", errors.Join(err, failed))
		}
	}
	return err
}

// catch asks the functions of Catch for an answer.
func (f *Flow[In, Out]) catch(ctx context.Context, in any, err error) (any, error) {
	arg, ok := in.(In)
	if !ok && in != nil {
		return nil, f.misuse(in)
	}
	var v Out
	for _, catch := range f.catches {
		if err == nil || ctx.Err() != nil {
			break
		}
		before, returned := err, false
		v, err = future.Go(ctx, func(ctx context.Context) (v Out, err error) {
			v, err = catch(ctx, arg, before)
			returned = true
			return v, err
		}).Await(context.WithoutCancel(ctx))
		if !returned {
			err = f.plan.ownFailed(ctx, "Catch", errors.Join(before, err))
		}
	}
	return v, err
}

func (f *Flow[In, Out]) misuse(in any) error {
	return fmt.Errorf("flow.Graph: %s: the input is a %T", f.plan.name, in)
}

// TellError calls the functions of OnError for the failure err of a run for in. It returns err or, if one of them panics, a failure that says so too.
// It is for engines.
func (g Graph) TellError(ctx context.Context, in any, err error) error {
	must.HaveCtx("flow.Graph.TellError", ctx)
	if g.of == nil {
		return err // a graph that was read from JSON
	}
	return g.of.tell(ctx, in, err)
}

// CatchError asks the functions of Catch for an answer in place of the failure err of a run for in. It returns their answer, or the failure. It is for engines.
func (g Graph) CatchError(ctx context.Context, in any, err error) (any, error) {
	must.HaveCtx("flow.Graph.CatchError", ctx)
	if g.of == nil {
		return nil, err
	}
	return g.of.catch(ctx, in, err)
}

// Resolve does what the flow does with the failure err of a run for in: it
// tells OnError, and returns what Catch answers, or the failure. It is for other engines.
func (g Graph) Resolve(ctx context.Context, in any, err error) (any, error) {
	must.HaveCtx("flow.Graph.Resolve", ctx)
	return g.CatchError(ctx, in, g.TellError(ctx, in, err))
}
