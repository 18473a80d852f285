package trace_test

import (
	"cmp"
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
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/flowtest"
	"github.com/jade-go/jade/internal/notes"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
	"github.com/jade-go/jade/trace"
)

const ms = time.Millisecond

var errSoldOut = errors.New("sold out")

// number is a node of a flow of whole numbers.
type number = flow.Node[int]

// tape keeps the traces that it is given.
type tape struct{ notes.List[*trace.Trace] }

// one is the only trace.
func (p *tape) one(t *testing.T) *trace.Trace {
	t.Helper()
	all := p.All()
	require.Len(t, all, 1)
	return all[0]
}

// recording runs a test in a bubble, with a ctx that has a recorder and a scope, which it closes.
func recording(t *testing.T, test func(t *testing.T, ctx context.Context, p *tape), opts ...trace.Option) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p := new(tape)
		ctx, scope := future.WithScope(context.Background(), future.Unobserved(func(error) {}))
		test(t, observe.With(ctx, trace.NewRecorder(p.Add, opts...)), p)
		require.NoError(t, scope.Close())
	})
}

// of is a flow whose result is what make makes of its input.
func of(make func(in number) number) *flow.Flow[int, int] { return flow.New("shop", make) }

var (
	takes    = flowtest.Takes[int]
	stubborn = flowtest.Stubborn[int]
)

func does(name string, fn func(ctx context.Context) error) task.Task[int, int] {
	return task.New(name, func(ctx context.Context, n int) (int, error) { return n, fn(ctx) })
}

func sum(a, b int) int { return a + b }

// read is a line for each span, by time and name.
func read(t *trace.Trace) []string {
	type line struct {
		start time.Duration
		text  string
	}
	var lines []line
	for i, s := range t.Spans {
		text := fmt.Sprintf("%v-%v %s %s", s.Start, s.End, where(t, i), s.Status)
		if s.Class != 0 {
			text += " " + s.Class.String()
		}
		if s.Attempts > 0 {
			text += fmt.Sprintf(", %d attempts", s.Attempts)
		}
		if s.Returned > 0 {
			text += fmt.Sprintf(", returned %v", s.Returned)
		}
		lines = append(lines, line{s.Start, text})
	}
	slices.SortFunc(lines, func(a, b line) int { return cmp.Or(cmp.Compare(a.start, b.start), strings.Compare(a.text, b.text)) })
	texts := make([]string, len(lines))
	for i, l := range lines {
		texts[i] = l.text
	}
	return texts
}

// where names a span with all that it is part of.
func where(t *trace.Trace, i int) string {
	s := t.Spans[i]
	if s.Parent < 0 {
		return s.Label()
	}
	return where(t, s.Parent) + "/" + s.Label()
}

// span is the span with that label.
func span(t *testing.T, tr *trace.Trace, label string) trace.Span {
	t.Helper()
	i := slices.IndexFunc(tr.Spans, func(s trace.Span) bool { return s.Label() == label })
	require.GreaterOrEqual(t, i, 0, "no span %q", label)
	return tr.Spans[i]
}
