package observe

import (
	"sync"
	"time"
)

// Selective is an [Observer] that does not need most calls that end well. That saves the cost of reporting them.
//
// For the kinds that OnlyFailures names, Begin is delayed. It is called when the call ends with anything but
// [StatusOK], when the call is given up, or before a call inside it is reported. Begin then gets the ctx, the Start and
// all else as they were when the call began. If the call has ended well by then, the observer learns so at once, and
// Elapsed is the time until then.
//
// Until Begin is called, the ctx of the call lacks the values that Begin would add. If several calls inside it begin
// at once, they wait until one of them has reported it.
type Selective interface {
	Observer
	// OnlyFailures reports whether the observer needs only the failures of calls of this kind. It is asked once for
	// each call, except for those of [KindRun], and always gives the same answer.
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

// passes ends a silent call that has ended well, and reports whether it did: the observer never knows of it.
func (s *callCtx) passes() bool {
	return s.state.Load() == silent && s.sink().degraded.Load() == nil && s.state.CompareAndSwap(silent, silent|ended)
}

// reveal tells the observer that a silent call has begun. If somebody else does so at this moment, it
// waits until that is done.
func (s *callCtx) reveal() {
	if s.state.Load()&silent == 0 {
		return
	}
	r := s.run
	r.mu.Lock()
	s.untilTold()
	if s.state.Load()&silent == 0 {
		r.mu.Unlock()
		return
	}
	was := s.state.Or(telling)
	r.mu.Unlock()
	defer s.told(silent | telling) // whatever the observer does
	if around := callOf(s.Context); around != nil {
		around.reveal()
	}
	s.announce(From(s.Context))
	if was&ended != 0 && s.end != nil {
		defer contain("the function of Begin")
		s.end(Outcome{Elapsed: time.Since(s.run.begun) - s.start})
	}
}

// untilTold waits until nobody tells the observer of the call. The caller has the lock of the run.
func (s *callCtx) untilTold() {
	r := s.run
	for s.state.Load()&telling != 0 {
		if r.told == nil {
			r.told = sync.NewCond(&r.mu)
		}
		r.told.Wait()
	}
}

// told has those go on who wait for that.
func (s *callCtx) told(not uint32) {
	r := s.run
	r.mu.Lock()
	defer r.mu.Unlock()
	s.state.And(^not)
	if r.told != nil {
		r.told.Broadcast()
	}
}
