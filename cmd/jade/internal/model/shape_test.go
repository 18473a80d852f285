package model

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/task"
)

// lab makes random flows, whose calls can be made to fail or to hang, and whose conditions can be chosen.
type lab struct {
	random  *rand.Rand
	names   int
	fails   string
	hangs   string
	hanging chan struct{}
	begun   map[string]chan struct{} // closed when a call begins
	conds   []*bool
	numbers []flow.Node[int]
	used    map[int]bool
	inner   int // how many flows may be inside of flows
}

var errPlanted = errors.New("planted")

func (l *lab) name(kind string) string {
	l.names++
	return fmt.Sprintf("%s%d", kind, l.names)
}

func (l *lab) work(name string) func(context.Context, int) (int, error) {
	begun := make(chan struct{}, 1000)
	l.begun[name] = begun
	return func(ctx context.Context, n int) (int, error) {
		begun <- struct{}{}
		if l.hangs == name {
			<-l.hanging
		}
		if l.fails == name {
			return 0, errPlanted
		}
		return n, nil
	}
}

// call is a task, sometimes with policies of its own, or a flow.
func (l *lab) call(name string) task.Task[int, int] {
	if l.inner > 0 && l.random.IntN(6) == 0 {
		l.inner--
		begun := l.work(name)
		t := flow.New("flow of "+name, func(in flow.Node[int]) flow.Node[int] {
			return flow.Map(flow.Step(task.New("inside "+name, begun), in), func(n int) int { return n })
		})
		if l.random.IntN(3) == 0 {
			t = t.Catch(func(context.Context, int, error) (int, error) { return 0, nil })
		}
		return t.Task().Named(name)
	}
	t := task.New(name, l.work(name))
	switch l.random.IntN(8) {
	case 0:
		t = t.Fallback(7)
	case 1:
		t = t.Recover(func(context.Context, int, error) (int, error) { return 7, nil })
	}
	return t
}

func (l *lab) pick() flow.Node[int] {
	i := l.random.IntN(len(l.numbers))
	l.used[i] = true
	return l.numbers[i]
}

// grow adds a node of any kind.
func (l *lab) grow() {
	a := l.pick()
	ones := func() flow.Node[[]int] { return flow.Map(a, func(n int) []int { return []int{n, n} }) }
	var n flow.Node[int]
	switch l.random.IntN(17) {
	case 0, 16:
		n = flow.Either(l.cond(a), l.pick(), l.pick())
	case 1:
		n = flow.Any(a, l.pick())
	case 2:
		n = flow.Map(flow.Try(a), func(r future.Result[int]) int { return r.Value })
	case 3:
		n = flow.Recover(a, func(context.Context, error) (int, error) { return 3, nil })
	case 4:
		n = flow.Fallback(a, 5)
	case 5:
		n = flow.Also(a, l.pick())
	case 6, 7:
		n = flow.After(a, l.pick(), l.pick())
	case 8:
		n = flow.Map(flow.Each(l.call(l.name("each")), ones(), 2), func([]int) int { return 1 })
	case 9:
		n = flow.Map(flow.SettleEach(l.call(l.name("settle")), ones(), 2), func([]future.Result[int]) int { return 1 })
	case 10:
		n = flow.Map2(a, l.pick(), func(a, b int) int { return a + b })
	case 11:
		n = flow.After(a, flow.Require(flow.Map(l.pick(), func(int) bool { return true }), errPlanted))
	default:
		n = flow.Step(l.call(l.name("call")), a)
	}
	l.numbers = append(l.numbers, n)
}

// cond is a condition that depends on a only in time. Each has a value of its own.
func (l *lab) cond(a flow.Node[int]) flow.Node[bool] {
	value := new(bool)
	l.conds = append(l.conds, value)
	return flow.Map(a, func(int) bool { return *value })
}

// build makes a flow of some nodes. What nothing uses is an effect, or part of the answer.
func (l *lab) build() *flow.Flow[int, int] {
	f := flow.New("page", func(in flow.Node[int]) flow.Node[int] {
		l.numbers = []flow.Node[int]{in}
		for range 2 + l.random.IntN(9) {
			l.grow()
		}
		out := l.numbers[len(l.numbers)-1]
		for i, n := range l.numbers[1 : len(l.numbers)-1] {
			switch {
			case l.used[i+1]:
			case l.random.IntN(4) == 0:
				out = flow.Also(out, n)
			default:
				out = flow.Map2(out, n, func(a, b int) int { return a + b })
			}
		}
		return out
	})
	f = f.OnError(func(context.Context, int, error) {}) // it gets the failures of effects
	if l.random.IntN(6) == 0 {
		f = f.Catch(func(context.Context, int, error) (int, error) { return 0, nil })
	}
	return f
}

func newLab(seed uint64) *lab {
	return &lab{random: rand.New(rand.NewPCG(seed, 7)), begun: map[string]chan struct{}{}, used: map[int]bool{}, inner: 2}
}

