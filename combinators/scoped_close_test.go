package combinators_test

import (
	"github.com/jade-go/jade/future"
)

// underWay counts the calls of Close that have not returned; the first of them began at since.
type underWay struct {
	calls int
	since int64
}

// close calls Close of scope k.
func (r *scopedRun) close(k int) {
	c := &closeLog{scope: k}
	r.log.note(func(m moment) {
		c.began = m
		r.log.closes = append(r.log.closes, c)
	})
	r.setClosing(k, 1, c.began.seq)
	err := r.scopes[k].Close()
	r.log.note(func(m moment) { c.ended = m })
	r.setClosing(k, -1, 0)
	pending := r.pending()
	for _, part := range parts(err) {
		if u, ok := part.(*future.UnobservedError); ok {
			r.told(k, u, c.span)
		} else {
			r.log.note(func(moment) { c.other = recordOf(part) })
		}
	}
	r.log.note(func(moment) { c.returned, c.pending = true, pending })
}

func (r *scopedRun) setClosing(k, more int, seq int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	u := &r.closing[k]
	if u.calls == 0 {
		u.since = seq
	}
	if u.calls += more; u.calls == 0 {
		u.since = 0
	}
}

// parts are the errors that a scope has joined.
func parts(err error) (list []error) {
	switch e := err.(type) {
	case nil:
	case *future.UnobservedError:
		list = append(list, e)
	case interface{ Unwrap() []error }:
		for _, part := range e.Unwrap() {
			list = append(list, parts(part)...)
		}
	default:
		list = append(list, e)
	}
	return list
}

// told notes that scope k told of err: within when, or now if that is zero.
func (r *scopedRun) told(k int, err error, when span) {
	u, ok := err.(*future.UnobservedError)
	if !ok {
		u = &future.UnobservedError{Name: "not an UnobservedError", Err: err}
	}
	t := tale{scope: k, name: u.Name, outcome: outcomeOf("", u.Err), repeats: r.repeats(k, u.Err), when: when}
	r.mu.Lock()
	began := r.closing[k].since
	r.mu.Unlock()
	r.log.note(func(m moment) {
		if when.ended.seq == 0 {
			t.when = span{moment{began, m.at}, m}
		}
		r.log.told = append(r.log.told, t)
	})
}

// pending are the vertices that are not complete. To ask is not to look.
func (r *scopedRun) pending() (pending []int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, built := range r.built {
		done := r.futures[i].Done()
		if r.g.vertices[i].kind == kSettle {
			done = r.settled[i].Done()
		}
		select {
		case <-done:
		default:
			if built {
				pending = append(pending, i)
			}
		}
	}
	return pending
}

// finish notes how everything ended. After that nobody is told of anything.
func (r *scopedRun) finish() {
	for i, v := range r.g.vertices {
		res, ok := r.futures[i].Peek()
		if v.kind == kSettle {
			var all future.Result[[]future.Result[string]]
			all, ok = r.settled[i].Peek()
			res = future.Result[string]{Value: r.g.name(i), Err: all.Err}
		}
		r.log.finals[i], r.log.open[i] = outcomeOf(res.Get()), !ok
	}
	for k, f := range r.inners {
		if res, ok := f.Peek(); ok {
			r.log.inners[k].final = outcomeOf(res.Get())
		}
	}
}
