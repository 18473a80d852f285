package trace_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/internal/strange"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
	"github.com/jade-go/jade/trace"
)

// mute is an error without a text.
type mute struct{}

func (mute) Error() string { return "" }

// blamed runs a flow of two calls, of which bad fails at 10 ms while slow still runs, and requires that bad is to blame.
func blamed(t *testing.T, err error) {
	t.Helper()
	recording(t, func(t *testing.T, ctx context.Context, p *tape) {
		f := of(func(in number) number {
			slow := flow.Step(does("slow", func(ctx context.Context) error {
				<-ctx.Done()
				return fmt.Errorf("query aborted: %v", err) // with the words of the other
			}), in)
			return flow.Map2(slow, flow.Step(takes("bad", 10*ms, err), flow.Step(takes("before", 4*ms, nil), in)), sum)
		})
		_, got := f.Do(ctx, 1)
		require.Error(t, got)
		synctest.Wait()
		tr := p.one(t)
		require.Equal(t, "bad", tr.Root().FailedNode)
		require.Equal(t, []string{"bad"}, tr.Root().FailedOf)
		require.Equal(t, "bad", tr.Spans[tr.Origin(0)].Node)
		require.Equal(t, observe.StatusFailed, span(t, tr, "bad").Status)
		slow := span(t, tr, "slow")
		require.Contains(t, []observe.Status{observe.StatusCanceled, observe.StatusStraggler}, slow.Status, "it was given up, whatever it says")
		require.Equal(t, "canceled", slow.Class.String())
		path := tr.CriticalPath()
		require.True(t, path.Has(span(t, tr, "bad").ID))
		require.True(t, path.Has(span(t, tr, "before").ID))
		require.False(t, path.Has(slow.ID))
	})
}

func TestTrace_blamesWhatFailedTheRun(t *testing.T) {
	for name, err := range map[string]error{
		"an error":                 errSoldOut,
		"joined errors":            errors.Join(errSoldOut, errors.New("and no route")),
		"an error without a text":  mute{},
		"a long text":              errors.New(strings.Repeat("sold out ", 1000)),
		"several lines":            errors.New("sold\nout"),
		"a cancellation elsewhere": fmt.Errorf("the other side: %w", errSoldOut),
	} {
		t.Run(name, func(t *testing.T) { blamed(t, err) })
	}
}

// Through flows in flows, attempts and functions that call tasks, the origin is the call that failed by itself.
func TestTrace_originIsTheInnermost(t *testing.T) {
	bad := func() task.Task[int, int] { return takes("bad", ms, errSoldOut) }
	for name, f := range map[string]*flow.Flow[int, int]{
		"a flow in a flow": of(func(in number) number {
			inner := flow.New("inner", func(in number) number { return flow.Step(bad(), in) })
			return flow.Step(inner.Task(), in)
		}),
		"attempts": of(func(in number) number {
			return flow.Step(bad().Retry(task.Retry{Attempts: 3, If: func(error) bool { return true }}), in)
		}),
		"a task that a function calls": of(func(in number) number {
			return flow.Step(does("outer", func(ctx context.Context) error {
				_, _ = takes("fine", ms, nil).Do(ctx, 1)
				_, _ = takes("mended", ms, errors.New("no route")).Do(ctx, 1)
				_, err := bad().Do(ctx, 1)
				return fmt.Errorf("outer: %w", err)
			}), in)
		}),
		"elements": of(func(in number) number {
			list := flow.Each(bad(), flow.Map(in, func(int) []int { return []int{1} }), 1)
			return flow.Map(list, func(l []int) int { return len(l) })
		}),
		"a Catch that fails with it": of(func(in number) number { return flow.Step(bad(), in) }).
			Catch(func(_ context.Context, _ int, err error) (int, error) { return 0, fmt.Errorf("no page: %w", err) }),
		"an OnError that panics": of(func(in number) number { return flow.Step(bad(), in) }).
			OnError(func(context.Context, int, error) { panic("no log") }),
		"all of an Any": of(func(in number) number {
			return flow.Any(flow.Step(takes("first", 2*ms, errSoldOut), in), flow.Step(takes("bad", 3*ms, errSoldOut), in))
		}),
		"a Require": of(func(in number) number {
			return flow.After(in, flow.Require(flow.Map(flow.Step(takes("bad", ms, nil), in), func(int) bool { return false }), errSoldOut))
		}),
		"a map that panics": of(func(in number) number {
			return flow.Map(flow.Step(takes("bad", ms, nil), in), func(int) int { panic("odd") })
		}),
	} {
		t.Run(name, func(t *testing.T) {
			recording(t, func(t *testing.T, ctx context.Context, p *tape) {
				_, err := f.Do(ctx, 1)
				require.Error(t, err)
				synctest.Wait()
				tr := p.one(t)
				at := tr.Origin(0)
				for tr.Spans[at].Kind != observe.KindNode { // an attempt or an element of it
					at = tr.Spans[at].Parent
				}
				require.Equal(t, "bad", tr.Spans[at].Task, "%v", read(tr))
			})
		})
	}
}