// choices runs fn for the values of the conditions: for all, or for many of them if there are too many.
func (l *lab) choices(fn func()) {
	for bits := range 1 << min(len(l.conds), 6) {
		for i, value := range l.conds {
			*value = bits>>(i%6)&1 == 1
		}
		fn()
	}
}

// What the documents say of a call is what a run does when that call fails.
func TestNeed_isWhatARunDoes(t *testing.T) {
	kinds := map[string]int{}
	for seed := range uint64(1500) {
		l := newLab(seed)
		f := l.build()
		s := newShape(f.Graph())
		if len(l.conds) > 6 || s.g.Catch > 0 {
			continue // too many to try all, or there is always an answer
		}
		for _, n := range s.g.Nodes {
			if n.Task == "" {
				continue
			}
			need := s.need(n)
			kinds[need]++
			l.fails = n.Name
			failed, went := 0, 0
			if n.Flow != nil && n.Flow.Catch > 0 { // this call does not fail
				continue
			}
			synctest.Test(t, func(t *testing.T) {
				l.choices(func() {
					if _, err := f.Do(t.Context(), 1); err != nil {
						failed++
					} else {
						went++
					}
					synctest.Wait() // for effects
				})
			})
			about := fmt.Sprintf("seed %d: %s is %s, and fails %d runs of %d", seed, n.Name, need, failed, failed+went)
			switch need {
			case Required:
				require.Zero(t, went, about)
			case Chosen:
				require.NotZero(t, went, about)
				require.NotZero(t, failed, about)
			default:
				require.Zero(t, failed, about)
			}
			if need == Optional {
				require.NotEmpty(t, s.standIn(n), about)
			}
		}
	}
	for _, need := range []string{Required, Chosen, Optional, Effect} {
		require.Greater(t, kinds[need], 50, need)
	}
}

// A call that does not begin while another one hangs has that one among what it waits for, directly or by way of others.
func TestCalls_areWhatACallWaitsFor(t *testing.T) {
	waits, misses, missed := 0, 0, ""
	for seed := range uint64(2000) {
		l := newLab(seed)
		f := l.build()
		s := newShape(f.Graph())
		any := slices.ContainsFunc(s.g.Nodes, func(n flow.GraphNode) bool { return n.Kind == flow.KindAny })
		if len(l.conds) > 3 || any { // an Any that is decided at once drops what its other inputs need
			continue
		}
		waitsFor, reach := map[string][]string{}, map[string]map[string]bool{}
		for _, n := range s.g.Nodes {
			if n.Task != "" {
				waitsFor[n.Name] = append(s.calls(n.ID), s.gates(n.ID)...)
			}
		}
		for name := range waitsFor {
			mine := map[string]bool{}
			for next := []string{name}; len(next) > 0; next = next[1:] {
				for _, from := range waitsFor[next[0]] {
					if !mine[from] {
						mine[from] = true
						next = append(next, from)
					}
				}
			}
			reach[name] = mine
		}
		for hangs := range reach {
			free, held := map[string]bool{}, map[string]bool{} // with any values of the conditions
			synctest.Test(t, func(t *testing.T) {
				began := func(hang string, all map[string]bool) {
					l.hangs, l.hanging = hang, make(chan struct{})
					ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
					defer cancel()
					answer := f.Go(ctx, 1)
					synctest.Wait()
					for name, begun := range l.begun {
						all[name] = all[name] || len(begun) > 0
						for len(begun) > 0 {
							<-begun
						}
					}
					close(l.hanging)
					_, _ = answer.Await(ctx)
					synctest.Wait()
					for _, begun := range l.begun {
						for len(begun) > 0 {
							<-begun
						}
					}
				}
				l.choices(func() { began("", free); began(hangs, held) })
				for name := range reach {
					if free[name] && !held[name] && name != hangs {
						waits++
						if !reach[name][hangs] {
							misses++
							missed = fmt.Sprintf("seed %d: %s does not begin while %s hangs; it waits for %v:\n%v", seed, name, hangs, reach[name], s.g.Edges)
						}
					}
				}
			})
		}
	}
	require.Greater(t, waits, 1000)
	require.LessOrEqual(t, misses, waits/1000, missed) // see held for what is not found
}

// A policy outside of a fallback can still fail the call.
func TestStandIn_policiesAround(t *testing.T) {
	call := task.New("call", func(context.Context, int) (int, error) { return 0, errPlanted })
	for want, one := range map[string]task.Task[int, int]{
		"a value": call.Timeout(time.Second).Fallback(1),
		"a value (but not for the limit around it)":               call.Fallback(1).Timeout(time.Second),
		"a function of the task (but not for the gate around it)": call.Recover(func(context.Context, int, error) (int, error) { return 0, nil }).Gate(guard.Slots(1)),
	} {
		g := flow.New("page", func(in flow.Node[int]) flow.Node[int] { return flow.Step(one, in) }).Graph()
		require.Equal(t, want, newShape(g).standIn(g.Node(1)))
	}
}
