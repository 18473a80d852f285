package flow

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/engine"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// undoing is what a run may have to undo: the successes of its calls whose task has an Undo. It outlives the run, as a call may come late.
type undoing struct {
	plan   *plan
	life   engine.Life // of the run: to report to its scope
	around context.Context
	key    string                               // of the nodes: the beginning
	tell   func(ctx context.Context, err error) // the functions of OnError; nil: there are none
	outer  *undoing                             // of the run that this one is a node of
	at     int32                                // that node
	mu     sync.Mutex
	kept   []undoable // in the order in which they have succeeded
	used   []bool     // by node: the answer uses it; nil: it uses nothing
	over   bool       // the run has its answer
	last   *lastWord  // of a node that is made alone
	turn   chan struct{}
}

// undoable is a success that can be undone.
type undoable struct {
	n    int32 // the node of the run that knows of it
	name string
	call int32    // the node of the run that it is of
	of   *undoing // that run
	out  any
	undo func(ctx context.Context) error
}

// newUndoing is that of a run whose plan has something to undo.
func (c *call[In, Out]) newUndoing() *undoing {
	u := &undoing{plan: c.plan, life: c.life, around: c.around, key: c.key, turn: make(chan struct{}, 1)}
	if target, ok := c.around.Value(undoKey{}).(undoTarget); ok && target.flow == c.plan.original() {
		u.outer, u.at = target.to, target.n
	}
	if t := c.flow.terms; t != nil {
		u.last = t.last
	}
	if told, in := c.flow.told, c.in; len(told) > 0 {
		u.tell = func(ctx context.Context, err error) {
			for _, tell := range told {
				tell(ctx, in, err)
			}
		}
	}
	return u
}

// success is one of node n, under that name, which undo undoes.
func (u *undoing) success(n int32, name string, out any, undo func(ctx context.Context) error) undoable {
	return undoable{n: n, name: name, call: n, of: u, out: out, undo: undo}
}

// keep is told of successes that belong to node n.
func (u *undoing) keep(n int32, all ...undoable) {
	u.mu.Lock()
	over, used := u.over, u.used != nil && u.used[n]
	for i := range all {
		all[i].n = n
	}
	if !over {
		u.kept = append(u.kept, all...)
	}
	u.mu.Unlock()
	switch {
	case over && used:
		u.handOn(all)
	case over:
		u.undo(all...)
	}
}

// answered is told that the run has its answer, and undoes what that does not use.
func (u *undoing) answered() {
	if u == nil {
		return
	}
	u.mu.Lock()
	kept, uses := u.kept, u.used
	u.kept, u.over = nil, true
	u.mu.Unlock()
	var used, unused []undoable
	for _, k := range kept {
		if uses != nil && uses[k.n] {
			used = append(used, k)
		} else {
			unused = append(unused, k)
		}
	}
	u.handOn(used)
	u.undo(unused...)
}

// handOn gives what the answer uses to the run around, whose answer may not use it.
func (u *undoing) handOn(used []undoable) {
	if u.outer != nil && len(used) > 0 {
		u.outer.keep(u.at, used...)
	}
}

// uses is told which nodes the answer uses.
func (u *undoing) uses(used []bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.used = used
}

// undo undoes successes, the last one first, in a goroutine that the scope joins. One after another, whoever calls it.
func (u *undoing) undo(all ...undoable) {
	if len(all) == 0 {
		return
	}
	if u.around.Err() != nil && u.last.say(all[len(all)-1].out) {
		return // the engine sees to it
	}
	engine.Callback(u.around, u.plan.name+": Undo", func() {
		u.turn <- struct{}{}
		defer func() { <-u.turn }()
		for _, k := range slices.Backward(all) {
			k.of.call(k)
		}
	})
}

// call calls the function of an Undo.
func (u *undoing) call(k undoable) {
	ctx := context.WithoutCancel(u.around)
	if u.key != "" {
		ctx = task.WithKey(ctx, u.key+"/"+k.name+"/undo")
	}
	err := isolated(func() error { return k.undo(ctx) })
	if err == nil {
		return
	}
	failed := u.plan.classed(k.call, undoFailed(err), recovery.ClassifyIn(ctx, err))
	if u.tell == nil {
		u.life.Report(u.plan.name, failed)
		return
	}
	if err := isolated(func() error { u.tell(ctx, failed); return nil }); err != nil {
		u.life.Report(u.plan.name+": OnError", err)
	}
}

// isolated calls fn on a goroutine of its own, and waits for it.
func isolated(fn func() error) (err error) {
	beside(func() {
		err = future.ErrGoexit
		defer func() {
			if v := recover(); v != nil {
				err = engine.Thrown(v)
			}
		}()
		err = fn()
	})
	return err
}

func undoFailed(err error) error { return fmt.Errorf("undo: %w", err) }

// undoTarget is in the ctx of a node that is a flow: the run of that hands on there what its answer uses.
type undoTarget struct {
	to   *undoing
	n    int32
	flow any // its identity
}

type undoKey struct{}

// targeted is ctx with that target, if the node is a flow that has something to undo.
func (s *spec) targeted(ctx context.Context, u *undoing, n int32) context.Context {
	if u == nil || s.task == nil {
		return ctx
	}
	if of, ok := s.task.origin.Engine.(interface{ identity() any }); ok {
		return context.WithValue(ctx, undoKey{}, undoTarget{u, n, of.identity()})
	}
	return ctx
}

// undoes reports whether a success of the task, or of a part of the flow that it stands for, can be undone.
func (t *named) undoes() bool {
	if inner, ok := t.origin.Engine.(interface{ undoes() bool }); ok && inner.undoes() {
		return true
	}
	return t.hasUndo()
}

func (t *named) hasUndo() bool {
	return t != nil && slices.ContainsFunc(t.policies, func(p task.Policy) bool { return p.Kind == "undo" })
}

// use is what the answer is made of: the nodes whose values it uses, and effects, which are there for what they do. The caller has the lock of demand.
func (st *state) use() []bool {
	d := st.demand
	used := make([]bool, len(st.plan.specs))
	used[st.plan.out] = true
	for n := len(st.plan.specs) - 1; n >= 0; n-- { // each before its inputs
		s := &st.plan.specs[n]
		used[n] = (used[n] || s.effect) && d.phase[n] == made && st.errs[n] == nil
		if !used[n] {
			used[n] = s.effect // its success may come yet
			continue
		}
		for i, in := range s.inputs {
			switch {
			case s.kind == KindAny && int(d.chosen[n]) != i+1, s.kind == KindEither && i > 0 && int(d.chosen[n]) != i:
			case st.errs[in.n.index] == nil:
				used[in.n.index] = true
			}
		}
	}
	return used
}

// undoable is what undoes the success of node n, if it is one and can be undone.
func (st *state) undoable(n int32, err error) []undoable {
	if st.run.undoing == nil || err != nil {
		return nil
	}
	if c, ok := st.cells[n].(interface{ undoable(nodeRef) []undoable }); ok {
		return c.undoable(nodeRef{st, n})
	}
	return nil
}
