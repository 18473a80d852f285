package task

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/seam"
	"github.com/jade-go/jade/observe"
)

// passage is the cheap way of a call through gates. It is for tasks whose innermost policies are gates, and whose other policies act only
// after the function has failed. It allocates nothing and is used again.
//
// The goroutine that makes the call goes through the gates, and on its way out it calls Answered and Left of each gate. A goroutine that waits for the
// call may cut it: then members of its crew call Answered of the gates that are left, and also Left if the function has returned. So no gate has to
// wait for another one that does not return. The field word decides who tells which gate.
type passage[In, Out any] struct {
	d       *definition[In, Out]
	word    uint32                          // how many gates the call is in that nobody has begun to tell its end, and the bits below; atomic during a call
	tickets []uint64                        // by level; written before word says that they are there
	over    []uint32                        // by level, of a passage that was cut: 1 for the answer and 1 for leaving; atomic during a call
	behind  atomic.Pointer[runner[In, Out]] // what carries a failure on
	users   atomic.Int32                    // goroutines that use it; of a passage for Do and Go

	// These are of the goroutine that makes the call, and of the one that goes on for it.
	ctx     context.Context // written before word
	closing bool
	cut     bool // the passage was cut before the call was over
	at      int  // the next level to be told, once the call is over
	told    bool // the gate at that level knows the answer
	settled bool // all gates know that the call has left
}

// The bits of word.
const (
	called = 1 << (16 + iota) // all gates have let the call in, so the function is called
	closed                    // the call is over
	cut                       // a crew tells the gates
	within = 1<<16 - 1        // the number of gates
)

func newPassage[In, Out any](d *definition[In, Out]) *passage[In, Out] {
	return &passage[In, Out]{d: d, tickets: make([]uint64, d.row), over: make([]uint32, d.row)}
}

// Renew implements [seam.Passage].
func (g *passage[In, Out]) Renew() {
	if g.word == 0 {
		return
	}
	g.word = 0
	clear(g.over)
	if g.behind.Load() != nil {
		g.behind.Store(nil)
	}
	g.ctx, g.closing, g.cut, g.at, g.told, g.settled = nil, false, false, 0, false, false
}

// Call implements [seam.Passage].
func (g *passage[In, Out]) Call(ctx context.Context, in In) (v Out, err error) {
	g.ctx = ctx
	if g.d.budgeted {
		g.d.tellBudgets()
	}
	last := uint32(g.d.row)
	for n := range last {
		level := last - 1 - n
		p := &g.d.policies[level]
		key := ""
		if p.key != nil {
			key = p.key(in)
		}
		if g.tickets[level], err = p.ask(ctx, key); err != nil {
			return v, g.refused(p.name, err)
		}
		next := n + 1
		if next == last {
			next |= called
		}
		if !atomic.CompareAndSwapUint32(&g.word, n, next) { // cut meanwhile
			return v, g.turnBack(p.gate, g.tickets[level])
		}
	}
	v, err = g.d.fn(ctx, in)
	if err == nil {
		g.succeed()
	} else {
		g.settle(err)
	}
	return v, err
}

// refused ends a call that a gate did not let in. (A goroutine begins with a small stack, so what is rare is in functions of its own.)
//
//go:noinline
func (g *passage[In, Out]) refused(gate string, err error) error {
	err = rejected(g.ctx, g.d.name, gate, err)
	g.settle(err)
	return err
}

// turnBack ends a call that has entered a gate too late.
//
//go:noinline
func (g *passage[In, Out]) turnBack(gate Gate, ticket uint64) error {
	err := stopped(g.ctx)
	o := outcomeFor(g.ctx, err, nil, false)
	g.aside(func() {
		defer gate.Left(ticket)
		gate.Answered(ticket, o)
	})
	g.settle(err)
	return err
}

// aside calls a gate in a goroutine of its own. The function must not use g.
func (g *passage[In, Out]) aside(call func()) { engine.Callback(g.ctx, g.d.name, call) }

