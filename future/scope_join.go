package future

import "context"

// idling returns a channel that is closed when nothing runs, nil if nothing does now.
func (s *Scope) idling() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running.Load() == 0 {
		return nil
	}
	if s.idle == nil {
		s.idle = make(chan struct{})
	}
	return s.idle
}

// silence notes that Close reports what has failed by now, and nothing more. It
// returns false if something runs that may fail yet.
func (s *Scope) silence() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running.Load() > 0 {
		return false
	}
	s.silent.Store(true)
	return true
}

// enter counts a goroutine in, unless the scope is closed.
func (s *Scope) enter() bool {
	if s == nil {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.enterLocked()
}

// enterLocked reports to the outer scope while the lock is held: always inner before outer.
func (s *Scope) enterLocked() bool {
	if s.closed.Load() || s.running.Load() == 0 && !s.outer.enter() {
		return false
	}
	s.running.Add(1)
	return true
}

// join counts a goroutine in that has to run even in a closed scope: what a
// cancellation sets off, callbacks, cleanup.
func (s *Scope) join() {
	if s == nil {
		return
	}
	s.mu.Lock()
	if s.running.Load() == 0 {
		s.outer.join()
	}
	s.running.Add(1)
	s.mu.Unlock()
}

func (s *Scope) leave() {
	if s == nil {
		return
	}
	s.mu.Lock()
	s.leaveLocked()
	s.mu.Unlock()
}

func (s *Scope) leaveLocked() {
	if s.running.Add(-1) > 0 {
		return
	}
	if s.idle != nil {
		close(s.idle)
		s.idle = nil
	}
	s.outer.leave()
}

// over reports whether s or a scope around it is closed.
func (s *Scope) over() bool {
	for ; s != nil; s = s.outer {
		if s.closed.Load() {
			return true
		}
	}
	return false
}

// list is where work with a foreign ctx is listed.
func (s *Scope) list() *children {
	if c := s.ctx.Value(); c != nil {
		return c.kids.Load()
	}
	return &closing.gone // nothing hangs on it any more
}

// context is the ctx of s for quick functions.
func (s *Scope) context() context.Context {
	if s == nil {
		return background.ctx
	}
	if c := s.ctx.Value(); c != nil {
		return c
	}
	if s.closed.Load() {
		return closedCtx
	}
	return background.ctx // nobody has the ctx any more; if a foreign ctx around it has ended, nobody can tell
}

// closedCtx stands for the ctx of a closed scope that nobody has any more.
var closedCtx = func() *workCtx {
	c := &workCtx{parent: &background}
	c.kids.Store(&closing.gone)
	return c
}()

// scopeEnd lets a scope stand among the members of an outer ctx.
type scopeEnd struct {
	ctx   *workCtx
	scope *Scope
}

func (a scopeEnd) cancel(s *cancellation, e *ending, by reach) { a.ctx.cancellation(s, e, by) }
func (a scopeEnd) input() *core                                { return nil }
func (a scopeEnd) place() place                                { return place{} }
