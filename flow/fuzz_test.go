package flow_test

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/task"
)

// FuzzFlow builds flows from bytes, rightly and wrongly: of nodes from elsewhere, of nil functions,
// of names that are none. Either New returns a flow, and that runs to an answer; or one line says who does not
// want what.
func FuzzFlow(f *testing.F) {
	for _, program := range [][]byte{
		{},
		{0, 1, 0, 2, 1, 0, 0, 3, 1, 2},
		{3, 4, 0, 1, 5, 0, 6, 0, 1, 7, 0, 1, 2, 8, 0, 1, 9, 0, 10, 0, 11, 0, 2},
		{12, 0, 13, 0, 1, 13, 0, 2, 13, 0, 3, 13, 0, 4, 13, 0, 5},
		{14}, {15}, {16, 0}, {16, 1}, {16, 2}, {0, 0, 250}, {0, 0, 251}, {0, 0, 252}, {0, 0, 253},
		{11, 0, 0}, {8}, {5, 1}, {17}, {18}, {19}, {20}, {21},
	} {
		f.Add(program)
	}
	f.Fuzz(func(t *testing.T, program []byte) {
		built, said := buildFrom(program)
		if built == nil {
			require.Regexp(t, oneLine, said)
			return
		}
		text, err := json.Marshal(built.Graph())
		require.NoError(t, err)
		require.True(t, json.Valid(text))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err = future.Run(ctx, func(ctx context.Context) (int, error) { return built.Do(ctx, 7) }, future.Unobserved(func(error) {}))
		require.False(t, errors.Is(err, context.DeadlineExceeded) && ctx.Err() != nil, "it hangs: %v", err)
	})
}

// oneLine is what a panic on a mistake says: the function, and why.
var oneLine = regexp.MustCompile(`^(flow|task)\.[A-Z][A-Za-z0-9.]*: [^\n]+$`)

// buildFrom is what the program builds, or what was said against it.
func buildFrom(program []byte) (built *flow.Flow[int, int], said any) {
	defer func() { said = recover() }()
	p := &programmer{program: program}
	built = flow.New(p.name(), p.build)
	switch p.next() % 8 {
	case 5:
		built = built.Timeout(time.Duration(int8(p.next())) * time.Hour)
	case 6:
		built = built.Catch(func(context.Context, int, error) (int, error) { return 1, nil })
	case 7:
		built = built.Catch(nil)
	}
	return built, nil
}

// programmer makes mistakes.
type programmer struct {
	program []byte
	nodes   []number
}

func (p *programmer) next() int {
	if len(p.program) == 0 {
		return 0
	}
	b := p.program[0]
	p.program = p.program[1:]
	return int(b)
}

func (p *programmer) node() number { return p.nodes[p.next()%len(p.nodes)] }

func (p *programmer) name() string {
	names := []string{"a", "b", "c", "d", "e", "a name", "名", strings.Repeat("long", 100)}
	switch b := p.next(); b {
	case 250:
		return ""
	case 251:
		return "a\nb"
	case 252:
		return "\x00"
	case 253:
		return "\xff"
	default:
		return names[b%len(names)]
	}
}

func (p *programmer) task() task.Task[int, int] {
	t := task.New(p.name(), func(_ context.Context, n int) (int, error) {
		if n%5 == 0 {
			return 0, errSoldOut
		}
		return n + 1, nil
	})
	switch p.next() % 12 {
	case 6:
		t = t.Timeout(time.Duration(int8(p.next())) * time.Minute)
	case 7:
		t = t.Retry(task.Retry{Attempts: int(int8(p.next())) % 4})
	case 8:
		t = t.Fallback(1)
	case 9:
		t = t.Recover(nil)
	case 10:
		t = t.Named(p.name())
	case 11:
		t = task.Task[int, int]{}
	}
	return t
}

// others are nodes of a flow that is built, and of none.
var others = func() (nodes []number) {
	flow.New("other", func(in number) number {
		nodes = append(nodes, in, flow.Map(in, func(n int) int { return n }), number{})
		return nodes[1]
	})
	return nodes
}()

func (p *programmer) build(in number) number {
	p.nodes = []number{in}
	for len(p.program) > 0 && len(p.nodes) < 50 {
		p.nodes = append(p.nodes, p.one())
	}
	last := p.nodes[len(p.nodes)-1]
	if p.next()%4 == 0 { // what nothing uses is not always forgotten
		for _, n := range p.nodes {
			last = flow.Map2(last, n, sum2)
		}
	}
	return last
}

func (p *programmer) one() number {
	whole := func(struct{}) int { return 1 }
	switch p.next() % 22 {
	case 0:
		return flow.Step(p.task(), p.node())
	case 1:
		return flow.Map(p.node(), func(n int) int { return n + 1 })
	case 2:
		return flow.Map2(p.node(), p.node(), sum2)
	case 3:
		return flow.Const(p.next())
	case 4:
		return flow.After(p.node(), p.dependencies()...)
	case 5:
		otherwise := errNoRoute
		if p.next() == 1 {
			otherwise = nil
		}
		return flow.Map(flow.Require(flow.Map(p.node(), even), otherwise), whole)
	case 6:
		return flow.Also(p.node(), p.dependencies()...)
	case 7:
		return flow.Either(flow.Map(p.node(), even), p.node(), p.node())
	case 8:
		var some []number
		for range p.next() % 4 {
			some = append(some, p.node())
		}
		return flow.Any(some...)
	case 9:
		return flow.Recover(p.node(), func(context.Context, error) (int, error) { return 2, nil })
	case 10:
		return flow.Map(flow.Try(p.node()), asValue)
	case 11:
		list := flow.Map(p.node(), func(n int) []int { return make([]int, max(n, 0)%5) })
		if p.next()%2 == 0 {
			return flow.Map(flow.SettleEach(p.task(), list, int(int8(p.next()))%4), func(all []future.Result[int]) int { return len(all) })
		}
		return flow.Map(flow.Each(p.task(), list, int(int8(p.next()))%4), func(all []int) int { return len(all) })
	case 12, 13:
		inner := flow.New(p.name(), func(in number) number { return flow.Step(p.task(), in) })
		return flow.Step(inner.Task(), p.node())
	case 14, 15:
		return flow.Map(others[p.next()%len(others)], func(n int) int { return n })
	case 16:
		switch p.next() % 3 {
		case 0:
			return flow.Map[int, int](p.node(), nil)
		case 1:
			return flow.Recover(p.node(), nil)
		}
		return flow.Step(task.New[int, int]("nil", nil), p.node())
	case 17:
		return number{}
	case 18:
		return flow.Step(flow.New[int, int]("nil", nil).Task(), p.node())
	case 19:
		var none *flow.Flow[int, int]
		return flow.Step(none.Task(), p.node())
	case 20:
		return flow.After(p.node(), nil)
	}
	return p.node()
}

func (p *programmer) dependencies() (some []flow.Dependency) {
	for range p.next() % 3 {
		some = append(some, p.node())
	}
	return some
}
