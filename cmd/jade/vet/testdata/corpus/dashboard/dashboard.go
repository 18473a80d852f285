// Package dashboard gathers what many services say.
package dashboard

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/task"
)

type Query struct {
	Tenant  string
	Widgets []string
}

type Widget struct {
	Name  string
	Value float64
	Err   string
}

type Board struct {
	Widgets []Widget
	Notes   []string
}

type Metrics interface {
	Query(ctx context.Context, tenant, expr string) (float64, error)
	Cached(expr string) (float64, bool)
}

// Boards serves dashboards.
type Boards struct {
	metrics Metrics
	flow    *flow.Flow[Query, Board]
	alerts  chan string
}

type ask struct{ tenant, expr string }

func New(m Metrics) *Boards {
	b := &Boards{metrics: m, alerts: make(chan string)}
	limit := guard.Rate(100, time.Second)
	one := task.New("widget", b.widget).Timeout(300*time.Millisecond).GateBy(limit, func(a ask) string { return a.tenant })
	shared := guard.ShareBy(one, func(a ask) string { return a.tenant + "/" + a.expr })
	b.flow = flow.New("board", func(q flow.Node[Query]) flow.Node[Board] {
		asks := flow.Map(q, func(q Query) []ask {
			return lo.Map(q.Widgets, func(w string, _ int) ask { return ask{q.Tenant, w} })
		})
		all := flow.SettleEach(shared, asks, 8)
		notes := flow.Try(flow.Step(task.New("notes", b.notes), q))
		board := flow.Map3(q, all, notes, assemble)
		_ = flow.Step(task.New("audit", b.audit), board) // dropped
		return board
	}).Timeout(time.Second).Reserve(100 * time.Millisecond).Degraded(func(out Board, lost []flow.Loss) Board {
		for _, l := range lost {
			out.Notes = append(out.Notes, "without "+l.Node)
			b.alerts <- l.Node // waits
		}
		return out
	})
	return b
}

func (b *Boards) widget(ctx context.Context, a ask) (Widget, error) {
	if v, ok := b.metrics.Cached(a.expr); ok {
		return Widget{Name: a.expr, Value: v}, nil
	}
	v, err := b.metrics.Query(ctx, a.tenant, a.expr)
	return Widget{Name: a.expr, Value: v}, err
}

func (b *Boards) notes(ctx context.Context, q Query) ([]string, error) {
	n, _ := b.metrics.Query(ctx, q.Tenant, "count(notes)") // hides a failure
	return []string{fmt.Sprint(n, " notes")}, nil
}

func (b *Boards) audit(ctx context.Context, board Board) (struct{}, error) {
	return struct{}{}, ctx.Err()
}

func assemble(q Query, all []future.Result[Widget], notes future.Result[[]string]) Board {
	b := Board{Notes: notes.Value}
	for i, r := range all {
		w := r.Value
		if r.Err != nil {
			w = Widget{Name: q.Widgets[i], Err: r.Err.Error()}
		}
		b.Widgets = append(b.Widgets, w)
	}
	slices.SortFunc(b.Widgets, func(x, y Widget) int { return strings.Compare(x.Name, y.Name) })
	return b
}

// Compare runs two dashboards, and returns what is there in time.
func (b *Boards) Compare(ctx context.Context, x, y Query) ([]Board, error) {
	return deadline.Partial(800*time.Millisecond, Board{}, b.flow.Go(ctx, x), b.flow.Go(ctx, y)).Await(ctx)
}

// Watch calls show with each widget as soon as it is there.
func (b *Boards) Watch(ctx context.Context, q Query, show func(Widget)) error {
	ctx, scope := future.WithScope(ctx)
	defer scope.Close()
	calls := lo.Map(q.Widgets, func(w string, _ int) future.Future[Widget] { return future.Call(ctx, b.widget, ask{q.Tenant, w}) })
	for _, r := range combinators.AsCompleted(ctx, calls...) {
		if r.Err == nil {
			show(r.Value)
		}
	}
	return context.Cause(ctx)
}
