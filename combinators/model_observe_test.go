package combinators_test

import (
	"context"
	"time"

	"github.com/jade-go/jade/future"
)

// Ways of watching a vertex.
const (
	byDone = iota
	byOnDone
	byAwait
	byShortAwait // with a ctx that may end before the vertex does
	byPeek
	byStopped // an OnDone that is stopped after a while
)

// patience is how long a short wait lasts.
const patience = 300 * time.Millisecond

// watch starts an observer.
func (r *live) watch(o op) {
	s := &sighting{op: o}
	r.seen = append(r.seen, s)
	f := r.futures[o.on]
	switch o.how {
	case byDone:
		go func() {
			<-f.Done()
			s.at = r.since()
		}()
	case byOnDone:
		f.OnDone(s.note(r))
	case byStopped:
		stop := f.OnDone(s.note(r))
		time.AfterFunc(patience, func() { s.stopped = stop() })
	case byAwait:
		go func() {
			v, err := f.Await(context.Background())
			s.note(r)(future.Result[string]{Value: v, Err: err})
		}()
	case byShortAwait:
		go func() {
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			v, err := f.Await(ctx)
			if _, complete := f.Peek(); !complete {
				s.at, s.gaveUp = r.since(), err != nil
				return
			}
			s.note(r)(future.Result[string]{Value: v, Err: err})
		}()
	case byPeek:
		if res, ok := f.Peek(); ok {
			s.note(r)(res)
		} else {
			s.at = r.since()
		}
	}
}

// note keeps what the observer was given.
func (s *sighting) note(r *live) func(future.Result[string]) {
	return func(res future.Result[string]) {
		s.at, s.res, s.has, s.looked = r.since(), res, true, true
		s.calls++
	}
}
