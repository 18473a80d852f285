package future

// reach tells why something ends.
type reach uint8

const (
	byCancel reach = iota // its own future was cancelled: it may pass that on to its inputs
	byScope               // the ctx it was started with has ended
	byAlarm               // so said the standard library: there is no registration left to stop
)

// cancellation is one cancellation on its way. It is a work list, because cancelled
// futures stand behind each other as deep as any chain.
type cancellation struct {
	joinedScopes
	out  chain // what the completions set off
	todo []cancelStep
	few  [4]cancelStep
}

type cancelStep struct {
	work worker
	next *core // to be cancelled too
	e    *ending
	by   reach
}

func (s *cancellation) push(w worker, e *ending, by reach) { s.add(cancelStep{w, nil, e, by}) }

func (s *cancellation) add(b cancelStep) {
	if s.todo == nil {
		s.todo = s.few[:0]
	}
	s.todo = append(s.todo, b)
}

// future asks what stands behind c to end.
func (s *cancellation) future(c *core, e *ending, by reach) {
	s.visit(c.scope) // before anything is claimed: so the scope waits until that is settled
	list, ok := c.lock()
	if !ok {
		return
	}
	work := c.work
	var next *core
	if work != nil && by == byCancel {
		next = work.input()
	}
	c.unlock(list)
	if work == nil { // a promise that nobody works for
		s.fail(c, e, place{})
		return
	}
	s.add(cancelStep{work, next, e, by})
}

// fail completes c, whose work at ends with e.
func (s *cancellation) fail(c *core, e *ending, at place) {
	s.out.append(c.fail(c.endsWith(e, at)))
}

// run carries the cancellation as far as it reaches, and goes on with what that
// sets off; user functions get goroutines of their own.
func (s *cancellation) run() {
	s.carry()
	resume(s.out)
	s.leave()
}

// carry is run up to what is set off: that is in out.
func (s *cancellation) carry() {
	for len(s.todo) > 0 {
		last := len(s.todo) - 1
		b := s.todo[last]
		s.todo[last] = cancelStep{}
		s.todo = s.todo[:last]
		b.work.cancel(s, b.e, b.by)
		if b.next != nil {
			s.future(b.next, b.e, byCancel)
		}
	}
}

// cancelFuture asks the work behind c to stop.
func (c *core) cancelFuture(e *ending) {
	s := &cancellation{}
	s.future(c, e, byCancel)
	s.run()
}
