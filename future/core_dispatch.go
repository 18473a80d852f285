package future

// This file is where goroutines start: start for what a completion sets off,
// when that may not run where it was set off, and begin (start.go) for a function.

// joinedScopes are the scopes that a goroutine joins on its way because it settles
// something of theirs: they wait until it is through.
type joinedScopes []*Scope

// visit joins s before something of s is settled.
func (g *joinedScopes) visit(s *Scope) {
	if s == nil {
		return
	}
	for i := len(*g) - 1; i >= max(0, len(*g)-8); i-- { // to join twice does no harm, to look at all would
		if (*g)[i] == s {
			return
		}
	}
	s.join()
	*g = append(*g, s)
}

func (g joinedScopes) leave() {
	for _, s := range g {
		s.leave()
	}
}

// dispatcher is one goroutine's way through what its completions set off. It
// is a loop over a list, so a chain of any length needs a constant stack. It runs
// functions of its own scope alone.
type dispatcher struct {
	home  *Scope // that the goroutine works for
	first chain  // settled already, with functions to run: to begin with
	todo  chain
	own   *node // the one body that this goroutine is going to run itself
}

// drain goes on with what a completion set off: first the quick functions, in
// order, then at most one body; every other body gets a goroutine of its own.
func (d *dispatcher) drain() {
	finished := false
	defer func() {
		if !finished {
			// A user function called runtime.Goexit. Its own future is seen
			// to; this goroutine dies, and others carry on with the rest.
			if d.own != nil {
				start(chain{d.own, d.own})
			}
			if d.first.head != nil {
				start(d.first)
			}
			resume(d.todo)
		}
	}()
	for n := d.first.pop(); n != nil; n = d.first.pop() {
		d.take(n)
	}
	for {
		for n := d.todo.pop(); n != nil; n = d.todo.pop() {
			d.settle(n)
		}
		if d.own == nil {
			break
		}
		n := d.own
		d.own = nil
		if n.is(callback) {
			d.todo = d.home.tracked(n)
		} else {
			d.todo = n.act.run()
		}
	}
	finished = true
}

func (d *dispatcher) settle(n *node) {
	home := n.act.home()
	if home != d.home {
		home.join() // before the claim: so the scope waits until n is settled
		defer home.leave()
	}
	if !n.claim() {
		return
	}
	switch next, todo := n.act.settle(n); {
	case todo:
		d.take(n)
	case home != d.home:
		resume(next)
	default:
		d.todo.append(next)
	}
}

// take runs n, which has a user function, where it belongs.
func (d *dispatcher) take(n *node) {
	switch ours := n.act.home() == d.home; {
	case ours && n.has(ModeQuick):
		d.todo.append(d.home.tracked(n))
	case ours && d.own == nil && !n.is(callback):
		d.own = n
	default:
		start(chain{n, n})
	}
}

// start runs what has been settled and has functions of one scope to run in a
// new goroutine. It ends when they, and what they set off, have ended.
func start(todo chain) {
	home := todo.head.act.home()
	home.join()
	go func() {
		d := dispatcher{home: home, first: todo}
		if home != nil {
			defer home.leave()
		}
		if !todo.head.has(ModeQuick) {
			d.own = d.first.pop()
		}
		d.drain()
	}()
}

// resume goes on with c on behalf of a caller on whose stack no user function
// may run. What has none to run is done when resume returns: a scope that
// closes then finds every failure where it belongs. The functions of each scope
// get a goroutine, so that no scope waits for those of another.
func resume(c chain) {
	if c.head == nil {
		return
	}
	var g joinedScopes
	type batch struct {
		home *Scope
		todo chain
	}
	var batches []batch
	var index map[*Scope]int // of several batches
	for n := c.pop(); n != nil; n = c.pop() {
		home := n.act.home()
		g.visit(home)
		if !n.claim() {
			continue
		}
		next, runs := n.act.settle(n)
		if !runs {
			c.append(next)
			continue
		}
		i := len(batches) - 1
		if i < 0 || batches[i].home != home {
			at, known := index[home]
			if i = at; !known {
				i = len(batches)
				batches = append(batches, batch{home: home})
			}
			switch {
			case i > 0 && index == nil:
				index = map[*Scope]int{batches[0].home: 0, home: i}
			case i > 0:
				index[home] = i
			}
		}
		batches[i].todo.append(chain{n, n})
	}
	for _, b := range batches {
		start(b.todo)
	}
	g.leave()
}
