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
	out  chain // what the completions set off
	todo []blow
	hub  *hub // that of the last lifetime which ended without one: they can share it
}

// ended returns a hub for a lifetime that ends with e and has none.
func (s *sweep) ended(e ending) *hub {
	if s == nil {
		return endedHub(e)
	}
	if s.hub == nil || s.hub.cause != e.cause || s.hub.err != e.err {
		s.hub = endedHub(e)
	}
	return s.hub
}

type blow struct {
	act  action
	next *core // to be cancelled too
	e    ending
	by   reach
}

func (s *sweep) push(act action, e ending, by reach) {
	s.todo = append(s.todo, blow{act, nil, e, by})
}

// future asks what stands behind c to end.
func (s *sweep) future(c *core, e ending, by reach) {
	list, ok := c.lock()
	if !ok {
		return
	}
	work := c.work
	if a, ok := annexOf(work); ok {
		work = a.behind
	}
	var act action
	var next *core
	if work != nil {
		act = work.act
		if by == byCancel {
			next = act.input()
		}
	}
	c.unlock(list)
	if act == nil { // a promise that nobody works for
		s.out.append(c.fail(e.failure(), place{}))
		return
	}
	s.todo = append(s.todo, blow{act, next, e, by})
}

func annexOf(n *node) (*annex, bool) {
	if n == nil {
		return nil, false
	}
	a, ok := n.act.(*annex)
	return a, ok
}

// run carries the cancellation as far as it reaches and returns what to go on with.
func (s *sweep) run() chain {
	for len(s.todo) > 0 {
		last := len(s.todo) - 1
		b := s.todo[last]
		s.todo[last] = blow{}
		s.todo = s.todo[:last]
		b.act.cancel(s, b.e, b.by)
		if b.next != nil {
			s.future(b.next, b.e, byCancel)
		}
	}
	out := s.out
	s.out = chain{}
	return out
}
