package task_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/task"
)

func TestBegin_takesWhatItIsNotToldFromTheCallAround(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := new(recorder)
		ctx, cancel := context.WithTimeout(task.Observe(bg(), r), time.Hour)
		defer cancel()
		until, _ := ctx.Deadline()
		run, _ := task.Begin(ctx, task.Call{Kind: task.KindRun, Flow: "page"})
		node, _ := task.Begin(run, task.Call{Kind: task.KindNode, Node: "offer", Task: "t"})
		nested, _ := task.Begin(node, task.Call{Kind: task.KindRun, Flow: "offer-flow"})
		deep, _ := task.Begin(nested, task.Call{Kind: task.KindNode, Node: "price"})
		task.Begin(deep, task.Call{Kind: task.KindAttempt, Attempt: 1})
		calls := r.calls()
		id := calls[0].Run
		require.NotZero(t, id)
		common := func(c task.Call) task.Call { c.Run, c.Start, c.Deadline = id, time.Now(), until; return c }
		require.Equal(t, []task.Call{
			common(task.Call{Kind: task.KindRun, Flow: "page"}),
			common(task.Call{Kind: task.KindNode, Flow: "page", Node: "offer", Task: "t"}),
			common(task.Call{Kind: task.KindRun, Flow: "offer-flow", Path: []string{"offer"}}),
			common(task.Call{Kind: task.KindNode, Flow: "offer-flow", Node: "price", Path: []string{"offer"}}),
			common(task.Call{Kind: task.KindAttempt, Flow: "offer-flow", Node: "price", Path: []string{"offer"}, Attempt: 1}),
		}, calls)

		other := task.Call{Kind: task.KindNode, Run: 7, Flow: "f", Node: "n", Start: time.Now().Add(-1), Deadline: until.Add(1)}
		task.Begin(ctx, other)
		require.Equal(t, other, r.calls()[5], "what it is told, it keeps")
		_, end := task.Begin(bg(), task.Call{})
		end(task.Outcome{}) // nobody is told
	})
}

func TestBegin_theEndIsToldOnce(t *testing.T) {
	for what, c := range map[string]struct{ given, told []task.Status }{
		"twice":                   {[]task.Status{task.StatusOK, task.StatusFailed}, []task.Status{task.StatusOK}},
		"a straggler that ends":   {[]task.Status{task.StatusStraggler, task.StatusFailed}, []task.Status{task.StatusStraggler, task.StatusFailed}},
		"two that straggle":       {[]task.Status{task.StatusStraggler, task.StatusStraggler, task.StatusOK}, []task.Status{task.StatusStraggler, task.StatusOK}},
		"a straggler, afterwards": {[]task.Status{task.StatusOK, task.StatusStraggler}, []task.Status{task.StatusOK}},
	} {
		t.Run(what, func(t *testing.T) {
			r := new(recorder)
			_, end := task.Begin(task.Observe(bg(), r), task.Call{Kind: task.KindNode})
			for _, s := range c.given {
				end(task.Outcome{Status: s})
			}
			var told []task.Status
			for _, o := range r.ended() {
				told = append(told, o.Status)
			}
			require.Equal(t, c.told, told)
		})
	}
}

func TestBegin_pathsOfSiblingsAreTheirOwn(t *testing.T) {
	r := new(recorder)
	ctx := task.Observe(bg(), r)
	within := func(ctx context.Context, node string) context.Context {
		ctx, _ = task.Begin(ctx, task.Call{Kind: task.KindNode, Node: node})
		ctx, _ = task.Begin(ctx, task.Call{Kind: task.KindRun, Flow: "f"})
		return ctx
	}
	for _, node := range []string{"a", "b", "c"} { // long enough for room at the end
		ctx = within(ctx, node)
	}
	within(ctx, "d")
	within(ctx, "e")
	calls := r.calls()
	require.Equal(t, []string{"a", "b", "c", "d"}, calls[7].Path)
	require.Equal(t, []string{"a", "b", "c", "e"}, calls[9].Path)
}

// The ctx of a call stands for the call and for nothing else: not for one that is derived from it, nor
// for the name that an observer's ctx has.
func TestBegin_itsContextIsThatOfTheCall(t *testing.T) {
	o := watcher(func(ctx context.Context, _ task.Call) (context.Context, func(task.Outcome)) {
		return future.Named(ctx, "the observer's"), nil
	})
	_, err := does(func(ctx context.Context, n int) (int, error) {
		require.NotContains(t, future.Name(ctx, nil), "the observer's")
		derived, cancel := context.WithCancel(ctx)
		cancel()
		_, err := future.Go(derived, func(context.Context) (int, error) { return n, nil }).Await(ctx)
		require.True(t, future.IsCanceled(err))
		return future.Go(ctx, func(context.Context) (int, error) { return n, nil }).Await(ctx)
	}).Do(task.Observe(bg(), o), 1)
	require.NoError(t, err)
}