// What a Recover stands in for is known by what it was told of.
func TestTrace_causeOfARecover(t *testing.T) {
	recording(t, func(t *testing.T, ctx context.Context, p *tape) {
		f := of(func(in number) number {
			mend := func(context.Context, error) (int, error) { return 0, nil }
			a := flow.Recover(flow.Step(takes("a", 2*ms, errSoldOut), in), mend)
			b := flow.Recover(flow.Step(takes("b", 2*ms, errSoldOut), in), mend)
			return flow.Map2(a, b, sum)
		})
		_, err := f.Do(ctx, 1)
		require.NoError(t, err)
		synctest.Wait()
		tr := p.one(t)
		var mended []string
		for _, s := range tr.Spans {
			if s.Status == observe.StatusDegraded && s.Kind != observe.KindRun {
				mended = append(mended, tr.Spans[s.Cause].Node)
				require.Equal(t, []string{tr.Spans[s.Cause].Node}, s.FailedOf)
			}
		}
		slices.Sort(mended)
		require.Equal(t, []string{"a", "b"}, mended)
	})
}

// Errors of others may panic when they are asked, be equal to all, or not be comparable.
func TestTrace_causesOfStrangeErrors(t *testing.T) {
	for name, err := range strange.Errors {
		t.Run(name, func(t *testing.T) {
			recording(t, func(t *testing.T, ctx context.Context, p *tape) {
				_, got := of(func(in number) number {
					return flow.Map2(flow.Step(takes("bad", ms, err), in), flow.Step(takes("beside", time.Second, nil), in), sum)
				}).Do(ctx, 1)
				require.True(t, got != nil)
				synctest.Wait()
				require.Equal(t, "bad", p.one(t).Root().FailedNode)
			})
		})
	}
}

// A trace that was read, and goes in circles, has an origin all the same.
func TestTrace_originOfACircle(t *testing.T) {
	tr := &trace.Trace{Spans: []trace.Span{{Parent: -1, Cause: 1}, {ID: 1, Cause: 2}, {ID: 2, Cause: 1}}}
	require.NotPanics(t, func() { tr.Origin(0) })
	require.Error(t, tr.UnmarshalJSON([]byte(`{"name":"x","spans":[{"id":0,"parent":-1,"kind":"run","status":"failed","cause":7}]}`)))
	require.Error(t, tr.UnmarshalJSON([]byte(`{"name":"x","spans":[{"id":0,"parent":-1,"kind":"run","status":"failed","cause":-1}]}`)))
}

// A trace of no span is one of a run that nothing is known of.
func TestTrace_withoutSpans(t *testing.T) {
	tr := &trace.Trace{Name: "empty"}
	require.Equal(t, "empty", tr.Root().Label())
	require.Zero(t, tr.Elapsed())
	require.Empty(t, tr.Edges())
	require.NotPanics(t, func() { require.Empty(t, tr.CriticalPath().Spans) })
}
