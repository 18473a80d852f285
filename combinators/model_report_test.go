package combinators_test

import (
	"fmt"
	"slices"
	"time"

	"github.com/samber/lo"

	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
)

// report is a failure that a call of Close told of.
type report struct {
	err error
	at  time.Duration // when that Close was called
}

func (r *live) reports() (told []report, other error) {
	for _, c := range r.closings {
		var walk func(err error)
		walk = func(err error) {
			switch e := err.(type) {
			case nil:
			case *future.UnobservedError:
				told = append(told, report{e.Err, c.called})
			case interface{ Unwrap() []error }:
				for _, part := range e.Unwrap() {
					walk(part)
				}
			default:
				other = err
			}
		}
		walk(c.err)
	}
	return told, other
}

// accounted checks that no failure is lost: each is looked at, taken on by
// somebody, or told of by Close, and then once.
func (r *live) accounted(m *sim, finals []future.Result[string]) string {
	told, other := r.reports()
	if other != nil {
		return fmt.Sprintf("Close returned %v", describe(other))
	}
	for _, report := range told {
		if future.IsCanceled(report.err) {
			return fmt.Sprintf("Close told of a cancellation: %v", describe(report.err))
		}
		if !slices.ContainsFunc(r.owed(finals, report.at, false), func(i int) bool { return finals[i].Err == report.err }) {
			return fmt.Sprintf("Close told of %v, which nobody owed", describe(report.err))
		}
	}
	owed, most := r.owed(finals, forEver, true), r.owed(finals, forEver, false)
	for _, i := range owed {
		err := finals[i].Err
		times := 0
		for _, report := range told {
			if report.err == err {
				times++
			}
		}
		if most := lo.CountBy(most, func(k int) bool { return finals[k].Err == err }); times > most && !shared(err) && !r.closedEarly() {
			return fmt.Sprintf("Close told %d times of %v, the failure of v%d and %d more", times, describe(err), i, most-1)
		}
		if home := m.nodes[i].home; times == 0 && home != nil && !home.inherited(m.nodes[i].res.flaw) && !r.excused(finals, err) {
			return fmt.Sprintf("lost: %v, the failure of v%d (%v)", describe(err), i, r.g.vertices[i].kind)
		}
	}
	return ""
}

// shared reports whether several futures may fail with the same error on
// their own account: a sentinel, or a deadline that was the cause of a cancellation.
func shared(err error) bool {
	_, sentinel := sentinels[err]
	_, late := err.(*deadline.Error)
	return sentinel || late
}

// inherited reports whether f only repeats what the scope itself ended with;
// a joined failure does so if all its parts do.
func (c *simCtx) inherited(f *flaw) bool {
	if c.ended == nil || f.what != "join" {
		return c.ended != nil && c.ended.find(func(end *flaw) bool { return end.String() == f.String() }) != nil
	}
	return !slices.ContainsFunc(f.parts, func(part *flaw) bool { return !part.isCanceled() && !c.inherited(part) })
}

const forEver = 2 * horizon

func (r *live) closedEarly() bool {
	return slices.ContainsFunc(r.closings, func(c *closing) bool { return c.called < horizon })
}

// owed are the vertices whose failure nobody had looked at or taken on before
// a moment; doubtful takers count if doubtful says so.
func (r *live) owed(finals []future.Result[string], before time.Duration, doubtful bool) (owed []int) {
	for i, res := range finals {
		if res.Err != nil && !future.IsCanceled(res.Err) && !r.looked(i, before) && len(r.takers(i, before, doubtful)) == 0 && !(doubtful && r.borrowed(finals, i, before)) {
			owed = append(owed, i)
		}
	}
	return owed
}

// borrowed reports whether the failure of i may be that of its input, which another vertex has taken: a
// limit of a future that is complete is that future.
func (r *live) borrowed(finals []future.Result[string], i int, before time.Duration) bool {
	v := r.g.vertices[i]
	if v.kind != kWithin && v.kind != kAt || finals[v.in[0]].Err != finals[i].Err {
		return false
	}
	return slices.ContainsFunc(r.takers(v.in[0], before, false), func(taker int) bool { return taker != i })
}

func (r *live) looked(i int, before time.Duration) bool {
	return slices.ContainsFunc(r.seen, func(s *sighting) bool { return s.op.on == i && s.looked && s.at < before })
}

// takers are the vertices, built before a moment, that have i as an input.
// Doubtful are those that may never have got as far as to take it.
func (r *live) takers(i int, before time.Duration, doubtful bool) (takers []int) {
	for _, o := range r.g.ops {
		if o.deed != doBuild || o.at >= before {
			continue
		}
		v := r.g.vertices[o.on]
		switch doubt := v.kind == kAwait || v.kind == kCollect || v.kind == kSettle || v.kind == kQuorum && v.n > len(v.in); {
		case slices.Contains(v.in, i) && (doubtful || !doubt), doubtful && v.kind == kFlatMap && v.target == i:
			takers = append(takers, o.on)
		}
	}
	return takers
}

// excused reports whether the same error was looked at, or handled, elsewhere;
// a joined one is if all its parts are.
func (r *live) excused(finals []future.Result[string], err error) bool {
	if join, ok := err.(interface{ Unwrap() []error }); ok {
		news := slices.ContainsFunc(join.Unwrap(), func(part error) bool { return !future.IsCanceled(part) && !r.excused(finals, part) })
		if !news {
			return true
		}
	}
	for i, res := range finals {
		if res.Err != err {
			continue
		}
		if r.looked(i, forEver) {
			return true
		}
		for _, taker := range r.takers(i, forEver, true) {
			if kind := r.g.vertices[taker].kind; finals[taker].Err != err || kind == kAwait || kind == kCollect || kind == kSettle {
				return true
			}
		}
	}
	return false
}