// succeed is settle for a call that has a result, if nobody has cut it.
func (g *passage[In, Out]) succeed() {
	left := uint32(g.d.row)
	if !atomic.CompareAndSwapUint32(&g.word, left|called, left-1|called|closed) {
		g.settle(nil)
		return
	}
	for g.closing = true; ; {
		level := g.at
		gate := g.d.policies[level].gate
		g.told = true
		gate.Answered(g.tickets[level], observe.Outcome{})
		g.at, g.told = level+1, false
		gate.Left(g.tickets[level])
		if left--; left == 0 {
			g.settled = true
			return
		}
		if !atomic.CompareAndSwapUint32(&g.word, left|called|closed, left-1|called|closed) {
			g.settle(nil)
			return
		}
	}
}

// settle reports to the gates, from the inner to the outer one, that the call has ended with err and has left. If a method of a gate
// panics or ends its goroutine, settle may be called again: it goes on after that method.
func (g *passage[In, Out]) settle(err error) {
	if !g.closing {
		g.closing = true
		n := atomic.OrUint32(&g.word, closed)
		g.cut = n&cut != 0
		g.at = g.d.row - int(n&within)
	}
	for g.at < g.d.row && (g.told || g.take()) {
		level := g.at
		gate := g.d.policies[level].gate
		if !g.told {
			g.told = true
			gate.Answered(g.tickets[level], g.outcome(err))
		}
		g.at, g.told = level+1, false
		gate.Left(g.tickets[level])
	}
	for ; g.cut && g.at < g.d.row; g.at++ {
		if gate, ticket := g.d.policies[g.at].gate, g.tickets[g.at]; atomic.AddUint32(&g.over[g.at], 1) == 2 {
			g.aside(func() { gate.Left(ticket) })
		}
	}
	g.settled = true
}

// take makes the next gate one that this goroutine tells, unless the passage was cut.
func (g *passage[In, Out]) take() bool {
	n := atomic.LoadUint32(&g.word)
	return n&cut == 0 && atomic.CompareAndSwapUint32(&g.word, n, n-1)
}

// outcome is the outcome that the gates get of a call that has ended with err.
func (g *passage[In, Out]) outcome(err error) observe.Outcome {
	called := atomic.LoadUint32(&g.word)&called != 0
	if err == nil && called {
		return observe.Outcome{}
	}
	return outcomeFor(g.ctx, err, nil, called)
}

// Unwind implements [seam.Passage].
func (g *passage[In, Out]) Unwind(err error) error {
	for !g.settled {
		if failure := apart(func() { g.settle(err) }); failure != nil {
			err = errors.Join(err, failure)
		}
	}
	return err
}

// apart calls fn in a goroutine of its own and waits for it. If fn panics or ends its goroutine, apart returns that failure.
func apart(fn func()) (failure error) {
	over := make(chan struct{})
	go func() {
		defer close(over)
		returned := false
		defer func() {
			if !returned {
				failure = engine.Thrown(recover())
			}
		}()
		fn()
		returned = true
	}()
	<-over
	return failure
}

// Cut implements [seam.Passage].
func (g *passage[In, Out]) Cut(cause error, crew seam.Crew) {
	n := atomic.OrUint32(&g.word, cut)
	if r := g.behind.Load(); r != nil {
		r.Cut(cause)
	}
	if n&cut != 0 {
		return
	}
	for level := g.d.row - int(n&within); level < g.d.row; level++ {
		if crew.Join() {
			engine.Callback(g.ctx, g.d.name, func() {
				defer crew.Leave()
				g.answer(level, cause, n&closed != 0)
			})
		}
	}
}

// answer reports the answer to the gate at level, of a passage that was cut, and calls Left if the call has returned.
func (g *passage[In, Out]) answer(level int, cause error, returned bool) {
	gate := g.d.policies[level].gate
	defer func() {
		if returned || atomic.AddUint32(&g.over[level], 1) == 2 {
			gate.Left(g.tickets[level])
		}
	}()
	gate.Answered(g.tickets[level], g.outcome(cause))
}
