package flow_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// driver is an engine around a machine: it makes the calls in goroutines.
type driver struct {
	ctx     context.Context
	graph   flow.Graph
	m       *flow.Machine
	cancels map[int]context.CancelCauseFunc
	events  chan happened
	answer  *flow.Move
	told    []happened // in order: what a replay is told again
	made    [][]flow.Move
}

// happened is what a machine was told.
type happened struct {
	id    int // 0: the caller has left
	c     flow.Completion
	at    time.Time
	cause error
}

// drive runs a flow by its machine, and returns as soon as there is an answer. What runs on is waited for by the scope of ctx.
func drive(ctx context.Context, f *flow.Flow[int, int], in int) (int, error) {
	d := newDriver(ctx, f.Graph(), in)
	d.follow(d.m.Start(time.Now()))
	for d.answer == nil {
		d.next()
	}
	future.Go(context.WithoutCancel(ctx), func(context.Context) (int, error) { // which the scope waits for
		for !d.m.Idle() {
			d.next()
		}
		return 0, nil
	})
	v, _ := d.answer.Value.(int)
	return v, d.answer.Err
}

func newDriver(ctx context.Context, g flow.Graph, in any) *driver {
	key, _ := task.Key(ctx)
	m, err := g.Machine(key, in)
	if err != nil {
		panic(err)
	}
	return &driver{ctx: ctx, graph: g, m: m, cancels: map[int]context.CancelCauseFunc{}, events: make(chan happened, 100)}
}

// next tells the machine what happens next.
func (d *driver) next() {
	leaves := d.ctx.Done()
	if d.left() {
		leaves = nil
	}
	select {
	case e := <-d.events:
		d.tell(e)
	case <-leaves:
		d.tell(happened{at: time.Now(), cause: future.Cause(d.ctx)})
	}
}

func (d *driver) left() bool {
	return len(d.told) > 0 && func() bool {
		for _, e := range d.told {
			if e.id == 0 {
				return true
			}
		}
		return false
	}()
}

func (d *driver) tell(e happened) {
	d.told = append(d.told, e)
	d.follow(tell(d.m, e))
}

func tell(m *flow.Machine, e happened) []flow.Move {
	if e.id == 0 {
		return m.Leave(e.at, e.cause)
	}
	return m.Done(e.at, e.id, e.c)
}

// follow makes the moves.
func (d *driver) follow(moves []flow.Move) {
	d.made = append(d.made, moves)
	for _, mv := range moves {
		switch mv.Verb {
		case flow.VerbAnswer:
			d.answer = &mv
		case flow.VerbDrop, flow.VerbStop:
			if cancel := d.cancels[mv.ID]; cancel != nil {
				cancel(&future.CanceledError{Cause: flow.ErrUnneeded})
			}
		default:
			ctx, cancel := context.WithCancelCause(context.Background())
			d.cancels[mv.ID] = cancel
			go func() { // not one of the scope, which may be closed: the driver waits for it
				c := d.perform(ctx, mv)
				d.events <- happened{mv.ID, c, time.Now(), nil}
			}()
		}
	}
}

func (d *driver) perform(ctx context.Context, mv flow.Move) flow.Completion {
	switch mv.Verb {
	case flow.VerbSleep:
		return flow.Completion{Err: wait(ctx, time.Until(mv.Until))}
	case flow.VerbUndo:
		n := mv.Node
		if mv.Element >= 0 {
			n = n.Element(mv.Element)
		}
		if mv.Key != "" {
			ctx = task.WithKey(ctx, mv.Key)
		}
		return flow.Completion{Err: n.Undo(ctx, mv.Inputs, mv.Value)}
	case flow.VerbTell:
		return flow.Completion{Err: d.graph.TellError(ctx, mv.Inputs[0], mv.Err)}
	case flow.VerbCatch:
		v, err := d.graphAt(mv.Path).CatchError(ctx, mv.Inputs[0], mv.Err)
		return flow.Completion{Value: v, Err: err}
	}
	n := mv.Node
	if mv.Element >= 0 {
		n = n.Element(mv.Element)
	}
	return n.Perform(ctx, mv.Inputs, flow.Terms{Key: mv.Key, Begun: mv.Begun, Limit: mv.Limit, End: mv.End, Late: mv.Late})
}

func (d *driver) graphAt(path []string) flow.Graph {
	g := d.graph
	for _, name := range path {
		for _, n := range g.Nodes {
			if n.Name == name {
				g = *n.Flow
			}
		}
	}
	return g
}

