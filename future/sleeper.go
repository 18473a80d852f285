package future

import "sync"

// sleeper is a wait for a future against a ctx of Jade's own: a node in the
// list of the one and a member of the other. It saves both their channels.
type sleeper struct {
	unlisted
	lifetime
	up sync.WaitGroup
}

// sleep blocks until c is complete or l has ended.
func (c *core) sleep(l *lifetime) {
	from := l.children()
	if from == nil {
		return
	}
	s := &sleeper{}
	s.act, s.from = s, from
	s.up.Add(1)
	if _, ok := s.attach(false); !ok {
		return
	}
	if c.push(&s.node) {
		s.up.Wait()
		if !c.done() {
			c.abandon(&s.node, false)
		}
	}
	s.detach()
}

func (s *sleeper) wake() {
	if s.claim() {
		s.up.Done()
	}
}

func (s *sleeper) settle(*node) (chain, bool)   { s.wake(); return chain{}, false }
func (s *sleeper) cancel(*sweep, ending, reach) { s.wake() }
func (s *sleeper) over() bool                   { return false }
func (s *sleeper) home() *Scope                 { return nil }
func (s *sleeper) lobby() *lobby                { return nil }
func (s *sleeper) place() place                 { return place{} }
