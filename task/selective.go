package task

import (
	"sync"
	"time"
)

// Selective is an [Observer] that has no use for most calls that end well, and saves what it costs to tell of them.
//
// Of a call of a kind that it wants only the failures of, it is told not when that begins, but when there is
// reason to: when it ends with anything but [StatusOK] or is given up, and before it is told of a call
// inside of it. Then Begin is called, with the ctx, the Start and all else as they were when the call began. If the
// call has ended well by then, the observer is told so at once, and Elapsed is the time until then.
//
// The ctx of the call does not have the values of the ctx that Begin returns until that has been called.
// Several calls that begin inside of it at once wait until one of them has told of it.
type Selective interface {
	Observer
	// OnlyFailures reports whether that is so of calls of a kind. It is not asked of a
	// [KindRun], but once for each other call, and answers always the same.
	OnlyFailures(kind Kind) bool
}

// onlyFailures reports whether o need not be told that a call begins.
func onlyFailures(o Observer, kind Kind) bool {
	if kind == KindRun {
		return false
	}
	s, ok := o.(Selective)
	return ok && ask(s, kind)
}

func ask(s Selective, kind Kind) bool {
	defer contain("OnlyFailures")
	return s.OnlyFailures(kind)
}

// passes reports whether the call has ended well without the observer's knowing of it.
func (s *scene) passes() bool {
	return s.state.Load() == silent && s.sink().degraded.Load() == nil && s.state.CompareAndSwap(silent, silent|ended)
}

// reveal tells the observer that the call has begun, if it does not know: now it has to. It returns when the
// observer has been told, by whomever.
func (s *scene) reveal() {
	if s.state.Load()&silent == 0 {
		return
	}
	r := s.run
	r.mu.Lock()
	for s.state.Load()&telling != 0 {
		if r.told == nil {
			r.told = sync.NewCond(&r.mu)
		}
		r.told.Wait()
	}
	if s.state.Load()&silent == 0 {
		r.mu.Unlock()
		return
	}
	was := s.state.Or(telling)
	r.mu.Unlock()
	defer s.revealed() // whatever the observer does
	if around := sceneOf(s.Context); around != nil {
		around.reveal()
	}
	s.announce(ObserverOf(s.Context))
	if was&ended != 0 && s.end != nil {
		defer contain("the function of Begin")
		s.end(Outcome{Elapsed: time.Since(s.run.begun) - s.start})
	}
}

func (s *scene) revealed() {
	r := s.run
	r.mu.Lock()
	defer r.mu.Unlock()
	s.state.And(^(silent | telling))
	if r.told != nil {
		r.told.Broadcast()
	}
}
