package task_test

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// selective is an observer that asks to be told only of the failures of some kinds of calls.
type selective struct {
	observe.Observer
	only func(observe.Kind) bool
}

func (s selective) OnlyFailures(kind observe.Kind) bool { return s.only(kind) }

func failuresOf(kinds ...observe.Kind) func(observe.Kind) bool {
	return func(kind observe.Kind) bool { return slices.Contains(kinds, kind) }
}

// selected is what one with only the failures of nodes is told of the work of do.
func selected(t *testing.T, do func(ctx context.Context)) *recorder {
	r := new(recorder)
	synctest.Test(t, func(t *testing.T) {
		do(observe.With(bg(), selective{r, failuresOf(observe.KindNode)}))
		synctest.Wait()
	})
	return r
}

func TestSelective_isToldOfFailuresOnly(t *testing.T) {
	r := selected(t, func(ctx context.Context) {
		plus().Do(ctx, 1)
		takes(time.Second, nil).Do(ctx, 1)
	})
	require.Empty(t, r.told())

	var begun time.Time
	r = selected(t, func(ctx context.Context) {
		begun = time.Now()
		takes(time.Second, errBoom).Do(ctx, 1)
		fails(errDown).Fallback(1).Do(ctx, 1)
		ctx, cancel := context.WithCancel(ctx)
		cancel()
		plus().Do(ctx, 1)
	})
	require.Equal(t, []string{
		"item node begins", "item node failed", "item node begins", "item node degraded", "item node begins", "item node skipped",
	}, r.told())
	require.Equal(t, begun, r.calls()[0].Start, "as it was")
	require.Equal(t, time.Second, r.ended()[0].Elapsed)
}

func TestSelective_isToldOfARunAtOnce(t *testing.T) {
	r := new(recorder)
	ctx := observe.With(bg(), selective{r, func(observe.Kind) bool { return true }})
	_, end := observe.Begin(ctx, observe.Call{Kind: observe.KindRun, Task: "page"})
	require.Equal(t, []string{"page run begins"}, r.told())
	end(observe.Outcome{})
	require.Equal(t, []string{"page run begins", "page run ok"}, r.told())
}

// What a call is inside of is told of first, with all that the observer has put into its ctx.
func TestSelective_isToldOfWhatIsAroundACall(t *testing.T) {
	type key struct{}
	r := new(recorder)
	seen := watcher(func(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
		around, _ := ctx.Value(key{}).(string)
		r.lines.Add(c.Task + " in " + around)
		return context.WithValue(ctx, key{}, c.Task), func(o observe.Outcome) { r.lines.Add(c.Task + " " + o.Status.String()) }
	})
	ctx := observe.With(bg(), selective{seen, failuresOf(observe.KindNode)})
	var ids []any
	_, err := does(func(ctx context.Context, n int) (int, error) {
		ids = append(ids, ctx.Value(key{}))
		if _, err := plus().Named("well").Do(ctx, n); err != nil {
			return 0, err
		}
		fails(errBoom).Named("badly").Do(ctx, n)
		ids = append(ids, ctx.Value(key{}))
		return n, nil
	}).Named("outer").Do(ctx, 1)
	require.NoError(t, err)
	require.Equal(t, []any{nil, "outer"}, ids)
	require.Equal(t, []string{"outer in ", "badly in outer", "badly failed", "outer ok"}, r.told())
}

func TestSelective_anAttemptIsInsideItsTask(t *testing.T) {
	r := selected(t, func(ctx context.Context) { plus().Timeout(time.Minute).Do(ctx, 1) })
	require.Equal(t, []string{"item node begins", "item attempt 1 begins", "item attempt 1 ok", "item node ok"}, r.told())
}

// A call that something begins in after it has ended well is told to be over at once.
func TestSelective_aCallThatHadEnded(t *testing.T) {
	r := selected(t, func(ctx context.Context) {
		inside, end := observe.Begin(ctx, observe.Call{Kind: observe.KindNode, Task: "outer"})
		end(observe.Outcome{})
		time.Sleep(time.Second)
		fails(errBoom).Do(inside, 1)
		fails(errBoom).Do(inside, 1)
	})
	require.Equal(t, []string{
		"outer node begins", "outer node ok", "item node begins", "item node failed", "item node begins", "item node failed",
	}, r.told())
	require.Equal(t, time.Second, r.ended()[0].Elapsed)
}

