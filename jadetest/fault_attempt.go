package jadetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
)

// outcome is what became of one run.
type outcome struct {
	answered bool
	took     time.Duration
	value    any
	err      error
	crash    error    // that the caller of the flow got instead of an answer
	seen     *tally   // nil: the run was not observed
	left     []string // what still runs when all is over
	holder   holder   // what no task is, and did not return when the answer was due, or at all
	stuck    string   // why virtual time cannot pass
}

// attempt runs the flow that f returns once, in a bubble of its own. The functions of the flow may do what they
// like: the result is in the outcome, unless it ends the process.
func attempt[In, Out any](t *testing.T, f func() *flow.Flow[In, Out], in In, s *settings, inj *injection) outcome {
	var o outcome
	stuck, err := enclosed(t, inj.underWay, func(*testing.T) { o = attemptInside(f(), in, s, inj) })
	switch {
	case stuck != "":
		return outcome{stuck: stuck}
	case err != nil && len(o.left) == 0: // or else it says that something is left
		return outcome{crash: err}
	}
	return o
}

// attemptInside is the part of an attempt that is in the bubble.
func attemptInside[In, Out any](f *flow.Flow[In, Out], in In, s *settings, inj *injection) (o outcome) {
	inj.release = make(chan struct{})
	ctx, leave := context.WithCancelCause(context.Background())
	defer leave(nil)
	inj.leave = func(cause error) { leave(cause) }
	if s.deadline > 0 {
		limited, cancel := context.WithTimeout(ctx, s.deadline)
		defer cancel()
		ctx = limited
	}
	for _, around := range s.around {
		ctx = around(ctx)
	}
	seen := &tally{begun: time.Now()}
	ctx = observe.With(ctx, observe.Tee(observe.From(ctx), seen))
	ctx, scope := future.WithScope(context.WithValue(without(ctx), injectionKey{}, inj), future.Grace(patience), future.Unobserved(func(error) {}))

	begun := time.Now()
	answers := make(chan outcome, 1)
	go func() {
		a := outcome{answered: true, crash: errors.New("the goroutine of the caller ended")}
		defer func() {
			if p := recover(); p != nil {
				a.crash = fmt.Errorf("panic: %v", p)
			}
			a.took = time.Since(begun)
			answers <- a
		}()
		var v Out
		v, a.err = f.Do(ctx, in)
		a.value, a.crash = v, nil
	}()
	o = inj.await(answers)
	close(inj.release)
	leave(errors.New("the verdict is in"))
	if late, ok := errors.AsType[*future.StragglerError](scope.Close()); ok {
		o.left = late.Names
	}
	synctest.Wait()
	behind := leftBehind()
	o.left = append(o.left, named(behind)...)
	if o.holder.kind == "" {
		o.holder = holderOf(behind)
	}
	o.seen = seen
	return o
}

// await waits for the answer, and looks what holds it when it is due.
func (inj *injection) await(answers <-chan outcome) (o outcome) {
	begun := time.Now()
	var due <-chan time.Time
	if inj.due > 0 {
		timer := time.NewTimer(inj.due + 1) // an answer at that instant is not late
		defer timer.Stop()
		due = timer.C
	}
	enough := time.NewTimer(inj.limit + patience)
	defer enough.Stop()
	for {
		select {
		case answer := <-answers:
			answer.holder = o.holder
			return answer
		case <-due:
			o.holder = holderOf(neighbours())
		case <-enough.C:
			o.took = time.Since(begun)
			if o.holder.kind == "" {
				o.holder = holderOf(neighbours())
			}
			return o
		}
	}
}

// patience is how much virtual time something gets that should have ended.
const patience = time.Minute