// TestMachine_answersAsDoDoes holds machines to the reference that Do is held to: the same answer at the same moment, the same functions called and
// cancelled at the same moments.
func TestMachine_answersAsDoDoes(t *testing.T) {
	for seed := range seeds() {
		s := randomShape(rand.New(rand.NewPCG(seed, 1)), seed%4 == 0, &ids{}, false)
		if wrong := s.checkBy(t, drive, shape.simulate); wrong != "" {
			require.Fail(t, wrong, "seed %d\n%s", seed, s)
		}
	}
}

// said is all that an answer tells: the value, or the text and the class of the failure, and what the answer does without.
type said struct {
	value  int
	text   string
	class  recovery.Class
	losses []string
}

func sayAll(v int, err error, lost []flow.Loss) said {
	s := said{value: v, class: recovery.Classify(err)}
	if err != nil && s.class != recovery.ClassTimeout { // which of the late calls is named may be a matter of who is looked at first
		s.text = elapsed.ReplaceAllString(err.Error(), "")
	}
	for _, l := range lost {
		s.losses = append(s.losses, fmt.Sprint(l.Node, l.Task, l.Class, l.Count, elapsed.ReplaceAllString(l.Err.Error(), "")))
	}
	return s
}

// elapsed is what a deadline says of itself. A machine knows the limit of the run, and not when a goroutine came to look.
var elapsed = regexp.MustCompile(`[^:]*: deadline exceeded: limit .*?(, inherited from the caller's ctx)?$`)

// TestMachine_saysWhatDoSays compares all that an answer tells.
func TestMachine_saysWhatDoSays(t *testing.T) {
	for seed := range seeds() {
		s := randomShape(rand.New(rand.NewPCG(seed, 2)), false, &ids{}, false)
		s.leave = 0
		if a, _ := s.simulate(3); a.how == "" || a.how == "never" {
			continue // two things happen at one moment
		}
		answerBy := func(do func(context.Context, *flow.Flow[int, int], int) (int, error)) (told said) {
			h := &happenings{}
			var lost []flow.Loss
			f := s.build(h).Degraded(func(out int, l []flow.Loss) int { lost = l; return out })
			synctest.Test(t, func(*testing.T) {
				h.begun, h.spans = time.Now(), map[int]span{}
				ctx, scope := future.WithScope(context.Background(), future.Unobserved(func(error) {}))
				v, err := do(ctx, f, 3)
				told = sayAll(v, err, lost)
				scope.Close()
			})
			return told
		}
		want := answerBy(func(ctx context.Context, f *flow.Flow[int, int], in int) (int, error) { return f.Do(ctx, in) })
		require.Equal(t, want, answerBy(drive), "seed %d\n%s", seed, s)
	}
}

// TestMachine_repeatsItself: a machine that is told the same makes the same moves, whenever it is asked to do it again.
func TestMachine_repeatsItself(t *testing.T) {
	for seed := range seeds() / 4 {
		s := randomShape(rand.New(rand.NewPCG(seed, 3)), false, &ids{}, false)
		h := &happenings{}
		f := s.build(h)
		var d *driver
		var begun time.Time
		synctest.Test(t, func(*testing.T) {
			h.begun, h.spans = time.Now(), map[int]span{}
			ctx, scope := future.WithScope(context.Background(), future.Unobserved(func(error) {}))
			ctx, cancel := context.WithCancel(ctx)
			if s.leave > 0 {
				time.AfterFunc(s.leave, cancel)
			} else {
				time.AfterFunc(5*time.Second, cancel)
			}
			begun = time.Now()
			d = newDriver(ctx, f.Graph(), 3)
			d.follow(d.m.Start(begun))
			for !d.m.Idle() {
				d.next()
			}
			cancel()
			scope.Close()
		})
		for prefix := range len(d.told) + 1 {
			again := newDriver(context.Background(), f.Graph(), 3)
			moves := [][]flow.Move{again.m.Start(begun)}
			for _, e := range d.told[:prefix] {
				moves = append(moves, tell(again.m, e))
			}
			require.Equal(t, movesText(d.made[:prefix+1]), movesText(moves), "seed %d\n%s", seed, s)
		}
	}
}

// movesText is moves as text: what an engine goes by.
func movesText(turns [][]flow.Move) (text string) {
	for _, moves := range turns {
		for _, mv := range moves {
			text += fmt.Sprintln(mv.ID, mv.Verb, mv.Path, mv.Node.Name, mv.Element, mv.Inputs, mv.Key, mv.Limit, mv.End, mv.Until, mv.Late, mv.Value, mv.Err)
		}
		text += "--\n"
	}
	return text
}