func TestSelective_theEndIsToldOnce(t *testing.T) {
	for what, c := range map[string]struct{ given, told []observe.Status }{
		"well, then otherwise":    {[]observe.Status{observe.StatusOK, observe.StatusFailed, observe.StatusStraggler}, nil},
		"a straggler that ends":   {[]observe.Status{observe.StatusStraggler, observe.StatusOK, observe.StatusFailed}, []observe.Status{observe.StatusStraggler, observe.StatusOK}},
		"a straggler, afterwards": {[]observe.Status{observe.StatusFailed, observe.StatusStraggler, observe.StatusOK}, []observe.Status{observe.StatusFailed}},
	} {
		r := selected(t, func(ctx context.Context) {
			_, end := observe.Begin(ctx, observe.Call{Kind: observe.KindNode})
			for _, s := range c.given {
				end(observe.Outcome{Status: s})
			}
		})
		var told []observe.Status
		for _, o := range r.ended() {
			told = append(told, o.Status)
		}
		require.Equal(t, c.told, told, what)
	}
}

func TestSelective_aDegradedResultInsideAWrap(t *testing.T) {
	r := selected(t, func(ctx context.Context) { fails(errDown).Fallback(7).Wrap(same).Do(ctx, 1) })
	require.Equal(t, []string{"item node begins", "item node degraded"}, r.told())
}

// Of several that have a reason at once to tell of a call, one does, and the others wait for that.
func TestSelective_isToldOnceOfWhatSeveralAreInsideOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d = newDiary()
		slow := watcher(func(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
			if c.Task == "outer" {
				time.Sleep(time.Second)
			}
			d.Note("%s", c.Task)
			return ctx, nil
		})
		ctx, end := observe.Begin(observe.With(bg(), selective{slow, failuresOf(observe.KindNode)}), observe.Call{Kind: observe.KindNode, Task: "outer"})
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() { fails(errBoom).Do(ctx, 1) })
		}
		time.Sleep(ms)
		end(observe.Outcome{})
		all.Wait()
		synctest.Wait()
		require.Equal(t, []string{"1s outer", "1s item", "1s item", "1s item"}, d.Read())
	})
}

func TestSelective_aTeeIsIfAllAre(t *testing.T) {
	for what, c := range map[string]struct {
		other observe.Observer
		told  bool
	}{
		"all":             {selective{new(recorder), failuresOf(observe.KindNode, observe.KindAttempt)}, false},
		"none else":       {nil, false},
		"not this kind":   {selective{new(recorder), failuresOf(observe.KindAttempt)}, true},
		"one of another":  {new(recorder), true},
		"one that panics": {selective{new(recorder), func(observe.Kind) bool { panic("oh") }}, true},
	} {
		r := new(recorder)
		quietly(t, func() {
			_, err := plus().Do(observe.With(bg(), observe.Tee(selective{r, failuresOf(observe.KindNode)}, c.other)), 1)
			require.NoError(t, err)
		})
		require.Equal(t, c.told, len(r.told()) > 0, what)
	}
}

func TestG27_oneThatIsSelectiveDecidesNothing(t *testing.T) {
	for how, only := range map[string]func(observe.Kind) bool{
		"panics": func(observe.Kind) bool { panic("oh") },
		"exits":  func(observe.Kind) bool { runtime.Goexit(); return true },
	} {
		synctest.Test(t, func(t *testing.T) {
			quietly(t, func() {
				ctx, scope := future.WithScope(observe.With(bg(), selective{new(recorder), only}))
				for _, tk := range []number{plus(), plus().Timeout(time.Minute), plus().Wrap(same).Retry(task.Retry{Attempts: 2})} {
					v, err := tk.Do(ctx, 1)
					require.NoError(t, err, how)
					require.Equal(t, 2, v, how)
				}
				require.NoError(t, scope.Close())
			})
		})
	}
}
