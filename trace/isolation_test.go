package trace_test

import (
	"context"
	"encoding/json"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/flowtest"
	"github.com/jade-go/jade/internal/notes"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
	"github.com/jade-go/jade/trace"
)

// Two recorders know nothing of each other, even if one of them records only a part.
func TestRecorder_besideAnother(t *testing.T) {
	small := new(tape)
	recording(t, func(t *testing.T, ctx context.Context, p *tape) {
		ctx = observe.With(ctx, observe.Tee(observe.From(ctx), trace.NewRecorder(small.Add, trace.MaxSpans(2))))
		f := of(func(in number) number {
			inner := flow.New("inner", func(in number) number { return flow.Step(takes("deep", 5*ms, nil), in) })
			return flow.Step(takes("last", ms, nil), flow.Step(inner.Task(), in))
		})
		_, err := f.Do(ctx, 1)
		require.NoError(t, err)
		require.Equal(t, []string{
			"0s-5ms shop/inner ok", "0s-5ms shop/inner/inner ok", "0s-5ms shop/inner/inner/deep ok", "0s-6ms shop ok", "5ms-6ms shop/last ok",
		}, read(p.one(t)))
		require.Equal(t, []string{"0s-5ms shop/inner ok", "0s-6ms shop ok"}, read(small.one(t)))
		require.Equal(t, 3, small.one(t).Dropped)
		require.Equal(t, p.one(t).Run, small.one(t).Run)
	})
}

// Each of many runs at once has a trace of its own, with all of its spans and none of another's.
func TestRecorder_manyRunsAtOnce(t *testing.T) {
	recording(t, func(t *testing.T, ctx context.Context, p *tape) {
		inner := flow.New("inner", func(in number) number {
			return flow.Map2(flow.Step(takes("a", ms, nil), in), flow.Step(takes("b", ms, flowtest.Unavailable{}).Retry(task.Retry{Attempts: 2}).Fallback(0), in), sum)
		})
		f := of(func(in number) number {
			list := flow.Map(in, func(n int) []int { return make([]int, n) })
			return flow.Map(flow.Each(inner.Task(), list, 3), func(l []int) int { return len(l) })
		})
		var all sync.WaitGroup
		for n := range 100 {
			all.Go(func() {
				v, err := f.Do(ctx, n%5)
				require.NoError(t, err)
				require.Equal(t, n%5, v)
			})
		}
		all.Wait()
		synctest.Wait()
		require.Len(t, p.All(), 100)
		runs, sizes := map[uint64]bool{}, map[int]int{}
		for _, tr := range p.All() {
			runs[tr.Run] = true
			sizes[len(tr.Spans)]++
			for i, s := range tr.Spans {
				require.Equal(t, i, s.ID)
				require.True(t, s.Parent < i && (i == 0 || s.Parent >= 0))
				if i > 0 {
					around := tr.Spans[s.Parent]
					require.True(t, around.Start <= s.Start && s.End <= around.End, "%s outside of %s", s.Label(), around.Label())
				}
			}
		}
		require.Len(t, runs, 100)
		// The run and its each; of each element that, the run, a and b with two attempts.
		require.Equal(t, map[int]int{2: 20, 8: 20, 14: 20, 20: 20, 26: 20}, sizes)
	})
}

// explosive and leaving are errors whose text cannot be had.
type explosive struct{}

func (explosive) Error() string { panic("no text") }

type leaving struct{}

func (leaving) Error() string { runtime.Goexit(); return "" }

func TestRecorder_errorsWithoutAText(t *testing.T) {
	notes.Log(t)
	recording(t, func(t *testing.T, ctx context.Context, p *tape) {
		for _, c := range []struct {
			err  error
			text string
		}{{explosive{}, "its Error method panicked"}, {leaving{}, "its text could not be had"}} {
			f := of(func(in number) number { return flow.Step(takes("bad", ms, c.err).Fallback(7), in) })
			v, err := f.Do(ctx, 1)
			require.NoError(t, err)
			require.Equal(t, 7, v, "an observer changes nothing")
			_, err = takes("alone", ms, c.err).Do(ctx, 1)
			require.Equal(t, c.err, err)
			synctest.Wait()
			all := p.All()
			require.GreaterOrEqual(t, len(all), 2)
			require.Equal(t, c.text, span(t, all[len(all)-2], "bad").Err)
			require.Equal(t, c.text, all[len(all)-1].Root().Err)
			require.Equal(t, observe.StatusFailed, all[len(all)-1].Root().Status)
		}
	})
}

