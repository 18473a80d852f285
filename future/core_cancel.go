package future

// reach tells why something ends.
type reach uint8

const (
	byCancel reach = iota // its own future was cancelled: it may pass that on to its inputs
	byScope               // the ctx it was started with has ended
	byAlarm               // so said the standard library: there is no registration left to stop
)

// sweep is one cancellation on its way. It is a work list, because cancelled
// futures stand behind each other as deep as any chain.
type sweep struct {
	guests
	out  chain // what the completions set off
	todo []blow
	few  [4]blow
}

type blow struct {
	work worker
	next *core // to be cancelled too
	e    *ending
	by   reach
}

func (s *sweep) push(w worker, e *ending, by reach) { s.add(blow{w, nil, e, by}) }

func (s *sweep) add(b blow) {
	if s.todo == nil {
		s.todo = s.few[:0]
	}
	s.todo = append(s.todo, b)
}

// future asks what stands behind c to end.
func (s *sweep) future(c *core, e *ending, by reach) {
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
	s.add(blow{work, next, e, by})
}

// fail completes c, whose work at ends with e.
func (s *sweep) fail(c *core, e *ending, at place) {
	s.out.append(c.fail(c.endsWith(e, at)))
}

// run carries the cancellation as far as it reaches, and goes on with what that
// sets off; user functions get goroutines of their own.
func (s *sweep) run() {
	s.carry()
	resume(s.out)
	s.leave()
}

// carry is run up to what is set off: that is in out.
func (s *sweep) carry() {
	for len(s.todo) > 0 {
		last := len(s.todo) - 1
		b := s.todo[last]
		s.todo[last] = blow{}
		s.todo = s.todo[:last]
		b.work.cancel(s, b.e, b.by)
		if b.next != nil {
			s.future(b.next, b.e, byCancel)
		}
	}
}

// cancelFuture asks the work behind c to stop.
func (c *core) cancelFuture(e *ending) {
	s := &sweep{}
	s.future(c, e, byCancel)
	s.run()
}
