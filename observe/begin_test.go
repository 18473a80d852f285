package observe_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

func TestBegin_takesWhatItIsNotToldFromTheCallAround(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := new(recorder)
		ctx, cancel := context.WithTimeout(observe.With(context.Background(), r), time.Hour)
		defer cancel()
		until, _ := ctx.Deadline()
		run, _ := observe.Begin(ctx, observe.Call{Kind: observe.KindRun, Flow: "page"})
		node, _ := observe.Begin(run, observe.Call{Kind: observe.KindNode, Node: "offer", Task: "t"})
		nested, _ := observe.Begin(node, observe.Call{Kind: observe.KindRun, Flow: "offer-flow"})
		deep, _ := observe.Begin(nested, observe.Call{Kind: observe.KindNode, Node: "price"})
		observe.Begin(deep, observe.Call{Kind: observe.KindAttempt, Attempt: 1})
		calls := r.calls()
		id := calls[0].Run
		require.NotZero(t, id)
		common := func(c observe.Call) observe.Call { c.Run, c.Start, c.Deadline = id, time.Now(), until; return c }
		require.Equal(t, []observe.Call{
			common(observe.Call{Kind: observe.KindRun, Flow: "page"}),
			common(observe.Call{Kind: observe.KindNode, Flow: "page", Node: "offer", Task: "t"}),
			common(observe.Call{Kind: observe.KindRun, Flow: "offer-flow", Path: []string{"offer"}}),
			common(observe.Call{Kind: observe.KindNode, Flow: "offer-flow", Node: "price", Path: []string{"offer"}}),
			common(observe.Call{Kind: observe.KindAttempt, Flow: "offer-flow", Node: "price", Path: []string{"offer"}, Attempt: 1}),
		}, calls)

		other := observe.Call{Kind: observe.KindNode, Run: 7, Flow: "f", Node: "n", Start: time.Now().Add(-1), Deadline: until.Add(1)}
		observe.Begin(ctx, other)
		require.Equal(t, other, r.calls()[5], "what it is told, it keeps")
		_, end := observe.Begin(context.Background(), observe.Call{})
		end(observe.Outcome{}) // nobody is told
	})
}

func TestBegin_theEndIsToldOnce(t *testing.T) {
	for what, c := range map[string]struct{ given, told []observe.Status }{
		"twice":                   {[]observe.Status{observe.StatusOK, observe.StatusFailed}, []observe.Status{observe.StatusOK}},
		"a straggler that ends":   {[]observe.Status{observe.StatusStraggler, observe.StatusFailed}, []observe.Status{observe.StatusStraggler, observe.StatusFailed}},
		"two that straggle":       {[]observe.Status{observe.StatusStraggler, observe.StatusStraggler, observe.StatusOK}, []observe.Status{observe.StatusStraggler, observe.StatusOK}},
		"a straggler, afterwards": {[]observe.Status{observe.StatusOK, observe.StatusStraggler}, []observe.Status{observe.StatusOK}},
	} {
		t.Run(what, func(t *testing.T) {
			r := new(recorder)
			_, end := observe.Begin(observe.With(context.Background(), r), observe.Call{Kind: observe.KindNode})
			for _, s := range c.given {
				end(observe.Outcome{Status: s})
			}
			var told []observe.Status
			for _, o := range r.ended() {
				told = append(told, o.Status)
			}
			require.Equal(t, c.told, told)
		})
	}
}

// All of a Tee hear the same, in the same order, also if the call returns while one of them is still told that it was given up.
func TestBegin_theEndOfAStragglerIsToldAfterThatItIsOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		quick, slow := new(recorder), watcher(func(ctx context.Context, _ observe.Call) (context.Context, func(observe.Outcome)) {
			return ctx, func(o observe.Outcome) {
				if o.Status == observe.StatusStraggler {
					time.Sleep(time.Second)
					panic("which changes nothing")
				}
			}
		})
		_, end := observe.Begin(observe.With(context.Background(), observe.Tee(quick, slow)), observe.Call{Kind: observe.KindNode})
		go end(observe.Outcome{Status: observe.StatusStraggler})
		synctest.Wait()
		end(observe.Outcome{Status: observe.StatusFailed})
		ends := quick.ended()
		require.Len(t, ends, 2)
		require.Equal(t, observe.StatusStraggler, ends[0].Status)
		require.Equal(t, observe.StatusFailed, ends[1].Status)
	})
}

func TestBegin_pathsOfSiblingsAreTheirOwn(t *testing.T) {
	r := new(recorder)
	ctx := observe.With(context.Background(), r)
	within := func(ctx context.Context, node string) context.Context {
		ctx, _ = observe.Begin(ctx, observe.Call{Kind: observe.KindNode, Node: node})
		ctx, _ = observe.Begin(ctx, observe.Call{Kind: observe.KindRun, Flow: "f"})
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
	o := watcher(func(ctx context.Context, _ observe.Call) (context.Context, func(observe.Outcome)) {
		return future.Named(ctx, "the observer's"), nil
	})
	_, err := task.New("item", func(ctx context.Context, n int) (int, error) {
		require.NotContains(t, future.Name(ctx, nil), "the observer's")
		derived, cancel := context.WithCancel(ctx)
		cancel()
		_, err := future.Go(derived, func(context.Context) (int, error) { return n, nil }).Await(ctx)
		require.True(t, future.IsCanceled(err))
		return future.Go(ctx, func(context.Context) (int, error) { return n, nil }).Await(ctx)
	}).Do(observe.With(context.Background(), o), 1)
	require.NoError(t, err)
}

// watcher is an observer made of a function.
type watcher func(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome))

func (w watcher) Begin(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
	return w(ctx, c)
}

// recorder is an observer that keeps what it is told, by one goroutine.
type recorder struct {
	begun []observe.Call
	ends  []observe.Outcome
}

func (r *recorder) Begin(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
	r.begun = append(r.begun, c)
	return ctx, func(o observe.Outcome) { r.ends = append(r.ends, o) }
}

func (r *recorder) calls() []observe.Call    { return r.begun }
func (r *recorder) ended() []observe.Outcome { return r.ends }