// What done does is no concern of the run.
func TestRecorder_doneThatPanics(t *testing.T) {
	text := notes.Log(t)
	synctest.Test(t, func(t *testing.T) {
		told := 0
		ctx := observe.With(context.Background(), trace.NewRecorder(func(*trace.Trace) { told++; panic("disk full") }))
		for range 2 {
			v, err := of(func(in number) number { return flow.Step(takes("item", ms, nil), in) }).Do(ctx, 1)
			require.NoError(t, err)
			require.Equal(t, 1, v)
		}
		synctest.Wait()
		require.Equal(t, 2, told)
	})
	require.Contains(t, text.String(), "disk full")
}

// Whoever has the trace may read it while what was given up runs on, calls more, and ends.
func TestRecorder_nothingWritesToATraceThatIsHandedOver(t *testing.T) {
	var readers sync.WaitGroup
	var texts sync.Map
	done := func(tr *trace.Trace) {
		readers.Go(func() {
			for i := range 100 {
				text, err := json.Marshal(tr)
				require.NoError(t, err)
				before, _ := texts.LoadOrStore(tr.Run, string(text))
				require.Equal(t, before, string(text))
				if i%10 == 0 {
					time.Sleep(ms)
				}
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, scope := future.WithScope(context.Background(), future.Unobserved(func(error) {}))
		ctx = observe.With(ctx, trace.NewRecorder(done))
		late := does("late", func(ctx context.Context) error {
			for range 10 {
				time.Sleep(ms)
				_, err := stubborn("more", ms, nil).Do(context.WithoutCancel(ctx), 1)
				require.NoError(t, err)
			}
			return nil
		})
		f := of(func(in number) number {
			return flow.Map2(flow.Step(late.Timeout(3*ms).Fallback(1), in), flow.Step(late.Named("later").Timeout(4*ms).Fallback(1), in), sum)
		})
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				_, err := f.Do(ctx, 1)
				require.NoError(t, err)
			})
		}
		all.Wait()
		time.Sleep(time.Second) // until all that was given up has returned
		readers.Wait()
		require.NoError(t, scope.Close())
		n := 0
		texts.Range(func(any, any) bool { n++; return true })
		require.Equal(t, 20, n)
	})
}

// A function that never returns holds on to its ctx, but not to the trace.
func TestRecorder_stragglersKeepNoTrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var kept weak.Pointer[trace.Trace]
		release := make(chan struct{})
		ctx := observe.With(context.Background(), trace.NewRecorder(func(tr *trace.Trace) { kept = weak.Make(tr) }))
		alive := 0
		never := does("never", func(ctx context.Context) error {
			<-release
			alive, _ = ctx.Value(aliveKey{}).(int)
			return nil
		})
		_, err := never.Timeout(ms).Do(context.WithValue(ctx, aliveKey{}, 1), 1)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		synctest.Wait()
		for i := 0; kept.Value() != nil; i++ {
			require.Less(t, i, 10, "it is kept")
			runtime.GC()
		}
		close(release)
		synctest.Wait()
		require.Equal(t, 1, alive, "the control: its ctx was still there")
	})
}

type aliveKey struct{}

// Names that are made of requests do not fill the memory of a recorder: it works with any number of them.
func TestRecorder_manyNames(t *testing.T) {
	p := new(tape)
	r := trace.NewRecorder(p.Add)
	for i := range 3000 {
		ctx, end := r.Begin(context.Background(), observe.Call{Kind: observe.KindRun, Flow: "GET /" + strconv.Itoa(i), Start: time.Now()})
		for range 20 {
			_, inner := r.Begin(ctx, observe.Call{Kind: observe.KindNode, Node: "n", Start: time.Now()})
			inner(observe.Outcome{})
		}
		end(observe.Outcome{})
	}
	require.Len(t, p.All(), 3000)
	require.Len(t, p.All()[2999].Spans, 21)
}

// An observer may be told of the real end of a call before it is told that the call was given up: that is no straggler.
func TestRecorder_endsThatCross(t *testing.T) {
	p := new(tape)
	r := trace.NewRecorder(p.Add)
	ctx, end := r.Begin(context.Background(), observe.Call{Kind: observe.KindRun, Flow: "shop", Start: time.Now()})
	_, inner := r.Begin(ctx, observe.Call{Kind: observe.KindNode, Node: "quick", Start: time.Now()})
	inner(observe.Outcome{Elapsed: 5 * ms})
	inner(observe.Outcome{Status: observe.StatusStraggler, Elapsed: 6 * ms})
	end(observe.Outcome{Elapsed: 7 * ms})
	s := p.one(t).Spans[1]
	require.Equal(t, observe.StatusOK, s.Status)
	require.Equal(t, 5*ms, s.Elapsed())
	require.Zero(t, s.Returned)
}
